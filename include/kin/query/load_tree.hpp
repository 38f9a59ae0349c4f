// What is to be loaded of a result's relations: a tree of relations, each with how and with what below it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <kin/mapping/types.hpp>
#include <kin/sql/expr.hpp>
#include <kin/value/error.hpp>

namespace kin::detail {

/// A relation and how it is loaded; src/query/load_options.hpp.
struct load_option;

/// The bit of the column whose member stands at `offset`; mapping_error where it is none.
[[nodiscard]] std::uint64_t column_bit(const mapping::model&, std::size_t offset);

/// A value; its nodes are the session's business.
class load_tree {
  public:
    load_tree() noexcept = default;
    /// One relation; null for all that nothing else is said of.
    load_tree(const mapping::relation*, kin::load how);
    load_tree(const load_tree&);
    load_tree(load_tree&&) noexcept;
    load_tree& operator=(load_tree) noexcept;
    ~load_tree();

    /// A path of relations, each loaded with its owners.
    void add(const std::vector<const mapping::relation*>& path);
    /// The same from text, `posts.comments`, checked against the mapping.
    void add(const mapping::model&, std::string_view dotted, const site&);
    /// What another tree says; it replaces what is said of the same relations.
    void add(const load_tree&);
    [[nodiscard]] const std::vector<load_option>* level() const noexcept { return all_; }

    // Of a tree made of one relation; of a morph_to's about the one that was chosen, the first before that.
    void choose(const mapping::model& target);
    void restrict_to(const sql::expr&);
    void order(sql::ordering);
    void limit(std::int64_t);
    void offset(std::int64_t);
    void depth(std::uint32_t);
    /// Of descendants: children and parents are filled, too.
    void fill_tree();
    /// Only this column of the target (and its keys), or all but it.
    void keep_column(std::size_t offset);
    void skip_column(std::size_t offset);
    /// A deferred column that is read with the others.
    void want_column(std::size_t offset);
    /// Filled from a join that the query has made itself, of the table under this name.
    void contained(std::string_view alias);
    /// Rows of the target that it does not show by itself.
    void with_removed(bool alone);
    void without_scope();
    void nest(const load_tree&);
    void nest(const std::vector<const mapping::relation*>& path);

  private:
    std::vector<load_option>& made();
    load_option& only();

    std::vector<load_option>* all_ = nullptr;
    std::size_t chosen_ = 0;
};

}  // namespace kin::detail
