// Three tables, their identities and columns, as a mapping would hand them to the compiler.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <kin/sql/expression.hpp>

namespace tables {

inline constexpr int users_identity = 0;
inline constexpr int posts_identity = 0;
inline constexpr int tags_identity = 0;

inline kin::sql::source users(std::string alias = {}) { return {&users_identity, {}, "users", std::move(alias)}; }
inline kin::sql::source posts(std::string alias = {}) { return {&posts_identity, {}, "posts", std::move(alias)}; }
inline kin::sql::source tags(std::string alias = {}) { return {&tags_identity, "blog", "tags", std::move(alias)}; }

template <class T>
kin::expression<T> user(std::string_view name, std::string_view alias = {}) {
    return kin::expression<T>{kin::sql::column(&users_identity, name, alias)};
}
template <class T>
kin::expression<T> post(std::string_view name, std::string_view alias = {}) {
    return kin::expression<T>{kin::sql::column(&posts_identity, name, alias)};
}

inline const auto user_id = user<std::int64_t>("id");
inline const auto user_name = user<std::string>("name");
inline const auto user_bio = user<std::optional<std::string>>("bio");
inline const auto user_age = user<int>("age");
inline const auto user_score = user<double>("score");
inline const auto user_active = user<bool>("active");
inline const auto post_id = post<std::int64_t>("id");
inline const auto post_user_id = post<std::int64_t>("user_id");
inline const auto post_title = post<std::string>("title");

/// `SELECT "id" FROM "users" WHERE …`
inline kin::sql::select users_where(const kin::condition& c) {
    return {.columns = {{user_id.tree()}}, .from = {users()}, .where = c.tree()};
}

}  // namespace tables
