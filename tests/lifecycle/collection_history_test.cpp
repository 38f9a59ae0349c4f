// Collections of many members under random changes, reads, savepoints and flushes: beside vectors that do the same.
#include <algorithm>
#include <random>

#include "support/fixture.hpp"

namespace {

struct Volume;
struct Rack {
    kin::key<Rack> id{};
    kin::has_many<Volume> books{};
    kin::many_to_many<Volume> shown{};
};
struct Volume {
    kin::key<Volume> id{};
    std::optional<kin::key<Rack>> rack_id{};
    kin::belongs_to<Rack> rack{};
    kin::many_to_many<Rack> shown_on{};
};

using kin::ref;
using books = std::vector<ref<Volume>>;

class collection_history : public kin::test::with_database<kin::models<Rack, Volume>> {
  protected:
    kin::session s{db};
    ref<Rack> left = s.add(Rack{});
    ref<Rack> right = s.add(Rack{});
    books all{};

    void fill(int count) {
        for (int i = 0; i < count; ++i) all.push_back(s.add(Volume{}));
        s.commit();
        (void)left->books.size();
        (void)right->books.size();
        (void)left->shown.size();
        (void)right->shown.size();
    }
};

/// What the collections hold, in their order.
struct model {
    std::vector<std::int64_t> left{}, right{}, shown{};

    static void take(std::vector<std::int64_t>& from, std::int64_t id) { std::erase(from, id); }
    [[nodiscard]] static bool has(const std::vector<std::int64_t>& in, std::int64_t id) {
        return std::find(in.begin(), in.end(), id) != in.end();
    }
};

template <class Collection>
std::vector<std::int64_t> walked(const Collection& c) {
    std::vector<std::int64_t> ids;
    for (const Volume& b : c) ids.push_back(b.id.value);
    return ids;
}

TEST_F(collection_history, follows_vectors_through_changes_savepoints_and_flushes) {
    fill(300);
    for (unsigned seed = 1; seed <= 6; ++seed) {
        std::mt19937 random{seed};
        const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
        model now;
        for (const Volume& b : std::as_const(*left).books) now.left.push_back(b.id.value);
        for (const Volume& b : std::as_const(*right).books) now.right.push_back(b.id.value);
        for (const Volume& b : std::as_const(*left).shown) now.shown.push_back(b.id.value);
        struct level {
            kin::savepoint point;
            model then;
        };
        std::vector<level> levels;
        const auto move_to = [&](const ref<Volume>& b, std::vector<std::int64_t>* to) {
            const auto id = b->id.value;
            if (to != nullptr && model::has(*to, id)) return;
            model::take(now.left, id);
            model::take(now.right, id);
            if (to != nullptr) to->push_back(id);
        };
        for (int step = 0; step < 1500; ++step) {
            const ref<Volume>& b = all[below(all.size())];
            const bool to_left = below(3) != 0;
            switch (below(step < 400 ? 6 : 17)) {
                case 0:
                case 1:
                case 2:
                    to_left ? left->books.push_back(b) : right->books.push_back(b);
                    move_to(b, to_left ? &now.left : &now.right);
                    break;
                case 3:
                    b->rack = to_left ? left : right;
                    move_to(b, to_left ? &now.left : &now.right);
                    break;
                case 4:
                case 5:
                    left->shown.push_back(b);
                    if (!model::has(now.shown, b->id.value)) now.shown.push_back(b->id.value);
                    break;
                case 6:
                case 7:
                    left->books.erase(b);
                    if (model::has(now.left, b->id.value)) move_to(b, nullptr);
                    break;
                case 8:
                    b->rack = nullptr;
                    move_to(b, nullptr);
                    break;
                case 9:
                case 10:
                    left->shown.erase(b);
                    model::take(now.shown, b->id.value);
                    break;
                case 11: {
                    if (now.left.empty()) break;
                    const auto at = static_cast<std::ptrdiff_t>(below(now.left.size()));
                    const auto next = left->books.erase(left->books.begin() + at);
                    now.left.erase(now.left.begin() + at);
                    EXPECT_EQ(next - left->books.begin(), at);
                    break;
                }
                case 12: {  // from either end
                    if (now.shown.size() < 2) break;
                    left->shown.erase(left->shown.handle(0));
                    left->shown.erase(left->shown.handle(left->shown.size() - 1));
                    now.shown.erase(now.shown.begin());
                    now.shown.pop_back();
                    break;
                }
                case 13: {
                    std::vector<std::int64_t> seen;
                    const model before = now;
                    for (const Volume& member : std::as_const(*left).books) {  // to its end as it was
                        seen.push_back(member.id.value);
                        if (below(8) != 0) continue;
                        const auto id = member.id.value;
                        left->books.erase(
                            *std::find_if(all.begin(), all.end(), [&](const auto& h) { return h.get() == &member; }));
                        model::take(now.left, id);
                    }
                    EXPECT_EQ(seen, before.left);
                    break;
                }
                case 14:
                    if (levels.size() < 3) {
                        levels.push_back({s.savepoint(), now});
                    } else {
                        levels.back().point.release();
                        levels.pop_back();
                    }
                    break;
                case 15:
                    if (levels.empty()) break;
                    levels.back().point.rollback();
                    now = levels.back().then;
                    levels.pop_back();
                    break;
                case 16:
                    s.flush();
                    break;
            }
            ASSERT_EQ(left->books.size(), now.left.size()) << seed << " " << step;
            ASSERT_EQ(left->shown.contains(b), model::has(now.shown, b->id.value)) << seed << " " << step;
            ASSERT_EQ(right->books.contains(b), model::has(now.right, b->id.value)) << seed << " " << step;
            if (below(20) != 0) continue;
            ASSERT_EQ(walked(std::as_const(*left).books), now.left) << seed << " " << step;
            ASSERT_EQ(walked(std::as_const(*right).books), now.right) << seed << " " << step;
            ASSERT_EQ(walked(std::as_const(*left).shown), now.shown) << seed << " " << step;
        }
        for (; !levels.empty(); levels.pop_back()) levels.back().point.release();
        s.commit();
        kin::session other{db};
        const auto sorted = [](std::vector<std::int64_t> ids) {
            std::sort(ids.begin(), ids.end());
            return ids;
        };
        const ref<const Rack> there = other.get<Rack>(left->id);
        EXPECT_EQ(sorted(walked(there->books)), sorted(now.left));
        EXPECT_EQ(sorted(walked(there->shown)), sorted(now.shown));
        EXPECT_EQ(sorted(walked(other.get<Rack>(right->id)->books)), sorted(now.right));
    }
}

TEST_F(collection_history, a_range_walks_what_was_there_when_it_began) {
    fill(200);
    for (const auto& b : all) left->books.push_back(b);
    std::size_t walked_over = 0;
    for (const Volume& b : std::as_const(*left).books) {
        EXPECT_EQ(b.id, all[walked_over]->id);
        left->books.erase(all[walked_over]);
        left->books.erase(all[(walked_over + 50) % all.size()]);
        if (++walked_over == 100) right->books.push_back(all[7]);
    }
    EXPECT_EQ(walked_over, all.size());
    EXPECT_TRUE(left->books.empty());
    EXPECT_EQ(right->books.size(), 1u);
}

TEST_F(collection_history, what_is_taken_out_and_put_back_stands_at_the_end) {
    fill(100);
    for (const auto& b : all) left->books.push_back(b);
    s.flush();
    const auto point = s.savepoint();
    left->books.erase(all[50]);
    left->books.push_back(all[50]);
    EXPECT_EQ(left->books.size(), 100u);
    EXPECT_EQ(left->books.handle(99), all[50]);
    EXPECT_EQ(left->books.handle(50), all[51]);
    left->books.clear();
    EXPECT_TRUE(left->books.empty());
    left->books.push_back(all[3]);
    EXPECT_EQ(left->books.handle(0), all[3]);
}

}  // namespace
