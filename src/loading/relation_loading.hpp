// Which relations of which objects are loaded, when and how.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <kin/graph/tree_list.hpp>
#include <kin/query/load_tree.hpp>
#include <kin/sql/statement.hpp>

#include "lifecycle/session_memory.hpp"
#include "query/load_options.hpp"

namespace kin::detail {

struct session_loading;
class join_loading;
class loader;

/// At first touch, with their owners, or when asked for; how one relation of many owners is read is the loader's
/// business.
class relation_loading {
  public:
    relation_loading(session_memory& memory, session_loading& loading) : memory_{memory}, loading_{loading} {}

    /// By a query that says nothing of its relations.
    void brought(graph::node&);
    void load(std::span<graph::node* const>, const load_tree&, bool missing_only, const site&);
    /// What stands below or above an object, without loading the relation.
    [[nodiscard]] graph::tree_list walk(graph::node& owner, const eager&, const site&);
    void load(graph::node& owner, const mapping::relation&, const site&);
    void load_for_change(graph::node& owner, const mapping::relation&);
    void say(std::span<graph::node* const>, const load_level&);
    /// What changes have to know: no query that says anything of what it brings.
    void bring(std::span<graph::node* const>, const mapping::relation&, const site&);
    void load_below(std::span<graph::node* const>, const load_level&, bool missing_only, const sql::select* origin,
                    const join_loading*, const site&);

    /// Whether the relation of the owner has to be read for what is asked; `again`: also where it is loaded. What is
    /// loaded and is not what is asked for becomes unloaded.
    [[nodiscard]] bool to_load(graph::node& owner, const eager&, bool again = false);

  private:
    /// A relation that is being loaded of many owners.
    struct along {
        const eager* ask = nullptr;
        std::vector<graph::node*> owners{};
        bool whole = false;  ///< they are their whole table
        std::unique_ptr<loader> load{};
    };
    void read_as_empty(graph::node& owner, const mapping::relation&);
    [[nodiscard]] bool read_unasked(graph::node& owner, const mapping::relation&, const eager* said);
    void load_all(std::span<graph::node* const>, const load_tree&, bool missing_only, const site&);
    along begin_along(std::span<graph::node* const>, const eager&, const load_level& below, bool missing_only,
                      const site&);
    void load_along(std::span<graph::node* const>, along, const load_level& below, bool missing_only,
                    const sql::select* origin, const site&);

    session_memory& memory_;
    session_loading& loading_;
};

}  // namespace kin::detail
