// Columns: what each type of member becomes, where it stands, and what the table description adds.
#include <chrono>
#include <cstddef>

#include <gtest/gtest.h>
#include <kin/kin.hpp>
#include <kin/mapping/model.hpp>

namespace {

enum class Colour : std::uint8_t { red, green };
enum Plain : int { one, two };
enum class Mood { calm, cross };

struct Money {
    std::int64_t cents = 0;
    Money() = default;
    explicit Money(std::int64_t c) : cents{c} {}
};

}  // namespace

template <>
struct kin::codec<Money> {
    using stored = std::int64_t;
    static stored to_stored(const Money& m) { return m.cents; }
    static Money from_stored(stored s) { return Money{s}; }
};
template <>
struct kin::codec<Mood> {
    using stored = std::string;
    static stored to_stored(const Mood& m) { return m == Mood::calm ? "calm" : "cross"; }
    static Mood from_stored(const stored& s) { return s == "calm" ? Mood::calm : Mood::cross; }
};

namespace {

using std::chrono::sys_days;
using std::chrono::system_clock;
using micro_time = std::chrono::sys_time<std::chrono::microseconds>;

struct Everything {
    kin::key<Everything> id{};
    bool truth{};
    std::int8_t i8{};
    std::int16_t i16{};
    std::int32_t i32{};
    std::int64_t i64{};
    std::uint8_t u8{};
    std::uint16_t u16{};
    std::uint32_t u32{};
    std::uint64_t u64{};
    float f32{};
    double f64{};
    std::string text{};
    std::vector<std::byte> blob{};
    kin::uuid uuid{};
    Colour colour{};
    Plain plain{};
    Mood mood{};
    Money price{};
    std::chrono::year_month_day day{};
    micro_time at{};
    std::optional<int> maybe{};
    std::optional<std::string> maybe_text{};
    std::optional<Colour> maybe_colour{};
    std::optional<Money> maybe_price{};
    std::optional<std::chrono::year_month_day> maybe_day{};
};

const kin::mapping::model& everything() { return kin::mapping::model_of<Everything>(); }
const kin::mapping::column& column(std::string_view name) { return *everything().find_column(name); }

struct Expected {
    const char* name;
    kin::layout rep;
    kin::kind type;
    bool nullable;
};

TEST(Columns, EveryTypeOfMemberHasItsKind) {
    using kin::kind;
    using kin::layout;
    const std::vector<Expected> expected{
        {"id", layout::i64, kind::int64, false},
        {"truth", layout::boolean, kind::boolean, false},
        {"i8", layout::i8, kind::int16, false},
        {"i16", layout::i16, kind::int16, false},
        {"i32", layout::i32, kind::int32, false},
        {"i64", layout::i64, kind::int64, false},
        {"u8", layout::u8, kind::int16, false},
        {"u16", layout::u16, kind::int32, false},
        {"u32", layout::u32, kind::int64, false},
        {"u64", layout::u64, kind::int64, false},
        {"f32", layout::f32, kind::float32, false},
        {"f64", layout::f64, kind::float64, false},
        {"text", layout::string, kind::text, false},
        {"blob", layout::blob, kind::blob, false},
        {"uuid", layout::uuid, kind::uuid, false},
        {"colour", layout::u8, kind::int16, false},
        {"plain", layout::i32, kind::int32, false},
        {"mood", layout::custom, kind::text, false},
        {"price", layout::custom, kind::int64, false},
        {"maybe", layout::i32, kind::int32, true},
        {"maybe_text", layout::string, kind::text, true},
        {"maybe_colour", layout::u8, kind::int16, true},
        {"maybe_price", layout::custom, kind::int64, true},
    };
    ASSERT_EQ(everything().columns.size(), 26u);
    for (const Expected& e : expected) {
        const auto* c = everything().find_column(e.name);
        ASSERT_NE(c, nullptr) << e.name;
        EXPECT_EQ(c->io.rep, e.rep) << e.name;
        EXPECT_EQ(c->io.type, e.type) << e.name;
        EXPECT_EQ(c->nullable(), e.nullable) << e.name;
        EXPECT_EQ(c->io.codec != nullptr, e.rep == layout::custom) << e.name;
    }
}

TEST(Columns, TimesOfChronoAreDatesAndTimestamps) {
    EXPECT_EQ(column("day").io.type, kin::kind::date);
    EXPECT_EQ(column("at").io.type, kin::kind::timestamp);
    EXPECT_EQ(column("maybe_day").io.type, kin::kind::date);
    EXPECT_TRUE(column("maybe_day").nullable());
}

TEST(Columns, OffsetsAreThoseOfTheMembers) {
    EXPECT_EQ(column("id").io.offset, offsetof(Everything, id));
    EXPECT_EQ(column("truth").io.offset, offsetof(Everything, truth));
    EXPECT_EQ(column("i16").io.offset, offsetof(Everything, i16));
    EXPECT_EQ(column("f32").io.offset, offsetof(Everything, f32));
    EXPECT_EQ(column("text").io.offset, offsetof(Everything, text));
    EXPECT_EQ(column("maybe_price").io.offset, offsetof(Everything, maybe_price));
    for (const auto& c : everything().columns) EXPECT_EQ(everything().column_at(c.io.offset), &c) << c.name;
    EXPECT_EQ(everything().column_at(sizeof(Everything)), nullptr);
}

TEST(Columns, FieldsStandSideBySideInTheSameOrder) {
    ASSERT_EQ(everything().fields.size(), everything().columns.size());
    for (std::size_t i = 0; i < everything().fields.size(); ++i) {
        EXPECT_EQ(everything().fields[i].offset, everything().columns[i].io.offset);
        EXPECT_EQ(everything().fields[i].rep, everything().columns[i].io.rep);
    }
}

// -- embedded values ------------------------------------------------------------------------------------------------

struct Position {
    double latitude{};
    double longitude{};
};
struct Address {
    std::string street{};
    std::string city{};
    std::optional<std::string> zip{};
    Position where{};
};
struct Person {
    kin::key<Person> id{};
    Address home{};
    Address work{};
    std::string name{};
    static constexpr auto table =
        kin::table("people").index("home_city").length("work_where_latitude", 9).column("work_zip", "office_zip");
};

TEST(Columns, AnEmbeddedValueBecomesItsMembers) {
    const auto& m = kin::mapping::model_of<Person>();
    std::vector<std::string> names;
    for (const auto& c : m.columns) names.push_back(c.name);
    EXPECT_EQ(names, (std::vector<std::string>{"id", "home_street", "home_city", "home_zip", "home_where_latitude",
                                               "home_where_longitude", "work_street", "work_city", "office_zip",
                                               "work_where_latitude", "work_where_longitude", "name"}));
    EXPECT_EQ(m.find_column("home_city")->member, "home.city");
    EXPECT_EQ(m.find_column("work.where.longitude"), m.find_column("work_where_longitude"));
    EXPECT_TRUE(m.find_column("home_zip")->nullable());
}

TEST(Columns, AnEmbeddedMembersOffsetIsFromTheStartOfTheModel) {
    const auto& m = kin::mapping::model_of<Person>();
    EXPECT_EQ(m.find_column("home_city")->io.offset, offsetof(Person, home) + offsetof(Address, city));
    EXPECT_EQ(m.find_column("work_where_longitude")->io.offset,
              offsetof(Person, work) + offsetof(Address, where) + offsetof(Position, longitude));
}

TEST(Columns, TheDescriptionReachesEmbeddedColumns) {
    const auto& m = kin::mapping::model_of<Person>();
    ASSERT_EQ(m.indexes.size(), 1u);
    EXPECT_EQ(m.columns[m.indexes[0].columns[0]].name, "home_city");
    EXPECT_EQ(m.find_column("work_where_latitude")->length, 9);
}

// -- members with behaviour -----------------------------------------------------------------------------------------

struct Document {
    kin::key<Document> id{};
    kin::created_at created_at{};
    kin::updated_at updated_at{};
    kin::version version{};
};
struct Quiet {
    kin::key<Quiet> id{};
    kin::moment happened{};
};

TEST(Columns, StampsAndTheLockAreKnown) {
    const auto& m = kin::mapping::model_of<Document>();
    EXPECT_TRUE(m.stamped);
    ASSERT_NE(m.version, nullptr);
    EXPECT_EQ(m.version->name, "version");
    EXPECT_EQ(m.version->io.rep, kin::layout::i64);
    EXPECT_EQ(m.find_column("created_at")->does, kin::mapping::behaviour::created_at);
    EXPECT_EQ(m.find_column("created_at")->io.type, kin::kind::timestamp);
    EXPECT_EQ(m.find_column("updated_at")->does, kin::mapping::behaviour::updated_at);
}

TEST(Columns, AModelWithoutStampsHasNone) {
    const auto& m = kin::mapping::model_of<Quiet>();
    EXPECT_FALSE(m.stamped);
    EXPECT_EQ(m.version, nullptr);
    EXPECT_EQ(m.find_column("happened")->io.type, kin::kind::timestamp);
    EXPECT_EQ(m.find_column("happened")->does, kin::mapping::behaviour::none);
}

// -- the description of the table -----------------------------------------------------------------------------------

struct Account {
    kin::key<Account> id{};
    std::string email{};
    std::string tenant{};
    std::string login{};
    int credit{};
    static constexpr auto table = kin::table("accounts")
                                      .unique("email")
                                      .unique("tenant", "login")
                                      .index("credit")
                                      .length("email", 120)
                                      .default_value("credit", "100")
                                      .check("credit >= 0")
                                      .column("login", "login_name");
};

TEST(Columns, TheDescriptionSaysWhatATypeCannot) {
    const auto& m = kin::mapping::model_of<Account>();
    ASSERT_EQ(m.indexes.size(), 3u);
    EXPECT_TRUE(m.indexes[0].unique);
    EXPECT_EQ(m.indexes[0].columns, (std::vector<std::uint16_t>{1}));
    EXPECT_TRUE(m.indexes[1].unique);
    EXPECT_EQ(m.indexes[1].columns, (std::vector<std::uint16_t>{2, 3}));
    EXPECT_FALSE(m.indexes[2].unique);
    EXPECT_EQ(m.find_column("email")->length, 120);
    EXPECT_EQ(m.find_column("tenant")->length, 0);
    EXPECT_EQ(m.find_column("credit")->default_sql, "100");
    ASSERT_EQ(m.checks.size(), 1u);
    EXPECT_EQ(m.checks[0].sql, "credit >= 0");
}

TEST(Columns, ARenamedColumnIsFoundByBothNames) {
    const auto& m = kin::mapping::model_of<Account>();
    ASSERT_NE(m.find_column("login_name"), nullptr);
    EXPECT_EQ(m.find_column("login_name"), m.find_column("login"));
    EXPECT_EQ(m.find_column("login")->member, "login");
    EXPECT_EQ(m.find_column("login")->name, "login_name");
    EXPECT_STREQ(m.find_column("login")->io.name, "Account.login_name");
}

struct Foreign {  // stands for a type that cannot be touched
    kin::key<Foreign> id{};
    std::string text{};
};

}  // namespace

template <>
inline constexpr auto kin::table_of<Foreign> = kin::table("imported").unique("text");

namespace {

TEST(Columns, ADescriptionCanStandOutsideTheStruct) {
    const auto& m = kin::mapping::model_of<Foreign>();
    EXPECT_EQ(m.table, "imported");
    ASSERT_EQ(m.indexes.size(), 1u);
    EXPECT_TRUE(m.indexes[0].unique);
}

struct Swapped {
    kin::key<Swapped> id{};
    std::string a{};
    std::string b{};
    static constexpr auto table = kin::table("swapped").column("a", "b").column("b", "a");
};

TEST(Columns, TwoColumnsCanExchangeTheirNames) {
    const auto& m = kin::mapping::model_of<Swapped>();
    EXPECT_EQ(m.columns[1].name, "b");
    EXPECT_EQ(m.columns[2].name, "a");
}

}  // namespace
