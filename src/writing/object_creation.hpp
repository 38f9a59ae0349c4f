// Helpers that create rows at once: create, save, find_or_create, get_or_create, upsert.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kin/graph/host.hpp>

#include "lifecycle/session_memory.hpp"
#include "writing/known_values.hpp"
#include "writing/object_merging.hpp"

namespace kin::detail {

struct session_loading;
struct session_work;

struct wanted_rows;

/// Each stages what it is asked for and flushes, in one all_or_nothing: where that fails the session is as before, and
/// so is the database. usage_error within a hook of a flush.
class object_creation {
  public:
    object_creation(session_memory& memory, session_loading& loading, session_work& work, object_merging& merging)
        : memory_{memory}, loading_{loading}, work_{work}, merging_{merging} {}

    /// For each of `count` objects the row that has its values in the columns at `offsets`, made where there is none:
    /// SELECT, then INSERT … ON CONFLICT DO NOTHING and SELECT of those that were missing. serialization_failure where
    /// a row went between them.
    std::vector<graph::node*> get_or_create(const mapping::model&, void* first, std::size_t count,
                                            std::span<const std::size_t> offsets, const site&);
    /// get_or_create, then an UPDATE of what the values say of other columns: of the `written` ones, or (null) of those
    /// that differ from a fresh object's.
    std::vector<graph::node*> upsert(const mapping::model&, void* first, std::size_t count,
                                     const std::vector<std::size_t>& offsets, const std::vector<std::size_t>* written,
                                     const site&);
    /// New objects, flushed: INSERT.
    void add_at_once(const mapping::model&, void* objects, graph::node** nodes, std::size_t count, const site&);
    /// Puts objects into a relation of the owner and flushes. `objects`: new ones, which are moved in; null: those in
    /// `nodes`. `pivot`: the association object of the link, or null.
    void save(graph::node& owner, const mapping::relation&, void* objects, graph::node** nodes, std::size_t count,
              void* pivot, const site&);
    /// The target of the relation with the values that are sought, or a new one, flushed: SELECT, and INSERT where
    /// there is none.
    graph::node& find_or_create(graph::node& owner, const mapping::relation&, const graph::sought&, const site&);

    /// The session's objects are gone.
    void forget() noexcept { known_.clear(); }

  private:
    void find_known(const mapping::model&, wanted_rows&);
    void insert_missing(const mapping::model&, wanted_rows&, const site&);
    [[nodiscard]] std::vector<std::string> fill_slugs(const mapping::model&, wanted_rows&,
                                                      const std::vector<std::size_t>& missing, const site&);
    void created(graph::node&, bool made_key);
    graph::node* find_target(graph::node& owner, const mapping::relation&, const void* object,
                             const std::vector<std::uint16_t>& columns, bool among_all, const site&);

    session_memory& memory_;
    session_loading& loading_;
    session_work& work_;
    object_merging& merging_;
    known_values known_{};
};

}  // namespace kin::detail
