// Relations across a model between: over keys in both directions, over pivots, several hops, and one of many.
#include <kin/morph.hpp>

#include "support/fixture.hpp"

using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;

namespace through {

struct Citizen;
struct Article;
struct Remark;
struct Team;
struct Capital;

struct Country {
    kin::key<Country> id{};
    std::string name{};
    kin::has_many<Citizen> citizens{};
    kin::has_many_through<Article, Citizen, kin::order_by<"title">> articles{};
    kin::has_many_through<Remark, Article, kin::via<"citizens", "articles", "remarks">, kin::order_by<"text">>
        remarks{};
    kin::has_many_through<Team, Citizen, kin::order_by<"name">> teams{};
    kin::has_one_through<Capital, Citizen> seat{};
};
struct Citizen {
    kin::key<Citizen> id{};
    std::optional<kin::key<Country>> country_id{};
    std::string name{};
    kin::belongs_to<Country> country{};
    kin::has_many<Article> articles{};
    kin::many_to_many<Team> teams{};
};
struct Article {
    kin::key<Article> id{};
    kin::key<Citizen> citizen_id{};
    std::string title{};
    int views{};
    kin::belongs_to<Citizen> author{};
    kin::has_many<Remark> remarks{};
    kin::has_one_through<Country, Citizen> country{};  // both hops over keys of this side
};
struct Remark {
    kin::key<Remark> id{};
    kin::key<Article> article_id{};
    std::string text{};
};
struct Team {
    kin::key<Team> id{};
    std::string name{};
    kin::has_many_through<Country, Citizen, kin::order_by<"name">>
        countries{};  // the pivot is declared at the other side
    kin::has_many_through<Team, Citizen, kin::via<"members", "teams">, kin::order_by<"-name">> neighbours{};
    kin::many_to_many<Citizen> members{};
};
struct Capital {  // a house of one citizen
    kin::key<Capital> id{};
    kin::key<Citizen> citizen_id{};
    std::string name{};
};

using All = kin::models<Country, Citizen, Article, Remark, Team, Capital>;

}  // namespace through

namespace joining {

struct Book;
struct Writer;
struct Shelf {
    kin::key<Shelf> id{};
    kin::has_many_through<Writer, Book, kin::lazy<kin::load::joined>> authors{};
};
struct Book {
    kin::key<Book> id{};
    kin::key<Shelf> shelf_id{};
    kin::key<Writer> writer_id{};
};
struct Writer {
    kin::key<Writer> id{};
};

}  // namespace joining

namespace {

using namespace through;

class through_test : public kin::test::with_database<All> {
  protected:
    through_test() {
        kin::session s{db};
        auto red = s.add(Team{.name = "red"});
        auto blue = s.add(Team{.name = "blue"});
        auto malta = s.add(
            Country{.name = "Malta",
                    .citizens = {{.name = "Ada", .articles = {{.title = "b", .views = 1}, {.title = "a", .views = 5}}},
                                 {.name = "Bob", .articles = {{.title = "c", .views = 9}}}}});
        auto chad = s.add(Country{.name = "Chad", .citizens = {{.name = "Cleo", .articles = {{.title = "d"}}}}});
        s.add(Country{.name = "Tuvalu"});
        s.add(Citizen{.name = "Dora", .articles = {{.title = "nobody's"}}});
        malta->citizens[0].articles[0].remarks.push_back(Remark{.text = "one"});
        malta->citizens[1].articles[0].remarks.push_back(Remark{.text = "two"});
        malta->citizens[0].teams.push_back(red);
        malta->citizens[1].teams.push_back(red);
        malta->citizens[1].teams.push_back(blue);
        chad->citizens[0].teams.push_back(blue);
        s.commit();
        s.add(Capital{.citizen_id = chad->citizens[0].id, .name = "N'Djamena"});
        s.commit();
        log.clear();
    }

    static std::string titles(const auto& articles) {
        std::string all;
        for (const auto& a : articles) {
            if constexpr (requires { a.title; })
                all += a.title;
            else if constexpr (requires { a.text; })
                all += a.text + " ";
            else
                all += a.name + " ";
        }
        return all;
    }
    kin::ref<const Country> country(kin::session& s, std::string_view name) {
        return s.query<Country>().where(col(&Country::name) == name).one();
    }
};

TEST_F(through_test, loads_for_all_siblings_in_one_joined_statement) {
    kin::session s{db};
    const auto countries = s.query<Country>().order_by(&Country::id).all();
    ASSERT_EQ(countries.size(), 3U);
    EXPECT_EQ(titles(countries[0].articles), "abc");
    EXPECT_EQ(titles(countries[1].articles), "d");
    EXPECT_TRUE(countries[2].articles.empty());
    EXPECT_EQ(log.count(), 2U);
    EXPECT_EQ(log.entries()[1].sql,
              R"(SELECT "article"."id", "article"."citizen_id", "article"."title", "article"."views", )"
              R"("citizen"."country_id" FROM "article" JOIN "citizen" ON "article"."citizen_id" = "citizen"."id" )"
              R"(ORDER BY "article"."title")");
}

TEST_F(through_test, is_scoped_to_its_owner) {
    kin::session s{db};
    const auto malta = country(s, "Malta");
    EXPECT_EQ(titles(malta->articles), "abc");
    EXPECT_TRUE(contains(log.entries()[1].sql, R"(WHERE "citizen"."country_id" = )")) << log.entries()[1].sql;
    log.clear();
    const auto found = malta->articles.where(col(&Article::views) > 3 || col(&Article::title) == "d").all();
    EXPECT_EQ(titles(found), "ac");
    EXPECT_EQ(malta->articles.query().count(), 3);
    EXPECT_EQ(log.count(), 2U);
}

TEST_F(through_test, comes_with_its_owners_by_every_strategy) {
    for (const auto how : {kin::load::selectin, kin::load::subquery, kin::load::joined}) {
        kin::session s{db};
        log.clear();
        auto q = s.query<Country>();
        q.where(col(&Country::name) != "Tuvalu").order_by(&Country::id);
        if (how == kin::load::selectin) q.with(&Country::articles, &Article::remarks);
        if (how == kin::load::subquery) q.with(subquery(&Country::articles).with(subquery(&Article::remarks)));
        if (how == kin::load::joined) q.with(selectin(&Country::articles).with(joined(&Article::remarks)));
        const auto countries = q.all();
        EXPECT_EQ(titles(countries[0].articles), "abc");
        EXPECT_EQ(titles(countries[1].articles), "d");
        EXPECT_EQ(titles(countries[0].articles[1].remarks), "one ");
        EXPECT_EQ(log.count(), how == kin::load::joined ? 2U : 3U) << log.text(100);
    }
}

TEST_F(through_test, is_not_declared_as_joined) {
    kin::session s{db};
    const auto e =
        thrown<kin::mapping_error>([&] { (void)s.query<joining::Shelf>().with(&joining::Shelf::authors).all(); });
    EXPECT_EQ(e.message(),
              "Shelf.authors: it is found by a statement of its own and cannot be joined: say load::selectin");
}

TEST_F(through_test, takes_conditions_orders_and_limits_for_each_owner) {
    kin::session s{db};
    const auto countries =
        s.query<Country>()
            .order_by(&Country::id)
            .with(selectin(&Country::articles).where(col(&Article::views) > 0).order_by(desc(&Article::views)).limit(2))
            .with(selectin(&Country::teams).limit(2))
            .all();
    EXPECT_EQ(titles(countries[0].articles), "ca");
    EXPECT_TRUE(countries[1].articles.empty());
    // Two ways lead to the red one: it is one of the two all the same.
    EXPECT_EQ(titles(countries[0].teams), "blue red ");
    EXPECT_EQ(log.count(), 3U);
}

TEST_F(through_test, goes_over_pivots_and_shows_each_target_once) {
    kin::session s{db};
    const auto countries = s.query<Country>().order_by(&Country::id).all();
    EXPECT_EQ(titles(countries[0].teams), "blue red ");
    EXPECT_EQ(titles(countries[1].teams), "blue ");
    EXPECT_EQ(log.count(), 2U);
    EXPECT_EQ(countries[0].teams.query().count(), 2);
    const auto teams = s.query<Team>().order_by(&Team::name).with(&Team::countries).all();
    EXPECT_EQ(titles(teams[0].countries), "Chad Malta ");
    EXPECT_EQ(titles(teams[1].countries), "Malta ");
    // A model that leads back to itself.
    EXPECT_EQ(titles(teams[1].neighbours), "red blue ");
    EXPECT_EQ(teams[0].neighbours.where(col(&Team::name) == "red").count(), 1);
}

TEST_F(through_test, takes_more_than_two_hops_by_name) {
    kin::session s{db};
    const auto countries = s.query<Country>().order_by(&Country::id).with(&Country::remarks).all();
    EXPECT_EQ(titles(countries[0].remarks), "one two ");
    EXPECT_TRUE(countries[1].remarks.empty());
    EXPECT_EQ(log.count(), 2U);
    EXPECT_EQ(s.query<Country>().where(any(&Country::remarks, col(&Remark::text) == "two")).count(), 1);
}

TEST_F(through_test, leads_to_one) {
    kin::session s{db};
    const auto countries = s.query<Country>().order_by(&Country::id).all();
    EXPECT_FALSE(countries[0].seat);
    EXPECT_EQ(countries[1].seat->name, "N'Djamena");
    const auto articles = s.query<Article>().order_by(&Article::id).with(&Article::country).all();
    EXPECT_EQ(articles[0].country->name, "Malta");
    EXPECT_EQ(articles[3].country->name, "Chad");
    EXPECT_EQ(articles[4].country.get(), nullptr);
    EXPECT_EQ(log.count(), 4U);
    run("INSERT INTO capital (citizen_id, name) SELECT id, 'Moundou' FROM citizen WHERE name = 'Cleo'");
    kin::session other{db};
    const auto chad = country(other, "Chad");
    (void)thrown<kin::multiple_found>([&] { (void)chad->seat.get(); });
}

TEST_F(through_test, stands_in_conditions_and_counts) {
    kin::session s{db};
    const auto names = [&](const kin::condition& c) {
        return titles(s.query<Country>().where(c).order_by(&Country::id).all());
    };
    EXPECT_EQ(names(any(&Country::articles)), "Malta Chad ");
    EXPECT_EQ(names(none(&Country::articles)), "Tuvalu ");
    EXPECT_EQ(names(any(&Country::articles, col(&Article::views) > 5)), "Malta ");
    EXPECT_EQ(names(count(&Country::articles) >= 3), "Malta ");
    EXPECT_EQ(names(any(&Country::articles, any(&Article::remarks, col(&Remark::text) == "one"))), "Malta ");
    EXPECT_EQ(names(any(&Country::seat)), "Chad ");
    auto d = s.query<Article>().where(col(&Article::title) == "d").one();
    EXPECT_EQ(names(col(&Country::articles).contains(d)), "Chad ");
    EXPECT_EQ(titles(s.query<Article>().where(with_parent(country(s, "Chad"), &Country::articles)).all()), "d");
    EXPECT_EQ(s.query<Article>().where(any(&Article::country, col(&Country::name) == "Malta")).count(), 3);
    EXPECT_EQ(s.query<Team>().where(count(&Team::neighbours) == 2).count(), 2);
    EXPECT_EQ(s.query<Country>().where_has("articles", ">=", 3).count(), 1);
}

TEST_F(through_test, is_counted_and_summed_up_with_its_owners) {
    kin::session s{db};
    const auto countries = s.query<Country>()
                               .order_by(&Country::id)
                               .with_count(&Country::articles)
                               .with_count(&Country::teams)
                               .with_sum(&Country::articles, &Article::views)
                               .with_exists(&Country::seat)
                               .all();
    EXPECT_EQ(log.count(), 1U);
    EXPECT_EQ(countries[0].articles.count(), 3);
    EXPECT_EQ(countries[0].teams.count(), 2);
    EXPECT_EQ(countries[0].articles.sum(&Article::views), 15);
    EXPECT_FALSE(countries[0].seat.exists());
    EXPECT_TRUE(countries[1].seat.exists());
    EXPECT_EQ(countries[2].articles.count(), 0);
    EXPECT_EQ(log.count(), 1U);
}

TEST_F(through_test, is_joined_hop_by_hop) {
    kin::session s{db};
    const auto found = s.query<Country>()
                           .join(&Country::articles)
                           .where(col(&Citizen::name) == "Bob" && col(&Article::views) > 5)
                           .with(contains_eager(&Country::articles))
                           .all();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(titles(found[0].articles), "c");
    EXPECT_EQ(log.count(), 1U);
}

TEST_F(through_test, is_read_again_after_a_flush_of_what_it_reads) {
    kin::session s{db};
    auto malta = s.query<Country>().where(col(&Country::name) == "Malta").one();
    EXPECT_EQ(titles(malta->articles), "abc");
    auto bob = s.query<Citizen>().where(col(&Citizen::name) == "Bob").one();
    bob->articles.push_back(Article{.title = "e"});
    EXPECT_EQ(titles(malta->articles), "abc");
    s.flush();
    EXPECT_EQ(titles(malta->articles), "abce");
    bob->country = nullptr;
    s.flush();
    EXPECT_EQ(titles(malta->articles), "ab");
    s.rollback();
    EXPECT_EQ(titles(malta->articles), "abc");
    // What concerns none of its tables leaves it alone.
    s.add(Team{.name = "green"});
    s.flush();
    log.clear();
    EXPECT_EQ(titles(malta->articles), "abc");
    EXPECT_EQ(log.count(), 0U);
}

TEST_F(through_test, of_a_new_object_asks_after_the_flush) {
    kin::session s{db};
    auto chad = s.query<Country>().where(col(&Country::name) == "Chad").one();
    auto eve = s.add(Citizen{.name = "Eve"});
    eve->country = chad;
    auto article = s.add(Article{.title = "new"});
    article->author = eve;
    EXPECT_EQ(article->country->name, "Chad");  // an autoflush
    auto fresh = s.add(Country{.name = "Fiji"});
    EXPECT_TRUE(fresh->articles.empty());
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM citizen"), "4");
}

TEST_F(through_test, strict_sessions_name_it) {
    kin::session s{db};
    s.strict();
    const auto malta = country(s, "Malta");
    const auto e = thrown<kin::raised_load>([&] { (void)malta->articles.size(); });
    EXPECT_TRUE(contains(e.what(), "Country.articles is not loaded")) << e.what();
}

}  // namespace

namespace lost_ways {

struct Far;
struct Middle;
struct Near {
    kin::key<Near> id{};
    std::string name{};
    kin::has_many_through<Far, Middle, kin::via<"nothing", "fars">> unknown{};
    kin::has_many_through<Far, Middle, kin::via<"first_id", "middle_id">> firsts{};
    kin::has_many_through<Far, Middle, kin::via<"second_id", "middle_id">, kin::order_by<"-name">> seconds{};
};
struct Middle {
    kin::key<Middle> id{};
    std::optional<kin::key<Near>> first_id{};
    std::optional<kin::key<Near>> second_id{};
};
struct Far {
    kin::key<Far> id{};
    kin::key<Middle> middle_id{};
    std::string name{};
};

class ways_by_name : public kin::test::with_database<kin::models<Near, Middle, Far>> {};

TEST_F(ways_by_name, names_columns_where_two_keys_lead_to_a_model) {
    run("INSERT INTO near (id, name) VALUES (1, 'a'), (2, 'b');"
        "INSERT INTO middle (id, first_id, second_id) VALUES (1, 1, 2), (2, 2, NULL), (3, 1, 1);"
        "INSERT INTO far (id, middle_id, name) VALUES (1, 1, 'x'), (2, 2, 'y'), (3, 3, 'z')");
    kin::session s{db};
    const auto all = s.query<Near>().order_by(&Near::id).with(&Near::firsts).with(&Near::seconds).all();
    EXPECT_EQ(all[0].firsts.size(), 2U);
    EXPECT_EQ(all[1].firsts.front().name, "y");
    EXPECT_EQ(all[0].seconds.front().name, "z");
    EXPECT_EQ(all[1].seconds.front().name, "x");
    const auto e = thrown<kin::mapping_error>([&] { (void)s.query<Near>().with(&Near::unknown).all(); });
    EXPECT_TRUE(contains(e.what(), "Near.unknown: nothing leads from Near to Middle by the name of 'nothing'"))
        << e.what();
}

}  // namespace lost_ways

namespace one_of_many {

struct Price;
struct Product {
    kin::key<Product> id{};
    std::string name{};
    kin::has_many<Price> prices{};
    kin::latest_of_many<Price, "at"> latest{};
    kin::oldest_of_many<Price, "at"> oldest{};
    kin::has_one<Price, kin::latest<"amount", "at">> dearest{};
    kin::latest_of_many<Price> newest{};
    kin::has_one<Price, kin::latest<"at">, kin::where<"kind", "sale">> sale{};
};
struct Price {
    kin::key<Price> id{};
    kin::key<Product> product_id{};
    int amount{};
    std::optional<int> at{};
    std::string kind{};
    kin::belongs_to<Product> product{};
};

class one_of_many_test : public kin::test::with_database<kin::models<Product, Price>> {
  protected:
    one_of_many_test() {
        run("INSERT INTO product (id, name) VALUES (1, 'pen'), (2, 'ink'), (3, 'nib');"
            "INSERT INTO price (id, product_id, amount, at, kind) VALUES (1, 1, 10, 5, ''), (2, 1, 30, 7, ''), "
            "(3, 1, 20, 7, 'sale'), (4, 1, 99, NULL, ''), (5, 2, 50, 1, 'sale'), (6, 2, 50, 2, ''), (7, 3, 1, NULL, "
            "'')");
    }
    std::string names(kin::session& s, const kin::condition& c) {
        std::string all;
        for (const Product& p : s.query<Product>().where(c).order_by(&Product::id).all().view()) all += p.name + " ";
        return all;
    }
};

TEST_F(one_of_many_test, comes_in_one_statement_that_numbers_the_rows_of_each_owner) {
    kin::session s{db};
    const auto all = s.query<Product>()
                         .order_by(&Product::id)
                         .with(&Product::latest)
                         .with(&Product::oldest)
                         .with(&Product::dearest)
                         .with(&Product::newest)
                         .with(&Product::sale)
                         .all();
    EXPECT_EQ(log.count(), 6U);
    EXPECT_EQ(all[0].latest->amount, 20);  // of two at 7 the one with the greater key
    EXPECT_EQ(all[0].oldest->amount, 10);
    EXPECT_EQ(all[0].dearest->amount, 30);  // 99 has no place among them
    EXPECT_EQ(all[0].newest->amount, 99);
    EXPECT_EQ(all[0].sale->amount, 20);
    EXPECT_EQ(all[1].latest->id, 6);
    EXPECT_EQ(all[1].dearest->id, 6);
    EXPECT_EQ(all[1].sale->id, 5);
    EXPECT_FALSE(all[2].latest);
    EXPECT_FALSE(all[2].sale);
    EXPECT_EQ(all[2].newest->id, 7);
    EXPECT_EQ(all[0].latest->product->name, "pen");
    EXPECT_EQ(log.count(), 6U);
    EXPECT_TRUE(contains(log.entries()[1].sql, "row_number() OVER (PARTITION BY")) << log.entries()[1].sql;
}

TEST_F(one_of_many_test, loads_for_all_siblings_at_first_touch) {
    kin::session s{db};
    const auto all = s.query<Product>().order_by(&Product::id).all();
    EXPECT_EQ(all[1].latest->id, 6);
    EXPECT_EQ(all[0].latest->id, 3);
    EXPECT_EQ(all[2].latest.get(), nullptr);
    EXPECT_EQ(log.count(), 2U);
}

TEST_F(one_of_many_test, is_what_conditions_speak_of) {
    kin::session s{db};
    EXPECT_EQ(names(s, any(&Product::latest)), "pen ink ");
    EXPECT_EQ(names(s, any(&Product::latest, col(&Price::amount) == 20)), "pen ");
    EXPECT_EQ(names(s, any(&Product::latest, col(&Price::amount) == 30)), "");
    EXPECT_EQ(names(s, none(&Product::sale)), "nib ");
    EXPECT_EQ(names(s, any(&Product::dearest, col(&Price::kind) == "sale")), "");
    const auto third = s.get<Price>(3);
    EXPECT_EQ(names(s, col(&Product::latest) == third), "pen ");
    // A condition says whether it is shown; it does not choose another.
    const auto all = s.query<Product>()
                         .order_by(&Product::id)
                         .with(selectin(&Product::latest).where(col(&Price::amount) == 30))
                         .all();
    EXPECT_FALSE(all[0].latest);
    const auto joined_to = s.query<Product>().join(&Product::latest).where(col(&Price::amount) >= 20).all();
    EXPECT_EQ(joined_to.size(), 2U);
}

TEST_F(one_of_many_test, takes_no_part_in_what_changes) {
    kin::session s{db};
    auto pen = s.get<Product>(1);
    EXPECT_EQ(pen->latest->id, 3);
    pen->prices.push_back(Price{.amount = 40, .at = 9});
    EXPECT_EQ(pen->latest->id, 3);
    s.flush();
    EXPECT_EQ(pen->latest->amount, 40);
    auto ink = s.add(Product{.name = "ink", .prices = {{.amount = 1, .at = 1}, {.amount = 2, .at = 2}}});
    EXPECT_EQ(ink->latest->amount, 2);
    s.remove(pen->latest.handle());
    s.commit();
    EXPECT_EQ(pen->latest->id, 3);
    EXPECT_EQ(rows("SELECT count(*) FROM price"), "9");
}

}  // namespace one_of_many

namespace morphed_ways {

struct Essay;
struct Image;
struct Mark;

struct Writer {
    kin::key<Writer> id{};
    std::string name{};
    kin::has_many_through<Mark, Essay> marks{};
};
struct Essay {
    kin::key<Essay> id{};
    kin::key<Writer> writer_id{};
    kin::morph_many<Mark> marks{};
};
struct Image {
    kin::key<Image> id{};
    kin::key<Writer> writer_id{};
    kin::morph_many<Mark> marks{};
};
struct Mark {
    kin::key<Mark> id{};
    std::string text{};
    kin::morph_to<Essay, Image> of{};
    kin::has_one_through<Writer, Essay> essayist{};
    kin::has_one_through<Writer, Image, kin::via<"of", "writer_id">> painter{};
};

class morphed_ways_test : public kin::test::with_database<kin::models<Writer, Essay, Image, Mark>> {};

TEST_F(morphed_ways_test, polymorphic_keys_lead_to_one_kind_only) {
    run("INSERT INTO writer (id, name) VALUES (1, 'Ada'), (2, 'Bob');"
        "INSERT INTO essay (id, writer_id) VALUES (1, 1), (2, 2); INSERT INTO image (id, writer_id) VALUES (1, 2);"
        "INSERT INTO mark (id, text, of_type, of_id) VALUES (1, 'a', 'Essay', 1), (2, 'b', 'Image', 1), "
        "(3, 'c', 'Essay', 2)");
    kin::session s{db};
    const auto writers = s.query<Writer>().order_by(&Writer::id).with(&Writer::marks).all();
    ASSERT_EQ(writers[0].marks.size(), 1U);
    EXPECT_EQ(writers[0].marks[0].text, "a");
    ASSERT_EQ(writers[1].marks.size(), 1U);
    EXPECT_EQ(writers[1].marks[0].text, "c");
    EXPECT_EQ(writers[1].marks.query().count(), 1);
    EXPECT_EQ(s.query<Writer>().where(any(&Writer::marks, col(&Mark::text) == "b")).count(), 0);
    const auto marks = s.query<Mark>().order_by(&Mark::id).with(&Mark::essayist).with(&Mark::painter).all();
    EXPECT_EQ(marks[0].essayist->name, "Ada");
    EXPECT_FALSE(marks[0].painter);
    EXPECT_FALSE(marks[1].essayist);
    EXPECT_EQ(marks[1].painter->name, "Bob");
    EXPECT_EQ(s.query<Mark>().where(any(&Mark::painter)).count(), 1);
    EXPECT_EQ(log.count(), 8U);
}

}  // namespace morphed_ways
