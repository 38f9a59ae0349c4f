// SELECT: clauses, joins, subqueries, labels.
#include <kin/sql/functions.hpp>

#include "golden.hpp"
#include "tables.hpp"

namespace golden {

using namespace tables;
using namespace kin::expr;
namespace sql = kin::sql;

namespace {

sql::select posts_of_user(kin::condition more = {}) {
    return {.from = {posts()}, .where = (kin::condition{post_user_id == user_id} && more).tree()};
}

}  // namespace

std::vector<named> queries() {
    const sql::select names{.columns = {{user_id.tree()}, {user_name.tree()}}, .from = {users()}};
    std::vector<named> all;
    const auto add = [&](std::string name, sql::select s) { all.push_back({std::move(name), std::move(s)}); };

    add("a table", names);
    sql::select s = names;
    s.where = (user_name == "Ada").tree();
    add("one condition", s);
    s = names;
    s.order_by = {desc(user_id), asc(user_name)};
    s.limit = 20;
    s.offset = 40;
    add("a page", s);
    s.limit.reset();
    add("an offset alone", s);
    s = names;
    s.order_by = {desc(user_bio).nulls_last(), asc(user_bio).nulls_first()};
    add("where nulls go", s);
    s = names;
    s.distinct = true;
    add("distinct", s);
    s = names;
    s.lock = sql::row_lock::update;
    s.locked = sql::when_locked::skip;
    add("row locks", s);
    add("a label and an ordering by it", {.columns = {{post_user_id.tree()}, {count_all().tree(), "total"}},
                                          .from = {posts()},
                                          .group_by = {post_user_id.tree()},
                                          .having = (count_all() >= 3).tree(),
                                          .order_by = {{sql::column(nullptr, "total"), true, {}}}});
    add("a label that hides a column", {.columns = {{sql::function("lower", {user_name.tree()}), "name"}},
                                        .from = {users()},
                                        .order_by = {asc(user_name), {sql::column(nullptr, "name"), true, {}}}});
    add("aggregates", {.columns = {{count(user_bio).tree()},
                                   {count_distinct(user_name).tree()},
                                   {sum(user_age).tree()},
                                   {avg(user_age).tree()},
                                   {kin::expr::min(user_age).tree()},
                                   {kin::expr::max(user_age).tree()}},
                       .from = {users()}});
    add("an inner join", {.columns = {{user_name.tree()}, {post_title.tree()}},
                          .from = {users()},
                          .joins = {{sql::join_kind::inner, posts(), (post_user_id == user_id).tree()}}});
    add("a left join with aliases",
        {.columns = {{user<std::string>("name", "u").tree()}, {post<std::string>("title", "p").tree()}},
         .from = {users("u")},
         .joins = {{sql::join_kind::left, posts("p"),
                    (post<std::int64_t>("user_id", "p") == user<std::int64_t>("id", "u")).tree()}}});
    add("two tables and a join", {.columns = {{user_id.tree()}},
                                  .from = {users(), tags()},
                                  .joins = {{sql::join_kind::inner, posts(), (post_user_id == user_id).tree()}}});
    add("a self join", {.columns = {{user_name.tree()}, {user<std::string>("name", "boss").tree()}},
                        .from = {users()},
                        .joins = {{sql::join_kind::left, users("boss"),
                                   (user<std::int64_t>("boss_id") == user<std::int64_t>("id", "boss")).tree()}}});
    add("exists", users_where(kin::condition{sql::exists(posts_of_user())}));
    add("not exists, with a condition of its own",
        users_where(kin::condition{sql::exists(posts_of_user(post_title.like("On %")), true)} && user_age > 18));
    const auto manager = kin::expression<std::int64_t>{sql::outer_column(&users_identity, "boss_id")};
    add("exists in the same table",
        users_where(kin::condition{sql::exists({.from = {users()}, .where = (user_id == manager).tree()})}));
    add("a scalar subquery", {.columns = {{user_id.tree()},
                                          {sql::subquery({.columns = {{count_all().tree()}},
                                                          .from = {posts()},
                                                          .where = (post_user_id == user_id).tree()}),
                                           "posts_count"}},
                              .from = {users()}});
    add("in a subquery", users_where(user_id.in(sql::select{.columns = {{post_user_id.tree()}}, .from = {posts()}})));
    add("two levels of subqueries",
        users_where(kin::condition{sql::exists(posts_of_user(kin::condition{
            sql::exists({.from = {posts("other")},
                         .where = (post<std::string>("title", "other") ==
                                       kin::expression<std::string>{sql::outer_column(&posts_identity, "title")} &&
                                   post<std::int64_t>("user_id", "other") != user_id)
                                      .tree()})}))}));
    add("a table in a schema", {.columns = {{sql::column(&tags_identity, "name")}},
                                .from = {tags()},
                                .where = sql::exists({.from = {users()},
                                                      .where = sql::binary(sql::op::equal, user_name.tree(),
                                                                           sql::column(&tags_identity, "name"))})});
    add("nothing but a value", {.columns = {{lit(1).tree()}}});
    return all;
}

}  // namespace golden
