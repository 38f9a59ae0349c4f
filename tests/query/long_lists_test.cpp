// Lists of values of any length and kind: filled up to a few lengths, or sent as one parameter.
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <kin/repository.hpp>
#include <kin/value/chrono.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/uuid.hpp>

#include "support/fixture.hpp"

struct Piece {
    kin::key<Piece> id{};
    std::string name{};
    kin::uuid code{};
    double weight{};
    kin::decimal price{};
    std::chrono::sys_time<std::chrono::microseconds> made{};
    std::chrono::sys_days day{};
};
struct Shelf {
    int shop{};
    std::string name{};
    int pieces{};
    static constexpr auto table = kin::table().primary_key("shop", "name");
};

namespace {

using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;

constexpr int many = 70'000;  // more than either engine takes parameters

kin::uuid uuid_of(int i) {
    kin::uuid made{};
    for (unsigned b = 0; b < 4; ++b)
        made.bytes[15 - b] = static_cast<std::uint8_t>(static_cast<unsigned>(i) >> (8 * b));
    return made;
}
std::chrono::sys_time<std::chrono::microseconds> moment_of(int i) {
    return std::chrono::sys_days{std::chrono::year{2024} / 2 / 29} + std::chrono::microseconds{1'000'001LL * i};
}

class long_lists : public kin::test::with_database<kin::models<Piece, Shelf>> {
  protected:
    kin::session s{db};
    long_lists() {
        for (const int i : {1, 2, 3, many + 1}) {
            s.add(Piece{.name = "it's \"" + std::to_string(i) + "\\\n",
                        .code = uuid_of(i),
                        .weight = i + 0.1,
                        .price = kin::decimal{std::to_string(i) + ".50"},
                        .made = moment_of(i),
                        .day = std::chrono::sys_days{std::chrono::days{i}}});
            s.add(Shelf{.shop = i, .name = "shelf " + std::to_string(i)});
        }
        s.commit();
        s.clear();
        log.clear();
    }
    /// What this makes of 1, 3, 5, … below `upto`.
    template <class Make>
    static auto odd(int upto, Make make) {
        std::vector<decltype(make(1))> all;
        for (int i = 1; i < upto; i += 2) all.push_back(make(i));
        return all;
    }
    /// Objects 1 and 3 are found by such lists, the others by what they leave out.
    template <class Column, class Make>
    void expect_found(Column column, Make make) {
        for (const int upto : {6, 40, 2'100, 2 * many}) {
            const auto list = odd(upto, make);
            const bool last = upto > many;
            EXPECT_EQ(kin::test::ids(s.query<Piece>().where(column.in(list)).order_by(&Piece::id).all()),
                      last ? "1,3,4" : "1,3")
                << upto;
            EXPECT_EQ(kin::test::ids(s.query<Piece>().where(column.not_in(list)).order_by(&Piece::id).all()),
                      last ? "2" : "2,4")
                << upto;
        }
    }
};

TEST_F(long_lists, of_every_kind) {
    expect_found(col(&Piece::name), [](int i) { return "it's \"" + std::to_string(i) + "\\\n"; });
    expect_found(col(&Piece::code), uuid_of);
    expect_found(col(&Piece::weight), [](int i) { return i + 0.1; });
    expect_found(col(&Piece::price), [](int i) { return kin::decimal{std::to_string(i) + ".50"}; });
    expect_found(col(&Piece::made), moment_of);
    expect_found(col(&Piece::day), [](int i) { return std::chrono::sys_days{std::chrono::days{i}}; });
}

TEST_F(long_lists, of_numbers) {
    const auto shops = [&](const kin::condition& c) {
        std::string all;
        for (const Shelf& each : s.query<Shelf>().where(c).order_by(&Shelf::shop).all())
            all += std::to_string(each.shop) + ' ';
        return all;
    };
    const auto list = odd(2 * many, [](int i) { return i; });
    const auto first = std::vector<int>(list.begin(), list.begin() + many / 2);
    EXPECT_EQ(shops(col(&Shelf::shop).in(list)), "1 3 70001 ");
    EXPECT_EQ(shops(col(&Shelf::shop).not_in(list)), "2 ");
    // Two of them, and texts that are numbers beside them.
    EXPECT_EQ(shops(col(&Shelf::shop).in(list) && col(&Shelf::shop).not_in(first)), "70001 ");
    EXPECT_EQ(shops(!col(&Shelf::shop).in(list) || col(&Shelf::shop) == 3), "2 3 ");
    // Many that are not long each.
    kin::condition any;
    for (int from = 0; from < many / 2; from += 500) {
        any = any || col(&Shelf::shop).in(std::vector<int>(list.begin() + from, list.begin() + from + 500));
    }
    EXPECT_EQ(shops(any), "1 3 ");
    // NULL among them means the empty ones still.
    std::vector<std::optional<int>> with_null(list.begin(), list.end());
    with_null.push_back({});
    EXPECT_EQ(shops(col(&Shelf::shop).in(with_null)), "1 3 70001 ");
}

TEST_F(long_lists, of_several_columns) {
    const auto rows = odd(2 * many, [](int i) {
        return std::tuple<int, std::string>{i, "shelf " + std::to_string(i)};
    });
    EXPECT_EQ(s.query<Shelf>().where(row(&Shelf::shop, &Shelf::name).in(rows)).count(), 3);
    EXPECT_EQ(s.query<Shelf>().where(row(&Shelf::shop, &Shelf::name).not_in(rows)).count(), 1);
}

TEST_F(long_lists, of_keys_to_remove) {
    std::vector<kin::key_of<Piece>> keys;
    for (int i = many; i > 2; --i) keys.emplace_back(i);
    kin::repository<Piece> pieces{s};
    EXPECT_EQ(pieces.remove_many(keys), 2);
    EXPECT_EQ(kin::test::ids(s.query<Piece>().order_by(&Piece::id).all()), "1,2");

    kin::repository<Shelf> shelves{s};
    std::vector<kin::key_of<Shelf>> rows;
    for (int i = many; i > 1; --i) rows.push_back({i, "shelf " + std::to_string(i)});
    EXPECT_EQ(shelves.remove_many(rows), 2);
    EXPECT_EQ(s.query<Shelf>().count(), 2);
}

TEST_F(long_lists, are_few_texts) {
    for (int size = 17; size < 1'300; size += 7) {
        (void)s.query<Shelf>().where(col(&Shelf::shop).in(std::vector<int>(static_cast<std::size_t>(size), 1))).count();
    }
    std::set<std::string> texts;
    for (const auto& each : log.entries()) texts.insert(each.sql);
    EXPECT_LE(texts.size(), 8U);
}

TEST_F(long_lists, of_what_cannot_be_one_parameter_say_how_many_there_may_be) {
    // Texts with a zero byte: SQLite's JSON ends there.
    std::vector<std::string> names(many, std::string{"a\0b", 3});
    KIN_NEEDS(numbered_rows);  // where they are refused by themselves
    const auto e =
        thrown<kin::mapping_error>([&] { (void)s.query<Shelf>().where(col(&Shelf::name).in(names)).count(); });
    EXPECT_TRUE(contains(e.message(), "a list of 70000 values is too long")) << e.message();
}

}  // namespace
