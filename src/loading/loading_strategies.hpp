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

/// Decides for each relation by which strategy it is loaded (kin::load): at first touch, with its owners, when asked
/// for, or not at all; how the rows of one relation are read is the loader's business, and join_loading's where they
/// come in the statement of the owners. Everything read here is preceded by flush_gate. An error leaves relations that
/// were loaded before it loaded, and the others unloaded. A new strategy: a value of kin::load and whether it comes
/// with_owners (kin/mapping/options.hpp), the function that asks for it (kin/query/loading.hpp), its branch in `load`
/// (first touch) or load_below, and what it reads in loader.
class loading_strategies {
  public:
    loading_strategies(session_memory& memory, session_loading& loading) : memory_{memory}, loading_{loading} {}

    /// A query without load options has brought the object: what earlier ones said of parts is over.
    void record_no_options(graph::node&);
    /// Loads relations of objects that are here: session.load, and what a helper needs. `missing_only`: not of those
    /// that have them. A statement for each relation and level.
    void load(std::span<graph::node* const>, const load_tree&, bool missing_only, const site&);
    /// What stands below or above an object, without loading the relation.
    [[nodiscard]] graph::tree_list walk(graph::node& owner, const load_option&, const site&);
    /// The first touch of a relation: loads it by its strategy, for the siblings of the owner too (lazy batches).
    /// raised_load where the session is strict or the strategy says so.
    void load(graph::node& owner, const mapping::relation&, const site&);
    /// What a change has to know of a relation is read even where its strategy, which is for readers, would refuse. It
    /// flushes nothing, least of all the half-made object that the change is about: what is staged is merged in memory.
    void load_for_change(graph::node& owner, const mapping::relation&);
    /// A query has brought these objects, of one model, with these options for their relations. Those that it loads
    /// with them are loaded next; a part that another query asked for is unloaded, and options for later touches are
    /// kept (touch_options). Sends nothing.
    void record_options(std::span<graph::node* const>, const load_level&);
    /// Loads a relation of those owners that do not have it, as part of a change or a flush: no query, so options of
    /// earlier ones stay.
    void load_missing(std::span<graph::node* const>, const mapping::relation&, const site&);
    /// Loads what the options of a level ask for with the owners: one statement for each relation, sent together where
    /// the engine can; then the levels below. `origin`: the statement that found the owners, for subqueries; `joined`:
    /// what came in it.
    void load_below(std::span<graph::node* const>, const load_level&, bool missing_only, const sql::select* origin,
                    const join_loading*, const site&);

    /// Whether the relation of the owner has to be read for what is asked; `again`: also where it is loaded. What is
    /// loaded and is not what is asked for becomes unloaded.
    [[nodiscard]] bool to_load(graph::node& owner, const load_option&, bool again = false);

  private:
    /// A relation that is being loaded of many owners.
    struct relation_load {
        const load_option* ask = nullptr;
        std::vector<graph::node*> owners{};
        bool whole = false;  ///< they are their whole table
        bool early = false;  ///< begun before the loads beside it, which may have brought something along
        std::unique_ptr<loader> load{};
    };
    void read_as_empty(graph::node& owner, const mapping::relation&);
    void require_one(graph::node& owner, const mapping::relation&, const site&) const;
    [[nodiscard]] bool fill_from_memory(graph::node& owner, const mapping::relation&, const load_option* said);
    void load_all(std::span<graph::node* const>, const load_tree&, bool missing_only, const site&);
    relation_load begin_load(std::span<graph::node* const>, const load_option&, const load_level& below,
                             bool missing_only, const site&);
    void load_levels(std::span<graph::node* const>, relation_load, const load_level& below, bool missing_only,
                     const sql::select* origin, const site&);

    session_memory& memory_;
    session_loading& loading_;
};

}  // namespace kin::detail
