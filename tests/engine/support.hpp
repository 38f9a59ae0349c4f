// What the tests of the engine share.
#pragma once

#include <gtest/gtest.h>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/value/traits.hpp>
#include <limits>
#include <string>
#include <string_view>
#include <support/place.hpp>
#include <vector>

namespace kin::engine::test {

using kin::test::place;

inline std::unique_ptr<driver> open(std::string_view url) { return open_driver(url::parse(url)); }

/// Runs `action`, which has to throw an Error (of exactly that type), and returns the error.
template <class Error, class Action>
Error thrown(Action action) {
    try {
        action();
    } catch (const Error& e) {
        EXPECT_EQ(typeid(e), typeid(Error)) << e.what();
        return e;
    } catch (const std::exception& e) {
        ADD_FAILURE() << "another error: " << e.what();
        return Error{"another error"};
    }
    ADD_FAILURE() << "no error";
    return Error{"no error"};
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// `$1` as this engine has it.
inline std::string placed(std::string_view sql) {
    std::string out;
    for (const char c : sql) {
        const bool number = c >= '0' && c <= '9' && !out.empty() && out.back() == '$';
        if (number && kin::test::engine_name() == "mariadb") {
            out.back() = '?';
        } else {
            out += c;
        }
    }
    return out;
}

/// The smallest, the largest, and what lies between.
template <class T>
std::vector<T> limits() {
    return {std::numeric_limits<T>::min(), T{0}, T{1}, std::numeric_limits<T>::max()};
}

inline std::int64_t single(connection& db, std::string_view sql) {
    cursor rows = db.run(sql);
    EXPECT_TRUE(rows.next());
    return rows.integer(0);
}

}  // namespace kin::engine::test
