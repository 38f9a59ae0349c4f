// Relations that come in the statement of their owners.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "loading/loader.hpp"
#include "loading/session_loading.hpp"

namespace kin::detail {

/// The joined strategy, for one statement: adds LEFT JOINs to it, takes the targets out of its rows, and gives each
/// relation's to a loader. A row that throws leaves its relations unloaded.
class join_loading {
  public:
    /// `repeats`: a row of the root comes for each of its owners.
    join_loading(session_memory& memory, session_loading& loading, const site& where, bool repeats = false)
        : memory_{memory}, loading_{loading}, where_{where}, root_repeats_{repeats} {}

    /// Adds joins and columns for the relations of this level that ask for it, and for those below them. A second
    /// collection at one level would multiply rows: it is left to a statement of its own, as is all that a group, a
    /// DISTINCT or a limit for each owner would change.
    void add_to(sql::select&, const row_shape& root, const load_level&);
    /// Whether it added nothing.
    [[nodiscard]] bool empty() const noexcept { return steps_.empty(); }
    /// Whether a row of the root may come several times.
    [[nodiscard]] bool repeats() const noexcept { return tail_ >= 0; }
    /// Whether the relation of this option comes in the statement.
    [[nodiscard]] bool holds(const load_option& e) const noexcept;
    /// The owners of a relation that it holds whose rows did not come: they were known, and nobody asked for them.
    [[nodiscard]] std::vector<graph::node*> left_out(const load_option& e, std::span<graph::node* const>) const;

    /// Takes the targets out of a row.
    void read(engine::cursor&, graph::node& root);
    /// Gives all owners what was read; relations that say so are loaded below what was joined.
    void finish();

  private:
    struct step {
        const load_option* ask;
        load_level below;
        int owner;       ///< another step; -1: the root
        bool outer;      ///< its rows may be NULL
        int collection;  ///< the nearest collection at or above it; -1: none
        bool shared;     ///< several rows of the root may lead to one owner, and so to each pair of it
        std::string alias{};
        int first = 0;
        std::unique_ptr<loader> load{};
        row_shape shape;
        graph::group* group = nullptr;
        graph::node* current = nullptr;
        std::vector<graph::node*> owners{};
        found_children children{};
        std::unordered_set<const graph::node*> met{};
        std::unordered_set<pair_of_nodes, hash_of_nodes> pairs{};
    };

    void choose(const load_level&, int owner);
    void choose(const load_option&, const load_level&, int owner);
    void wrap(sql::select&, const row_shape& root);
    void join(sql::select&, step&, std::string_view root_alias);

    session_memory& memory_;
    session_loading& loading_;
    const site& where_;
    bool root_repeats_;
    std::vector<std::unique_ptr<step>> steps_{};  ///< owners before their targets
    int tail_ = -1;                               ///< the last collection of the chain
    bool contained_ = false;                      ///< joined by the query itself
    bool limited_ = false;                        ///< and its rows are counted
    bool joined_before_ = false;                  ///< the query has joins of its own
    int named_ = 0;
};

}  // namespace kin::detail
