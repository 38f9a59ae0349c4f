// Declared outside: relations between structs that know nothing of them, and models described outside their types.
#include <utility>

#include <kin/mapping/model.hpp>

#include "support/fixture.hpp"

using kin::test::contains;
using kin::test::thrown;

namespace outside {

// -- structs with keys, and no relations ------------------------------------------------------------------------------

struct Parent {
    kin::key<Parent> id{};
    std::string name{};
};
struct Child {
    kin::key<Child> id{};
    std::optional<kin::key<Parent>> parent_id{};
    std::string name{};
};
struct Tag {
    kin::key<Tag> id{};
    std::string text{};
};

inline constexpr kin::has_many_between<Parent, Child, "children", kin::order_by<"name">> children{};
inline constexpr kin::belongs_to_between<Child, Parent, "parent"> parent{};
inline constexpr kin::many_to_many_between<Child, Tag, "tags"> tags{};
inline constexpr kin::many_to_many_between<Tag, Child, "tagged"> tagged{};

// -- types of somebody else: classes with constructors, and plain numbers for keys
// -------------------------------------

class Country {
  public:
    Country() = default;
    Country(std::string name, int people) : name{std::move(name)}, people{people}, secret_{people * 2} {}
    virtual ~Country() = default;
    [[nodiscard]] int secret() const { return secret_; }

    int id = 0;
    std::string name;
    int people = 0;

  private:
    int secret_ = 0;
};
class City {
  public:
    City() = default;
    explicit City(std::string n) : name{std::move(n)} {}

    long id = 0;
    std::optional<int> country = std::nullopt;
    std::string name;
    std::string note;  // not listed: no column
};
class Mayor {
  public:
    Mayor() = default;
    explicit Mayor(std::string n) : name{std::move(n)} {}

    std::string name;
    long city = 0;
};

inline constexpr kin::has_many_between<Country, City, "cities", kin::owned> cities{};
inline constexpr kin::belongs_to_between<City, Country, "country"> country_of{};
inline constexpr kin::has_one_between<City, Mayor, "mayor"> mayor{};

// -- what is refused
// ----------------------------------------------------------------------------------------------------

struct Taken {
    kin::key<Taken> id{};
    std::string children{};
};
struct TakenChild {
    kin::key<TakenChild> id{};
    kin::key<Taken> taken_id{};
};
inline constexpr kin::has_many_between<Taken, TakenChild, "children"> taken_children{};

}  // namespace outside

template <>
inline constexpr auto kin::members_of<outside::Country> =
    kin::members<kin::member<"id", &outside::Country::id>, kin::member<"name", &outside::Country::name>,
                 kin::member<"people", &outside::Country::people>>{};
template <>
inline constexpr auto kin::members_of<outside::City> =
    kin::members<kin::member<"id", &outside::City::id>, kin::member<"country_id", &outside::City::country>,
                 kin::member<"name", &outside::City::name>>{};
template <>
inline constexpr auto kin::table_of<outside::City> =
    kin::table("city").unique("name").foreign_key<outside::Country>("country_id");
template <>
inline constexpr auto kin::members_of<outside::Mayor> =
    kin::members<kin::member<"name", &outside::Mayor::name>, kin::member<"city_id", &outside::Mayor::city>>{};
template <>
inline constexpr auto kin::table_of<outside::Mayor> =
    kin::table("mayor").primary_key("name").foreign_key<outside::City>("city_id");

using namespace outside;
using namespace kin::expr;

namespace {

class declared_outside : public kin::test::with_database<> {
  protected:
    declared_outside() {
        db.create<kin::models<Parent, Child, Tag, Country, City, Mayor>>();
        run("INSERT INTO parent (id, name) VALUES (1, 'Ada'), (2, 'Bob');"
            "INSERT INTO child (id, parent_id, name) VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'z'), (4, NULL, 'o');"
            "INSERT INTO country (id, name, people) VALUES (1, 'Elba', 30), (2, 'Malta', 500);"
            "INSERT INTO city (id, country_id, name) VALUES (1, 1, 'Marciana'), (2, 2, 'Mdina'), (3, 2, 'Rabat');"
            "INSERT INTO mayor (name, city_id) VALUES ('Ann', 2);");
        log.clear();
    }
    template <class Collection>
    static std::string names(const Collection& c) {
        std::string all;
        for (const auto& each : c) all += each.name + " ";
        return all;
    }
    std::string children_rows() { return rows("SELECT id, parent_id, name FROM child ORDER BY id"); }
};

TEST_F(declared_outside, relations_are_read_as_members_are) {
    kin::session s{db};
    const auto parents = s.query<Parent>().order_by(&Parent::id).all();
    log.clear();
    EXPECT_EQ(names(children(parents[0])), "x y ");
    EXPECT_EQ(names(children(parents[1])), "z ");
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(parent(children(parents[0])[0])->name, "Ada");
    EXPECT_EQ(log.count(), 1u);
    EXPECT_FALSE(s.dirty());
}

TEST_F(declared_outside, they_are_joined_along) {
    kin::session s{db};
    EXPECT_EQ(names(s.query<Parent>().join(children).where(col(&Child::name) == "z").all()), "Bob ");
    EXPECT_EQ(names(s.query<Child>().left_join(parent).where(col(&Parent::id).is_null()).all()), "o ");
}

TEST_F(declared_outside, both_sides_agree_and_are_written) {
    kin::session s{db};
    auto ada = s.get<Parent>(1);
    auto bob = s.get<Parent>(2);
    auto y = s.get<Child>(2);
    (void)children(ada).size();
    (void)children(bob).size();
    Child& w = children(ada).push_back(Child{.name = "w"});
    EXPECT_EQ(parent(w).get(), ada.get());
    parent(y) = bob;
    EXPECT_EQ(names(children(std::as_const(*ada))), "x w ");
    EXPECT_EQ(names(children(std::as_const(*bob))), "z y ");
    for (Child& each : children(bob)) each.name += "!";
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 3u);  // an INSERT, an UPDATE with a parent and one without
    EXPECT_EQ(children_rows(), "1|1|x; 2|2|y!; 3|2|z!; 4|NULL|o; 5|1|w");
    children(ada) = {};
    s.commit();
    EXPECT_EQ(children_rows(), "1|NULL|x; 2|2|y!; 3|2|z!; 4|NULL|o; 5|NULL|w");
}

TEST_F(declared_outside, new_objects_have_them_once_they_are_added) {
    kin::session s{db};
    auto cyd = s.add(Parent{.name = "Cyd"});
    EXPECT_TRUE(children(cyd).empty());
    children(cyd).push_back(Child{.name = "a"});
    auto orphan = s.get<Child>(4);
    parent(orphan) = Parent{.name = "Dan"};
    s.commit();
    EXPECT_EQ(
        rows("SELECT p.name, c.name FROM parent p JOIN child c ON c.parent_id = p.id WHERE p.id > 2 ORDER BY p.name"),
        "Cyd|a; Dan|o");
}

TEST_F(declared_outside, eager_loading) {
    kin::session s{db};
    const auto parents = s.query<Parent>().with(children, tags).order_by(&Parent::id).all();
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(names(children(parents[0])), "x y ");
    EXPECT_TRUE(tags(children(parents[0])[0]).empty());
    EXPECT_EQ(log.count(), 3u);

    kin::session t{db};
    const auto all = t.query<Child>().order_by(&Child::id).all();
    log.clear();
    t.load(all, parent);
    t.load_missing(all, parent);
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(parent(all[2])->name, "Bob");
    EXPECT_EQ(parent(all[3]).get(), nullptr);
    EXPECT_EQ(t.query<Parent>().with("children.tags").all().size(), 2u);
}

TEST_F(declared_outside, many_to_many) {
    kin::session s{db};
    auto x = s.get<Child>(1);
    Tag& blue = tags(x).push_back(Tag{.text = "blue"});
    EXPECT_EQ(names(tagged(std::as_const(blue))), "x ");
    tagged(blue).push_back(s.get<Child>(3));
    s.commit();
    EXPECT_EQ(rows("SELECT child_id, tag_id FROM child_tag ORDER BY child_id"), "1|1; 3|1");
    tags(x).erase(s.handle(blue));
    s.commit();
    EXPECT_EQ(rows("SELECT child_id, tag_id FROM child_tag ORDER BY child_id"), "3|1");
}

TEST_F(declared_outside, a_rollback_restores_them) {
    kin::session s{db};
    auto ada = s.get<Parent>(1);
    EXPECT_EQ(children(ada).size(), 2u);
    children(ada).erase(s.get<Child>(1));
    s.flush();
    EXPECT_EQ(children(ada).size(), 1u);
    s.rollback();
    EXPECT_EQ(names(children(std::as_const(*ada))), "x y ");
    EXPECT_EQ(children_rows(), "1|1|x; 2|1|y; 3|2|z; 4|NULL|o");
}

TEST_F(declared_outside, deleting_a_parent_lets_its_children_go) {
    kin::session s{db};
    s.remove(s.get<Parent>(1));
    s.commit();
    EXPECT_EQ(children_rows(), "1|NULL|x; 2|NULL|y; 3|2|z; 4|NULL|o");
}

TEST_F(declared_outside, merging_and_get_or_create_take_plain_objects) {
    kin::session s{db};
    auto ada = s.merge(Parent{.id = 1, .name = "Ada L."});
    EXPECT_EQ(names(children(std::as_const(*ada))), "x y ");
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM parent WHERE id = 1"), "Ada L.");
    auto mdina = s.get_or_create(City{"Mdina"}, &City::name);
    EXPECT_EQ(mdina->id, 2);
    EXPECT_EQ(country_of(mdina)->name, "Malta");
}

TEST_F(declared_outside, many_objects_and_slabs) {
    kin::session s{db};
    std::vector<kin::ref<Parent>> parents;
    for (int i = 0; i < 3000; ++i) {
        parents.push_back(s.add(Parent{.name = std::to_string(i)}));
        children(parents.back()).push_back(Child{.name = "c" + std::to_string(i)});
    }
    for (std::size_t i = 0; i < parents.size(); i += 7) {
        EXPECT_EQ(children(parents[i])[0].name, "c" + parents[i]->name);
    }
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM child c JOIN parent p ON p.id = c.parent_id WHERE c.name = 'c' || p.name"),
              "3000");
}

TEST_F(declared_outside, readable_when_the_session_is_gone) {
    kin::ref<Parent> ada;
    {
        kin::session s{db};
        ada = s.get<Parent>(1);
        (void)children(ada).size();
    }
    EXPECT_EQ(names(children(std::as_const(*ada))), "x y ");
    const Child& x = children(std::as_const(*ada))[0];
    EXPECT_EQ(parent(x)->name, "Ada");
}

TEST_F(declared_outside, an_object_without_a_session_has_none) {
    Parent local{.name = "nobody"};
    const auto on_the_heap = std::make_unique<Parent>();
    for (Parent* each : {&local, on_the_heap.get()}) {
        const auto e = thrown<kin::usage_error>([&] { (void)children(*each).size(); });
        EXPECT_TRUE(contains(e.what(), "Parent.children is declared outside")) << e.what();
        EXPECT_TRUE(contains(e.what(), "outside_test.cpp")) << e.what();
    }
}

TEST_F(declared_outside, a_name_can_be_there_once) {
    const auto e = thrown<kin::mapping_error>([] { (void)kin::models<Taken, TakenChild>::list(); });
    EXPECT_TRUE(contains(e.what(), "Taken.children is declared outside, but there is a member of that name"))
        << e.what();
}

TEST_F(declared_outside, too_late_is_said_at_the_first_use) {
    static constexpr kin::mapping::outside_declaration late{&kin::mapping::slot_of<Parent>, "late",
                                                            &kin::has_many<Child>::kin_declaration};
    const kin::mapping::model& m = kin::mapping::model_of<Parent>();
    kin::mapping::enlist(late);  // as a library that is loaded while the program runs
    const auto e = thrown<kin::mapping_error>([&] { (void)kin::mapping::relation_of(late, m, kin::site::current()); });
    EXPECT_TRUE(contains(e.what(), "Parent.late is declared outside, but Parent was in use before")) << e.what();
}

// -- models described outside -----------------------------------------------------------------------------------------

TEST_F(declared_outside, types_with_constructors_are_models) {
    const kin::mapping::model& m = kin::mapping::model_of<City>();
    EXPECT_EQ(m.columns.size(), 3u);
    EXPECT_EQ(m.columns[1].name, "country_id");
    EXPECT_TRUE(m.columns[1].nullable());
    EXPECT_EQ(m.foreign_keys.size(), 1u);

    kin::session s{db};
    auto crete = s.add(Country{"Crete", 600});
    EXPECT_EQ(crete->secret(), 1200);
    cities(crete).push_back(City{"Chania"});
    s.commit();
    EXPECT_EQ(crete->id, 3);
    EXPECT_EQ(rows("SELECT id, country_id, name FROM city WHERE id > 3"), "4|3|Chania");
    using kin::expr::col;
    EXPECT_EQ(s.query<City>().where(col(&City::name).like("M%")).count(), 2);
    s.get<Country>(3)->people = 601;
    s.commit();
    EXPECT_EQ(rows("SELECT people FROM country WHERE id = 3"), "601");
}

TEST_F(declared_outside, plain_numbers_are_keys) {
    kin::session s{db};
    const auto countries = s.query<Country>().with(cities, mayor).order_by(&Country::id).all();
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(names(cities(countries[1])), "Mdina Rabat ");
    EXPECT_EQ(mayor(cities(countries[1])[0])->name, "Ann");
    EXPECT_EQ(mayor(cities(countries[1])[1]).get(), nullptr);
    EXPECT_EQ(country_of(cities(countries[0])[0])->name, "Elba");
    EXPECT_EQ(log.count(), 3u);

    auto malta = s.handle(s.edit(countries[1]));
    mayor(s.edit(cities(countries[1])[1])) = Mayor{"Bea"};
    s.commit();
    EXPECT_EQ(rows("SELECT name, city_id FROM mayor ORDER BY name"), "Ann|2; Bea|3");
    cities(malta).erase(s.get<City>(3));  // owned, so it is deleted; but its mayor's key cannot be empty
    (void)thrown<kin::foreign_key_violation>([&] { s.flush(); });
    s.rollback();
    s.remove(s.get<Country>(1));
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM city ORDER BY id"), "Mdina; Rabat");
}

}  // namespace
