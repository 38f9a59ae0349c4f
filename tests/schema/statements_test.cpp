// The statements that create and drop tables: order, keys, indexes, constraints.
#include <gtest/gtest.h>

#include <kin/schema/schema.hpp>

#include "models.hpp"

namespace {

using models::model;
using statements = std::vector<std::string>;

const kin::sql::dialect& sqlite = kin::sql::sqlite_dialect();
const kin::sql::dialect& postgresql = kin::sql::postgresql_dialect();
const kin::sql::dialect& mariadb = kin::sql::mariadb_dialect();

statements create(const std::vector<const model*>& list, const kin::sql::dialect& d = sqlite,
                  bool if_not_exists = false) {
    return kin::schema::create_statements(list, d, if_not_exists);
}
statements drop(const std::vector<const model*>& list, const kin::sql::dialect& d = sqlite, bool if_exists = false) {
    return kin::schema::drop_statements(list, d, if_exists);
}
std::vector<std::string> tables(const statements& all, std::string_view verb) {
    std::vector<std::string> found;
    for (const std::string& s : all) {
        if (!s.starts_with(verb)) continue;
        const std::size_t at = s.find('"') + 1;
        found.push_back(s.substr(at, s.find('"', at) - at));
    }
    return found;
}

TEST(schema_statements, a_table_with_everything) {
    model m = models::table("users", {models::text("name", 120), models::text("email"), models::column("age", true)});
    m.columns[3].default_sql = "18";
    m.indexes = {{.columns = {2}, .unique = true}, {.columns = {1, 3}}, {.name = "by_age", .columns = {3}}};
    m.checks = {{"adult", "age >= 18"}};
    EXPECT_EQ(create({&m}), (statements{R"(CREATE TABLE "users" ("id" INTEGER PRIMARY KEY, )"
                                        R"("name" TEXT NOT NULL CHECK (length("name") <= 120), "email" TEXT NOT NULL, )"
                                        R"("age" INTEGER DEFAULT 18, CONSTRAINT "uq_users_email" UNIQUE ("email"), )"
                                        R"(CONSTRAINT "adult" CHECK (age >= 18)))",
                                        R"(CREATE INDEX "ix_users_name_age" ON "users" ("name", "age"))",
                                        R"(CREATE INDEX "by_age" ON "users" ("age"))"}));
}

TEST(schema_statements, referenced_tables_come_first_and_go_last) {
    const model user = models::table("users");
    model post = models::table("posts");
    models::refer(post, user);
    model comment = models::table("comments");
    models::refer(comment, post);
    models::refer(comment, comment, true);
    const std::vector<const model*> listed{&comment, &user, &post, &user};
    EXPECT_EQ(tables(create(listed), "CREATE TABLE"), (statements{"users", "posts", "comments"}));
    EXPECT_EQ(drop(listed), (statements{R"(DROP TABLE "comments")", R"(DROP TABLE "posts")", R"(DROP TABLE "users")"}));
    EXPECT_EQ(drop({&user}, sqlite, true), (statements{R"(DROP TABLE IF EXISTS "users")"}));
}

TEST(schema_statements, tables_without_keys_stay_as_listed) {
    const model a = models::table("a");
    const model b = models::table("b");
    EXPECT_EQ(tables(create({&b, &a}), "CREATE TABLE"), (statements{"b", "a"}));
    EXPECT_TRUE(create({}).empty());
    EXPECT_TRUE(drop({}).empty());
}

TEST(schema_statements, foreign_keys_say_what_happens) {
    const model user = models::table("users");
    model post = models::table("posts");
    models::refer(post, user, true, models::referential_action::set_null);
    post.foreign_keys[0].on_update = models::referential_action::cascade;
    // The target need not be in the list.
    EXPECT_EQ(create({&post}),
              (statements{R"(CREATE TABLE "posts" ("id" INTEGER PRIMARY KEY, "users_id" INTEGER, )"
                          R"(FOREIGN KEY ("users_id") REFERENCES "users" ("id") ON DELETE SET NULL ON UPDATE CASCADE))",
                          R"(CREATE INDEX "ix_posts_users_id" ON "posts" ("users_id"))"}));
}

TEST(schema_statements, a_key_is_indexed_unless_an_index_begins_with_it) {
    const model user = models::table("users");
    const auto indexes = [&](auto change) {
        model m = models::table("links", {models::column("position")});
        models::refer(m, user);  // column 2
        change(m);
        statements result = create({&m});
        result.erase(result.begin());
        return result;
    };
    const std::string added = R"(CREATE INDEX "ix_links_users_id" ON "links" ("users_id"))";
    EXPECT_EQ(indexes([](model&) {}), statements{added});
    EXPECT_EQ(indexes([](model& m) { m.indexes = {{.columns = {2, 1}, .unique = true}}; }), statements{});
    EXPECT_EQ(indexes([](model& m) { m.primary_key = {2, 1}; }), statements{});
    EXPECT_EQ(indexes([](model& m) { m.primary_key = {1, 2}; }), statements{added});
    EXPECT_EQ(indexes([](model& m) {
                  m.indexes = {{.columns = {1, 2}}};
              }),
              (statements{R"(CREATE INDEX "ix_links_position_users_id" ON "links" ("position", "users_id"))", added}));
    // Two keys over the same column need one index.
    EXPECT_EQ(indexes([](model& m) { m.foreign_keys.push_back(m.foreign_keys[0]); }), statements{added});
}

TEST(schema_statements, composite_keys) {
    model area = models::table("areas", {models::column("country")});
    area.columns[0] = models::column("code");
    area.columns[0].primary_key = area.columns[1].primary_key = true;
    area.primary_key = {1, 0};
    model town = models::table("towns", {models::column("area_code"), models::column("area_country")});
    town.foreign_keys = {{.columns = {2, 1}, .target = &area, .target_columns = {1, 0}}};
    EXPECT_EQ(
        create({&area, &town}),
        (statements{R"(CREATE TABLE "areas" ("code" INTEGER NOT NULL, "country" INTEGER NOT NULL, )"
                    R"(PRIMARY KEY ("country", "code")))",
                    R"(CREATE TABLE "towns" ("id" INTEGER PRIMARY KEY, "area_code" INTEGER NOT NULL, )"
                    R"("area_country" INTEGER NOT NULL, FOREIGN KEY ("area_country", "area_code") )"
                    R"(REFERENCES "areas" ("country", "code")))",
                    R"(CREATE INDEX "ix_towns_area_country_area_code" ON "towns" ("area_country", "area_code"))"}));
}

TEST(schema_statements, keys_of_cycles_have_names_of_their_own_in_the_whole_schema) {
    model a = models::table("a");
    model b_c = models::table("b_c");
    model a_b = models::table("a_b");
    model c = models::table("c");
    models::refer(a, b_c, true);
    models::refer(b_c, a);
    models::refer(a_b, c, true);
    models::refer(c, a_b);
    for (const kin::sql::dialect* d : {&postgresql, &mariadb}) {
        std::vector<std::string> names;
        for (const std::string& sql : create({&a, &b_c, &a_b, &c}, *d)) {
            constexpr std::string_view added = "ADD CONSTRAINT \"";
            if (const std::size_t at = sql.find(added); at != std::string::npos)
                names.push_back(sql.substr(at + added.size(), sql.find('"', at + added.size()) - at - added.size()));
        }
        ASSERT_EQ(names.size(), 2U) << d->name;
        EXPECT_NE(names[0], names[1]) << d->name;
    }
}

TEST(schema_statements, cycles) {
    model a = models::table("a");
    model b = models::table("b");
    models::refer(a, b, true);
    models::refer(b, a);
    model c = models::table("c");
    models::refer(c, a);  // waits for the cycle without being part of it
    const std::vector<const model*> listed{&c, &a, &b};
    EXPECT_EQ(tables(create(listed), "CREATE TABLE"), (statements{"a", "c", "b"}));
    EXPECT_EQ(
        create({&a, &b})[0],
        R"(CREATE TABLE "a" ("id" INTEGER PRIMARY KEY, "b_id" INTEGER, FOREIGN KEY ("b_id") REFERENCES "b" ("id")))");
    const statements late = create({&a, &b}, postgresql);
    EXPECT_EQ(
        late[0],
        R"(CREATE TABLE "a" ("id" BIGINT NOT NULL GENERATED BY DEFAULT AS IDENTITY, "b_id" BIGINT, PRIMARY KEY ("id")))");
    EXPECT_EQ(late.back(), R"(ALTER TABLE "a" ADD CONSTRAINT "fk_a_b_id" FOREIGN KEY ("b_id") REFERENCES "b" ("id"))");
    EXPECT_EQ(create({&a, &b}, postgresql, true).back(),
              R"(ALTER TABLE "a" DROP CONSTRAINT IF EXISTS "fk_a_b_id", )"
              R"(ADD CONSTRAINT "fk_a_b_id" FOREIGN KEY ("b_id") REFERENCES "b" ("id"))");

    EXPECT_EQ(drop({&a, &b}), (statements{"PRAGMA defer_foreign_keys = ON", R"(DROP TABLE "b")", R"(DROP TABLE "a")"}));
    EXPECT_EQ(drop({&a, &b}, postgresql), (statements{R"(DROP TABLE "b" CASCADE)", R"(DROP TABLE "a" CASCADE)"}));
    EXPECT_EQ(drop({&a, &b}, mariadb), (statements{"SET FOREIGN_KEY_CHECKS = 0", "DROP TABLE \"b\"", "DROP TABLE \"a\"",
                                                   "SET FOREIGN_KEY_CHECKS = 1"}));
}

TEST(schema_statements, schemas_are_made_once_where_there_are_any) {
    model a = models::table("a");
    model b = models::table("b");
    a.schema = b.schema = "blog";
    models::refer(b, a);
    EXPECT_EQ(create({&a, &b}, mariadb)[0], "CREATE SCHEMA IF NOT EXISTS \"blog\"");
    EXPECT_EQ(tables(create({&a, &b}, postgresql), "CREATE SCHEMA"), statements{"blog"});
    EXPECT_EQ(create({&a, &b}).back(), R"(CREATE INDEX "ix_blog_b_a_id" ON "blog.b" ("a_id"))");
}

/// What stands between the first two quotes of each CREATE INDEX.
statements index_names(const statements& all) { return tables(all, "CREATE INDEX"); }

TEST(schema_statements, names_that_are_too_long_for_the_database_stay_different) {
    const std::string same(50, 'c');
    model m = models::table("customer_payments", {models::column(same + "_first"), models::column(same + "_second")});
    m.indexes = {{.columns = {1}}, {.columns = {2}}};
    for (const kin::sql::dialect* d : {&postgresql, &sqlite}) {
        const statements names = index_names(create({&m}, *d));
        ASSERT_EQ(names.size(), 2u);
        EXPECT_NE(names[0], names[1]);
        for (const std::string& name : names) {
            EXPECT_EQ(name.size() <= 63, d == &postgresql) << name;
            EXPECT_TRUE(name.starts_with("ix_customer_payments_cccc")) << name;
        }
        EXPECT_EQ(names, index_names(create({&m}, *d, true))) << "the same whenever it is made";
    }
}

TEST(schema_statements, a_long_name_is_cut_between_characters) {
    std::string column = "n";
    while (column.size() < 60) column += "\xC3\xA4";
    model m = models::table("t", {models::column(column)});
    m.indexes = {{.columns = {1}}};
    const std::string name = index_names(create({&m}, postgresql)).at(0);
    EXPECT_LE(name.size(), 63u);
    EXPECT_EQ(name.substr(0, 8), "ix_t_n\xC3\xA4");
    EXPECT_EQ(name[name.size() - 10], '\xA4') << "and no half of one before the digest";
}

TEST(schema_statements, names_that_would_meet_are_told_apart) {
    model a = models::table("a", {models::column("b_c")});
    model ab = models::table("a_b", {models::column("c")});
    a.indexes = ab.indexes = {{.columns = {1}}};
    const statements names = index_names(create({&a, &ab}));
    EXPECT_EQ(names[0], "ix_a_b_c");
    EXPECT_TRUE(names[1].starts_with("ix_a_b_c_")) << names[1];
}

TEST(schema_statements, names_of_indexes_that_are_their_tables_own_do_not_meet) {
    model a = models::table("a", {models::column("b_c"), models::column("d")});
    model ab = models::table("a_b", {models::column("c"), models::column("d")});
    a.indexes = {{.columns = {1}}, {.name = "a_b", .columns = {2}}};
    ab.indexes = {{.columns = {1}}, {.name = "a_b", .columns = {2}}};
    const statements all = index_names(create({&a, &ab}, mariadb));
    EXPECT_EQ(all, (statements{"ix_a_b_c", "a_b", "ix_a_b_c", "a_b"}));
    a = models::table("a", {models::column("b_c"), models::column("b"), models::column("c")});
    a.indexes = {{.columns = {1}}, {.columns = {2, 3}}};
    const statements own = index_names(create({&a}, mariadb));
    EXPECT_EQ(own[0], "ix_a_b_c");
    EXPECT_TRUE(own[1].starts_with("ix_a_b_c_")) << own[1];
}

TEST(schema_statements, a_name_that_users_gave_goes_before_a_made_one) {
    model a = models::table("a", {models::column("b")});
    model c = models::table("c", {models::column("d")});
    a.indexes = {{.columns = {1}}};
    c.indexes = {{.name = "ix_a_b", .columns = {1}}};
    const statements names = index_names(create({&a, &c}));
    EXPECT_TRUE(names[0].starts_with("ix_a_b_")) << names[0];
    EXPECT_EQ(names[1], "ix_a_b");
}

TEST(schema_statements, names_that_users_gave_are_told_apart_as_well) {
    model a = models::table("a", {models::column("b"), models::column("c")});
    model c = models::table("c", {models::column("d")});
    const std::string same(60, 'x');
    a.indexes = {{.name = "by_name", .columns = {1}},
                 {.name = same + "_first", .columns = {1}},
                 {.name = same + "_second", .columns = {2}}};
    c.indexes = {{.name = "by_name", .columns = {1}}, {.name = "a", .columns = {1}}};
    const statements names = index_names(create({&a, &c}, postgresql));
    ASSERT_EQ(names.size(), 5u);
    EXPECT_EQ(names[0], "by_name");
    EXPECT_NE(names[1], names[2]);
    EXPECT_EQ(names[1].size(), 63u);
    EXPECT_EQ(names[2].size(), 63u);
    EXPECT_TRUE(names[3].starts_with("by_name_")) << names[3];
    EXPECT_TRUE(names[4].starts_with("a_")) << names[4] << ": tables have names, too";
    EXPECT_EQ(names, index_names(create({&a, &c}, postgresql, true)));
}

std::string refusal(const model& m) {
    try {
        (void)create({&m});
        return "not refused";
    } catch (const kin::mapping_error& e) {
        return e.message();
    }
}

TEST(schema_statements, a_key_that_cannot_be_is_refused_by_name) {
    const model user = models::table("users");
    model post = models::table("posts");
    models::refer(post, user);
    EXPECT_EQ(refusal(post), "not refused");
    post.foreign_keys[0].on_delete = models::referential_action::set_null;
    EXPECT_EQ(refusal(post), "the foreign key (users_id) of posts is set to NULL with its parent, but cannot be NULL");
    post.foreign_keys[0].target = nullptr;
    EXPECT_EQ(refusal(post), "the foreign key (users_id) of posts is not bound to a model yet");
}

}  // namespace
