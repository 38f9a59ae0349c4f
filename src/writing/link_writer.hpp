// attach, detach, sync and their like: rows of a pivot written at once, whoever else writes them, and memory after it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <kin/graph/pivots.hpp>

#include "graph/blank_object.hpp"
#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "planning/flush_plan.hpp"
#include "statements/pair_rows.hpp"
#include "statements/stamping.hpp"
#include "unit_of_work/session_work.hpp"
#include "writing/object_merging.hpp"

namespace kin::detail {

/// A link that is asked for, or was found.
struct wanted_link {
    std::vector<value> key{};       ///< of the target
    graph::node* target = nullptr;  ///< null where the session does not know it
    const void* pivot = nullptr;
    bool there = false;
    bool asked = true;
    std::uint64_t named = 0;           ///< columns of `pivot` that were named; 0: all that differ from a fresh one's
    std::uint64_t changed = 0;         ///< columns of its row that are to be written
    std::unique_ptr<pair_rows> row{};  ///< as it was found, where it is told to hooks or changed
};

using link_list = std::vector<wanted_link*>;

/// One call of pivot_writing: reads the links that are there, decides, writes (INSERT … ON CONFLICT DO NOTHING or DO
/// UPDATE, UPDATE, DELETE), and brings memory to it. Its files: pivot_writing.cpp (deciding), link_rows.cpp
/// (statements), link_memory.cpp (memory).
class link_writer {
  public:
    link_writer(session_memory& memory, session_loading& loading, session_work& work, object_merging& merging,
                graph::node& owner, const mapping::relation& r, const site& where)
        : memory_{memory},
          loading_{loading},
          work_{work},
          merging_{merging},
          owner_{owner},
          relation_{r},
          links_{*r.links},
          pivot_{*r.links->through},
          shape_{pivot_.implied ? pair_rows::shape::keys : pair_rows::shape::objects},
          where_{where} {}

    /// Writes what is asked for, and then brings memory to it. As a whole: where a statement fails nothing is changed.
    graph::pivot_result run(const graph::pivot_request& ask);

    /// The key of a target as its column of the pivot holds it.
    std::vector<value> key_of(const graph::asked_link& ask, graph::node*& target);
    /// The session's object that is asked for by itself; usage_error where it cannot be linked.
    [[nodiscard]] graph::node* node_of(const graph::asked_link& ask) const;

  private:
    void collect(const graph::pivot_request& ask);
    void decide(graph::pivot_request::what does, bool updates);
    /// usage_error where an update says nothing.
    void require_said();

    /// The columns that a row says something of: those that were named, or those that differ from a fresh one's, but
    /// for keys and what Kin keeps.
    std::uint64_t said_by(const wanted_link&);
    /// The row in which the link's named columns stand.
    void name_columns(wanted_link&, const std::vector<sql::assignment>&);
    /// The columns of a row that are neither keys nor kept by Kin.
    [[nodiscard]] std::uint64_t own_columns() const;

    // link_rows.cpp: what the database is told
    [[nodiscard]] sql::expr near_condition() const;
    /// Who else changes the links of this object waits.
    [[nodiscard]] engine::cursor lock_owner();
    /// The links that are there: all of the relation's, or those among the targets that are asked for. `to_change`:
    /// nobody else changes them from now on, since what is read of them may be written again. `locks`: the owner first.
    void read(bool all, bool to_change, bool locks);
    void remember_row(wanted_link& w, engine::cursor& row) const;
    /// The session's object of a row that goes, or a copy of the row.
    void tell(event e, const link_list& rows);
    void fill(pair_rows& rows, const link_list& from) const;
    void set_keys(pair_rows& rows, std::size_t i, const wanted_link& w) const;
    static std::vector<const void*> objects_of(const pair_rows& rows);
    /// Only those whose row was written.
    static void keep_affected(link_list& list, const std::vector<std::int64_t>& affected);
    void remove();
    [[nodiscard]] std::uint64_t all_changed() const;
    /// What was read of the rows that change becomes what they are to say: hooks are told. All get the same columns
    /// written, so that one statement does; what nothing is said of stays as it was read.
    void complete_changes();
    void tell_changed();
    /// Links that are new and such that change in one statement: each has its whole row. Of a pivot that keeps what was
    /// removed also those that come back, as if they were new.
    void upsert();
    void update(bool report_affected);
    void insert();
    void insert_objects(pair_rows& rows, std::vector<std::int64_t>& affected);
    /// The row of a new link: what is said of it, what hooks say, its keys.
    void begin_row(pair_rows& rows, std::size_t i);
    void told_inserted(void* row);
    /// Those of the columns in which two rows are not the same.
    [[nodiscard]] std::uint64_t differing(std::uint64_t columns, const void* a, const void* b) const;
    void copy_columns(std::uint64_t which, const void* from, void* to) const;
    /// New targets of a relation with a condition get its constants: one UPDATE of those that lack them.
    void fill_constants();
    /// The parents that the pivot's rows touch.
    void touch_parents();
    void stamp_row(void* row, bool fresh) const;

    // link_memory.cpp: what is here shows it
    void sync_memory();
    /// What is loaded shows a new link, or is read again: the collections of rows, whose new ones nobody has.
    void show(const wanted_link& w);
    [[nodiscard]] static bool is_loaded(graph::node& n, const mapping::relation& r) noexcept;
    void unload(graph::node& n, const mapping::relation& r);
    /// An association object in memory takes over what its row says now.
    void bring_over(const wanted_link& w, graph::node& row);
    /// The association object of a link, if it is in memory; all of them, where nothing keeps pairs apart.
    [[nodiscard]] graph::node* known_row(const wanted_link& w);
    [[nodiscard]] std::vector<graph::node*> known_rows(const wanted_link& w);

    session_memory& memory_;
    session_loading& loading_;
    session_work& work_;
    object_merging& merging_;
    graph::node& owner_;
    const mapping::relation& relation_;
    const mapping::link_pair& links_;
    const mapping::model& pivot_;
    pair_rows::shape shape_;
    bool keeps_ = pivot_.soft_deleted != nullptr;  ///< what is removed stays, unseen
    bool hooked_ = !pivot_.implied && (memory_.hooks.hooked(event::before_remove, &pivot_) ||
                                       memory_.hooks.hooked(event::after_remove, &pivot_));
    bool tells_changes_ = !pivot_.implied && (memory_.hooks.hooked(event::before_update, &pivot_) ||
                                              memory_.hooks.hooked(event::after_update, &pivot_));
    /// Of the rows over these keys only some are the relation's links: its condition, or the pivot's scope, hides
    /// others.
    bool sees_some_ = pivot_.scope != nullptr || !relation_.fixed.empty();
    /// Which rows are removed, or changed, has to be read: that, or hooks are told of them.
    bool finds_gone_ = keeps_ || hooked_ || sees_some_;
    bool finds_changed_ = tells_changes_ || sees_some_;
    const site& where_;
    engine::connection* connection_ = nullptr;
    std::int64_t now_ = now_in_microseconds();
    std::deque<wanted_link> links_wanted_{};
    std::map<std::string, wanted_link*> by_key_{};
    link_list made_{}, gone_{}, changed_{};
    std::vector<graph::node*> taken_along_{};
    std::vector<const mapping::model*> written_{&pivot_};  ///< whose tables
    flush_plan settled_{};                                 ///< what is gone
    std::deque<blank_object> named_rows_{};
    std::map<const std::vector<sql::assignment>*, std::pair<const void*, std::uint64_t>> named_{};
    const void* said_of_ = nullptr;
    std::uint64_t said_ = 0;
};

}  // namespace kin::detail
