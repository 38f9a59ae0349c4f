// What the fuzz targets have in common: a small database in memory, and what it means that an input is refused.
//
// An input may be refused by an error of Kin's, and by nothing else: whatever else is thrown ends the process, as does
// what the sanitizers find, and a `require` that does not hold.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <kin/kin.hpp>
#include <kin/value/chrono.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/hidden.hpp>
#include <kin/value/json.hpp>
#include <kin/value/list.hpp>
#include <kin/value/time_of_day.hpp>
#include <kin/value/uuid.hpp>

namespace fuzzing {

struct Post;
struct Author {
    kin::key<Author> id{};
    std::string name{};
    std::optional<std::string> bio{};
    kin::hidden<std::string> password{};
    std::optional<kin::key<Author>> boss_id{};
    kin::has_many<Post> posts{};
    kin::belongs_to<Author> boss{};
    kin::has_many<Author> staff{};
};
struct Place {
    double x{};
    double y{};
};
struct Post {
    kin::key<Post> id{};
    kin::key<Author> author_id{};
    std::string title{};
    bool published{};
    std::int16_t rating{};
    std::optional<std::int64_t> views{};
    double score{};
    std::optional<kin::moment> at{};
    std::optional<std::chrono::year_month_day> day{};
    std::optional<kin::time_of_day> hour{};
    std::optional<kin::uuid> token{};
    std::optional<kin::decimal> price{};
    std::vector<std::byte> bytes{};
    kin::json document{};
    std::vector<std::int64_t> numbers{};
    std::vector<std::string> words{};
    Place place{};
    kin::belongs_to<Author> author{};
};

inline kin::database& database() {
    static kin::database* db = [] {
        auto* made = new kin::database{"sqlite::memory:"};
        made->create<kin::models<Author, Post>>();
        kin::session s{*made};
        auto ada = s.add(Author{.name = "Ada", .password = "secret", .posts = {{.title = "One"}, {.title = "Two"}}});
        auto bob = s.add(Author{.name = "Bob", .bio = "b", .posts = {{.title = "%", .views = 3}}});
        bob->boss = ada;
        s.commit();
        return made;
    }();
    return *db;
}

[[noreturn]] inline void failed(const char* what, std::string_view text) {
    std::fprintf(stderr, "does not hold: %s\n%.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
}
inline void require(bool holds, const char* what, std::string_view text = {}) {
    if (!holds) failed(what, text);
}

/// Whether an error of Kin's came. Its text is bounded, however long the input is.
template <class Action>
bool refused(Action action) {
    try {
        action();
        return false;
    } catch (const kin::error& e) {
        require(e.message().size() < 4000, "a message has an end", e.what());
        return true;
    }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}
/// Up to the separator; `rest` is what is behind it.
inline std::string_view cut(std::string_view& rest, char separator) {
    const std::size_t at = rest.find(separator);
    const std::string_view part = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
    return part;
}

}  // namespace fuzzing
