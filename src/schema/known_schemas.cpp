// Which of the schemas that models name a database has.
#include "known_schemas.hpp"

#include <kin/engine/connection.hpp>
#include <kin/sql/compiler.hpp>

namespace kin::schema {

known_schemas::known_schemas(engine::connection& on, const std::set<std::string>& wanted) {
    const bool only_the_usual_one = wanted.empty() || (wanted.size() == 1 && wanted.begin()->empty());
    if (!on.dialect().schemas || only_the_usual_one) return;
    engine::cursor row =
        on.run_aside("SELECT nspname::text, nspname = current_schema() FROM pg_catalog.pg_namespace ORDER BY 1", {});
    while (row.next()) {
        std::string name{row.cell(0).bytes};
        const bool current = !row.is_null(1) && row.integer(1) != 0;
        if (current) {
            current_ = name;
            in_current_ = sql::quote(name, on.dialect()) + '.';
        }
        if (wanted.contains(name) || (current && wanted.contains(""))) there_.push_back(std::move(name));
    }
}

void known_schemas::as_found(catalogue& all) const {
    for (sql::table_definition& t : all.tables) {
        t.schema = as_found(t.schema);
        // A type of names is written with its schema.
        for (sql::column_definition& c : t.columns) {
            if (!in_current_.empty() && c.type.starts_with(in_current_)) c.type.erase(0, in_current_.size());
        }
        for (sql::foreign_key_definition& key : t.foreign_keys) key.schema = as_found(key.schema);
    }
    for (sql::view_definition& v : all.views) v.schema = as_found(v.schema);
    for (sql::enum_definition& e : all.enums) e.schema = as_found(e.schema);
    for (sql::other_definition& o : all.others) o.schema = as_found(o.schema);
}

}  // namespace kin::schema
