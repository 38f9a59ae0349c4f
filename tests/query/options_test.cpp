// What the options of a relation do: sets, keyed collections, views, other keys than the primary one, constants in a
// join condition, single parents, and deletes that are left to the database.
#include <utility>

#include "support/fixture.hpp"

using kin::test::contains;
using kin::test::thrown;

namespace optional_models {

struct City;
struct Person;

struct Country {
    kin::key<Country> id{};
    std::string code{};
    std::string name{};
    kin::has_many<City, kin::via<"country_code">> cities{};

    static constexpr auto table = kin::table("country").unique("code");
};

struct City {
    kin::key<City> id{};
    std::string name{};
    std::optional<std::string> country_code{};
    kin::belongs_to<Country, kin::via<"country_code">, kin::references<"code">> country{};
};

struct Address {
    kin::key<Address> id{};
    std::optional<kin::key<Person>> person_id{};
    std::string city{};
    std::string street{};
    kin::belongs_to<Person> person{};
};

struct Badge {
    kin::key<Badge> id{};
    std::string text{};
};

struct Note;

struct Person {
    kin::key<Person> id{};
    std::string name{};
    std::optional<kin::key<Badge>> badge_id{};
    kin::has_many<Address> addresses{};
    kin::has_many<Address, kin::where<"city", "Boston">> boston{};
    kin::has_many<Address, kin::where<"city", "Paris">, kin::viewonly> paris{};
    kin::has_many<Note, kin::keyed_by<"keyword">, kin::owned> notes{};
    kin::belongs_to<Badge, kin::single_parent> badge{};
};

struct Note {
    kin::key<Note> id{};
    kin::key<Person> person_id{};
    std::string keyword{};
    std::string text{};
};

struct Seal;
struct Holder {
    kin::key<Holder> id{};
    kin::has_one<Seal> seal{};
};
struct Seal {
    kin::key<Seal> id{};
    std::optional<kin::key<Holder>> holder_id{};
    std::string text{};
    kin::belongs_to<Holder, kin::single_parent> holder{};

    static constexpr auto table = kin::table("seal").unique("holder_id");
};

struct Log;
struct Machine {
    kin::key<Machine> id{};
    std::string name{};
    kin::has_many<Log, kin::passive_deletes, kin::as_set> logs{};
};
struct Log {
    kin::key<Log> id{};
    kin::key<Machine> machine_id{};
    std::string text{};

    static constexpr auto table = kin::table("log").foreign_key("machine_id", kin::on_delete::cascade);
};

namespace unsaid {

struct Entry;
struct Mill {
    kin::key<Mill> id{};
    kin::has_many<Entry, kin::passive_deletes> entries{};
};
struct Entry {
    kin::key<Entry> id{};
    kin::key<Mill> mill_id{};
};

struct Stone;
struct Field {
    kin::key<Field> id{};
    std::string name{};
    kin::has_many<Stone, kin::where<"size", "big">> wrong_text{};
    kin::has_many<Stone, kin::where<"name", 7>> wrong_number{};
};
struct Stone {
    kin::key<Stone> id{};
    std::optional<kin::key<Field>> field_id{};
    std::string name{};
    int size{};
    kin::belongs_to<Field, kin::with_default<"name", 7>> field{};
};

}  // namespace unsaid

using All = kin::models<Country, City, Badge, Person, Address, Note, Holder, Seal, Machine, Log>;

}  // namespace optional_models

using namespace optional_models;

namespace {

class relation_options : public kin::test::with_database<> {
  protected:
    relation_options() {
        db.create<All>();
        log.clear();
    }
};

TEST_F(relation_options, a_foreign_key_onto_a_unique_column) {
    kin::session s{db};
    auto fr = s.add(Country{.code = "fr", .name = "France", .cities = {{.name = "Paris"}, {.name = "Lyon"}}});
    auto nowhere = s.add(City{.name = "Atlantis"});
    s.commit();
    EXPECT_EQ(rows("SELECT name, country_code FROM city ORDER BY id"), "Paris|fr; Lyon|fr; Atlantis|NULL");
    s.clear();
    log.clear();
    const auto cities = s.query<City>().order_by(&City::id).all();
    EXPECT_EQ(cities[0].country->name, "France");
    EXPECT_EQ(&*cities[0].country, &*cities[1].country);
    EXPECT_FALSE(cities[2].country);
    EXPECT_EQ(log.count(), 2u);
    const auto countries = s.query<Country>().with(&Country::cities).all();
    EXPECT_EQ(countries[0].cities.size(), 2u);
}

TEST_F(relation_options, a_constant_in_the_join_condition) {
    kin::session s{db};
    auto ada =
        s.add(Person{.name = "Ada", .addresses = {{.city = "Boston", .street = "1"}, {.city = "Rome", .street = "2"}}});
    EXPECT_EQ(ada->boston.size(), 1u);
    ada->boston.push_back(Address{.street = "3"});
    EXPECT_EQ(ada->addresses.size(), 3u);
    s.commit();
    EXPECT_EQ(rows("SELECT city, street FROM address ORDER BY street"), "Boston|1; Rome|2; Boston|3");
    s.clear();
    const auto all = s.query<Person>().with(&Person::boston).with(&Person::addresses).all();
    EXPECT_EQ(all[0].boston.size(), 2u);
    EXPECT_EQ(all[0].addresses.size(), 3u);
}

TEST_F(relation_options, a_view_follows_its_source) {
    kin::session s{db};
    auto ada = s.add(Person{.name = "Ada"});
    s.commit();
    EXPECT_TRUE(ada->paris.empty());
    ada->addresses.push_back(Address{.city = "Paris"});
    EXPECT_EQ(ada->paris.size(), 1u);
    auto moved = ada->addresses.handle(0);
    s.commit();
    moved->city = "Rome";
    s.commit();
    EXPECT_TRUE(ada->paris.empty());
}

TEST_F(relation_options, a_keyed_collection_replaces_the_member_with_the_same_key) {
    kin::session s{db};
    auto ada = s.add(Person{.name = "Ada"});
    ada->notes.insert(Note{.keyword = "bread", .text = "rye"});
    ada->notes.insert(Note{.keyword = "salt", .text = "sea"});
    s.commit();
    EXPECT_EQ(ada->notes["bread"].text, "rye");
    EXPECT_FALSE(ada->notes.contains("pepper"));
    EXPECT_TRUE(contains(thrown<kin::not_found>([&] { (void)ada->notes.at("pepper"); }).what(), "keyword"));
    ada->notes.insert(Note{.keyword = "bread", .text = "white"});
    EXPECT_EQ(ada->notes.size(), 2u);
    s.commit();
    EXPECT_EQ(rows("SELECT keyword, text FROM note ORDER BY keyword"), "bread|white; salt|sea");
    ada->notes.erase("salt");
    s.commit();
    EXPECT_EQ(rows("SELECT keyword FROM note"), "bread");
}

// A large collection is found in by an index; its members are plain, so whatever happens to them has to be seen.
TEST_F(relation_options, a_large_keyed_collection_is_searched_as_it_is_now) {
    kin::session s{db};
    auto ada = s.add(Person{.name = "Ada"});
    constexpr int count = 50;
    for (int i = 0; i < count; ++i) ada->notes.insert(Note{.keyword = std::to_string(i), .text = "old"});
    const auto text = [&](int key) {
        return ada->notes.contains(std::to_string(key)) ? ada->notes[std::to_string(key)].text : "";
    };
    EXPECT_EQ(text(0), "old");
    EXPECT_EQ(text(count - 1), "old");
    EXPECT_EQ(text(count), "");
    ada->notes.insert(Note{.keyword = std::to_string(count), .text = "grown"});
    EXPECT_EQ(text(count), "grown");
    ada->notes["7"].keyword = "seven";
    EXPECT_FALSE(ada->notes.contains("7"));
    EXPECT_EQ(ada->notes["seven"].text, "old");
    ada->notes.erase("20");
    EXPECT_FALSE(ada->notes.contains("20"));
    EXPECT_EQ(text(21), "old");
    ada->notes.insert(Note{.keyword = "30", .text = "new"});
    EXPECT_EQ(text(30), "new");
    s.commit();
    (void)s.execute("UPDATE note SET keyword = 'forty' WHERE keyword = '40'");
    s.expire_all();
    EXPECT_FALSE(ada->notes.contains("40"));
    EXPECT_EQ(ada->notes["forty"].text, "old");
    s.clear();
    ada = s.get_one<Person>(1);
    EXPECT_EQ(ada->notes.size(), std::size_t{count});
    EXPECT_EQ(ada->notes["30"].text, "new");
}

TEST_F(relation_options, a_single_parent_is_not_shared) {
    kin::session s{db};
    auto ada = s.add(Person{.name = "Ada", .badge = Badge{.text = "7"}});
    auto bob = s.add(Person{.name = "Bob"});
    auto badge = ada->badge.handle();
    const auto e = thrown<kin::usage_error>([&] { bob->badge = badge; });
    EXPECT_TRUE(contains(e.what(), "single_parent")) << e.what();
    ada->badge = nullptr;
    bob->badge = badge;
    s.commit();
    EXPECT_EQ(rows("SELECT name, badge_id FROM person ORDER BY id"), "Ada|NULL; Bob|1");
}

TEST_F(relation_options, a_single_parent_is_handed_on_by_the_side_that_holds_one) {
    kin::session s{db};
    auto holder = s.add(Holder{.seal = Seal{.text = "first"}});
    s.commit();
    const auto first = holder->seal.handle();
    holder->seal = Seal{.text = "second"};
    EXPECT_FALSE(first->holder);
    s.commit();
    EXPECT_EQ(rows("SELECT text, holder_id FROM seal ORDER BY id"), "first|NULL; second|1");
    (void)thrown<kin::usage_error>([&] { first->holder = holder; });
    EXPECT_EQ(holder->seal->text, "second");
}

TEST_F(relation_options, deletes_left_to_a_database_that_is_told_nothing_are_refused) {
    using namespace unsaid;
    const auto e = thrown<kin::mapping_error>([&] { db.create<kin::models<Mill, Entry>>(); });
    EXPECT_TRUE(contains(e.what(), "Mill.entries")) << e.what();
    EXPECT_TRUE(contains(e.what(), "table.foreign_key(\"mill_id\"")) << e.what();
    EXPECT_TRUE(contains(e.where().file_name(), "options_test"));
}

TEST_F(relation_options, a_constant_that_its_column_cannot_hold_is_found_when_it_is_bound) {
    using namespace unsaid;
    kin::session s{db};
    const auto text = thrown<kin::mapping_error>([&] { (void)s.query<Field>().with(&Field::wrong_text).all(); });
    EXPECT_TRUE(contains(text.what(), "Field.wrong_text")) << text.what();
    EXPECT_TRUE(contains(text.what(), "\"size\" is a text, and the column is int32")) << text.what();
    const auto number = thrown<kin::mapping_error>([&] { (void)s.query<Field>().with(&Field::wrong_number).all(); });
    EXPECT_TRUE(contains(number.what(), "\"name\" is a number, and the column is text")) << number.what();
    const auto stand_in = thrown<kin::mapping_error>([&] { (void)s.query<Stone>().with(&Stone::field).all(); });
    EXPECT_TRUE(contains(stand_in.what(), "Stone.field")) << stand_in.what();
}

TEST_F(relation_options, deletes_left_to_the_database_are_one_statement) {
    kin::session s{db};
    auto m = s.add(Machine{.name = "mill", .logs = {{.text = "a"}, {.text = "b"}}});
    s.commit();
    EXPECT_TRUE(m->logs.contains(s.query<Log>().first()));
    log.clear();
    s.remove(m);
    s.commit();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(rows("SELECT count(*) FROM log"), "0");
}

}  // namespace
