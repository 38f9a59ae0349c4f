// What a flush, an autoflush, a commit and a rollback cost is what was accessed since the last one, not what the
// session holds: counted in looks at the members of objects (comparisons and snapshots), which a codec of the model's
// sees, and in statements.
#include <algorithm>
#include <chrono>

#include "support/fixture.hpp"

namespace flush_cost {

struct word {
    std::string text{};
    static inline std::size_t looks = 0;
};
struct Leaf;
struct Tree {
    kin::key<Tree> id{};
    word name{};
    kin::has_many<Leaf> leaves{};
    static constexpr auto table = kin::table().unique("name");
};
struct Leaf {
    kin::key<Leaf> id{};
    std::optional<kin::key<Tree>> tree_id{};
    word name{};
    kin::belongs_to<Tree> tree{};
};
using garden = kin::models<Tree, Leaf>;

}  // namespace flush_cost

template <>
struct kin::codec<flush_cost::word> {
    using stored = std::string;
    static std::string to_stored(const flush_cost::word& w) {
        ++flush_cost::word::looks;
        return w.text;
    }
    static flush_cost::word from_stored(std::string text) { return {std::move(text)}; }
};

namespace {

using namespace flush_cost;
using namespace kin::expr;

struct flush_costs : kin::test::with_database<garden> {
    kin::session s{db};

    /// The looks of a call.
    template <class Call>
    std::size_t looks(Call call) {
        const std::size_t before = word::looks;
        call();
        return word::looks - before;
    }
    /// What a step costs beside objects that other transactions have touched, and where nothing was touched.
    template <class Step>
    void expect_flat(Step step, std::size_t and_verifies = 0) {
        step(0);
        const std::size_t alone = looks([&] { step(1); });
        for (int i = 0; i < 300; ++i) s.add(Tree{.name = {"tree " + std::to_string(i)}});
        s.commit();
        auto trees = s.query<Tree>().all();
        for (Tree& tree : trees) (void)tree;
        s.commit();
        step(2);
        const std::size_t beside = looks([&] { step(3); });
        EXPECT_LE(beside, alone + and_verifies);
    }
};
constexpr std::size_t verified = 64;  // settled objects, by a commit

TEST_F(flush_costs, adding_and_flushing) {
    expect_flat([&](int i) {
        s.add(Leaf{.name = {std::to_string(i)}});
        s.flush();
    });
}

TEST_F(flush_costs, adding_and_committing) {
    expect_flat(
        [&](int i) {
            s.add(Leaf{.name = {std::to_string(i)}});
            s.commit();
        },
        verified);
}

TEST_F(flush_costs, a_query_that_finds_nothing_to_flush) {
    auto trees = s.query<Tree>().all();
    for (int i = 0; i < 300; ++i) s.add(Tree{.name = {"tree " + std::to_string(i)}});
    s.commit();
    for (Tree& tree : s.query<Tree>().all()) tree.name.text += "!";
    for (Tree& tree : s.query<Tree>().all()) (void)tree;
    (void)s.query<Tree>().where(col(&Tree::id) == 1).all();
    EXPECT_EQ(looks([&] { (void)s.query<Tree>().where(col(&Tree::id) == 1).all(); }), 0u);
    EXPECT_EQ(looks([&] { EXPECT_FALSE(s.dirty()); }), 0u);
}

TEST_F(flush_costs, rolling_back) {
    expect_flat([&](int i) {
        s.add(Leaf{.name = {std::to_string(i)}});
        s.flush();
        s.rollback();
    });
}

TEST_F(flush_costs, savepoints) {
    auto tree = s.add(Tree{.name = {"old"}});
    s.commit();
    const auto step = [&](bool back) {
        auto here = s.savepoint();
        tree->name.text += "x";
        s.flush();
        back ? here.rollback() : here.release();
    };
    step(true);
    step(false);
    const std::size_t back = looks([&] { step(true); });
    const std::size_t done = looks([&] { step(false); });
    for (int i = 0; i < 300; ++i) s.add(Leaf{.name = {std::to_string(i)}});
    s.flush();
    EXPECT_LE(looks([&] { step(true); }), back) << "beside 300 others of the same transaction";
    EXPECT_LE(looks([&] { step(false); }), done);
}

TEST_F(flush_costs, helpers_that_flush) {
    const auto tree = s.add(Tree{.name = {"old"}});
    s.commit();
    const auto leaf = [&](int i) { (void)tree->leaves.create(Leaf{.name = {std::to_string(i)}}); };
    leaf(0);
    const std::size_t first = looks([&] { leaf(1); });
    for (int i = 0; i < 300; ++i) leaf(i);
    EXPECT_LE(looks([&] { leaf(2); }), first);
    const auto sought = [&](int i) { (void)s.get_or_create(Tree{.name = {std::to_string(i)}}, &Tree::name); };
    sought(0);
    const std::size_t second = looks([&] { sought(1); });
    for (int i = 2; i < 300; ++i) sought(i);
    EXPECT_LE(looks([&] { sought(301); }), second);
}

TEST_F(flush_costs, what_the_transaction_touched_is_compared_once_more_at_its_commit) {
    for (int i = 0; i < 300; ++i) s.add(Tree{.name = {std::to_string(i)}});
    s.commit();
    auto trees = s.query<Tree>().all();
    for (Tree& tree : trees) (void)tree;
    s.flush();
    EXPECT_EQ(looks([&] { s.flush(); }), 0u);
    const std::size_t at_commit = looks([&] { s.commit(); });
    EXPECT_GE(at_commit, 300u);
    EXPECT_LE(at_commit, 300u + verified);
    EXPECT_LE(looks([&] { s.commit(); }), verified);
}

/// Ten that were changed among so many that are loaded: what the flush looks at, and how long the fastest of some
/// takes.
struct ten_changed {
    std::size_t looks = 0;
    std::chrono::duration<double, std::milli> took{1e9};
    ten_changed(kin::database& db, std::int64_t loaded) {
        kin::session s{db};
        auto leaves = s.query<Leaf>().where(col(&Leaf::id) <= loaded).order_by(&Leaf::id).all();
        EXPECT_EQ(leaves.size(), static_cast<std::size_t>(loaded));
        for (int times = 0; times < 20; ++times) {
            for (std::size_t i = 0; i < 10; ++i) leaves[i * (leaves.size() / 10)].name.text += '!';
            const std::size_t before = word::looks;
            const auto start = std::chrono::steady_clock::now();
            s.flush();
            took = std::min<std::chrono::duration<double, std::milli>>(took, std::chrono::steady_clock::now() - start);
            looks = word::looks - before;
        }
    }
};

TEST_F(flush_costs, ten_changed_of_a_hundred_thousand_loaded) {
    run("INSERT INTO leaf (name) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
        "SELECT 'leaf' FROM n");
    const ten_changed few{db, 10};
    const ten_changed many{db, 100'000};
    EXPECT_EQ(many.looks, few.looks);
    EXPECT_LT(many.took.count(), few.took.count() + 2);
}

TEST_F(flush_costs, a_snapshot_that_stands_is_not_taken_again) {
    const auto tree = s.add(Tree{.name = {"old"}});
    s.commit();
    EXPECT_EQ(looks([&] { (void)*tree; }), 0u);
    EXPECT_EQ(looks([&] { s.flush(); }), 1u);
}

}  // namespace
