// A database of the test's own, its statement log, and a second way in that knows nothing of sessions.
#pragma once

#include <gtest/gtest.h>
#include <source_location>
#include <string>
#include <string_view>
#include <typeinfo>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>

#include "support/models.hpp"
#include "support/place.hpp"
#include "support/statement_log.hpp"

namespace kin::test {

/// Runs `action`, which has to throw an Error (of exactly that type), and returns the error.
template <class Error, class Action>
Error thrown(Action action, const site& where = site::current()) {
    try {
        action();
    } catch (const Error& e) {
        EXPECT_EQ(typeid(e), typeid(Error)) << e.what() << "\nline " << where.line();
        return e;
    } catch (const std::exception& e) {
        ADD_FAILURE() << "another error, at line " << where.line() << ": " << e.what();
        return Error{"another error"};
    }
    ADD_FAILURE() << "no error, at line " << where.line();
    return Error{"no error"};
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// The keys of objects in their order, with commas between.
template <class T>
std::string ids(const T& all) {
    std::string out;
    for (const auto& each : all) out += (out.empty() ? "" : ",") + std::to_string(each.id.value);
    return out;
}

inline bool ends_with(std::string_view text, std::string_view part) { return text.ends_with(part); }

inline std::string cell_text(const value_view& cell) {
    switch (cell.type) {
        case kind::null:
            return "NULL";
        case kind::text:
        case kind::json:
        case kind::decimal:
            return std::string{cell.bytes};
        case kind::boolean:
        case kind::int64:
            return std::to_string(cell.integer);
        case kind::date:
        case kind::time:
        case kind::timestamp: {  // text, where the engine has no types of its own for them
            const std::string quoted = describe(cell);
            return quoted.substr(1, quoted.size() - 2);
        }
        default:
            return describe(cell);
    }
}

/// All rows that a statement gives: `1|Ada; 2|Bob`.
inline std::string rows_of(engine::connection& c, std::string_view sql) {
    std::string out;
    engine::cursor row = c.run(sql);
    for (bool first = true; row.next(); first = false) {
        if (!first) out += "; ";
        for (int i = 0; i < row.columns(); ++i) out += (i == 0 ? "" : "|") + cell_text(row.cell(i));
    }
    return out;
}

template <class... Models>
class with_database : public ::testing::Test {
  protected:
    with_database() {
        (db.create<Models>(), ...);
        log.clear();
    }

    /// What others see: committed rows, read by a connection that no session uses.
    std::string rows(std::string_view sql) { return rows_of(*outside.connect(), sql); }
    /// What others do. Keys that the database makes follow those that were given.
    void run(std::string_view sql) {
        outside.script(sql);
        if (!can(capability::numbered_rows)) outside.script(place::keys_follow);
    }

    place place_{};
    std::string url = place_.url();
    database db{url, {.max = 4}};
    database outside{url};
    statement_log log{db};
};

}  // namespace kin::test
