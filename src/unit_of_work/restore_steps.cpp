// Running a flush plan's returns: rows that were removed with others, and stayed, come back with them, and so do their
// objects.
#include <map>
#include <string>
#include <utility>

#include <kin/graph/fields.hpp>

#include "relations/key_text.hpp"
#include "statements/soft_removal.hpp"
#include "unit_of_work/plan_runner.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

void plan_runner::restore(const flush_step& s) {
    // By model: rows without an object in the session, by their keys, with the time that they were removed at.
    std::map<const mapping::model*, std::map<std::string, std::int64_t>> unknown;
    const auto returned = [&](const mapping::model& m, const std::vector<value>& key, std::int64_t removed_at) {
        const graph::pool* known = memory_.objects.arena().find_pool(m);
        if (known == nullptr) return;
        std::vector<value_view> parts;
        for (const value& part : key) parts.push_back(part.view());
        if (node* n = known->identities.find(parts)) return note_returned(*n);
        std::string text;
        for (const value_view& part : parts) (void)append_key(text, part);
        unknown[&m].emplace(std::move(text), removed_at);
    };
    restore_owned(connection_, *s.model, s.nodes, now_, returned, where_);
    // Who went with its row, and is somewhere still, is its object again.
    for (auto& [m, rows] : unknown) {
        const auto went_at = [&, removed = m->soft_deleted](const node& n) {
            value scratch;
            return n.snapshot() != nullptr
                       ? graph::packed(*m, n.snapshot(), static_cast<std::size_t>(removed - m->columns.data())).integer
                       : graph::view(removed->io, n.object(), scratch).integer;
        };
        for (const auto& [key, removed_at] : rows) {
            node* const there = memory_.parents.by_columns(*m, m->primary_key).first(key, [&](const node& n) {
                // What was expunged has neither.
                if (n.state() != life::detached || !soft_removed(n)) return false;
                if (n.snapshot() == nullptr && (n.word & node::expired) == 0) return false;
                return key_text(*m, n.object(), m->primary_key) == key && removed_at == went_at(n);
            });
            if (there != nullptr) note_returned(*there);
        }
    }
}

/// The object of a row that came back says so, too; what is expired is read again.
void plan_runner::note_returned(node& n) {
    returned_.push_back(&n);
    if ((n.word & node::expired) != 0 && n.state() == life::persistent) return;
    const mapping::model& m = *n.in->what;
    for (const mapping::column& c : m.columns) {
        if (&c == m.soft_deleted) {
            remember(n, c.io);
            c.io.optional->reset(static_cast<std::byte*>(n.object()) + c.io.offset);
        } else if (c.does == mapping::behaviour::updated_at) {
            write_integer(n, c.io, now_, kind::timestamp);
        }
    }
    if (m.version != nullptr) bump(n);
}

}  // namespace kin::detail
