#include "unit_of_work/parent_touching.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_set>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/scope.hpp"
#include "planning/flush_choice.hpp"
#include "statements/joining.hpp"
#include "statements/key_conditions.hpp"
#include "statements/pair_rows.hpp"
#include "statements/stamping.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

namespace {

bool touches(const mapping::relation& r) noexcept {
    return r.options.touches && r.holds_key() && r.key != nullptr && r.target != nullptr;
}

/// Association objects that nobody has in memory go as pairs.
bool writes(const flush_step& s) noexcept {
    return s.does == flush_step::what::insert || s.does == flush_step::what::update ||
           s.does == flush_step::what::remove || s.does == flush_step::what::unlink;
}

}  // namespace

/// The key of the parent that an update takes the child from; empty where there is none.
std::vector<value> parent_touching::left_parent(const flush_step& s, const node& child,
                                                const mapping::foreign_key& k) const {
    if (s.does != flush_step::what::update || (s.mask & k.mask()) == 0 || child.snapshot() == nullptr) return {};
    const mapping::model& m = *s.model;
    std::vector<value> key;
    for (const std::uint16_t column : k.columns) key.emplace_back(graph::packed(m, child.snapshot(), column));
    if (std::any_of(key.begin(), key.end(), [](const value& v) { return v.is_null(); })) return {};
    if (k.tagged && !(value{graph::packed(m, child.snapshot(), k.tag.column)} == k.tag.is)) return {};
    return key;
}

std::vector<std::string> parent_touching::in_words() {
    struct touched {
        const mapping::model* what;
        std::unordered_set<const node*> known{};
        std::unordered_set<std::string> others{};
    };
    std::vector<touched> all;
    std::unordered_set<const node*> written;
    for (const flush_step& s : plan_.steps) {
        if (writes(s)) written.insert(s.nodes.begin(), s.nodes.end());
    }
    for (const flush_step& s : plan_.steps) {
        const mapping::model& m = *s.model;
        if (!writes(s) || !m.touching) continue;
        for (const mapping::relation& r : m.relations) {
            if (!touches(r)) continue;
            const mapping::foreign_key& k = *r.key;
            auto of = std::find_if(all.begin(), all.end(), [&](const touched& t) { return t.what == k.target; });
            if (of == all.end()) of = all.insert(all.end(), {k.target});
            const auto add = [&](const node* parent, std::string key) {
                if (parent == nullptr) {
                    if (!key.empty()) of->others.insert(std::move(key));
                } else if (!written.contains(parent)) {
                    of->known.insert(parent);
                }
            };
            for (const auto& [first, second] : s.pairs) {
                if (&k == s.links->first) add(first, {});
                if (&k == s.links->second) add(second, {});
            }
            for (node* n : s.nodes) {
                node* parent = nullptr;
                const bool told = memory_.parents.staged_parent(*n, k, parent) || !graph::speaks_of(k, n->object());
                if (told) {
                    add(parent, {});
                } else {
                    parent = memory_.parents.parent_by_key(*n, k);
                    add(parent, n->state() == life::pending && graph::unset(m.fields[k.columns[0]], n->object())
                                    ? std::string{}
                                    : key_text(m, n->object(), k.columns));
                }
                const std::vector<value> left = left_parent(s, *n, k);
                std::string text;
                for (const value& part : left) text += describe(part.view()) + "|";
                if (!left.empty()) add(memory_.objects.known_target(k, left), "left " + text);
            }
        }
    }
    std::vector<std::string> lines;
    for (const touched& t : all) {
        const std::size_t count = t.known.size() + t.others.size();
        if (count == 0) continue;
        lines.push_back("touch " + std::to_string(count) + (count == 1 ? " row of " : " rows of ") + t.what->table);
        std::vector<const mapping::model*> below{t.what};
        for (std::size_t i = 0; i < below.size(); ++i) {
            for (const mapping::relation& r : below[i]->relations) {
                if (!touches(r) || std::find(below.begin(), below.end(), r.target) != below.end()) continue;
                lines.push_back("touch the rows of " + r.target->table + " above those of " + below[i]->table);
                below.push_back(r.target);
            }
        }
    }
    return lines;
}

key_set& parent_touching::keys_of(const mapping::foreign_key& k) {
    return wanted_.try_emplace({k.target, k.target_columns}, *k.target, k.target_columns).first->second;
}

void parent_touching::touch_known(node* parent) {
    if (parent != nullptr && known_.insert(parent).second) parents_.push_back(parent);
}

void parent_touching::add(const mapping::model& m, const void* row, std::uint64_t columns) {
    if (!m.touching) return;
    for (const mapping::relation& r : m.relations) {
        if (!touches(r) || (r.key->mask() & ~columns) != 0 || !graph::speaks_of(*r.key, row)) continue;
        const mapping::foreign_key& k = *r.key;
        if (!keys_of(k).add(m, k.columns, row)) continue;
        std::vector<value> key;
        for (const std::uint16_t each : k.columns) {
            value scratch;
            key.emplace_back(graph::view(m.fields[each], row, scratch));
        }
        touch_known(memory_.objects.known_target(k, key));
    }
}

void parent_touching::add_pairs(const flush_step& s, const std::unordered_set<const node*>& written) {
    pair_rows row{*s.links, 1, pair_rows::shape::objects};
    for (const auto& [first, second] : s.pairs) {
        row.set(0, *s.links->first, *first);
        row.set(0, *s.links->second, *second);
        if (!written.contains(first)) add(*s.model, row.at(0), s.links->first->mask());
        if (!written.contains(second)) add(*s.model, row.at(0), s.links->second->mask());
    }
}

void parent_touching::write(engine::connection& c) {
    std::unordered_set<const node*> written;  // they are stamped as it is
    for (const flush_step& s : plan_.steps) {
        if (writes(s)) written.insert(s.nodes.begin(), s.nodes.end());
    }
    // New ones are not in the identity map yet: they are known by what refers to them.
    auto is_written = [&, texts = std::map<const mapping::foreign_key*, std::unordered_set<std::string>>{}](
                          const mapping::foreign_key& k, const node& child) mutable {
        const auto [at, fresh] = texts.try_emplace(&k);
        for (auto n = written.begin(); fresh && n != written.end(); ++n) {
            if ((*n)->in->what == k.target) at->second.insert(key_text(*k.target, (*n)->object(), k.target_columns));
        }
        return at->second.contains(key_text(*child.in->what, child.object(), k.columns));
    };
    for (const flush_step& s : plan_.steps) {
        const mapping::model& m = *s.model;
        if (!writes(s) || !m.touching) continue;
        if (!s.pairs.empty()) add_pairs(s, written);
        for (const mapping::relation& r : m.relations) {
            if (!touches(r) || s.nodes.empty()) continue;
            const mapping::foreign_key& k = *r.key;
            key_set& keys = keys_of(k);
            for (node* n : s.nodes) {
                if (graph::speaks_of(k, n->object()) && !is_written(k, *n)) {
                    keys.add(m, k.columns, n->object());
                    touch_known(memory_.parents.parent_by_key(*n, k));
                }
                std::vector<value> key = left_parent(s, *n, k);
                if (key.empty()) continue;
                node* parent = memory_.objects.known_target(k, key);
                if (parent != nullptr && written.contains(parent)) continue;
                touch_known(parent);
                keys.add(std::move(key));
            }
        }
    }
    now_ = now_in_microseconds();
    for (auto& [of, keys] : wanted_) {
        keys.sort();
        for (const sql::expr& rows : keys.exact()) touch(c, *of.first, rows, {});
    }
}

/// The rows that the condition selects, and what they touch themselves.
void parent_touching::touch(engine::connection& c, const mapping::model& m, const sql::expr& rows,
                            std::vector<const mapping::model*> below) {
    sql::update u;
    u.table = mapping::every_row_of(m);
    for (const mapping::column& column : m.columns) {
        if (column.does == mapping::behaviour::updated_at)
            u.set.push_back({column.name, sql::literal(value{now_, kind::timestamp})});
    }
    u.where = rows;
    const sql::compiled text = sql::compile(u, c.dialect(), where_);
    (void)c.execute(text.text, text.parameters);
    below.push_back(&m);
    for (const mapping::relation& r : m.relations) {
        if (!touches(r) || std::find(below.begin(), below.end(), r.target) != below.end()) continue;
        const mapping::foreign_key& k = *r.key;
        sql::select keys;
        keys.from.push_back(mapping::every_row_of(m));
        keys.where = sql::both(rows, mapping::tag_condition(k));
        std::vector<sql::expr> subject;
        for (std::size_t i = 0; i < k.columns.size(); ++i) {
            keys.columns.push_back({sql::column(&m, m.columns[k.columns[i]].name), {}});
            subject.push_back(sql::column(k.target, k.target->columns[k.target_columns[i]].name));
        }
        touch(c, *k.target, sql::in_select(subject.size() == 1 ? subject[0] : sql::list(sql::op::row, subject), keys),
              below);
    }
}

void parent_touching::sync_memory() {
    for (std::size_t i = 0; i < parents_.size(); ++i) {
        node& n = *parents_[i];
        if (n.state() != life::persistent || (n.word & node::expired) != 0) continue;
        const mapping::model& m = *n.in->what;
        memory_.tracking.track(n);
        for (const mapping::column& c : m.columns) {
            if (c.does != mapping::behaviour::updated_at) continue;
            memory_.log.remember(n, c.io);
            value_view at;
            at.type = kind::timestamp;
            at.integer = now_;
            graph::assign(c.io, n.object(), at);
        }
        sync_.sync_updated(n, 0);
        if (!m.touching) continue;
        for (const mapping::relation& r : m.relations) {
            node* above = touches(r) ? memory_.parents.parent_by_key(n, *r.key) : nullptr;
            if (above != nullptr && std::find(parents_.begin(), parents_.end(), above) == parents_.end())
                parents_.push_back(above);
        }
    }
}

}  // namespace kin::detail
