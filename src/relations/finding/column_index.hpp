// The objects of a model by what they say in some columns.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

#include "memory/object_table.hpp"

namespace kin::detail {

class parent_links;

/// Finds who refers to an object, or is named by one, without looking at all that is loaded. It is made once looking at
/// all of them was too much. From then on it is brought up to what has come, what was written or read again
/// (model_state::rewritten), and who was accessed to be changed: an object that it knows is asked for anew before the
/// next change of its columns (node::writable), and told of. What is written through a plain reference that somebody
/// has kept, the next flush finds.
class column_index {
  public:
    column_index(object_table& objects, const parent_links& parents, const mapping::model& m,
                 const std::vector<std::uint16_t>& columns);
    /// The rows of a pivot by both of their ends.
    column_index(object_table& objects, const parent_links& parents, const mapping::link_pair&);
    [[nodiscard]] bool is_over(const mapping::model& m, const std::vector<std::uint16_t>& columns) const noexcept {
        return &m == &model_ && parts_.size() == 1 && parts_[0].columns == columns;
    }
    [[nodiscard]] bool is_over(const mapping::link_pair& pair) const noexcept { return &pair == pair_; }

    /// Calls `visit` with every object of the model that may say one of these texts (add_texts, pair_texts) in the
    /// columns, by its row, by its members or by a parent that is staged, and others: each has to be compared, and some
    /// come twice.
    /// Ends where `visit` says true, and says so.
    template <class Visit>
    bool find(std::span<const std::string> texts, Visit visit) {
        if (!is_worth_it()) {
            for (graph::slab* b = objects_.state_of(model_).objects->current; b != nullptr; b = b->next) {
                looked_ += b->used;
                for (std::uint32_t i = 0; i < b->used; ++i) {
                    if (visit(*b->at(i))) return true;
                }
            }
            return false;
        }
        bring_up();
        const walk inside{*this};
        for (const std::string& text : texts) {
            // An entry stays where it is: new ones come before it.
            for (std::uint32_t at = first_of(text); at != 0; at = entries_[at - 1].next) {
                if (visit(*entries_[at - 1].object)) return true;
            }
        }
        return false;
    }
    template <class Visit>
    bool find(const std::string& text, Visit visit) {
        return find({&text, 1}, visit);
    }
    /// One that the condition holds for, or null.
    template <class Condition>
    [[nodiscard]] graph::node* first(const std::string& text, Condition condition) {
        graph::node* found = nullptr;
        find(text, [&](graph::node& n) {
            if (!condition(n)) return false;
            found = &n;
            return true;
        });
        return found;
    }
    /// Each of them once, for whoever changes them.
    [[nodiscard]] std::vector<graph::node*> all(std::span<const std::string> texts);

  private:
    struct entry {
        graph::node* object;
        std::uint32_t next;  ///< place + 1
    };
    /// Whoever is visited may ask again, but the index stays as it is for the time being.
    struct walk {
        explicit walk(column_index& i) noexcept : of{i} { ++of.walking_; }
        ~walk() { --of.walking_; }
        walk(const walk&) = delete;
        walk& operator=(const walk&) = delete;
        column_index& of;
    };
    struct part {
        std::vector<std::uint16_t> columns;
        std::vector<const mapping::foreign_key*> keys{};  ///< over these columns
        std::vector<std::string> said{};                  ///< by the object that is added
    };
    void say(graph::node&, part&) const;
    [[nodiscard]] bool is_worth_it() const noexcept;
    void bring_up();
    void add(graph::node&);
    void add(std::string text, graph::node&);
    [[nodiscard]] std::uint32_t first_of(const std::string& text) const;
    void forget() noexcept;

    object_table& objects_;
    const parent_links& parents_;
    const mapping::model& model_;
    const mapping::link_pair* const pair_ = nullptr;
    std::vector<part> parts_{};  ///< what each says stands side by side
    std::size_t looked_ = 0;     ///< at so many objects without it
    unsigned walking_ = 0;
    bool made_ = false;
    std::uint32_t edition_ = 0;            ///< of what was rewritten,
    std::size_t rewritten_ = 0;            ///< of which it knows so many
    const graph::slab* newest_ = nullptr;  ///< the pool is known so far: this block,
    std::uint32_t used_ = 0;               ///< so many places of it, and all that are older
    std::vector<entry> entries_{};
    std::unordered_map<std::string, std::uint32_t> first_{};  ///< place + 1 of the last entry with a text
};

/// What the object says in the columns, as key_text: by its row, and by its members where these say something else; and
/// a text for those that are to refer to it by columns that have no value yet.
void add_texts(const graph::node&, const std::vector<std::uint16_t>& columns, std::vector<std::string>& to);
/// What rows say that link two objects.
[[nodiscard]] std::vector<std::string> pair_texts(const mapping::link_pair&, const graph::node& first,
                                                  const graph::node& second);

}  // namespace kin::detail
