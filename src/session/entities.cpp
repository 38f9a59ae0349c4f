// Objects of several models in the rows of one select.
#include <kin/query/projection.hpp>

#include <new>
#include <unordered_set>

#include "session/core.hpp"

namespace kin::detail {

sql::expr entity_columns(const mapping::model& m, std::string_view alias) {
    std::vector<sql::expr> all;
    for (const mapping::column& c : m.columns) all.push_back(sql::column(&m, c.name, alias));
    return sql::list(sql::op::row, std::move(all));
}

struct entity_reader::state {
    struct place {
        int column = 0;
        const mapping::model* of = nullptr;
        graph::group* in = nullptr;
        std::vector<graph::node*> found{};
        std::unordered_set<graph::node*> known{};
        bool finished = false;
    };

    session_core& core;
    site where;
    session_guard guard;  ///< to the last row
    engine::cursor row;
    std::vector<place> places{};

    /// Its group may be over soon after, where other statements bring its objects again.
    void finish(place& p) {
        if (!p.finished) (void)core.loading.hydrator.finish_rows(p.in, p.found);
        p.finished = true;
    }
    place& at(const mapping::model& m, int column) {
        for (place& p : places) {
            if (p.column == column) return p;
        }
        return places.emplace_back(place{column, &m, core.loading.hydrator.new_group(m, where), {}, {}});
    }
};

entity_reader::entity_reader(session_core& core, const sql::select& s, const site& where)
    : state_{new state{core, where, {core, where}, core.loading.queries.rows(s, where)}} {}

// Also where an error ends the reading: what was made until then is the session's.
entity_reader::~entity_reader() {
    try {
        for (state::place& p : state_->places) state_->finish(p);
    } catch (const std::bad_alloc&) {
        // They are loaded on one by one.
    }
    delete state_;
}

bool entity_reader::next() { return state_->row.next(); }

void entity_reader::value(const field& f, void* to, int& column) { state_->row.decode({&f, 1}, to, column++); }

graph::node* entity_reader::object(const mapping::model& m, int& column) {
    const int first = column;
    column += static_cast<int>(m.columns.size());
    if (state_->row.is_null(first + m.primary_key[0])) return nullptr;
    state::place& p = state_->at(m, first);
    graph::node* n =
        state_->core.loading.hydrator.hydrate(state_->core.memory.objects.state_of(m), state_->row, first, p.in, false);
    make_room(p.found);
    if (p.known.insert(n).second) {
        p.found.push_back(n);
        state_->core.loading.relations.record_no_options(*n);
    }
    return n;
}

void entity_reader::load(const std::vector<const mapping::relation*>& path) {
    state_->row.finish();
    for (state::place& p : state_->places) {
        if (p.of != path.front()->owner) continue;
        state_->finish(p);
        kin::detail::load(state_->core, p.found.data(), p.found.size(), path, true, state_->where);
    }
}

}  // namespace kin::detail
