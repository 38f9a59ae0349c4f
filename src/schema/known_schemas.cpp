// Which of the schemas that models name a database has.
#include "known_schemas.hpp"

#include <algorithm>

#include <kin/engine/connection.hpp>

#include "compare/tokens.hpp"

namespace kin::schema {

known_schemas::known_schemas(engine::connection& on, const std::set<std::string>& wanted) {
    const bool only_the_usual_one = wanted.empty() || (wanted.size() == 1 && wanted.begin()->empty());
    if (!on.dialect().schemas || only_the_usual_one) return;
    engine::cursor row = on.run_aside(on.dialect().list_schemas, {});
    while (row.next()) {
        std::string name{row.cell(0).bytes};
        const bool current = !row.is_null(1) && row.integer(1) != 0;
        if (current) current_ = name;
        if (wanted.contains(name) || (current && wanted.contains(""))) there_.push_back(std::move(name));
    }
}

void known_schemas::as_found(catalogue& all) const {
    if (!current_.empty()) in_texts(all);
    for (sql::table_definition& t : all.tables) {
        t.schema = as_found(t.schema);
        for (sql::foreign_key_definition& key : t.foreign_keys) key.schema = as_found(key.schema);
    }
    for (sql::view_definition& v : all.views) v.schema = as_found(v.schema);
    for (sql::enum_definition& e : all.enums) e.schema = as_found(e.schema);
    for (sql::other_definition& o : all.others) o.schema = as_found(o.schema);
}

void known_schemas::in_texts(catalogue& all) const {
    const auto in = [&](const auto& list, const std::string& name) {
        return std::ranges::any_of(list, [&](const auto& x) { return x.schema == current_ && x.name == name; });
    };
    const auto has = [&](const std::string&, const std::string& name) {
        return in(all.tables, name) || in(all.views, name) || in(all.enums, name);
    };
    const std::vector<comparing::new_name> none{{current_, {}}};
    const auto shorten = [&](std::string& sql) {
        sql = comparing::with_schemas(sql, none, has, sql::postgresql_dialect());
    };
    for (sql::table_definition& t : all.tables) {
        for (sql::column_definition& c : t.columns) shorten(c.type);
    }
    for (sql::view_definition& v : all.views) shorten(v.sql);
}

}  // namespace kin::schema
