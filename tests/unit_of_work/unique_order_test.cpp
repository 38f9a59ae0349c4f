// Unique values that one flush frees and gives away again.
#include <algorithm>
#include <chrono>
#include <random>

#include "support/fixture.hpp"

namespace holders {

struct Badge;
struct Holder {
    kin::key<Holder> id{};
    std::string email{};
    kin::has_one<Badge> badge{};
    static constexpr auto table = kin::table("holder").unique("email");
};
struct Badge {
    kin::key<Badge> id{};
    std::optional<kin::key<Holder>> holder_id{};
    std::string text{};
    kin::belongs_to<Holder> holder{};
    static constexpr auto table = kin::table("badge").unique("holder_id");
};

// Unique columns of several kinds, none of which can be NULL.
struct Slot {
    kin::key<Slot> id{};
    std::string label{};
    int position{};
    kin::uuid token{};
    std::string board{};
    int place{};
    static constexpr auto table =
        kin::table("slot").unique("label").unique("position").unique("token").unique(kin::columns("board", "place"));
};
struct Short {
    kin::key<Short> id{};
    std::string code{};
    static constexpr auto table = kin::table("short").unique("code").length("code", 3);
};
struct Lamp {
    kin::key<Lamp> id{};
    bool lit{};
    static constexpr auto table = kin::table("lamp").unique("lit");
};
enum class seat : std::uint8_t { left, right };
struct Guest {
    kin::key<Guest> id{};
    seat where{};
    double weight{};
    std::chrono::sys_days born{};
    std::chrono::sys_time<std::chrono::microseconds> seen{};
    int checked{};
    kin::version version{};
    static constexpr auto table =
        kin::table("guest").unique("where").unique("weight").unique("born").unique("seen").unique("checked").check(
            "checked >= 0");
};
struct Dice {
    kin::key<Dice> id{};
    int face{};
    std::string name{};
    static constexpr auto table = kin::table("dice")
                                      .unique("face")
                                      .unique("name")
                                      .check("face BETWEEN 1 AND 6")
                                      .check("name LIKE 'no%' OR name LIKE '%?'");
};
struct Seal;
struct Owner {
    kin::key<Owner> id{};
    std::string name{};
    kin::has_one<Seal, kin::owned> seal{};
    static constexpr auto table = kin::table("owner").unique("name");
};
struct Seal {
    kin::key<Seal> id{};
    kin::key<Owner> owner_id{};
    std::string motto{};
    kin::belongs_to<Owner> owner{};
    static constexpr auto table = kin::table("seal").unique("owner_id").unique("motto");
};

// Keys given by hand, and keys that refer to them without a relation.
struct Word {
    kin::key<Word, std::string> text{};
    std::optional<kin::key<Word, std::string>> root{};
    int rank{};
};
struct Right;
struct Left {
    kin::key<Left, std::string> name{};
    std::optional<kin::key<Right, std::string>> right{};
};
struct Right {
    kin::key<Right, std::string> name{};
    kin::key<Left, std::string> left{};
};

}  // namespace holders

namespace {

using namespace holders;
using kin::test::contains;
using kin::test::thrown;
using unique_order = kin::test::with_database<kin::models<Holder, Badge>>;
using unique_rings = kin::test::with_database<kin::models<Holder, Badge, Slot, Short, Lamp>>;
using unique_kinds = kin::test::with_database<kin::models<Guest, Dice>>;
using unique_owners = kin::test::with_database<kin::models<Owner, Seal>>;
using hand_keys = kin::test::with_database<kin::models<Word, Left, Right>>;

TEST_F(unique_order, a_removed_value_can_be_added_again_in_the_same_flush) {
    kin::session s{db};
    const auto old = s.add(Holder{.email = "a@x"});
    s.commit();
    s.remove(old);
    const auto fresh = s.add(Holder{.email = "a@x"});
    EXPECT_TRUE(contains(s.explain_flush(), "frees a unique value"));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*), min(email) FROM holder"), "1|a@x");
    EXPECT_EQ(s.get<Holder>(fresh->id).get(), fresh.get());
}

TEST_F(unique_order, what_a_removed_one_frees_is_read_where_it_is_to_be_read_again) {
    kin::session s{db};
    auto a = s.add(Holder{.email = "a"});
    s.commit();
    s.execute("UPDATE holder SET email = 'b'");
    s.expire_all();
    s.add(Holder{.email = "b"});
    s.remove(a);
    log.clear();
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM holder"), "b");
    EXPECT_EQ(log.count("SELECT"), 1u) << log.text();
}

TEST_F(unique_order, a_changed_value_can_be_added_again_in_the_same_flush) {
    kin::session s{db};
    const auto old = s.add(Holder{.email = "a@x"});
    s.commit();
    old->email = "b@x";
    s.add(Holder{.email = "a@x"});
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM holder ORDER BY id"), "b@x; a@x");
}

TEST_F(unique_order, a_has_one_under_a_unique_key_is_replaced) {
    kin::session s{db};
    const auto ada = s.add(Holder{.email = "a@x", .badge = Badge{.text = "first"}});
    s.commit();
    ada->badge = Badge{.text = "second"};
    s.commit();
    EXPECT_EQ(rows("SELECT text, holder_id FROM badge ORDER BY id"), "first|NULL; second|1");
}

TEST_F(unique_order, what_refers_to_the_removed_row_lets_go_first) {
    kin::session s{db};
    const auto old = s.add(Holder{.email = "a@x", .badge = Badge{.text = "kept"}});
    s.commit();
    s.remove(old);
    s.add(Holder{.email = "a@x"});
    s.commit();
    EXPECT_EQ(rows("SELECT text, holder_id FROM badge"), "kept|NULL");
    EXPECT_EQ(rows("SELECT count(*) FROM holder"), "1");
}

TEST_F(unique_order, other_flushes_keep_deletes_last) {
    kin::session s{db};
    const auto old = s.add(Holder{.email = "a@x"});
    s.commit();
    s.remove(old);
    s.add(Holder{.email = "b@x"});
    const std::string plan = s.explain_flush();
    EXPECT_LT(plan.find("insert"), plan.find("delete"));
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM holder"), "b@x");
}

TEST_F(unique_order, handles_come_back_and_members_stand_for_columns) {
    using namespace kin::expr;
    kin::session s{db};
    auto again = s.add(Holder{.email = "c@x"});
    s.rollback();
    s.add(again);  // a handle, not a copy
    s.add(Holder{.email = "d@x"});
    s.commit();
    const auto last = s.query<Holder>().order_by(desc(&Holder::email)).first();
    EXPECT_EQ(last->email, "d@x");
    EXPECT_EQ(s.query<Holder>().select(max(&Holder::email), count(&Holder::id)).all().size(), 1u);
}

// -- rings and chains of updates --------------------------------------------------------------------------------------

TEST_F(unique_rings, two_objects_swap_a_text) {
    kin::session s{db};
    const auto a = s.add(Holder{.email = "a"});
    const auto b = s.add(Holder{.email = "b"});
    s.commit();
    std::swap(a->email, b->email);
    EXPECT_EQ(s.explain_flush(),
              "1. update 1 row of holder, put aside email: Holder 1 (its unique value changes hands)\n"
              "2. update 2 rows of holder, set email: Holder 2, Holder 1 (frees a unique value)\n");
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 2u) << log.text();
    EXPECT_EQ(rows("SELECT email FROM holder ORDER BY id"), "b; a");
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(a->email, "b");
}

TEST_F(unique_rings, of_many_objects_and_several_rings_at_once) {
    kin::session s{db};
    std::vector<kin::ref<Holder>> all;
    for (int i = 0; i < 12; ++i) all.push_back(s.add(Holder{.email = std::to_string(i)}));
    s.commit();
    const auto next = [](int i) { return i < 3 ? (i + 1) % 3 : i < 8 ? 3 + (i - 3 + 1) % 5 : 8 + (i - 8 + 3) % 4; };
    for (int i = 0; i < 12; ++i) all[static_cast<std::size_t>(i)]->email = std::to_string(next(i));
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 4u) << log.text();  // one temporary value for each ring, and the updates together
    std::string expected;
    for (int i = 0; i < 12; ++i) expected += (i == 0 ? "" : "; ") + std::to_string(next(i));
    EXPECT_EQ(rows("SELECT email FROM holder ORDER BY id"), expected);
}

TEST_F(unique_rings, a_chain_needs_no_temporary_value) {
    kin::session s{db};
    const auto a = s.add(Holder{.email = "a"});
    const auto b = s.add(Holder{.email = "b"});
    const auto c = s.add(Holder{.email = "c"});
    s.commit();
    a->email = "b";
    b->email = "c";
    c->email = "d";
    EXPECT_EQ(s.explain_flush(),
              "1. update 3 rows of holder, set email: Holder 3, Holder 2, Holder 1 (frees a unique value)\n");
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(rows("SELECT email FROM holder ORDER BY id"), "b; c; d");
}

TEST_F(unique_rings, long_chains_and_rings) {
    constexpr int count = 3000;
    kin::session s{db};
    std::vector<kin::ref<Holder>> all;
    for (int i = 0; i < count; ++i) all.push_back(s.add(Holder{.email = std::to_string(i)}));
    s.commit();
    for (int i = 0; i < count; ++i) all[static_cast<std::size_t>(i)]->email = std::to_string(i + 1);
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 1u);
    for (int i = 0; i < count; ++i) all[static_cast<std::size_t>(i)]->email = std::to_string(1 + (i + 1) % count);
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(rows("SELECT count(DISTINCT email), max(email) FROM holder WHERE id = 3000"), "1|1");
}

// Each exchange is a ring of its own. What lies between the numbers that are held is looked up once.
TEST_F(unique_rings, many_exchanges_in_one_flush) {
    constexpr int count = 2000;
    kin::session s{db};
    std::vector<kin::ref<Slot>> all;
    for (int i = 0; i < count; ++i) {
        all.push_back(s.add(Slot{.label = std::to_string(i), .position = i, .token = kin::uuid::v4(), .place = i}));
    }
    s.commit();
    for (const auto& each : all) each->position = count - 1 - each->position;
    log.clear();
    s.commit();
    EXPECT_EQ(log.count("SELECT"), 1u);
    EXPECT_EQ(log.count("UPDATE"), std::size_t{count / 2} + 1) << "one puts its value aside, all are written at once";
    EXPECT_EQ(rows("SELECT count(*) FROM slot WHERE position = 1999 - place"), "2000");
}

TEST_F(unique_rings, over_numbers_uuids_and_composites) {
    const auto one = kin::uuid::v4();
    const auto two = kin::uuid::v4();
    kin::session s{db};
    const auto a = s.add(Slot{.label = "a", .position = -1, .token = one, .board = "x", .place = 1});
    const auto b = s.add(Slot{.label = "b", .position = 0, .token = two, .board = "x", .place = 2});
    s.commit();
    std::swap(a->position, b->position);
    s.commit();
    EXPECT_EQ(rows("SELECT position FROM slot ORDER BY id"), "0; -1");
    std::swap(a->token, b->token);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM slot a JOIN slot b ON a.id < b.id AND a.token <> b.token"), "1");
    kin::session t{db};
    EXPECT_EQ(t.get_one<Slot>(1)->token, two);
    std::swap(a->place, b->place);
    s.commit();
    EXPECT_EQ(rows("SELECT board, place FROM slot ORDER BY id"), "x|2; x|1");
    std::swap(a->label, b->label);
    std::swap(a->position, b->position);
    std::swap(a->place, b->place);
    s.commit();
    EXPECT_EQ(rows("SELECT label, position, board, place FROM slot ORDER BY id"), "b|-1|x|1; a|0|x|2");
}

TEST_F(unique_rings, fit_the_length_of_the_column) {
    kin::session s{db};
    const auto a = s.add(Short{.code = "aaa"});
    const auto b = s.add(Short{.code = "bbb"});
    s.commit();
    std::swap(a->code, b->code);
    s.commit();
    EXPECT_EQ(rows("SELECT code FROM short ORDER BY id"), "bbb; aaa");
}

TEST_F(unique_rings, of_a_column_without_temporary_values_are_named) {
    kin::session s{db};
    const auto on = s.add(Lamp{.lit = true});
    const auto off = s.add(Lamp{.lit = false});
    s.commit();
    std::swap(on->lit, off->lit);
    log.clear();
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "Lamp 1 takes Lamp.lit of Lamp 2; Lamp 2 takes Lamp.lit of Lamp 1"))
        << e.message();
    EXPECT_EQ(log.count(), 0u);
    s.rollback();
    EXPECT_EQ(rows("SELECT lit FROM lamp ORDER BY id"), "1; 0");
}

TEST_F(unique_rings, through_an_object_that_is_removed_or_added) {
    kin::session s{db};
    const auto a = s.add(Holder{.email = "a"});
    const auto b = s.add(Holder{.email = "b"});
    const auto c = s.add(Holder{.email = "c"});
    s.commit();
    s.remove(a);
    b->email = "a";
    c->email = "b";
    s.add(Holder{.email = "c"});
    EXPECT_EQ(s.explain_flush(),
              "1. set badge.holder_id to NULL (their Holder is removed)\n"
              "2. delete 1 row from holder: Holder 1 (frees a unique value)\n"
              "3. update 2 rows of holder, set email: Holder 2, Holder 3 (frees a unique value)\n"
              "4. insert 1 row into holder: Holder (new)\n");
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM holder ORDER BY id"), "a; b; c");
}

TEST_F(unique_rings, leave_memory_as_it_was_when_the_flush_fails) {
    kin::session s{db};
    const auto a = s.add(Holder{.email = "a"});
    const auto b = s.add(Holder{.email = "b"});
    s.add(Holder{.email = "taken"});
    s.commit();
    std::swap(a->email, b->email);
    s.add(Holder{.email = "taken"});
    EXPECT_THROW(s.flush(), kin::unique_violation);
    EXPECT_EQ(a->email, "b");
    s.rollback();
    EXPECT_EQ(a->email, "a");
    EXPECT_EQ(rows("SELECT email FROM holder ORDER BY id"), "a; b; taken");
}

TEST_F(unique_rings, flushes_in_which_nothing_meets_are_not_asked_more) {
    kin::session s{db};
    const auto a = s.add(Slot{.label = "a", .position = 1, .token = kin::uuid::v4(), .board = "x", .place = 1});
    const auto b = s.add(Slot{.label = "b", .position = 2, .token = kin::uuid::v4(), .board = "x", .place = 2});
    s.commit();
    a->label = "c";
    b->label = "d";
    s.add(Slot{.label = "e", .position = 3, .token = kin::uuid::v4(), .board = "x", .place = 3});
    log.clear();
    s.commit();
    EXPECT_EQ(log.text(), "INSERT INTO slot; UPDATE slot SET");
}

TEST_F(unique_rings, any_exchange_among_few_values_works) {
    std::mt19937 random{7};
    const auto below = [&](std::size_t n) { return std::size_t{random() % n}; };
    kin::session s{db};
    std::vector<kin::ref<Holder>> held;
    for (int round = 0; round < 150; ++round) {
        SCOPED_TRACE(round);
        std::vector<std::string> values;
        for (char c = 'a'; c < 'k'; ++c) values.emplace_back(1, c);
        std::shuffle(values.begin(), values.end(), random);
        for (std::size_t i = held.size(); i-- > 0;) {
            if (below(4) != 0) continue;
            s.remove(held[i]);
            held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
        }
        // Those that keep theirs are served first, so that nobody else gets it.
        std::vector<bool> keeps(held.size());
        for (std::size_t i = 0; i < held.size(); ++i) {
            keeps[i] = below(3) == 0;
            if (!keeps[i]) continue;
            values.erase(std::find(values.begin(), values.end(), held[i]->email));
        }
        for (std::size_t i = 0; i < held.size(); ++i) {
            if (keeps[i]) continue;
            held[i]->email = values.back();
            values.pop_back();
        }
        while (!values.empty() && below(3) != 0) {
            held.push_back(s.add(Holder{.email = values.back(), .badge = Badge{.text = "b"}}));
            values.pop_back();
        }
        // Badges go round as well, one to one.
        for (std::size_t i = 1; i < held.size(); ++i) {
            const std::size_t other = below(i);
            if (!held[i]->badge || !held[other]->badge) continue;
            const auto mine = held[i]->badge.handle();
            const auto theirs = held[other]->badge.handle();
            mine->holder = held[other];
            theirs->holder = held[i];
        }
        s.commit();
        std::string expected;
        std::vector<std::pair<std::int64_t, std::string>> sorted;
        for (const auto& h : held) sorted.emplace_back(h->id.value, h->email);
        std::sort(sorted.begin(), sorted.end());
        for (const auto& [id, email] : sorted)
            expected += (expected.empty() ? "" : "; ") + std::to_string(id) + "|" + email;
        ASSERT_EQ(rows("SELECT id, email FROM holder ORDER BY id"), expected);
        for (const auto& h : held) {
            ASSERT_EQ(rows("SELECT id FROM badge WHERE holder_id = " + std::to_string(h->id.value)),
                      h->badge ? std::to_string(h->badge->id.value) : "");
        }
    }
}

TEST_F(unique_kinds, every_kind_that_leaves_room_can_be_swapped_under_a_version) {
    using namespace std::chrono;
    kin::session s{db};
    const auto a = s.add(Guest{.where = seat::left,
                               .weight = 1.5,
                               .born = sys_days{year{2000} / 1 / 1},
                               .seen = sys_time<microseconds>{microseconds{1}},
                               .checked = 1});
    const auto b = s.add(Guest{.where = seat::right,
                               .weight = 2.5,
                               .born = sys_days{year{2001} / 1 / 1},
                               .seen = sys_time<microseconds>{microseconds{2}},
                               .checked = 2});
    s.commit();
    std::swap(a->where, b->where);
    s.commit();
    std::swap(a->weight, b->weight);
    s.commit();
    std::swap(a->born, b->born);
    s.commit();
    std::swap(a->seen, b->seen);
    s.commit();
    kin::session t{db};
    const auto read = t.get_one<Guest>(1);
    EXPECT_EQ(read->where, seat::right);
    EXPECT_EQ(read->weight, 2.5);
    EXPECT_EQ(read->born, (sys_days{year{2001} / 1 / 1}));
    EXPECT_EQ(read->seen, (sys_time<microseconds>{microseconds{2}}));
    EXPECT_EQ(rows("SELECT version FROM guest ORDER BY id"), "5; 5");

    // A CHECK speaks of the column: the database says which value it allows.
    std::swap(a->checked, b->checked);
    s.commit();
    EXPECT_EQ(rows("SELECT checked FROM guest ORDER BY id"), "2; 1");
}

TEST_F(unique_kinds, a_value_that_checks_allow_is_made_up_also_in_a_gap_and_where_there_is_none_the_flush_says_so) {
    kin::session s{db};
    const auto a = s.add(Dice{.face = 1, .name = "one?"}), b = s.add(Dice{.face = 6, .name = "six?"});
    for (const int face : {2, 3, 5}) s.add(Dice{.face = face, .name = "no. " + std::to_string(face)});
    s.commit();
    std::swap(a->face, b->face);
    s.commit();
    EXPECT_EQ(rows("SELECT face FROM dice ORDER BY id"), "6; 1; 2; 3; 5");
    s.add(Dice{.face = 4, .name = "no. 4"});
    s.commit();
    std::swap(a->face, b->face);
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "no unused value of Dice.face that the CHECKs allow")) << e.message();
    s.rollback();
    // A text whose CHECK no made-up one passes.
    std::swap(a->name, b->name);
    (void)thrown<kin::flush_error>([&] { s.flush(); });
    s.rollback();
    EXPECT_EQ(rows("SELECT face, name FROM dice ORDER BY id LIMIT 2"), "6|one?; 1|six?");
}

// -- one to one -------------------------------------------------------------------------------------------------------

TEST_F(unique_order, two_rows_under_a_unique_key_swap_their_parents) {
    kin::session s{db};
    const auto ada = s.add(Holder{.email = "a", .badge = Badge{.text = "ada's"}});
    const auto bob = s.add(Holder{.email = "b", .badge = Badge{.text = "bob's"}});
    s.commit();
    const auto first = ada->badge.handle();
    const auto second = bob->badge.handle();
    first->holder = bob;
    second->holder = ada;
    EXPECT_TRUE(contains(s.explain_flush(), "put aside holder_id")) << s.explain_flush();
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(rows("SELECT text, holder_id FROM badge ORDER BY id"), "ada's|2; bob's|1");
    EXPECT_EQ(ada->badge->text, "bob's");
    EXPECT_EQ(bob->badge->text, "ada's");

    ada->badge = first;
    bob->badge = second;
    s.commit();
    EXPECT_EQ(rows("SELECT text, holder_id FROM badge ORDER BY id"), "ada's|1; bob's|2");

    std::swap(first->holder_id, second->holder_id);  // by hand
    s.commit();
    EXPECT_EQ(rows("SELECT text, holder_id FROM badge ORDER BY id"), "ada's|2; bob's|1");
    EXPECT_EQ(first->holder.get(), bob.get());
    EXPECT_EQ(bob->badge.get(), first.get());
    EXPECT_EQ(ada->badge.get(), second.get());
}

TEST_F(unique_owners, an_owned_row_under_a_unique_key_is_replaced) {
    kin::session s{db};
    const auto ada = s.add(Owner{.name = "ada", .seal = Seal{.motto = "first"}});
    s.commit();
    ada->seal = Seal{.motto = "second"};
    s.commit();
    EXPECT_EQ(rows("SELECT motto, owner_id FROM seal"), "second|1");
    ada->seal = Seal{.motto = "second"};  // the same value again, too
    s.commit();
    EXPECT_EQ(rows("SELECT motto, owner_id FROM seal"), "second|1");
    EXPECT_EQ(ada->seal->owner.get(), ada.get());
}

TEST_F(unique_owners, a_row_that_goes_with_its_owner_frees_its_values_first) {
    kin::session s{db};
    const auto ada = s.add(Owner{.name = "ada", .seal = Seal{.motto = "to the stars"}});
    s.commit();
    s.remove(ada);
    const auto again = s.add(Owner{.name = "ada", .seal = Seal{.motto = "to the stars"}});
    s.commit();
    EXPECT_EQ(rows("SELECT o.name, s.motto FROM owner o JOIN seal s ON s.owner_id = o.id"), "ada|to the stars");
    EXPECT_EQ(rows("SELECT count(*) FROM seal"), "1");
    s.remove(again);
    s.add(Owner{.name = "bob", .seal = Seal{.motto = "to the stars"}});
    s.commit();
    EXPECT_EQ(rows("SELECT o.name, s.motto FROM owner o JOIN seal s ON s.owner_id = o.id"), "bob|to the stars");
}

TEST_F(unique_order, children_move_to_the_new_row_that_takes_the_old_ones_value) {
    kin::session s{db};
    const auto old = s.add(Holder{.email = "a", .badge = Badge{.text = "kept"}});
    s.commit();
    const auto fresh = s.add(Holder{.email = "a"});
    fresh->badge = old->badge.handle();
    s.remove(old);
    s.commit();
    EXPECT_EQ(rows("SELECT b.text, h.email FROM badge b JOIN holder h ON h.id = b.holder_id"), "kept|a");
    EXPECT_EQ(rows("SELECT count(*) FROM holder"), "1");
}

TEST_F(unique_owners, owned_children_move_before_the_old_row_goes) {
    kin::session s{db};
    const auto old = s.add(Owner{.name = "a", .seal = Seal{.motto = "kept"}});
    s.commit();
    const auto fresh = s.add(Owner{.name = "a"});
    const auto seal = old->seal.handle();
    seal->owner = fresh;
    s.remove(old);
    EXPECT_TRUE(contains(s.explain_flush(), "put aside name")) << s.explain_flush();
    s.commit();
    EXPECT_EQ(rows("SELECT s.motto, o.name FROM seal s JOIN owner o ON o.id = s.owner_id"), "kept|a");
    EXPECT_EQ(rows("SELECT count(*) FROM owner"), "1");
}

TEST_F(unique_owners, a_key_that_cannot_be_null_is_not_swapped_but_named) {
    kin::session s{db};
    const auto ada = s.add(Owner{.name = "ada", .seal = Seal{.motto = "first"}});
    const auto bob = s.add(Owner{.name = "bob", .seal = Seal{.motto = "second"}});
    s.commit();
    std::swap(ada->seal->owner_id, bob->seal->owner_id);
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "Seal 1 takes Seal.owner_id of Seal 2")) << e.message();
    s.rollback();
    // Each can go to a new owner, and to one whose own is taken away.
    std::swap(ada->seal->motto, bob->seal->motto);
    s.commit();
    EXPECT_EQ(rows("SELECT motto, owner_id FROM seal ORDER BY id"), "second|1; first|2");
}

TEST_F(unique_order, a_swap_after_a_savepoint_is_undone_with_it) {
    kin::session s{db};
    const auto a = s.add(Holder{.email = "a"});
    const auto b = s.add(Holder{.email = "b"});
    s.flush();
    std::swap(a->email, b->email);
    s.flush();
    EXPECT_EQ(a->email, "b");
    std::swap(a->email, b->email);
    a->email = "c";
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM holder ORDER BY id"), "c; b");
}

// -- keys given by hand -----------------------------------------------------------------------------------------------

TEST_F(hand_keys, a_removed_key_can_be_added_again_in_the_same_flush) {
    kin::session s{db};
    const auto old = s.add(Word{.text = {"tree"}, .rank = 1});
    s.commit();
    s.remove(old);
    const auto fresh = s.add(Word{.text = {"tree"}, .rank = 2});
    s.commit();
    EXPECT_EQ(rows("SELECT text, rank FROM word"), "tree|2");
    EXPECT_EQ(s.get<Word>("tree").get(), fresh.get());
    fresh->rank = 3;
    s.commit();
    EXPECT_EQ(rows("SELECT text, rank FROM word"), "tree|3");
    s.remove(fresh);
    s.add(Word{.text = {"tree"}, .rank = 4});
    s.flush();
    s.rollback();
    EXPECT_EQ(rows("SELECT text, rank FROM word"), "tree|3");
    EXPECT_EQ(s.get<Word>("tree")->rank, 3);
}

TEST_F(hand_keys, rows_come_after_those_whose_keys_they_name) {
    kin::session s{db};
    s.add(Word{.text = {"c"}, .root = {{"b"}}});
    s.add(Word{.text = {"b"}, .root = {{"a"}}});
    s.add(Word{.text = {"self"}, .root = {{"self"}}});
    s.add(Word{.text = {"a"}});
    s.commit();
    EXPECT_EQ(rows("SELECT text, root FROM word ORDER BY text"), "a|NULL; b|a; c|b; self|self");
}

TEST_F(hand_keys, rows_in_a_ring_close_it_with_an_update) {
    kin::session s{db};
    const auto x = s.add(Word{.text = {"x"}, .root = {{"y"}}});
    s.add(Word{.text = {"y"}, .root = {{"x"}}});
    EXPECT_TRUE(contains(s.explain_flush(), "set root: Word 'x' (closes a cycle)")) << s.explain_flush();
    s.commit();
    EXPECT_EQ(rows("SELECT text, root FROM word ORDER BY text"), "x|y; y|x");
    EXPECT_EQ(x->root->value, "y");
    EXPECT_FALSE(s.dirty());
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(hand_keys, go_between_models_that_refer_to_each_other) {
    kin::session s{db};
    s.add(Right{.name = {"r"}, .left = {"l"}});
    s.add(Left{.name = {"l"}, .right = {{"r"}}});
    s.commit();
    EXPECT_EQ(rows("SELECT l.right, r.left FROM \"left\" l, \"right\" r"), "r|l");
}

TEST_F(hand_keys, an_update_waits_for_the_new_row_that_it_names) {
    kin::session s{db};
    const auto leaf = s.add(Word{.text = {"leaf"}});
    s.commit();
    leaf->root = {"root"};
    s.add(Word{.text = {"root"}});
    s.commit();
    EXPECT_EQ(rows("SELECT text, root FROM word ORDER BY text"), "leaf|root; root|NULL");
}

}  // namespace
