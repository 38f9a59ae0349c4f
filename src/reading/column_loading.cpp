// Columns of objects that are here already: those that a query left out, and those that are to be read again.
#include "reading/column_loading.hpp"

#include <kin/mapping/column.hpp>
#include <kin/query/running.hpp>
#include <kin/sql/compiler.hpp>

#include "lifecycle/session_memory.hpp"
#include "mapping/scope.hpp"
#include "reading/siblings.hpp"
#include "statements/key_conditions.hpp"
#include "statements/row_shape.hpp"

namespace kin::detail {

using graph::node;

void column_loading::load_columns(std::span<node* const> nodes, std::uint64_t columns, bool again, const site& where) {
    if (nodes.empty()) return;
    const mapping::model& m = *nodes[0]->in->what;
    for (const std::uint16_t c : m.primary_key) columns &= ~(std::uint64_t{1} << c);  // a key is never missing
    key_set keys{m, m.primary_key};
    for (node* n : nodes) {
        memory_.objects.require_mine(*n, where);
        graph::look(n);
        if (again) require_row(*n, where);
        if (again) memory_.settled.verify(*n, where);
        if (n->state() != graph::life::persistent || (!again && (n->in->missing & columns) == 0)) continue;
        (void)keys.add(m, m.primary_key, n->object());
    }
    if (keys.empty() || columns == 0) return;
    keys.sort();

    const row_shape shape{m, ~columns};
    const int first = static_cast<int>(m.primary_key.size());
    graph::pool& objects = *memory_.objects.state_of(m).objects;
    std::size_t found = 0;
    for (const sql::expr& condition : keys.exact()) {
        sql::select s;
        s.from.push_back(mapping::every_row_of(m));
        for (const std::uint16_t c : m.primary_key) s.columns.push_back({sql::column(&m, m.columns[c].name), {}});
        shape.add_to(s);
        s.where = condition;
        engine::connection& c = connection_.open(where);
        const sql::compiled compiled = sql::compile(s, c.dialect(), where);
        engine::cursor row = c.run(compiled.text, {.values = compiled.parameters});
        while (row.next()) {
            node* n = node_at(objects, row, 0);
            if (n == nullptr) continue;
            ++found;
            supply(*n, shape, row, first, again ? columns : columns & n->in->missing, again, memory_.objects.arena());
            memory_.objects.rewrote(*n);
            if (memory_.phase.wrote) memory_.log.note(n, transition::read);
            n->in = hydrator_.lacking(*n->in, n->in->missing & ~columns);
        }
    }
    if (again && found == 0) throw_gone(m, where);
}

void column_loading::complete(node& n, const site& where) {
    std::uint64_t columns = 0;
    bool all = true;
    const std::vector<node*> nodes = siblings(n, all, [&](const node& each) {
        if (each.state() != graph::life::persistent || (each.word & node::expired) != 0) return false;
        columns |= graph::left_out(each);
        return graph::left_out(each) != 0;
    });
    columns |= graph::left_out(n);
    load_columns(nodes, columns, false, where);
    if (graph::left_out(n) != 0) throw_gone(*n.in->what, where);
}

void column_loading::complete(std::span<node* const> nodes, std::uint64_t but, const site& where) {
    std::uint64_t columns = 0;
    std::vector<node*> lacking;
    for (node* n : nodes) {
        const std::uint64_t left = n->in->missing & ~but;
        if (left == 0 || n->state() != graph::life::persistent || (n->word & node::expired) != 0) continue;
        columns |= left;
        lacking.push_back(n);
    }
    load_columns(lacking, columns, false, where);
}

void column_loading::read_column(node& owner, std::size_t column, const site& call) {
    const site& where = call.line() != 0 ? call : owner.in->where;
    const mapping::model& m = *owner.in->what;
    const std::uint64_t bit = std::uint64_t{1} << column;
    if (memory_.phase.strict) {
        const std::string member = m.name + "::" + m.columns[column].member;
        throw raised_load{m.columns[column].io.name +
                              std::string{" is deferred, and this session is strict: ask for it "
                                          "with .undefer(&"} +
                              member + ")",
                          {.where = where}};
    }
    bool all = true;
    load_columns(siblings(owner, all, [&](const node& n) { return (n.in->missing & bit) != 0; }), bit, false, where);
    if ((owner.in->missing & bit) != 0) throw_gone(m, where);
}

bool has_column(const graph::node& n, std::size_t offset) {
    return (n.word & node::expired) == 0 && (n.in->missing & column_bit(*n.in->what, offset)) == 0;
}

}  // namespace kin::detail
