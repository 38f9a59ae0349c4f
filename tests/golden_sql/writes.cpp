// INSERT, UPDATE, DELETE.
#include <kin/sql/functions.hpp>

#include "golden.hpp"
#include "tables.hpp"

namespace golden {

using namespace tables;
namespace sql = kin::sql;

std::vector<named> writes() {
    const sql::insert prepared{.into = users(), .columns = {"name", "age"}};
    std::vector<named> all;
    all.push_back({"a row bound by the caller", prepared});
    sql::insert i = prepared;
    i.returning = {"id", "age"};
    all.push_back({"a row with its key", i});
    i = prepared;
    i.rows = {{sql::literal("Ada"), sql::literal(36)}, {sql::literal("Bob"), sql::literal({})}};
    all.push_back({"two rows", i});
    i.conflict = sql::on_conflict::do_nothing;
    all.push_back({"unless it is there", i});
    i.conflict_columns = {"name"};
    all.push_back({"unless this is there", i});
    i.conflict = sql::on_conflict::update;
    i.conflict_set = {{"age", sql::excluded("age")}, {"visits", (user<int>("visits") + 1).tree()}};
    all.push_back({"or change it", i});
    i = prepared;
    i.rows = {{sql::subquery({.columns = {{post_title.tree()}}, .from = {posts()}, .where = (post_id == 1).tree()}),
               sql::literal(1)}};
    all.push_back({"a value read from elsewhere", i});
    all.push_back({"a row of defaults", sql::insert{.into = users()}});
    all.push_back({"a row in a schema", sql::insert{.into = tags(), .columns = {"name"}}});

    all.push_back({"change all", sql::update{.table = users(), .set = {{"age", (user_age + 1).tree()}}}});
    all.push_back({"change some", sql::update{.table = users(),
                                              .set = {{"name", sql::literal("x")}, {"bio", sql::literal({})}},
                                              .where = (user_id == 7).tree()}});
    const kin::condition has_posts{sql::exists({.from = {posts()}, .where = (post_user_id == user_id).tree()})};
    all.push_back({"change by a subquery",
                   sql::update{.table = users(), .set = {{"active", sql::literal(true)}}, .where = has_posts.tree()}});
    all.push_back({"remove all", sql::remove{.from = users()}});
    all.push_back({"remove some", sql::remove{.from = users(), .where = (!has_posts && user_age < 3).tree()}});
    return all;
}

}  // namespace golden
