// What models of a database make somewhere else, set beside that database.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <type_traits>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>
#include <kin/schema/check.hpp>
#include <kin/schema/compare.hpp>
#include <kin/schema/inspect.hpp>
#include <kin/sql/dialect.hpp>

namespace kin::test {

/// What no model makes: types and sequences, which tables name, or functions, which views do.
inline void run_others(engine::connection& from, engine::connection& to, bool before_tables) {
    // A function may name one that comes behind it.
    if (to.dialect().enum_types) to.script("SET check_function_bodies = off");
    for (const sql::other_definition& o : schema::inspect(from).others) {
        const bool first = o.what == "SEQUENCE" || o.what == "DOMAIN" || o.what == "TYPE";
        if (first == before_tables) to.script(o.sql);
    }
}

/// Checks the models against the database that they were written from, makes them in an empty one, and returns the
/// differences between the two databases, what either has that the other has not: a line each, behind an empty one.
template <class Models, class... Views>
std::string differences_of_what_they_make(const std::string& url, const std::string& fresh_url) {
    database there{url};
    const auto fits = [&]<class M>(std::type_identity<M>) { EXPECT_NO_THROW(there.check<M>()); };
    fits(std::type_identity<Models>{});
    (fits(std::type_identity<Views>{}), ...);
    database fresh{fresh_url};
    const engine::lease was = there.connect();
    const engine::lease is = fresh.connect();
    run_others(*was, *is, true);
    fresh.create<Models>();
    run_others(*was, *is, false);
    (fresh.create<Views>(), ...);
    const schema::catalogue before = schema::inspect(*was);
    const schema::catalogue after = schema::inspect(*is);
    std::string found{"\n"};
    const auto add = [&](const schema::catalogue& from, const schema::catalogue& to, std::string_view sign) {
        for (const schema::difference& d : schema::compare(from, to, was->dialect())) {
            found.append(sign).append(schema::to_string(d.what)).append(1, ' ').append(d.table);
            found.append(d.table.empty() || d.name.empty() ? "" : ".").append(d.name).append(1, '\n');
        }
    };
    add(after, before, "the database: ");
    add(before, after, "the models: ");
    return found;
}

}  // namespace kin::test
