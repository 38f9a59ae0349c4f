// Conditions and computed values: operators, precedence, lists, patterns, nulls.
#include <kin/sql/compare.hpp>
#include <kin/sql/functions.hpp>

#include "golden.hpp"
#include "tables.hpp"

namespace golden {

using namespace tables;
using namespace kin::expr;
namespace sql = kin::sql;

std::vector<named> conditions() {
    std::vector<named> all;
    const auto add = [&](std::string name, const kin::condition& c) {
        all.push_back({std::move(name), users_where(c)});
    };
    add("and before or", (user_age > 1 && user_age < 9) || user_name == "x");
    add("or inside and", (user_age < 1 || user_age > 9) && user_name == "x");
    add("a chain of and", user_age > 1 && user_age > 2 && (user_age > 3 && user_age > 4));
    add("not", !(user_name == "x"));
    add("not and", !(user_name == "x" && user_active));
    add("not in a comparison", (!user_active) == true);
    add("no restriction", kin::condition{} && !kin::condition{} && (kin::condition{} || user_active));
    add("a value on the left", 5 < user_age);
    add("sums and products", (user_age + 1) * 2 - user_age / 3 - (user_age - 4) == 5);
    add("a product of a product", user_age * (user_age % 7) > -user_age);
    add("a negative of a negative", -(-user_age) == -(user_age + 1));
    add("numbers of two types", user_score > user_age);
    add("text put together", user_name + " " + user_bio == "Ada x");
    add("text put together in a comparison of calls", lower(user_name + "!") == upper(user_bio));
    add("equal to null", user_bio == nullptr);
    add("not equal to an empty optional", user_bio != std::optional<std::string>{});
    add("is null", user_bio.is_null() || user_bio.is_not_null());
    add("in", user_age.in({1, 2, 3}));
    add("in nothing", user_age.in(std::vector<int>{}) || user_age.not_in(std::vector<int>{}));
    add("in with a null", user_active && user_bio.in(std::vector<std::optional<std::string>>{"x", {}}));
    add("not in with a null", user_active || user_bio.not_in(std::vector<std::optional<std::string>>{"x", {}}));
    add("in rows",
        kin::condition{sql::list(sql::op::in, {sql::list(sql::op::row, {user_id.tree(), user_age.tree()}),
                                               sql::list(sql::op::row, {sql::literal(1), sql::literal(2)}),
                                               sql::list(sql::op::row, {sql::literal(3), sql::literal(4)})})});
    add("between", user_age.between(18, 65) && user_age.between(user_id, user_id + 5));
    add("like", user_name.like("A%") && user_name.not_like("_b"));
    add("like text as it is", user_name.contains("50%_\\") && user_name.starts_with("A") && user_name.ends_with("z"));
    add("functions",
        length(user_name) > 3 && coalesce(user_bio, "-") != "-" && abs(user_age) < 9 && round(user_score) == 2.5);
    add("cast", user_name.as<std::int64_t>() == 4 && user_age.as<std::string>() == "4");
    add("raw", raw<bool>("? % 2 = ? AND 'why?' <> \"bio\"", user_age, 1) && user_active);
    add("raw alone", raw<bool>("1 = 1"));
    add("an operator from outside", kin::condition{sql::compare(user_age.tree(), ">=", 100)});
    add("a placeholder",
        kin::condition{sql::binary(sql::op::equal, user_id.tree(), sql::placeholder())} && user_age.in({1, 2}));
    return all;
}

}  // namespace golden
