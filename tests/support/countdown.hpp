// Triggers that count changed rows down and refuse the one at which they come to zero, on every engine.
#pragma once

#include <string>
#include <vector>

#include "support/place.hpp"

namespace kin::test::countdown {

/// What the refusal says, and its code.
inline constexpr std::string_view planned = "as planned";
inline std::string_view code() { return engine_says("SQLITE_CONSTRAINT_TRIGGER", "23000"); }

/// What PostgreSQL's triggers do at zero: refuse the row, or end the server's side of the connection.
inline constexpr std::string_view refuse = "RAISE EXCEPTION 'as planned' USING ERRCODE = '23000'";
inline constexpr std::string_view hang_up = "PERFORM pg_terminate_backend(pg_backend_pid())";

/// The script that makes the triggers; nothing fails until `at` has said where.
inline std::string script(const std::vector<std::string>& tables, std::string_view on_postgresql = refuse) {
    const bool sqlite = engine_name() == "sqlite";
    std::string out = "CREATE TABLE countdown(rows INTEGER); INSERT INTO countdown VALUES (0);";
    if (!sqlite) {
        out +=
            "CREATE FUNCTION count_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " UPDATE countdown SET rows = rows - 1;"
            " IF (SELECT rows = 0 FROM countdown) THEN " +
            std::string{on_postgresql} +
            "; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;"
            " RETURN NEW; END $$;";
    }
    for (const std::string& table : tables) {
        for (const std::string change : {"INSERT", "UPDATE", "DELETE"}) {
            out += "CREATE TRIGGER fail_" + table + "_" + change + " BEFORE " + change + " ON " + table +
                   (sqlite ? " BEGIN UPDATE countdown SET rows = rows - 1;"
                             " SELECT RAISE(ABORT, 'as planned') FROM countdown WHERE rows = 0; END;"
                           : " FOR EACH ROW EXECUTE FUNCTION count_down();");
        }
    }
    return out;
}

/// The statement that lets the `row`-th changed row fail; 0: none.
inline std::string at(int row) { return "UPDATE countdown SET rows = " + std::to_string(row); }

}  // namespace kin::test::countdown
