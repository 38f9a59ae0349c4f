// Composite keys: to one, to many, over a pivot; and one to one below them.
#include "face_of.hpp"

namespace reading {
namespace {

struct Item;
struct Spec;
struct Sticker;
struct Shop {
    std::int64_t tenant{};
    std::int64_t number{};
    int n{};
    kin::has_many<Item> items{};
    kin::many_to_many<Sticker, kin::pivot<"shop_label", "shop_tenant", "shop_number", "label_id">, kin::order_by<"-n">>
        labels{};
    static constexpr auto table = kin::table().primary_key("tenant", "number");
};
struct Item {
    kin::key<Item> id{};
    std::optional<std::int64_t> tenant{};
    std::optional<std::int64_t> number{};
    int n{};
    kin::belongs_to<Shop> shop{};
    kin::has_one<Spec> spec{};
    static constexpr auto table = kin::table().foreign_key<Shop>(kin::columns("tenant", "number"));
};
struct Spec {
    kin::key<Spec> id{};
    kin::key<Item> item_id{};
    std::optional<int> m{};
    kin::belongs_to<Item> item{};
    static constexpr auto table = kin::table().unique("item_id");
};
// Not "Label", as in another file: g++ 12 merges templates over members of two structs of one name, though both stand
// in unnamed namespaces.
struct Sticker {
    kin::key<Sticker> id{};
    int n{};
    kin::many_to_many<Shop, kin::pivot<"shop_label", "label_id", "shop_tenant", "shop_number">> shops{};
    static constexpr auto table = kin::table("label");
};

enum : std::size_t { shop, item, spec, label, shop_label };

schema shapes() {
    const auto key = column_role::key;
    schema s{.name = "stock"};
    s.models.resize(5);
    s.models[shop] = {
        .name = "Shop",
        .table = "shop",
        .columns = {{"tenant", key}, {"number", key}, {"n"}},
        .id = {0, 1},
        .relations = {
            {.name = "items", .what = relation_kind::has_many, .target = item, .own = {0, 1}, .theirs = {1, 2}},
            {.name = "labels",
             .what = relation_kind::many_to_many,
             .target = label,
             .own = {0, 1},
             .theirs = {0},
             .pivot = shop_label,
             .pivot_own = {0, 1},
             .pivot_theirs = {2},
             .order = {{1, true}}},
        }};
    s.models[item] = {
        .name = "Item",
        .table = "item",
        .columns = {{"id", key}, {"tenant", key, true}, {"number", key, true}, {"n"}},
        .id = {0},
        .keys = {{.columns = {1, 2}, .target = shop, .nullable = true}},
        .relations = {
            {.name = "shop", .what = relation_kind::belongs_to, .target = shop, .own = {1, 2}, .theirs = {0, 1}},
            {.name = "spec", .what = relation_kind::has_one, .target = spec, .own = {0}, .theirs = {1}},
        }};
    s.models[spec] = {
        .name = "Spec",
        .table = "spec",
        .columns = {{"id", key}, {"item_id", key}, {"m", column_role::value, true}},
        .id = {0},
        .keys = {{.columns = {1}, .target = item, .unique = true}},
        .relations = {
            {.name = "item", .what = relation_kind::belongs_to, .target = item, .own = {1}, .theirs = {0}},
        }};
    s.models[label] = {.name = "Sticker",
                       .table = "label",
                       .columns = {{"id", key}, {"n"}},
                       .id = {0},
                       .relations = {
                           {.name = "shops",
                            .what = relation_kind::many_to_many,
                            .target = shop,
                            .own = {0},
                            .theirs = {0, 1},
                            .pivot = shop_label,
                            .pivot_own = {2},
                            .pivot_theirs = {0, 1}},
                       }};
    s.models[shop_label] = {
        .name = "shop_label",
        .table = "shop_label",
        .columns = {{"shop_tenant", key}, {"shop_number", key}, {"label_id", key}},
        .id = {0, 1, 2},
        .keys = {{.columns = {0, 1}, .target = shop, .link = true}, {.columns = {2}, .target = label, .link = true}},
        .implied = true};
    return s;
}

}  // namespace

template <>
struct listed<Shop> {
    static constexpr std::size_t number = shop, parts = 2;
    using columns = members<&Shop::tenant, &Shop::number, &Shop::n>;
    using relations = members<&Shop::items, &Shop::labels>;
};
template <>
struct listed<Item> {
    static constexpr std::size_t number = item, parts = 1;
    using columns = members<&Item::id, &Item::tenant, &Item::number, &Item::n>;
    using relations = members<&Item::shop, &Item::spec>;
};
template <>
struct listed<Spec> {
    static constexpr std::size_t number = spec, parts = 1;
    using columns = members<&Spec::id, &Spec::item_id, &Spec::m>;
    using relations = members<&Spec::item>;
};
template <>
struct listed<Sticker> {
    static constexpr std::size_t number = label, parts = 1;
    using columns = members<&Sticker::id, &Sticker::n>;
    using relations = members<&Sticker::shops>;
};

const family& stock() {
    static const schema all = shapes();
    static const family made{&all,
                             {face_of<Shop>(), face_of<Item>(), face_of<Spec>(), face_of<Sticker>(), {}},
                             [](kin::database& db) { db.create<kin::models<Shop, Item, Spec, Sticker>>(); }};
    return made;
}

}  // namespace reading
