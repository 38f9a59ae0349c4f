// What the relations of a session's objects show, and what queries said of those that are loaded later.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <kin/graph/node.hpp>

#include "memory/touch_options.hpp"

namespace kin::detail {

/// What each loaded relation shows (all, a part, another order), and the load options that queries left for later
/// touches. The rule is in docs/loading.md: a part that a query asked for ends with the next query that returns the
/// object; an option for later touches lasts until another query says something of that relation.
struct relation_contents {
    contents shown{};
    touch_options said{};
    std::vector<std::unique_ptr<std::vector<load_option>>> trees{};  ///< what queries said, for later touches
    /// By computed relation, the owners for which it was found: a flush that may have changed it unloads it there.
    std::unordered_map<const mapping::relation*, std::vector<graph::node*>> found{};
    /// By relation to one, the owners for which a load has found more: left unloaded, so that nobody else has to do
    /// with it, and refused when they are touched.
    std::unordered_map<const mapping::relation*, std::unordered_set<const graph::node*>> doubtful{};
    std::uint32_t queries = 0;  ///< how many there were
    std::uint32_t query = 0;    ///< the one that runs; 0: none

    /// Keeps what a query says (with what the declarations add) as long as the session, where a later touch needs it.
    [[nodiscard]] const std::vector<load_option>* keep(std::unique_ptr<std::vector<load_option>>&);
    /// The relation of these owners shows this from now on.
    void shows(std::span<graph::node* const> owners, const mapping::relation&, content);
    /// The computed relation is about to be loaded for these owners.
    void finds(std::span<graph::node* const> owners, const mapping::relation&);
    /// Whether what is loaded is not what is asked for.
    [[nodiscard]] bool differs(const graph::node& n, const load_option& e) const noexcept {
        const content wanted = e.shows();
        if (wanted != content::whole) return true;
        return !shown.usual() && differs_from(n, e);
    }
    /// As the object's query says, else as the relation is declared.
    [[nodiscard]] kin::load strategy_of(const graph::node& owner, const mapping::relation&) const noexcept;
    /// usage_error where only a part is loaded: what replaces it would remove the rest.
    void require_whole(graph::node& owner, const mapping::relation&);
    /// Forgets what it says of these objects.
    template <class IsGone>
    void forget(IsGone is_gone) noexcept {
        shown.forget(is_gone);
        said.forget(is_gone);
        for (auto& [r, owners] : found) std::erase_if(owners, is_gone);
        for (auto& [r, owners] : doubtful) std::erase_if(owners, is_gone);
    }
    /// Forgets all of it, with the objects.
    void clear() noexcept {
        shown.clear();
        if (!found.empty()) found.clear();
        if (!doubtful.empty()) doubtful.clear();
        said.clear();
        trees.clear();  // only the groups of the objects that go point to them
    }

  private:
    [[nodiscard]] bool differs_from(const graph::node&, const load_option&) const noexcept;
};

/// Held while a query brings objects: what one of its levels loads, the silence of another leaves as it is. One that is
/// no query says nothing of what comes along: a get, a touch that nothing was said of, a read for a change.
class query_scope {
  public:
    query_scope(relation_contents& of, bool says) noexcept
        : of_{of}, before_{std::exchange(of.query, says ? ++of.queries : 0)} {}
    ~query_scope() { of_.query = before_; }
    query_scope(const query_scope&) = delete;
    query_scope& operator=(const query_scope&) = delete;

  private:
    relation_contents& of_;
    std::uint32_t before_;
};

}  // namespace kin::detail
