// What stands in kin::table(…): what the types of the members cannot say. A rule with `?` in front is one that queries
// do not need.
#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "names.hpp"
#include "plan.hpp"

namespace kin::reverse {

namespace {

bool is_number(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    const auto allowed = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    return !text.empty() && text != "." && std::ranges::all_of(text, allowed) && std::ranges::count(text, '.') <= 1 &&
           (text.size() == 1 || text.front() != '0' || text[1] == '.') && text.size() < 16;
}

/// 'it''s'::character varying -> it's; false where it is more than a quoted text.
bool quoted_text(std::string_view sql, std::string& to) {
    if (!sql.starts_with('\'')) return false;
    std::size_t i = 1;
    for (; i < sql.size(); ++i) {
        if (sql[i] != '\'') {
            to += sql[i];
        } else if (i + 1 < sql.size() && sql[i + 1] == '\'') {
            to += sql[++i];
        } else {
            break;
        }
    }
    sql.remove_prefix(std::min(i + 1, sql.size()));
    return sql.empty() || (sql.starts_with("::") && sql.find_first_of("()[]") == std::string_view::npos) ||
           sql.starts_with("::numeric(");
}

/// A default as the initialiser of a member; empty where none is the same.
std::string initial_of(const planned_column& c, const model_plan& plan) {
    std::string_view sql = c.source->default_sql;
    while (sql.size() > 2 && sql.front() == '(' && sql.back() == ')') sql = sql.substr(1, sql.size() - 2);
    std::string text;
    const bool quoted = quoted_text(sql, text);
    const std::string& type = c.value_type;
    const bool whole = type == "std::int64_t" || type == "std::int32_t" || type == "std::int16_t";
    if (type == "bool") {
        if (sql == "1" || sql == "true" || sql == "TRUE") return "true";
        if (sql == "0" || sql == "false" || sql == "FALSE") return "false";
    }
    const std::string_view number = quoted ? std::string_view{text} : sql;
    const bool fraction = number.find('.') != std::string_view::npos;
    if (whole && is_number(number) && !fraction) return std::string{number};
    if (type == "double" && is_number(number)) return std::string{number} + (fraction ? "" : ".0");
    if (type == "kin::decimal" && is_number(number)) return literal(number);
    if (type == "std::string" && quoted) return literal(text);
    for (const planned_enum& e : plan.enums) {
        if (type != e.name || !quoted) continue;
        const auto found = std::ranges::find(e.source->labels, text);
        if (found == e.source->labels.end()) continue;
        return e.name + "::" + e.enumerators[static_cast<std::size_t>(found - e.source->labels.begin())];
    }
    return {};
}

/// A key is stored as what it is the key by.
std::string_view value_type(const planned_column& c) {
    if (!c.key_type) return c.value_type;
    const std::string_view type = c.value_type;
    const std::size_t comma = type.find(", ");
    return comma == std::string_view::npos ? "std::int64_t" : type.substr(comma + 2, type.size() - comma - 3);
}

class rule_planner {
  public:
    rule_planner(planned_model& m, const model_plan& plan, const model_options& options)
        : m_{m}, plan_{plan}, options_{options} {}

    void run() {
        const std::vector<std::string> relations = std::move(m_.rules);
        m_.rules.clear();
        if (m_.view != nullptr || m_.read_only) add(".view(" + shown_rows() + ')');
        const planned_column* own = m_.key.size() == 1 ? m_.find(m_.key[0]) : nullptr;
        const bool found = own != nullptr && own->member == "id" && own->key_type &&
                           own->value_type.starts_with("kin::key<" + m_.name);
        if (!found) add(fmt::format(".primary_key({})", member_list(m_, m_.key)));
        for (const std::string& r : relations) m_.rules.push_back(r);
        for (planned_column& c : m_.columns) {
            if (!c.value_type.empty()) {
                add_column_rules(c);
            } else if (m_.table != nullptr && !m_.read_only) {
                add(fmt::format(".ignored({}, {})", literal(c.source->name), literal(definition(*c.source))));
            }
        }
        if (m_.table != nullptr) add_table_rules(*m_.table);
    }

  private:
    void add(std::string rule, bool only_described = false) {
        m_.rules.push_back((only_described ? "?" : "") + std::move(rule));
    }

    /// What a view shows, where a model can say it: one whose columns are called as its query calls them.
    [[nodiscard]] std::string shown_rows() {
        if (m_.view == nullptr || !options_.describe) return {};
        std::string select = query_of(*m_.view);
        if (select.empty()) m_.comments.push_back("How the view is made stands in the database alone.");
        for (const sql::trigger_definition& t : m_.view->triggers) m_.comments.push_back("Trigger " + t.name);
        return select.empty() ? select : literal(select);
    }
    /// All that stands behind the name of a column that no member holds.
    [[nodiscard]] static std::string definition(const sql::column_definition& c) {
        std::string text = c.type;
        const auto add = [&](std::string_view what) { text.append(text.empty() ? "" : " ").append(what); };
        if (!c.collation.empty()) add("COLLATE \"" + c.collation + '"');
        if (!c.nullable) add("NOT NULL");
        if (!c.default_sql.empty()) add("DEFAULT " + c.default_sql);
        if (c.identity == sql::identity::always) add("GENERATED ALWAYS AS IDENTITY");
        if (!c.generated_sql.empty()) {
            add("GENERATED ALWAYS AS (" + c.generated_sql + (c.stored ? ") STORED" : ") VIRTUAL"));
        }
        if (!c.options.empty() && c.options.find("NOT NULL") == std::string::npos) add(c.options);
        if (text.empty()) text = "NULL";  // a column of SQLite's without a type
        return text;
    }

    void add_column_rules(planned_column& c) {
        const sql::column_definition& source = *c.source;
        const std::string name = literal(c.member);
        const bool key = std::ranges::find(m_.key, source.name) != m_.key.end();
        const bool counted = source.identity != sql::identity::none;
        if (key && source.nullable && m_.table != nullptr && !m_.read_only) {
            add(fmt::format(".nullable({})", name), true);
        }
        if (source.identity == sql::identity::never_again) add(fmt::format(".autoincrement({})", name), true);
        if (source.identity == sql::identity::always) add(fmt::format(".identity_always({})", name));
        if (!source.generated_sql.empty()) {
            add(fmt::format(".generated({}, {})", name, literal(source.generated_sql)));
            if (!source.stored) c.comment += ", computed when it is read";
        }
        if (c.comment == source.type && own_type(value_type(c), *plan_.dialect) == source.type) c.comment.clear();
        if (!source.default_sql.empty() && !(counted && key)) {
            c.initial = c.key_type ? std::string{} : initial_of(c, plan_);
            std::string upper{source.default_sql};
            for (char& letter : upper) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
            const bool null = upper == "NULL" || upper.starts_with("NULL::");
            if (c.initial.empty() && !null && !key) add(fmt::format(".database_default({})", name));
            add(fmt::format(".default_value({}, {})", name, literal(source.default_sql)), true);
        }
        if (m_.view != nullptr) return;
        if (c.length > 0 && c.length < 65536) {
            add(fmt::format(".length({}, {})", name, c.length), true);
        } else if ((!is_enum(c) || !plan_.dialect->enum_types) && !source.type.empty() &&
                   own_type(value_type(c), *plan_.dialect) != source.type) {
            add(fmt::format(".type({}, {})", name, literal(source.type)), true);
        }
        if (!source.collation.empty()) add(fmt::format(".collation({}, {})", name, literal(source.collation)), true);
        if (!source.comment.empty()) add(fmt::format(".comment({}, {})", name, literal(source.comment)), true);
        if (!source.options.empty()) c.comment += ", " + source.options;
        for (const planned_enum& e : plan_.enums) {
            if (e.name != c.value_type || e.source->labels.size() > 32 || !plan_.dialect->enum_types) continue;
            std::string labels;
            for (const std::string& l : e.source->labels) labels += ", " + literal(l);
            add(fmt::format(".enumeration({}, {}{})", name, literal(e.source->name), labels), true);
        }
    }
    [[nodiscard]] bool is_enum(const planned_column& c) const {
        return std::ranges::any_of(plan_.enums, [&](const planned_enum& e) { return e.name == c.value_type; });
    }

    /// Whether all of them are members.
    [[nodiscard]] bool has_all(const std::vector<std::string>& columns) const {
        return columns.size() <= 4 && std::ranges::all_of(columns, [&](const std::string& name) {
                   const planned_column* c = m_.find(name);
                   return c != nullptr && !c->value_type.empty();
               });
    }

    void add_table_rules(const sql::table_definition& t) {
        for (const sql::unique_definition& u : t.uniques) {
            std::string text = "UNIQUE (";
            for (const std::string& c : u.columns) text += (text.ends_with('(') ? "" : ", ") + c;
            if (u.columns == m_.key) continue;
            if (has_all(u.columns) && u.sql.empty()) {
                add(fmt::format(".unique({})", member_list(m_, u.columns)));
            } else {
                m_.comments.push_back(u.sql.empty() ? text + ")" : u.sql);
            }
        }
        for (const sql::index_definition& i : t.indexes) add_index(i);
        for (const sql::check_definition& c : t.checks) add(fmt::format(".check({})", literal(c.sql)), true);
        for (const sql::check_definition& c : t.other_constraints) m_.comments.push_back(c.sql);
        if (!t.comment.empty()) add(fmt::format(".comment({})", literal(t.comment)), true);
        if (!t.options.empty()) add(fmt::format(".options({})", literal(t.options)), true);
        for (const sql::foreign_key_definition& key : t.foreign_keys) {
            if (has_all(key.columns) && is_declared(key) && !is_indexed(t, key.columns)) {
                add(fmt::format(".unindexed({})", member_list(m_, key.columns)), true);
            }
        }
        for (const std::string& sql : t.kept) m_.comments.push_back(sql);
        for (const sql::trigger_definition& trigger : t.triggers) {
            m_.comments.push_back("Trigger " + trigger.name);
        }
    }

    /// Whether the model has the key, which it has not where there is no model that it could lead to.
    [[nodiscard]] bool is_declared(const sql::foreign_key_definition& key) const {
        const planned_column* first = m_.find(key.columns[0]);
        const auto names_it = [&](const std::string& rule) {
            return rule.find(".foreign_key<") == 0 &&
                   rule.find("(kin::columns(" + member_list(m_, key.columns) + ")") != std::string::npos;
        };
        return (key.columns.size() == 1 && first->key_type) || std::ranges::any_of(m_.rules, names_it);
    }
    /// Whether an index begins with these columns, in any order.
    [[nodiscard]] static bool is_indexed(const sql::table_definition& t, const std::vector<std::string>& columns) {
        const auto begins = [&](const std::vector<std::string>& with) {
            return with.size() >= columns.size() && std::is_permutation(columns.begin(), columns.end(), with.begin());
        };
        if (begins(t.primary_key.columns)) return true;
        if (std::ranges::any_of(t.uniques, [&](const auto& u) { return begins(u.columns); })) return true;
        return std::ranges::any_of(t.indexes, [&](const sql::index_definition& i) {
            std::vector<std::string> leading;
            for (const sql::index_part& p : i.parts) {
                if (p.column.empty()) break;
                leading.push_back(p.column);
            }
            return i.where.empty() && i.method.empty() && begins(leading);
        });
    }

    void add_index(const sql::index_definition& i) {
        std::vector<std::string> columns;
        std::string parts;
        bool plain = i.where.empty() && i.method.empty() && i.included.empty() && i.options.empty() && i.nulls_distinct;
        for (const sql::index_part& p : i.parts) {
            plain = plain && !p.column.empty() && !p.descending && !p.nulls_first && p.collation.empty() &&
                    p.operator_class.empty();
            columns.push_back(p.column);
            parts += (parts.empty() ? "" : ", ") + (p.column.empty() ? '(' + p.expression + ')' : p.column) +
                     (p.descending ? " DESC" : "");
        }
        if (plain && has_all(columns) && !options_.describe) {
            add(fmt::format(".{}({})", i.unique ? "unique" : "index", member_list(m_, columns)), !i.unique);
            return;
        }
        if (options_.describe && describe_index(i)) return;
        m_.comments.push_back(fmt::format("{}INDEX {}{} ({}){}", i.unique ? "UNIQUE " : "", i.name,
                                          i.method.empty() ? "" : " USING " + i.method, parts,
                                          i.where.empty() ? "" : " WHERE " + i.where));
    }

    /// As `.index(kin::index_on("a").descending("b"))`; false where that cannot say it.
    bool describe_index(const sql::index_definition& i) {
        if (!i.nulls_distinct || !i.options.empty() || i.parts.size() > 8 || i.included.size() > 8) return false;
        std::string text = "kin::index_on(";
        bool further = false;  // columns in order stand in front, all else behind them
        const auto member = [&](const std::string& name) {
            const planned_column* c = m_.find(name);
            return c == nullptr || c->value_type.empty() ? std::string{} : literal(c->member);
        };
        // One that no member holds is an expression to the model.
        const auto expression_of = [&](const sql::index_part& p) {
            return p.column.empty() ? p.expression : '"' + p.column + '"';
        };
        for (const sql::index_part& p : i.parts) {
            const std::string column = p.column.empty() ? std::string{} : member(p.column);
            const bool plain = !column.empty() && !p.descending && p.operator_class.empty();
            if (p.nulls_first || !p.collation.empty()) return false;
            if (!column.empty() && !p.descending) {
                if (further) return false;
                text += (text.ends_with('(') ? "" : ", ") + column;
                if (plain) continue;
            }
            if (!further) text += ')';
            further = true;
            if (column.empty()) {
                text += fmt::format(".expression({}{})", literal(expression_of(p)), p.descending ? ", true" : "");
            } else if (p.descending) {
                text += fmt::format(".descending({})", column);
            }
            if (!p.operator_class.empty()) text += fmt::format(".operator_class({})", literal(p.operator_class));
        }
        if (!further) text += ')';
        if (!i.where.empty()) text += fmt::format(".where({})", literal(i.where));
        if (!i.method.empty()) text += fmt::format(".method({})", literal(i.method));
        std::string included;
        for (const std::string& name : i.included) {
            if (member(name).empty()) return false;
            included += (included.empty() ? "" : ", ") + member(name);
        }
        if (!included.empty()) text += fmt::format(".including({})", included);
        if (i.unique) text += ".unique()";
        add(fmt::format(".index({}.named({}))", text, literal(i.name)));
        return true;
    }

    planned_model& m_;
    const model_plan& plan_;
    const model_options& options_;
};

}  // namespace

void plan_rules(model_plan& plan, const model_options& options) {
    for (planned_model& m : plan.models) {
        if (!m.left_out.empty()) continue;
        rule_planner{m, plan, options}.run();
        std::vector<std::string> kept;
        for (std::string& r : m.rules) {
            const bool only_described = r.starts_with('?');
            if (!only_described || options.describe) kept.push_back(only_described ? r.substr(1) : r);
        }
        m.rules = std::move(kept);
    }
}

}  // namespace kin::reverse
