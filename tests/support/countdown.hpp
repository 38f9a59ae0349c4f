// Triggers that count changed rows down and refuse the one at which they come to zero, on every engine.
#pragma once

#include <string>
#include <vector>

#include "support/place.hpp"

namespace kin::test::countdown {

/// What the refusal says, and its code.
inline constexpr std::string_view planned = "as planned";
inline std::string_view code() { return engine_says("SQLITE_CONSTRAINT_TRIGGER", "23000"); }

/// What a server's triggers do at zero: refuse the row, or end its side of the connection.
enum class at_zero { refuse, hang_up };

/// The triggers' body of a server's, over and over in `script`.
inline std::string postgresql_function(at_zero what) {
    return "CREATE FUNCTION count_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
           " UPDATE countdown SET remaining = remaining - 1;"
           " IF (SELECT remaining = 0 FROM countdown) THEN " +
           std::string{what == at_zero::refuse ? "RAISE EXCEPTION 'as planned' USING ERRCODE = '23000'"
                                               : "PERFORM pg_terminate_backend(pg_backend_pid())"} +
           "; END IF;"
           " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;"
           " RETURN NEW; END $$;";
}
inline std::string mariadb_body(at_zero what) {
    return " FOR EACH ROW BEGIN UPDATE countdown SET remaining = remaining - 1;"
           " IF (SELECT remaining FROM countdown) = 0 THEN " +
           std::string{what == at_zero::refuse ? "SIGNAL SQLSTATE '23000' SET MESSAGE_TEXT = 'as planned'"
                                               : "KILL CONNECTION connection_id()"} +
           "; END IF; END;";
}

/// The script that makes the triggers; nothing fails until `at` has said where.
inline std::string script(const std::vector<std::string>& tables, at_zero what = at_zero::refuse) {
    const std::string body{
        engine_says(" BEGIN UPDATE countdown SET remaining = remaining - 1;"
                    " SELECT RAISE(ABORT, 'as planned') FROM countdown WHERE remaining = 0; END;",
                    " FOR EACH ROW EXECUTE FUNCTION count_down();", "")};
    std::string out = "CREATE TABLE countdown(remaining INTEGER); INSERT INTO countdown VALUES (0);";
    if (engine_name() == "postgresql") out += postgresql_function(what);
    for (const std::string& table : tables) {
        for (const std::string change : {"INSERT", "UPDATE", "DELETE"}) {
            out += "CREATE TRIGGER fail_" + table + "_" + change + " BEFORE " + change + " ON " + table +
                   (engine_name() == "mariadb" ? mariadb_body(what) : body);
        }
    }
    return out;
}

/// The statement that lets the `row`-th changed row fail; 0: none.
inline std::string at(int row) { return "UPDATE countdown SET remaining = " + std::to_string(row); }

}  // namespace kin::test::countdown
