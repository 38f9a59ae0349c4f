// Selects made of selects, window functions, filtered aggregates, CASE, row locks.
#include <kin/sql/functions.hpp>

#include "golden.hpp"
#include "tables.hpp"

namespace golden {

using namespace tables;
using namespace kin::expr;
namespace sql = kin::sql;

namespace {

sql::expr label(std::string_view name, std::string_view of = {}) { return sql::column(nullptr, name, of); }
sql::expr same(sql::expr a, sql::expr b) { return sql::binary(sql::op::equal, std::move(a), std::move(b)); }
sql::source named_source(std::string name, std::string alias = {}) {
    return {nullptr, {}, std::move(name), std::move(alias)};
}

/// Everybody below the user with this id, and how far.
sql::cte reports(std::int64_t boss) {
    return sql::with_recursive(
        "reports",
        {.columns = {{user_id.tree()}, {sql::cast(sql::literal(0), kin::kind::int64)}},
         .from = {users()},
         .where = (user_id == boss).tree()},
        {.columns = {{user_id.tree()}, {sql::binary(sql::op::add, label("depth", "reports"), sql::literal(1))}},
         .from = {users()},
         .joins = {{sql::join_kind::inner, named_source("reports"),
                    same(user<std::int64_t>("boss_id").tree(), label("id", "reports"))}}},
        {"id", "depth"});
}

sql::select ids(const kin::condition& c) { return users_where(c); }

/// Posts with their rank among the posts of their user.
sql::select ranked() {
    return {.columns = {{post_id.tree()},
                        {post_title.tree()},
                        {sql::over(sql::function("row_number", {}), {.partition_by = {post_user_id.tree()},
                                                                     .order_by = {desc(post_title), asc(post_id)}}),
                         "place"}},
            .from = {posts()}};
}

}  // namespace

std::vector<named> compounds() {
    std::vector<named> all;
    const auto add = [&](std::string name, statement s) { all.push_back({std::move(name), std::move(s)}); };

    // -- common table expressions
    add("a common table expression", sql::select{.with = {sql::with("writers",
                                                                    {.distinct = true,
                                                                     .columns = {{post_user_id.tree()}},
                                                                     .from = {posts()},
                                                                     .where = post_title.like("On %").tree()},
                                                                    {"id"})},
                                                 .columns = {{user_name.tree()}},
                                                 .from = {users()},
                                                 .joins = {{sql::join_kind::inner, named_source("writers", "w"),
                                                            same(user_id.tree(), label("id", "w"))}},
                                                 .where = (user_age > 18).tree()});
    add("a recursive one",
        sql::select{.with = {reports(1)},
                    .columns = {{user_name.tree()}, {label("depth", "reports")}},
                    .from = {named_source("reports")},
                    .joins = {{sql::join_kind::inner, users(), same(user_id.tree(), label("id", "reports"))}},
                    .order_by = {{label("depth", "reports"), false, {}}, asc(user_id)}});
    add("two, the second reads the first",
        sql::select{.with = {sql::with("grown", ids(user_age >= 18)),
                             sql::with("named", {.columns = {{label("id")}},
                                                 .from = {named_source("grown")},
                                                 .where = sql::in_select(label("id", "grown"),
                                                                         ids(user_name.starts_with("A")))})},
                    .columns = {{count_all().tree()}},
                    .from = {named_source("named")}});
    sql::select inner = ids(user_id > 0);
    inner.with = {sql::with("grown", ids(user_age >= 18))};
    inner.where = sql::in_select(user_id.tree(), {.columns = {{label("id")}}, .from = {named_source("grown")}});
    add("one inside a subquery", users_where(user_id.in(inner)));
    const auto of_reports =
        sql::in_select(user_id.tree(), {.columns = {{label("id", "reports")}}, .from = {named_source("reports")}});
    add("one before an update",
        sql::update{.with = {reports(2)}, .table = users(), .set = {{"age", sql::literal(0)}}, .where = of_reports});
    add("one before a delete", sql::remove{.with = {reports(2)}, .from = users(), .where = of_reports});

    // -- set operations
    const auto a = ids(user_age > 1);
    const auto b = ids(user_age > 2);
    const auto c = ids(user_age > 3);
    using enum sql::set_operation;
    sql::select whole = sql::combine(sql::combine(a, unite_all, b), except, c);
    whole.order_by = {desc(user_id)};
    whole.limit = 5;
    whole.offset = 2;
    add("union all, except, ordered and limited", whole);
    add("intersect after union, from the left", sql::combine(sql::combine(a, unite, b), intersect, c));
    add("intersect before union", sql::combine(sql::combine(a, intersect, b), unite, c));
    add("a union on the right", sql::combine(a, except, sql::combine(b, unite, c)));
    sql::select oldest = ids({});
    oldest.order_by = {desc(user_age)};
    oldest.limit = 1;
    sql::select youngest = ids({});
    youngest.order_by = {asc(user_age)};
    youngest.limit = 1;
    add("parts that are limited", sql::combine(oldest, unite_all, youngest));
    sql::select labelled = sql::combine({.columns = {{lower(user_name).tree(), "name"}}, .from = {users()}}, unite,
                                        {.columns = {{post_title.tree()}}, .from = {posts()}});
    labelled.order_by = {desc(kin::expression<std::string>{labelled.columns[0].what}).nulls_last()};
    add("a union ordered by what has a label", labelled);
    add("in a union",
        users_where(user_id.in(sql::combine(a, unite, {.columns = {{post_user_id.tree()}}, .from = {posts()}}))));

    // -- derived tables and windows
    add("the first two posts of each user",
        sql::select{.columns = {{post_title.tree()}, {label("place", "ranked")}},
                    .from = {sql::derived(ranked(), "ranked", &posts_identity)},
                    .where = sql::binary(sql::op::less_equal, label("place", "ranked"), sql::literal(2))});
    add("a join to a select",
        sql::select{.columns = {{user_name.tree()}, {label("total", "p")}},
                    .from = {users()},
                    .joins = {{sql::join_kind::left,
                               sql::derived({.columns = {{post_user_id.tree()}, {count_all().tree(), "total"}},
                                             .from = {posts()},
                                             .group_by = {post_user_id.tree()}},
                                            "p"),
                               same(label("user_id", "p"), user_id.tree())}}});
    add("a select of a table beside itself",
        sql::select{.columns = {{count_all().tree()}},
                    .from = {users(), sql::derived(ids(user_age > 18), {}, nullptr)}});
    const auto window = [&](sql::expr f, sql::window w) {
        return sql::result_column{sql::over(std::move(f), std::move(w))};
    };
    add("windows",
        sql::select{.columns = {window(sql::function("rank", {}), {.order_by = {desc(user_age)}}),
                                window(sql::function("dense_rank", {}), {.order_by = {desc(user_age)}}),
                                window(count_all().tree(), {}),
                                window(sum(user_age).tree(), {.partition_by = {user_name.tree(), user_active.tree()}}),
                                window(sum(user_age).tree(), {.order_by = {asc(user_id)}, .rows = sql::frame{{}, 0}}),
                                window(avg(user_age).tree(),
                                       {.order_by = {asc(user_bio).nulls_first()}, .rows = sql::frame{-2, 1}})},
                    .from = {users()}});
    add("a filtered count",
        sql::select{.columns = {{sql::filtered(count_all().tree(), (user_age > 18).tree())},
                                {sql::filtered(count_distinct(user_name).tree(), user_active.tree())}},
                    .from = {users()}});
    add("a filtered sum in a window",
        sql::select{.columns = {{sql::over(sql::filtered(sum(user_age).tree(), user_active.tree()),
                                           {.partition_by = {user_bio.tree()}})}},
                    .from = {users()}});
    add("case", sql::select{.columns = {{sql::case_when({(user_age < 18).tree(), sql::literal("child"),
                                                         (user_age < 65 && user_active).tree(), user_name.tree()},
                                                        sql::literal("other"))},
                                        {sql::case_when({user_active.tree(), sql::literal(1)})}},
                            .from = {users()},
                            .where = sql::binary(sql::op::equal,
                                                 sql::case_when({user_active.tree(), user_age.tree()}, user_id.tree()),
                                                 sql::literal(4))});
    add("pairs in a select", users_where(kin::condition{sql::in_select(
                                 sql::list(sql::op::row, {user_id.tree(), user_name.tree()}),
                                 {.columns = {{post_user_id.tree()}, {post_title.tree()}}, .from = {posts()}})}));
    add("a correlated count of aliased tables",
        users_where(kin::expression<std::int64_t>{
                        sql::subquery({.columns = {{count_all().tree()}},
                                       .from = {posts("p")},
                                       .where = (post<std::int64_t>("user_id", "p") == user_id).tree()})} >= 3));

    // -- row locks
    sql::select locked = ids(user_id == 1);
    locked.lock = sql::row_lock::share;
    add("a share lock", locked);
    locked.locked = sql::when_locked::fail;
    add("a share lock at once", locked);
    locked.lock = sql::row_lock::update;
    locked.joins = {{sql::join_kind::left, posts(), (post_user_id == user_id).tree()}};
    locked.limit = 1;
    add("a lock of one of two tables", locked);
    return all;
}

}  // namespace golden
