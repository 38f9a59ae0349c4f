// Objects that are read again.
#include "reading/column_loading.hpp"

#include <algorithm>

#include <kin/graph/aggregate_table.hpp>
#include <kin/sql/compiler.hpp>

#include "lifecycle/cascades.hpp"
#include "lifecycle/session_memory.hpp"
#include "mapping/scope.hpp"
#include "reading/siblings.hpp"
#include "statements/key_conditions.hpp"
#include "statements/model_statements.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void require_row(const node& n, const site& where) {
    if (n.state() == life::persistent) return;
    throw usage_error{"only an object that has a row can be refreshed: this " + n.in->what->name + " has none",
                      {.where = where}};
}

void throw_gone(const mapping::model& m, const site& where) {
    throw not_found{"the row of this " + m.name + " is gone", {.where = where}};
}

void column_loading::refresh(node& n, const site& where) {
    memory_.objects.require_mine(n, where);
    const mapping::model& m = *n.in->what;
    require_row(n, where);
    const std::vector<node*> reached = reached_by(n, cascades::refresh_expire);
    for (const node* each : reached) memory_.settled.verify(*each, where);
    for (node* each : reached) {
        if (each != &n) memory_.keys.expire_one(*each);
    }
    model_state& s = memory_.objects.state_of(m);
    if (n.snapshot() != nullptr) restore_key(n);
    std::vector<field> key;
    for (const std::uint16_t c : m.primary_key) key.push_back(m.fields[c]);
    engine::cursor row =
        connection_.open(where).run(hydrator_.sql_of(s, m, where).whole, {.fields = key, .object = n.object()});
    if (!row.next()) throw_gone(m, where);
    const std::vector<node*> shown = memory_.keys.parents_shown(n);
    const std::byte* packed = overwrite(n, m, row, 0, memory_.objects.arena());
    row.finish();
    n.word &= ~node::expired;
    memory_.objects.arena().aggregates().outdate();
    memory_.tracking.row_says(n, packed);
    memory_.objects.rewrote(s, n);
    n.in = hydrator_.lacking(*n.in, 0);
    if (memory_.phase.wrote) memory_.log.note(&n, transition::read);
    memory_.keys.follow_row(n, shown);
    memory_.unloading.unload(n);
}

/// Reads the rows of objects of one model again: their columns, and nothing else. Who has none stays expired.
void column_loading::read_again(std::vector<node*> nodes, const site& where) {
    const mapping::model& m = *nodes[0]->in->what;
    model_state& s = memory_.objects.state_of(m);
    if (nodes.size() == 1 && nodes[0]->in->missing == 0) {
        std::vector<field> key;
        for (const std::uint16_t c : m.primary_key) key.push_back(m.fields[c]);
        engine::cursor row = connection_.open(where).run(hydrator_.sql_of(s, m, where).whole,
                                                         {.fields = key, .object = nodes[0]->object()});
        if (row.next()) (void)hydrator_.hydrate(s, row, 0, nullptr, false);
        return;
    }
    // A statement for those that have the same columns.
    std::sort(nodes.begin(), nodes.end(), [](const node* a, const node* b) { return a->in->missing < b->in->missing; });
    for (std::size_t from = 0, to = 0; from < nodes.size(); from = to) {
        const row_shape shape{m, nodes[from]->in->missing};
        key_set keys{m, m.primary_key};
        for (; to < nodes.size() && nodes[to]->in->missing == shape.missing; ++to) {
            (void)keys.add(m, m.primary_key, nodes[to]->object());
        }
        keys.sort();
        for (const sql::expr& some : keys.exact()) {
            sql::select q;
            q.from.push_back(mapping::every_row_of(m));
            shape.add_to(q);
            q.where = some;
            engine::connection& c = connection_.open(where);
            const sql::compiled text = sql::compile(q, c.dialect(), where);
            engine::cursor row = c.run(text.text, {.values = text.parameters});
            while (row.next()) (void)hydrator_.hydrate(s, row, 0, nullptr, false, &shape);
        }
    }
}

void column_loading::read_expired(std::span<node* const> nodes, const site& where) {
    if (!memory_.phase.expired) return;
    std::vector<node*> waiting;
    for (node* n : nodes) {
        if ((n->word & node::expired) != 0 && n->state() == life::persistent) waiting.push_back(n);
    }
    if (!waiting.empty()) read_again(std::move(waiting), where);
}

void column_loading::read_removed(std::span<node* const> nodes, const site& where) {
    std::vector<node*> waiting;
    for (node* n : nodes) {
        if ((n->word & node::expired) != 0 && n->state() == life::removed) waiting.push_back(n);
    }
    if (!waiting.empty()) read_again(std::move(waiting), where);
}

void column_loading::reload(node& n) {
    const site where = site::current();
    // One that is to be removed can be looked at until it is.
    if (n.state() != life::removed) require_row(n, where);
    bool all = true;
    const auto wants = [&](const node& each) {
        return (each.word & node::expired) != 0 && (each.state() == life::persistent || &each == &n);
    };
    read_again(siblings(n, all, wants), where);
    if ((n.word & node::expired) != 0) throw_gone(*n.in->what, where);
}

node* column_loading::shown(node& known, const site& where) {
    if (!still_there(known) || soft_removed(known)) return nullptr;
    const std::uint64_t columns = graph::left_out(known);
    if (columns == 0 || known.state() != life::persistent) return &known;
    node* const one = &known;
    load_columns({&one, 1}, columns, false, where);
    return graph::left_out(known) == 0 ? &known : nullptr;
}

void column_loading::complete_and_touch(node& n) {
    if ((n.word & node::expired) != 0) reload(n);
    if ((n.word & node::writable) != 0) return;
    memory_.objects.require_own(*n.in->what);
    // A flush could not tell what is assigned to a member that was not read from what it never held.
    if (graph::left_out(n) != 0 && n.state() == life::persistent) complete(n, n.in->where);
    memory_.tracking.track(n);
}

}  // namespace kin::detail
