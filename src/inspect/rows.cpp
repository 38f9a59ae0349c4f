// One SELECT of counts for each table.
#include "rows.hpp"

#include <kin/engine/connection.hpp>
#include <kin/sql/dialect.hpp>

namespace kin::reverse {

namespace {

std::string sql_name(std::string_view name) {
    std::string text{'"'};
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

constexpr std::string_view date_pattern = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]";
constexpr std::string_view time_pattern = " [0-2][0-9]:[0-5][0-9]:[0-5][0-9]";

class fact_reader {
  public:
    explicit fact_reader(engine::connection& on) : on_{on}, sqlite_{&on.dialect() == &sql::sqlite_dialect()} {}

    table_facts read(const std::string& schema, const std::string& name,
                     const std::vector<sql::column_definition>& columns, bool has_key) {
        table_facts facts;
        if (columns.empty() || (has_key && !sqlite_)) return facts;
        std::string sql = "SELECT count(*)";
        for (const sql::column_definition& c : columns) {
            const std::string of = sql_name(c.name);
            if (sqlite_) add_types(sql, of);
            if (!has_key) sql += comparable(c.type) ? ", count(DISTINCT " + of + ")" : ", 0";
        }
        sql += " FROM " + (schema.empty() ? "" : sql_name(schema) + '.') + sql_name(name);
        engine::cursor row = on_.run(sql);
        if (!row.next()) return facts;
        int at = 0;
        const auto number = [&] {
            const int here = at++;
            return row.is_null(here) ? 0 : row.integer(here);
        };
        facts.rows = number();
        facts.known = true;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            column_facts c;
            if (sqlite_) {
                for (std::int64_t* of : {&c.integers, &c.reals, &c.texts, &c.blobs, &c.beyond_boolean, &c.dates,
                                         &c.moments, &c.milliseconds}) {
                    *of = number();
                }
            }
            if (!has_key) c.distinct = number() == facts.rows;
            facts.columns.push_back(c);
        }
        return facts;
    }

  private:
    static void add_types(std::string& sql, const std::string& of) {
        for (const std::string_view type : {"integer", "real", "text", "blob"}) {
            sql.append(", sum(typeof(").append(of).append(") = '").append(type).append("')");
        }
        sql.append(", sum(typeof(").append(of).append(") = 'integer' AND ").append(of).append(" NOT IN (0, 1))");
        const auto like = [&](std::string_view time, std::string_view end) {
            sql.append(", sum(typeof(").append(of).append(") = 'text' AND ").append(of).append(" GLOB '");
            sql.append(date_pattern).append(time).append(end).append("')");
        };
        like({}, {});
        like(time_pattern, {});
        like(time_pattern, ".[0-9][0-9][0-9]");
    }
    /// PostgreSQL knows no equality of some types.
    static bool comparable(const std::string& type) {
        for (const std::string_view none : {"json", "xml", "point", "polygon", "path", "box", "circle", "line"}) {
            if (type == none) return false;
        }
        return true;
    }

    engine::connection& on_;
    bool sqlite_;
};

}  // namespace

std::string facts_name(const std::string& schema, const std::string& name) { return schema + '.' + name; }

all_facts read_facts(engine::connection& on, const schema::catalogue& all) {
    all_facts facts;
    fact_reader reader{on};
    for (const sql::table_definition& t : all.tables) {
        facts[facts_name(t.schema, t.name)] = reader.read(t.schema, t.name, t.columns, !t.primary_key.columns.empty());
    }
    for (const sql::view_definition& v : all.views) {
        facts[facts_name(v.schema, v.name)] = reader.read(v.schema, v.name, v.columns, false);
    }
    return facts;
}

}  // namespace kin::reverse
