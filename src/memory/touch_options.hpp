// What queries said of the relations of objects: for touches that come later, and of what a relation shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include <kin/graph/arena.hpp>
#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

#include "query/load_options.hpp"

namespace kin::detail {

/// A relation of an object.
struct side_key {
    const graph::node* owner;
    const mapping::relation* side;
    bool operator==(const side_key&) const = default;
};
struct side_hash {
    std::size_t operator()(const side_key& k) const noexcept {
        return std::hash<const void*>{}(k.owner) * 31 + std::hash<const void*>{}(k.side);
    }
};

/// What loaded relations show, where that is not all of their targets in the order of their declaration.
class contents {
  public:
    /// Every relation that is loaded shows all.
    [[nodiscard]] bool usual() const noexcept { return shown_.empty(); }
    /// What the relation shows, if it is loaded.
    [[nodiscard]] content of(const graph::node& n, const mapping::relation& r) const noexcept {
        if (usual()) return content::whole;
        const auto at = shown_.find({&n, &r});
        return at == shown_.end() ? content::whole : at->second.what;
    }
    /// Whether it shows a part that another query than this one asked for.
    [[nodiscard]] bool part_of_another(const graph::node& n, const mapping::relation& r,
                                       std::uint32_t query) const noexcept {
        const auto at = shown_.find({&n, &r});
        return at != shown_.end() && at->second.what == content::part && at->second.by != query;
    }
    /// Whether it shows what this query asked for in particular.
    [[nodiscard]] bool asked_by(const graph::node& n, const mapping::relation& r, std::uint32_t query) const noexcept {
        const auto at = shown_.find({&n, &r});
        return at != shown_.end() && at->second.by == query;
    }
    /// It shows this from now on, for the query of this number (0: for none).
    void set(const graph::node& n, const mapping::relation& r, content what, std::uint32_t query) {
        if (what != content::whole) {
            shown_.insert_or_assign({&n, &r}, shown{what, query});
        } else if (!shown_.empty()) {
            shown_.erase({&n, &r});
        }
    }
    template <class IsGone>
    void forget(IsGone is_gone) noexcept {
        std::erase_if(shown_, [&](const auto& each) { return is_gone(each.first.owner); });
    }
    /// Everything shows all again.
    void clear() noexcept {
        if (!shown_.empty()) shown_.clear();  // an empty table would still be wiped
    }

  private:
    struct shown {
        content what;
        std::uint32_t by;
    };
    std::unordered_map<side_key, shown, side_hash> shown_{};
};

/// What queries said of relations that are loaded later. An object's group has what the query said that brought it;
/// here stands what holds of single objects beside that: what an earlier query said and no later one took back.
class touch_options {
  public:
    /// Whether any query said anything that a touch has to know.
    [[nodiscard]] bool any() const noexcept { return any_; }
    /// A level as objects keep it; null where touches need not know it.
    [[nodiscard]] const load_level* lasting(const load_level&, graph::arena&);

    struct found {
        const load_option* said = nullptr;  ///< null: nothing, it is as declared
        load_level level{};                 ///< where that was said
    };
    /// What holds at a touch of the relation.
    [[nodiscard]] found of(const graph::node&, const mapping::relation&) const noexcept;

    /// Before the object joins another group.
    void leaves_group(const graph::node& n, graph::arena& home) {
        if (n.in->plan != nullptr) all_.try_emplace(&n, alone(n.in->plan, home));
    }
    /// A query that says this has brought the objects, of one model.
    void add(std::span<graph::node* const>, const load_level&, graph::arena&);
    /// The relation was asked for itself: what was said of touches is over.
    void end(std::span<graph::node* const>, const mapping::relation*, graph::arena&);
    template <class IsGone>
    void forget(IsGone is_gone) noexcept {
        std::erase_if(all_, [&](const auto& each) { return is_gone(each.first); });
    }
    /// Forgets all of it, with the objects.
    void clear() noexcept {
        if (!all_.empty()) all_.clear();
        alone_ = nullptr;
        any_ = false;
    }

  private:
    /// What was said of an object, newest first.
    struct touch_option {
        const load_level* level;         ///< null: nothing new,
        const mapping::relation* ended;  ///< but this came with its owners since: what was said of it is over
        const touch_option* older;
    };
    [[nodiscard]] static found look(const touch_option*, const mapping::relation&) noexcept;
    [[nodiscard]] const touch_option* alone(const load_level*, graph::arena&);
    [[nodiscard]] const touch_option* after(const touch_option* old, const load_level&, const mapping::model&,
                                            graph::arena&);
    [[nodiscard]] static const touch_option* without_answered(const touch_option*, const mapping::model&,
                                                              graph::arena&);

    std::unordered_map<const graph::node*, const touch_option*> all_{};
    const touch_option* alone_ = nullptr;  ///< the last one that was made of a group's
    bool any_ = false;
};

}  // namespace kin::detail
