// What models want, set beside a database that is there.
#include <gtest/gtest.h>

#include <array>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/kin.hpp>
#include <kin/schema/changes.hpp>
#include <kin/schema/check.hpp>
#include <kin/schema/compare.hpp>
#include <kin/schema/inspect.hpp>
#include <kin/schema/schema.hpp>

#include "support/place.hpp"

namespace kept {

enum class colour : std::uint8_t { red, green };

struct Owner {
    kin::key<Owner> id{};
    std::string name{};
    std::optional<std::string> email{};
    static constexpr auto table =
        kin::table("owners").length("name", 40).unique("email").check("name <> '' AND length(name) IN (1, 2, 3)");
};
struct Thing {
    kin::key<Thing> id{};
    kin::key<Owner> owner_id{};
    colour painted{};
    double price{};
    bool sold{};
    kin::belongs_to<Owner> owner{};
    static constexpr auto table =
        kin::table("things").default_value("price", "1.5").index("price").check("price BETWEEN 0 AND 100");
};
using all = kin::models<Owner, Thing>;

/// In the schema where names are looked up anyway, and with a type of names.
struct Named {
    kin::key<Named> id{};
    std::string mood{"glad"};
    static constexpr auto table = kin::table("named").in_schema("public").enumeration("mood", "Mood", "glad", "so'so");
};

/// In a schema of its own, with a type of names and a view.
struct Far {
    kin::key<Far> id{};
    std::string mood{"glad"};
    static constexpr auto table = kin::table("far")
                                      .in_schema("elsewhere")
                                      .enumeration("mood", "Mood", "glad", "sad")
                                      .default_value("mood", "'glad'")
                                      .check("mood <> 'sad' OR id BETWEEN 1 AND 9");
};
struct Seen {
    kin::key<Seen> id{};
    std::string mood{};
    static constexpr auto table =
        kin::table("seen").in_schema("elsewhere").view("SELECT id, mood FROM elsewhere.far WHERE id IN (1, 2)");
};
/// A view in the schema where names are looked up, by its name.
struct Near {
    kin::key<Near> id{};
    static constexpr auto table = kin::table("near").in_schema("public").view("SELECT id FROM public.named");
};

}  // namespace kept

namespace {

using namespace kin;

class model_comparison : public testing::Test {
  protected:
    [[nodiscard]] std::vector<schema::difference> compared() { return schema::compare(wanted_models(), db_); }
    static schema::model_list wanted_models() {
        static const auto list = kept::all::list();
        return {list.data(), list.size()};
    }
    void run(const schema::change_script& script) {
        if (script.foreign_keys_off) db_.script("PRAGMA foreign_keys = OFF");
        for (const std::string& sql : script.all()) db_.script(sql);
        if (script.foreign_keys_off) db_.script("PRAGMA foreign_keys = ON");
    }
    [[nodiscard]] schema::catalogue wanted() { return schema::catalogue_of(wanted_models(), db_.dialect()); }

    test::place place_{};
    engine::connection db_{engine::open_driver(engine::url::parse(place_.url()))};
};

TEST_F(model_comparison, finds_nothing_where_the_models_made_the_tables) {
    schema::create(db_, wanted_models());
    EXPECT_EQ(schema::report(compared()), "");
}

TEST_F(model_comparison, finds_nothing_without_asking_the_server_either) {
    schema::create(db_, wanted_models());
    EXPECT_EQ(schema::report(schema::compare(schema::inspect(db_), wanted(), db_.dialect())), "");
}

TEST_F(model_comparison, what_was_changed_by_hand_is_found_and_mended) {
    schema::create(db_, wanted_models());
    db_.script("INSERT INTO owners (id, name) VALUES (1, 'Ada')");
    db_.script("DROP TABLE things");
    db_.script("ALTER TABLE owners ADD COLUMN shoe_size INTEGER");
    const auto found = compared();
    ASSERT_EQ(found.size(), 2U) << schema::report(found);
    EXPECT_EQ(found[0].what, schema::change::column_dropped);
    EXPECT_EQ(found[1].what, schema::change::table_added);
    run(schema::changes(schema::inspect(db_), wanted(), found, db_.dialect()));
    EXPECT_EQ(schema::report(compared()), "");
    auto rows = db_.run("SELECT count(*) FROM owners WHERE name = 'Ada'");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.integer(0), 1);
}

TEST_F(model_comparison, leaves_nothing_in_the_database_and_no_transaction_open) {
    schema::create(db_, wanted_models());
    const schema::catalogue before = schema::inspect(db_);
    (void)schema::normalised(db_, wanted());
    EXPECT_FALSE(db_.in_transaction());
    EXPECT_EQ(schema::inspect(db_), before);
    db_.begin();
    (void)schema::normalised(db_, wanted());
    EXPECT_TRUE(db_.in_transaction());
    EXPECT_EQ(schema::inspect(db_), before);
    db_.rollback();
}

TEST_F(model_comparison, the_current_schema_is_the_same_by_its_name) {
    if (test::engine_name() != "postgresql") GTEST_SKIP() << "about PostgreSQL's schemas";
    const test::scratch_database own;
    engine::connection there{engine::open_driver(engine::url::parse(own.url()))};
    const auto list = kin::models<kept::Named>::list();
    const schema::model_list named{list.data(), list.size()};
    EXPECT_EQ(schema::mismatches(there, named).size(), 1U);
    schema::create(there, named);
    EXPECT_EQ(schema::report(schema::compare(named, there)), "");
    EXPECT_TRUE(schema::mismatches(there, named).empty());
}

TEST_F(model_comparison, names_of_other_schemas_are_the_same_in_texts) {
    if (test::engine_name() != "postgresql") GTEST_SKIP() << "about PostgreSQL's schemas";
    const test::scratch_database own;
    engine::connection there{engine::open_driver(engine::url::parse(own.url()))};
    const auto list = kin::models<kept::Named, kept::Far, kept::Seen, kept::Near>::list();
    const schema::model_list models{list.data(), list.size()};
    schema::create(there, models);
    // Something that differs, so that the server is asked.
    there.script("ALTER TABLE elsewhere.far ADD COLUMN more integer");
    const auto found = schema::compare(models, there);
    ASSERT_EQ(found.size(), 1U) << schema::report(found);
    EXPECT_EQ(found[0].what, schema::change::column_dropped);
    const schema::comparison both = schema::side_by_side(models, there);
    EXPECT_EQ(schema::report(schema::compare(both.wanted, both.wanted, there.dialect(), {.exact = true})), "");
    for (const sql::view_definition& v : both.wanted.views) EXPECT_EQ(v.sql.find("kin_normalised"), std::string::npos);
}

}  // namespace
