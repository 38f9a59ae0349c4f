// Foreign keys as typed members and as relations on both sides; pivots as many_to_many.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "names.hpp"
#include "plan.hpp"

namespace kin::reverse {

namespace {

using key_definition = sql::foreign_key_definition;

/// A foreign key between two structs.
struct edge {
    planned_model* from = nullptr;
    planned_model* to = nullptr;
    const key_definition* key = nullptr;
    bool unique = false;  ///< no two rows refer to the same one
    std::string name{};   ///< of the belongs_to
    [[nodiscard]] bool self() const { return from == to; }
};

std::string snake_of(const planned_model& m) { return member_name(m.name); }

std::string key_type(const std::string& model, const std::string& representation) {
    if (representation == "std::int64_t") return fmt::format("kin::key<{}>", model);
    return fmt::format("kin::key<{}, {}>", model, representation);
}
bool can_be_key(const std::string& type) {
    constexpr std::array types{"std::int64_t", "std::int32_t",
                               "std::int16_t", "std::string",
                               "kin::uuid",    "kin::stored_as<std::string, kin::form::number_or_text>"};
    return std::ranges::find(types, type) != types.end();
}

class relation_planner {
  public:
    relation_planner(model_plan& plan, const model_options& options) : plan_{plan}, options_{options} {}

    void run() {
        find_edges();
        spread_mixed_types();
        for (planned_model& m : plan_.models) remember_representations(m);
        take_pivots_out();
        for (edge& e : edges_) name_parent(e);  // first: it may rename the columns
        for (planned_model& m : plan_.models) type_own_key(m);
        for (edge& e : edges_) type_reference(e);
        for (const edge& e : edges_) add_parent(e);
        for (const edge& e : edges_) add_children(e);
        for (const pivot& p : pivots_) add_links(p);
        for (planned_model& m : plan_.models) {
            add_links_through(m);
            offer_morphs(m);
        }
    }

  private:
    struct pivot {
        const sql::table_definition* table = nullptr;
        planned_model* sides[2]{};
        std::string columns[2]{};
        bool keyed = false;
        bool cascades = false;  ///< the database removes its rows with either end
    };

    void remember_representations(const planned_model& m) {
        if (!m.left_out.empty() || m.key.size() != 1) return;
        const planned_column& c = *m.find(m.key[0]);
        if (can_be_key(c.value_type)) representation_[&m] = c.value_type;
    }

    // --- which keys lead where ---------------------------------------------------------------------------------------

    void find_edges() {
        for (planned_model& m : plan_.models) {
            if (m.table == nullptr) continue;
            for (const key_definition& key : m.table->foreign_keys) {
                planned_model* target = plan_.find(key.schema, key.table);
                const std::string why = problem(m, target, key);
                if (why.empty()) {
                    edges_.push_back({&m, target, &key, is_unique(m, key.columns)});
                } else {
                    m.comments.push_back(fmt::format("No relation to {}: {}.", key.table, why));
                }
            }
        }
    }

    static std::string problem(const planned_model& m, const planned_model* target, const key_definition& key) {
        if (target == nullptr) return "the table was not read";
        if (!target->left_out.empty() && target->left_out != only_pairs) return "it has no struct";
        if (key.columns.size() > 4) return "a key has at most four columns";
        const auto& to = key.target_columns;
        if (to.size() != key.columns.size()) return "its primary key has another number of columns";
        for (std::size_t i = 0; i < to.size(); ++i) {
            const planned_column* from = m.find(key.columns[i]);
            const planned_column* there = target->find(to[i]);
            if (from == nullptr || there == nullptr || from->value_type.empty() || there->value_type.empty()) {
                return "no member can hold the key";
            }
        }
        if (to != target->key && !is_unique(*target, to)) return "it does not refer to a key or UNIQUE columns";
        return {};
    }

    static bool is_unique(const planned_model& m, std::vector<std::string> columns) {
        std::ranges::sort(columns);
        const auto same = [&](std::vector<std::string> others) {
            std::ranges::sort(others);
            return others == columns;
        };
        if (same(m.key)) return true;
        if (m.table == nullptr) return false;
        for (const auto& u : m.table->uniques) {
            if (same(u.columns)) return true;
        }
        return std::ranges::any_of(m.table->indexes, [&](const sql::index_definition& i) {
            std::vector<std::string> names;
            for (const sql::index_part& p : i.parts) names.push_back(p.column);
            return i.unique && i.where.empty() && same(names);
        });
    }

    [[nodiscard]] std::vector<const edge*> edges_of(const planned_model& m) const {
        std::vector<const edge*> all;
        for (const edge& e : edges_) {
            if (e.from == &m) all.push_back(&e);
        }
        return all;
    }
    [[nodiscard]] std::size_t between(const planned_model* from, const planned_model* to) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(edges_, [&](const edge& e) { return e.from == from && e.to == to; }));
    }

    /// Where one end of a key holds numbers and texts, the other end and all that refers to it are read alike.
    void spread_mixed_types() {
        constexpr std::string_view mixed = "kin::stored_as<std::string, kin::form::number_or_text>";
        bool more = true;
        while (more) {
            more = false;
            for (const edge& e : edges_) {
                for (std::size_t i = 0; i < e.key->columns.size(); ++i) {
                    std::string& here = e.from->find(e.key->columns[i])->value_type;
                    std::string& there = e.to->find(e.key->target_columns[i])->value_type;
                    if ((here == mixed) == (there == mixed)) continue;
                    here = there = mixed;
                    more = true;
                }
            }
        }
    }

    // --- pivots that need no struct ----------------------------------------------------------------------------------

    static constexpr std::string_view only_pairs = "many_to_many";

    void take_pivots_out() {
        for (planned_model& m : plan_.models) {
            const auto keys = edges_of(m);
            const bool referred =
                std::ranges::any_of(edges_, [&](const edge& e) { return e.to == &m && e.from != &m; });
            if (m.table == nullptr || m.table->columns.size() != 2 || keys.size() != 2 || referred ||
                !m.schema().empty()) {
                continue;
            }
            pivot p{.table = m.table};
            bool fits = m.key.empty() || m.read_only || m.key.size() == 2;
            for (std::size_t i = 0; i < 2; ++i) {
                fits = fits && keys[i]->key->columns.size() == 1 && keys[i]->to != &m &&
                       keys[i]->key->target_columns == keys[i]->to->key && representation_.contains(keys[i]->to);
                p.sides[i] = keys[i]->to;
                p.columns[i] = keys[i]->key->columns[0];
            }
            if (!fits || p.columns[0] == p.columns[1]) continue;
            p.keyed = is_unique(m, {p.columns[0], p.columns[1]});
            p.cascades = keys[0]->key->on_delete == "CASCADE" && keys[1]->key->on_delete == "CASCADE";
            if (options_.describe && p.keyed && !is_as_made(p, keys)) continue;
            m.left_out = only_pairs;
            pivots_.push_back(p);
            plan_.pivots.push_back(
                fmt::format("{} ({}, {}) is the pivot of a many_to_many", m.table->name, p.columns[0], p.columns[1]));
        }
        std::erase_if(edges_, [](const edge& e) { return e.from->left_out == only_pairs; });
        std::erase_if(edges_, [](const edge& e) { return !e.from->left_out.empty(); });
    }

    /// Whether the table is what `create` makes of a many_to_many, so that no struct has to say more of it.
    [[nodiscard]] bool is_as_made(const pivot& p, const std::vector<const edge*>& keys) const {
        const sql::table_definition& t = *p.table;
        const int first = p.sides[0]->name <= p.sides[1]->name ? 0 : 1;
        const std::vector<std::string> both{p.columns[first], p.columns[1 - first]};
        for (const sql::column_definition& c : t.columns) {
            const edge* e = keys[c.name == p.columns[0] ? 0 : 1];
            const planned_column& key = *e->to->find(e->to->key[0]);
            if (c.nullable || !c.default_sql.empty() || !c.collation.empty() || !c.comment.empty() ||
                !c.options.empty() || c.type != own_type(representation_.at(e->to), *plan_.dialect) || key.length > 0) {
                return false;
            }
        }
        for (const edge* e : keys) {
            const bool acts = e->key->on_delete != (p.cascades ? "CASCADE" : "") || !e->key->on_update.empty();
            if (acts || e->key->deferring != sql::deferring::never) return false;
        }
        const auto indexes_second = [&](const sql::index_definition& i) {
            return !i.unique && i.where.empty() && i.method.empty() && i.included.empty() && i.parts.size() == 1 &&
                   i.parts[0].column == both[1] && !i.parts[0].descending;
        };
        return t.primary_key.columns == both && t.uniques.empty() && t.checks.empty() && t.other_constraints.empty() &&
               t.options.empty() && t.comment.empty() && t.indexes.size() == 1 && indexes_second(t.indexes[0]);
    }

    // --- the members that hold keys ----------------------------------------------------------------------------------

    void type_own_key(planned_model& m) {
        if (!representation_.contains(&m)) return;
        // A key that refers to another model's is that one's: one to one.
        for (const edge* e : edges_of(m)) {
            if (e->key->columns == m.key && e->key->target_columns == e->to->key && !e->self() &&
                representation_.contains(e->to)) {
                return;
            }
        }
        planned_column& c = *m.find(m.key[0]);
        c.value_type = key_type(m.name, c.value_type);
        c.key_type = true;
    }

    void type_reference(edge& e) {
        planned_column& c = *e.from->find(e.key->columns[0]);
        const bool own_key = e.self() && !c.optional;  // would be taken for the primary key
        if (e.key->columns.size() == 1 && e.key->target_columns == e.to->key && representation_.contains(e.to) &&
            !c.key_type && !own_key) {
            c.value_type = key_type(e.to->name, representation_[e.to]);
            c.key_type = true;
            const std::string acts = actions(e);
            if (!acts.empty()) e.from->rules.push_back(fmt::format(".foreign_key({}{})", literal(c.member), acts));
        } else {
            for (std::size_t i = 0; i < e.key->columns.size(); ++i) alike(e, i);
            std::string rule =
                fmt::format(".foreign_key<{}>(kin::columns({})", e.to->name, member_list(*e.from, e.key->columns));
            const bool to_key = e.key->target_columns == e.to->key;
            const std::string acts = actions(e);
            if (!to_key) {
                rule += fmt::format(", kin::columns({})", member_list(*e.to, e.key->target_columns));
            } else if (!acts.empty()) {
                rule += ", {}";
            }
            e.from->rules.push_back(rule + acts + ')');
        }
        if (e.key->deferring == sql::deferring::at_commit) {
            e.from->rules.push_back(fmt::format("?.deferred({})", member_list(*e.from, e.key->columns)));
        }
    }
    /// Columns of one key have one type at both ends.
    void alike(const edge& e, std::size_t i) {
        planned_column& c = *e.from->find(e.key->columns[i]);
        const planned_column& there = *e.to->find(e.key->target_columns[i]);
        if (c.key_type || there.key_type) return;
        if (can_be_key(c.value_type) && can_be_key(there.value_type)) c.value_type = there.value_type;
    }
    static std::string action(std::string_view sql) {
        if (sql == "SET NULL") return "set_null";
        if (sql == "SET DEFAULT") return "set_default";
        if (sql == "CASCADE") return "cascade";
        return sql == "RESTRICT" ? "restrict" : "no_action";
    }
    /// What can never happen is not said, for a model would be refused that says it: NULL in a column that takes none.
    static std::string possible(const edge& e, std::string_view when, const std::string& sql) {
        const bool never = sql == "SET NULL" && std::ranges::any_of(e.key->columns, [&](const std::string& name) {
                               return !e.from->find(name)->optional;
                           });
        if (!never) return sql;
        e.from->comments.push_back(fmt::format("{} {} SET NULL, and the column is NOT NULL: the database refuses it.",
                                               e.key->columns[0], when));
        return {};
    }
    static std::string actions(const edge& e) {
        const std::string on_delete = possible(e, "ON DELETE", e.key->on_delete);
        const std::string on_update = possible(e, "ON UPDATE", e.key->on_update);
        if (on_delete.empty() && on_update.empty()) return {};
        std::string text = ", kin::on_delete::" + action(on_delete);
        if (!on_update.empty()) text += ", kin::on_update::" + action(on_update);
        return text;
    }

    // --- names -------------------------------------------------------------------------------------------------------

    void name_parent(edge& e) {
        std::string name = parent_name(e);
        if (e.from->taken.contains(name)) name = "its_" + name;
        e.name = take_free(e.from->taken, std::move(name), snake_of(*e.to));
    }

    std::string parent_name(const edge& e) {
        if (e.key->columns.size() > 1) return common_name(e);
        planned_column& c = *e.from->find(e.key->columns[0]);
        std::string base = without_key_suffix(c.member);
        if (base.ends_with('_')) base.pop_back();
        if (base != c.member) return member_name(base);
        if (c.member == "reports_to") return e.self() ? "boss" : snake_of(*e.to);
        for (const std::string_view end : {"_to", "_by", "_via", "_from", "_of", "_in", "_at", "_for"}) {
            if (c.member.ends_with(end)) return snake_of(*e.to);
        }
        if (e.from->key == e.key->columns) return snake_of(*e.to);
        // `author` holds the key of an author: the relation is what a person means by that name.
        const std::string renamed = c.member + "_id";
        if (e.from->taken.contains(renamed)) return snake_of(*e.to);
        e.from->taken.erase(c.member);
        e.from->taken.insert(renamed);
        c.member = renamed;
        return base;
    }

    /// (uom_auth_name, uom_code) -> uom; (tenant, project_number) -> project
    static std::string common_name(const edge& e) {
        std::string prefix = e.from->find(e.key->columns[0])->member;
        for (const std::string& name : e.key->columns) {
            const std::string& member = e.from->find(name)->member;
            std::size_t same = 0;
            while (same < prefix.size() && same < member.size() && prefix[same] == member[same]) ++same;
            while (same > 0 && prefix[same - 1] != '_') --same;
            prefix.resize(same);
        }
        while (prefix.ends_with('_')) prefix.pop_back();
        if (!prefix.empty()) return prefix;
        const std::string& last = e.from->find(e.key->columns.back())->member;
        const std::string base = without_key_suffix(last);
        const bool own = std::ranges::find(e.to->key, e.key->columns.back()) != e.to->key.end();
        return base != last && !own ? base : snake_of(*e.to);
    }

    [[nodiscard]] std::string children_name(const edge& e) const {
        const std::string one = snake_of(*e.from);
        const std::string many = e.unique ? one : plural(one);
        if (e.self()) {
            if (e.name == "parent") return e.unique ? "child" : "children";
            for (const std::string_view above :
                 {"boss", "manager", "supervisor", "superior", "leader", "head", "chief"}) {
                if (e.name == above) return e.unique ? "report" : "reports";
            }
            if (e.name == "reply_to" || e.name == "in_reply_to") return "replies";
            return fmt::format("{}_{}", e.name, many);
        }
        if (between(e.from, e.to) == 1 || e.name == snake_of(*e.to)) return many;
        return fmt::format("{}_{}", e.name, many);
    }

    // --- relations ---------------------------------------------------------------------------------------------------

    [[nodiscard]] std::string via(const edge& e) const {
        if (between(e.from, e.to) < 2) return {};
        return fmt::format(", kin::via<{}>", member_list(*e.from, e.key->columns));
    }

    void add_parent(const edge& e) {
        e.from->relations.push_back({fmt::format("kin::belongs_to<{}{}>", e.to->name, via(e)), e.name, {}});
    }

    void add_children(const edge& e) {
        const std::string_view what = e.unique ? "has_one" : "has_many";
        const std::string_view deletes = e.key->on_delete == "CASCADE" ? ", kin::passive_deletes" : "";
        std::string name = take_free(e.to->taken, children_name(e), e.name);
        e.to->relations.push_back(
            {fmt::format("kin::{}<{}{}{}>", what, e.from->name, via(e), deletes), std::move(name), {}});
    }
    void add_links(const pivot& p) {
        for (int side = 0; side < 2; ++side) {
            planned_model& near = *p.sides[side];
            planned_model& far = *p.sides[1 - side];
            std::string name = plural(snake_of(far));
            if (&near == &far) name = plural(member_name(without_key_suffix(member_name(p.columns[1 - side]))));
            name = take_free(near.taken, std::move(name), member_name(p.table->name));
            near.relations.push_back(
                {fmt::format("kin::many_to_many<{}, kin::pivot<{}, {}, {}>{}>", far.name, literal(p.table->name),
                             literal(p.columns[side]), literal(p.columns[1 - side]),
                             !p.keyed     ? ", kin::pivot_without_key"
                             : p.cascades ? ", kin::passive_deletes"
                                          : ""),
                 std::move(name),
                 {}});
        }
    }

    /// A struct with two keys that are unique together is an association object.
    void add_links_through(planned_model& m) {
        const auto keys = edges_of(m);
        if (!m.left_out.empty() || keys.size() != 2 || keys[0]->to == keys[1]->to || keys[0]->self() ||
            keys[1]->self()) {
            return;
        }
        std::vector<std::string> both = keys[0]->key->columns;
        for (const std::string& c : keys[1]->key->columns) {
            if (std::ranges::find(both, c) == both.end()) both.push_back(c);
        }
        if (!is_unique(m, both) || keys[0]->unique || keys[1]->unique) return;
        for (std::size_t side = 0; side < 2; ++side) {
            planned_model& near = *keys[side]->to;
            const planned_model& far = *keys[1 - side]->to;
            std::string name = take_free(near.taken, plural(snake_of(far)), "by_" + snake_of(m));
            near.relations.push_back({fmt::format("kin::many_to_many<{}, {}>", far.name, m.name), std::move(name), {}});
        }
    }

    static void offer_morphs(planned_model& m) {
        for (const planned_column& c : m.columns) {
            if (!c.member.ends_with("_type") || c.value_type != "std::string") continue;
            const std::string name = c.member.substr(0, c.member.size() - 5);
            const auto id = std::ranges::find_if(m.columns, [&](const auto& o) { return o.member == name + "_id"; });
            if (id == m.columns.end() || id->key_type) continue;
            m.comments.push_back(
                fmt::format("{0} and {1} may be a kin::morph_to<…> {2}{{}} (<kin/morph.hpp>) over the models that {0} "
                            "names.",
                            c.member, id->member, name));
        }
    }

    model_plan& plan_;
    const model_options& options_;
    std::vector<edge> edges_{};
    std::vector<pivot> pivots_{};
    std::map<const planned_model*, std::string> representation_{};  // of keys of one column
};

}  // namespace

void plan_relations(model_plan& plan, const model_options& options) { relation_planner{plan, options}.run(); }

}  // namespace kin::reverse
