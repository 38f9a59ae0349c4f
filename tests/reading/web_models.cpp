// A model that refers to itself: by a key, in trees, over a pivot.
#include <kin/tree.hpp>

#include "face_of.hpp"

namespace reading {
namespace {

struct Node {
    kin::key<Node> id{};
    std::optional<kin::key<Node>> parent_id{};
    int n{};
    std::optional<int> m{};
    kin::belongs_to<Node> parent{};
    kin::has_many<Node> children{};
    kin::many_to_many<Node, kin::pivot<"follow", "follower_id", "followed_id">, kin::order_by<"n">> following{};
    kin::many_to_many<Node, kin::pivot<"follow", "followed_id", "follower_id">> followers{};
    kin::descendants<Node> below{};
    kin::ancestors<Node> above{};
};

schema shapes() {
    const auto key = column_role::key;
    schema s{.name = "web"};
    s.models.resize(2);
    s.models[0] = {.name = "Node",
                   .table = "node",
                   .columns = {{"id", key}, {"parent_id", key, true}, {"n"}, {"m", column_role::value, true}},
                   .id = {0},
                   .keys = {{.columns = {1}, .target = 0, .nullable = true}},
                   .relations = {
                       {.name = "parent", .what = relation_kind::belongs_to, .own = {1}, .theirs = {0}},
                       {.name = "children", .what = relation_kind::has_many, .own = {0}, .theirs = {1}},
                       {.name = "following",
                        .what = relation_kind::many_to_many,
                        .own = {0},
                        .theirs = {0},
                        .pivot = 1,
                        .pivot_own = {0},
                        .pivot_theirs = {1},
                        .order = {{2}}},
                       {.name = "followers",
                        .what = relation_kind::many_to_many,
                        .own = {0},
                        .theirs = {0},
                        .pivot = 1,
                        .pivot_own = {1},
                        .pivot_theirs = {0}},
                       {.name = "below", .what = relation_kind::descendants, .own = {0}, .theirs = {1}},
                       {.name = "above", .what = relation_kind::ancestors, .own = {0}, .theirs = {1}},
                   }};
    s.models[1] = {.name = "follow",
                   .table = "follow",
                   .columns = {{"follower_id", key}, {"followed_id", key}},
                   .id = {0, 1},
                   .keys = {{.columns = {0}, .target = 0, .link = true}, {.columns = {1}, .target = 0, .link = true}},
                   .implied = true};
    return s;
}

}  // namespace

template <>
struct listed<Node> {
    static constexpr std::size_t number = 0, parts = 1;
    using columns = members<&Node::id, &Node::parent_id, &Node::n, &Node::m>;
    using relations =
        members<&Node::parent, &Node::children, &Node::following, &Node::followers, &Node::below, &Node::above>;
};

const family& web() {
    static const schema all = shapes();
    static const family made{&all, {face_of<Node>(), {}}, [](kin::database& db) { db.create<kin::models<Node>>(); }};
    return made;
}

}  // namespace reading
