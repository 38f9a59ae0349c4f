// Databases that somebody else made, and that lie beside this project: their rows as models show them and as they are.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>
#include <kin/mapping/model.hpp>
#include <kin/sql/compiler.hpp>

#include "support/source_folder.hpp"

namespace kin::test {

/// A file of `../shared`, which KIN_SHARED may name; empty where it is not there.
inline std::string shared_file(const std::string& path) {
    const char* named = std::getenv("KIN_SHARED");
    const std::string file = (named != nullptr ? named : source_file("../shared")) + "/" + path;
    return std::filesystem::exists(file) ? file : std::string{};
}

/// A cell as text, whether it came as text, a number or a time; a truth value as the number that SQLite has for it.
inline std::string plain_text(const value_view& v) {
    if (v.type == kind::boolean) return v.integer != 0 ? "1" : "0";
    std::string text = describe(v, static_cast<std::size_t>(-1));
    return text.starts_with('\'') ? text.substr(1, text.size() - 2) : text;
}

/// Reads all rows of a model, and compares every cell with what plain SQL reads. Returns how many rows there are.
template <class T>
std::size_t compare_rows(session& s) {
    const mapping::model& m = mapping::model_of<T>();
    const auto all = s.query<T>().all();
    std::map<std::string, const T*> by_key;
    for (const T& each : all.view()) {
        std::string key;
        for (const std::uint16_t c : m.primary_key) key += plain_text(store_value(m.fields[c], &each).view()) + "|";
        by_key[key] = &each;
    }
    std::string columns;
    const auto quoted = [&](std::string_view name) { return sql::quote(name, s.connection().dialect()); };
    for (const mapping::column& c : m.columns) columns += (columns.empty() ? "" : ", ") + quoted(c.name);
    auto row = s.connection().run("SELECT " + columns + " FROM " + quoted(m.table));
    std::size_t count = 0;
    for (; row.next(); ++count) {
        std::string key;
        for (const std::uint16_t c : m.primary_key) key += plain_text(row.cell(c)) + "|";
        const auto found = by_key.find(key);
        if (found == by_key.end()) {
            ADD_FAILURE() << "no " << m.name << " " << key;
            continue;
        }
        for (std::size_t i = 0; i < m.fields.size(); ++i) {
            EXPECT_EQ(plain_text(store_value(m.fields[i], found->second).view()),
                      plain_text(row.cell(static_cast<int>(i))))
                << m.name << "." << m.columns[i].name << " of " << key;
        }
    }
    EXPECT_EQ(by_key.size(), count) << m.name;
    return count;
}

/// The number in the first cell.
inline std::int64_t number_of(session& s, const std::string& sql) {
    auto row = s.connection().run(sql);
    return row.next() ? row.integer(0) : -1;
}

}  // namespace kin::test
