// Plain objects that stand in one another very deep: made, copied and destroyed without a stack as deep as they are.
#include <gtest/gtest.h>

#include <stdexcept>

#include "graph/nodes.hpp"
#include "support/small_stack.hpp"

namespace {

using graph_test::counted;

struct Link {
    kin::key<Link> id{};
    std::optional<kin::key<Link>> next_id{};
    counted mark{};
    kin::belongs_to<Link> next{};
};
struct Branch {
    kin::key<Branch> id{};
    std::optional<kin::key<Branch>> parent_id{};
    std::string name{};
    counted mark{};
    kin::has_many<Branch> children{};
};

/// So many of them, each with a leaf beside the next one.
Branch tree(int depth) {
    Branch at{.name = "end"};
    for (int i = depth; i-- > 0;) {
        Branch outer{.name = std::to_string(i)};
        outer.children.push_back(Branch{.name = "leaf"});
        outer.children.push_back(std::move(at));
        at = std::move(outer);
    }
    return at;
}
int depth_of(const Branch& root) {
    int depth = 0;
    for (const Branch* at = &root; at->children.size() == 2; at = &at->children[1]) {
        EXPECT_EQ(at->name, std::to_string(depth));
        EXPECT_EQ(at->children[0].name, "leaf");
        ++depth;
    }
    return depth;
}

class deep_values : public testing::Test {
  protected:
    deep_values() { counted::restart(); }
    int before_ = counted::alive;
};

TEST_F(deep_values, lists_are_copied_and_destroyed) {
    kin::test::on_small_stack([&] {
        constexpr int depth = 200'000;
        {
            const Branch root = tree(depth);
            const Branch copy = root;
            EXPECT_EQ(depth_of(copy), depth);
            EXPECT_EQ(depth_of(root), depth);
        }
        EXPECT_EQ(counted::alive, before_);
    });
}

TEST_F(deep_values, what_is_one_behind_the_other_as_well) {
    kin::test::on_small_stack([&] {
        constexpr int depth = 200'000;
        {
            Link root{.id = depth};
            for (int i = depth; i-- > 0;) {
                Link outer{.id = i};
                outer.next = std::move(root);
                root = std::move(outer);
            }
            const Link copy = root;
            int seen = 0;
            for (const Link* at = &copy; at->next; at = &*at->next) {
                EXPECT_EQ(at->id.value, seen);
                ++seen;
            }
            EXPECT_EQ(seen, depth);
        }
        EXPECT_EQ(counted::alive, before_);
    });
}

}  // namespace
