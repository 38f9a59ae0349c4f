// PostgreSQL: many rows travel as arrays, and the keys of new ones are fetched ahead.
#include "support/fixture.hpp"
#include "support/link_models.hpp"
#include "support/postgresql.hpp"

namespace set_wise_sample {

enum class colour : std::int8_t { red = 1, green = 2 };

struct Sample {
    kin::key<Sample> id{};
    bool yes{};
    std::int16_t small{};
    int middle{};
    std::uint32_t unsigned_one{};
    double real{};
    float single{};
    std::string text{};
    std::optional<std::string> maybe{};
    std::vector<std::byte> bytes{};
    kin::uuid code{};
    colour shade{colour::red};
    kin::created_at created_at{};
    std::optional<int> number{};

    static constexpr auto table = kin::table("sample").unique("middle");
};

}  // namespace set_wise_sample

namespace {

using namespace kin::expr;
using kin::test::contains;
using kin::test::rows_of;
using kin::test::thrown;
using linked::Article;
using set_wise_sample::Sample;

class set_wise : public ::testing::Test {
  protected:
    void SetUp() override {
        if (kin::test::postgresql_server().empty()) GTEST_SKIP() << "no server";
        schema = std::make_unique<kin::test::scratch_schema>();
        db = std::make_unique<kin::database>(schema->url());
        db->create<linked::All>();
        db->create<Sample>();
        log = std::make_unique<kin::test::statement_log>(*db);
    }
    std::string rows(std::string_view sql) {
        kin::database outside{schema->url()};
        return rows_of(*outside.connect(), sql);
    }
    static Sample sample(int i) {
        return {.yes = i % 2 == 0,
                .small = static_cast<std::int16_t>(-i),
                .middle = i,
                .unsigned_one = 4'000'000'000U,
                .real = i + 0.5,
                .single = 0.25F,
                .text = "text " + std::to_string(i) + " \"quoted\", {braces}",
                .maybe = i % 3 == 0 ? std::optional<std::string>{} : "maybe",
                .bytes = {std::byte{0}, std::byte{255}},
                .code = kin::uuid::v4(),
                .shade = set_wise_sample::colour::green,
                .number = i % 4 == 0 ? std::optional<int>{} : i};
    }

    std::unique_ptr<kin::test::scratch_schema> schema;
    std::unique_ptr<kin::database> db;
    std::unique_ptr<kin::test::statement_log> log;
};

TEST_F(set_wise, every_kind_of_column_arrives_as_it_was) {
    std::vector<kin::uuid> codes;
    {
        kin::session s{*db};
        for (int i = 1; i <= 5000; ++i) codes.push_back(s.add(sample(i))->code);
        s.commit();
    }
    EXPECT_EQ(log->count(), 1u) << "the keys are the unit of work's own business";
    EXPECT_TRUE(contains(log->entries()[0].sql, "FROM unnest(?, ?")) << log->entries()[0].sql;
    EXPECT_EQ(log->entries()[0].runs, 5000u);
    kin::session s{*db};
    const auto all = s.query<Sample>().order_by(&Sample::id).all();
    ASSERT_EQ(all.size(), 5000u);
    for (int i = 1; i <= 5000; ++i) {
        const Sample& is = all[static_cast<std::size_t>(i - 1)];
        const Sample was = sample(i);
        ASSERT_EQ(is.id, i);
        ASSERT_EQ(is.yes, was.yes);
        ASSERT_EQ(is.small, was.small);
        ASSERT_EQ(is.middle, was.middle);
        ASSERT_EQ(is.unsigned_one, was.unsigned_one);
        ASSERT_EQ(is.real, was.real);
        ASSERT_EQ(is.single, was.single);
        ASSERT_EQ(is.text, was.text);
        ASSERT_EQ(is.maybe, was.maybe);
        ASSERT_EQ(is.bytes, was.bytes);
        ASSERT_EQ(is.code, codes[static_cast<std::size_t>(i - 1)]);
        ASSERT_EQ(is.shade, was.shade);
        ASSERT_EQ(is.number, was.number);
        ASSERT_NE(is.created_at.microseconds, 0);
    }
}

TEST_F(set_wise, a_graph_takes_a_statement_for_each_table) {
    kin::session s{*db};
    const auto shared = s.add(linked::Topic{.name = "shared"});
    for (int i = 0; i < 40; ++i) {
        auto article = s.add(Article{.title = "a" + std::to_string(i)});
        article->topics.push_back(shared);
        article->topics.push_back(linked::Topic{.name = "t" + std::to_string(i)});
    }
    s.commit();
    EXPECT_EQ(log->count(), 3u);
    EXPECT_EQ(log->count("SELECT"), 0u);
    EXPECT_EQ(rows("SELECT count(*) FROM article_topic"), "80");
    EXPECT_EQ(rows("SELECT count(*) FROM article_topic l JOIN topic t ON t.id = l.topic_id JOIN article a ON a.id = "
                   "l.article_id WHERE t.name = 't' || substr(a.title, 2)"),
              "40");
    // The next key is one that nobody has.
    s.add(Article{.title = "one more"});
    s.commit();
    EXPECT_EQ(rows("SELECT count(DISTINCT id) FROM article"), "41");
}

TEST_F(set_wise, a_row_that_is_refused_leaves_everything_as_it_was) {
    kin::session s{*db};
    s.add(sample(17));
    s.commit();
    std::vector<kin::ref<Sample>> added;
    for (int i = 1; i <= 20; ++i) added.push_back(s.add(sample(i)));
    const auto e = thrown<kin::unique_violation>([&] { s.commit(); });
    EXPECT_TRUE(contains(e.what(), "sample")) << e.what();
    EXPECT_EQ(rows("SELECT count(*) FROM sample"), "1");
    EXPECT_EQ(added[0]->id, 0);
    added[16]->middle = 1000;
    for (const auto& each : added) s.add(each);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*), max(middle) FROM sample"), "21|1000");
}

TEST_F(set_wise, a_value_that_cannot_be_sent_leaves_everything_as_it_was) {
    kin::session s{*db};
    std::vector<kin::ref<Sample>> added;
    for (int i = 1; i <= 5000; ++i) added.push_back(s.add(sample(i)));
    added[4500]->text = std::string{"a\0b", 3};
    EXPECT_TRUE(contains(thrown<kin::conversion_error>([&] { s.commit(); }).what(), "Sample.text"));
    EXPECT_EQ(rows("SELECT count(*) FROM sample"), "0");
    added[4500]->text = "ab";
    for (const auto& each : added) s.add(each);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM sample"), "5000");
}

TEST_F(set_wise, a_key_without_a_sequence_is_made_by_the_row) {
    kin::database{schema->url()}.connect()->script(
        "ALTER TABLE sample ALTER COLUMN id DROP IDENTITY; CREATE SEQUENCE other START 100; "
        "ALTER TABLE sample ALTER COLUMN id SET DEFAULT nextval('other')");
    kin::session s{*db};
    std::vector<kin::ref<Sample>> added;
    for (int i = 1; i <= 20; ++i) added.push_back(s.add(sample(i)));
    s.commit();
    EXPECT_EQ(added[19]->id, 119);
    EXPECT_EQ(rows("SELECT min(id), max(id) FROM sample"), "100|119");
}

TEST_F(set_wise, changed_rows_take_one_statement) {
    kin::session s{*db};
    for (int i = 1; i <= 5000; ++i) s.add(sample(i));
    s.commit();
    log->clear();
    auto all = s.query<Sample>().order_by(&Sample::id).all();
    int i = 0;
    for (Sample& each : all) {
        ++i;
        each.yes = !each.yes;
        each.small = 7;
        each.real += 1;
        each.single = -0.5F;
        each.text = i == 100 ? "" : "{\"changed\"}" + std::to_string(i);
        each.maybe = i % 3 == 0 ? std::optional<std::string>{"there"} : std::nullopt;
        each.bytes = {std::byte{static_cast<unsigned char>(i)}};
        each.code = kin::uuid{};
        each.number = i % 4 == 0 ? std::optional<int>{-i} : std::nullopt;
    }
    s.commit();
    EXPECT_EQ(log->count("UPDATE"), 1u);
    EXPECT_TRUE(contains(log->entries().back().sql, "FROM unnest(?, ?")) << log->entries().back().sql;
    EXPECT_EQ(rows("SELECT count(*) FROM sample WHERE yes = (middle % 2 = 1) AND small = 7 AND \"real\" = middle + 1.5"
                   " AND single = -0.5 AND text = CASE middle WHEN 100 THEN '' ELSE '{\"changed\"}' || middle END"
                   " AND (maybe IS NULL) = (middle % 3 <> 0) AND (number IS NULL) = (middle % 4 <> 0)"
                   " AND coalesce(number, -middle) = -middle AND get_byte(bytes, 0) = middle % 256"
                   " AND code = '00000000-0000-0000-0000-000000000000' AND unsigned_one = 4000000000"),
              "5000");
}

TEST_F(set_wise, a_changed_row_that_is_gone_is_named) {
    kin::session s{*db};
    std::vector<kin::ref<Sample>> added;
    for (int i = 1; i <= 20; ++i) added.push_back(s.add(sample(i)));
    s.commit();
    kin::database{schema->url()}.connect()->script("DELETE FROM sample WHERE id = 7");
    for (const auto& each : added) each->text = "changed";
    const auto e = thrown<kin::stale_object>([&] { s.commit(); });
    EXPECT_TRUE(contains(e.what(), "Sample 7")) << e.what();
    EXPECT_EQ(rows("SELECT count(*) FROM sample WHERE text = 'changed'"), "0");
    EXPECT_EQ(added[3]->text, "changed") << "what was to be written is still there";
}

TEST_F(set_wise, unique_values_move_on_in_the_order_of_the_plan) {
    kin::session s{*db};
    std::vector<kin::ref<Sample>> added;
    for (int i = 1; i <= 20; ++i) added.push_back(s.add(sample(i)));
    s.commit();
    log->clear();
    for (const auto& each : added) each->middle += 1;
    s.commit();
    EXPECT_FALSE(contains(log->entries().back().sql, "unnest")) << log->entries().back().sql;
    EXPECT_EQ(rows("SELECT min(middle), max(middle), count(*) FROM sample"), "2|21|20");
}

}  // namespace
