// Tables that others made: uuids that are text, keys that ignore case or padding and are spelled in several ways, a
// column that the database computes, and a pivot without a key that holds every pair twice.
#include <kin/tree.hpp>
#include <kin/value/stored_as.hpp>

#include <cstdio>

#include "face_of.hpp"
#include "support/place.hpp"

namespace reading {
namespace {

using by_uuid = kin::stored_as<kin::uuid, kin::form::text>;
using by_any_case = kin::stored_as<std::string, kin::form::case_insensitive>;
using by_unpadded = kin::stored_as<std::string, kin::form::unpadded>;

struct Gadget;
struct Badge;
struct Memo;
struct Maker {
    kin::key<Maker, by_uuid> id{};
    std::optional<kin::key<Maker, by_uuid>> parent_id{};
    int n{};
    int twice{};
    kin::belongs_to<Maker> parent{};
    kin::has_many<Maker> children{};
    kin::has_many<Gadget> gadgets{};
    kin::has_many_through<Badge, Gadget> badges{};
    kin::descendants<Maker> below{};
    kin::ancestors<Maker> above{};
    static constexpr auto table = kin::table("odd_maker").generated("twice");
};
struct Gadget {
    kin::key<Gadget, by_any_case> code{};
    std::optional<kin::key<Maker, by_uuid>> maker_id{};
    int n{};
    std::optional<int> m{};
    kin::belongs_to<Maker> maker{};
    kin::many_to_many<Badge, kin::pivot<"odd_gadget_badge", "gadget_code", "badge_code">, kin::pivot_without_key,
                      kin::order_by<"n">>
        badges{};
    static constexpr auto table = kin::table("odd_gadget");
};
struct Badge {
    kin::key<Badge, by_unpadded> code{};
    int n{};
    kin::many_to_many<Gadget, kin::pivot<"odd_gadget_badge", "badge_code", "gadget_code">, kin::pivot_without_key>
        gadgets{};
    kin::has_many<Memo> memos{};
    static constexpr auto table = kin::table("odd_badge");
};
struct Memo {
    kin::key<Memo> id{};
    kin::key<Badge, by_unpadded> badge_code{};
    int n{};
    kin::belongs_to<Badge> badge{};
    static constexpr auto table = kin::table("odd_memo");
};

// -- numbers, as the tables spell them

std::string spelled(const char* form, number n) {
    char text[64];
    std::snprintf(text, sizeof text, form, static_cast<long long>(n));
    return text;
}
std::string as_uuid(number n) { return spelled("00000000-0000-0000-0000-%012lld", n); }
std::string one_case(number n) { return spelled(n % 2 == 0 ? "K%04lld" : "k%04lld", n); }
std::string other_case(number n) { return spelled(n % 3 == 0 ? "K%04lld" : "k%04lld", n); }
std::string bare(number n) { return spelled("b%04lld", n); }
std::string padded(number n) { return spelled("b%04lld   ", n); }

number number_in(const std::string& text, std::size_t from) { return std::strtoll(text.c_str() + from, nullptr, 10); }

// Found by the namespace of the models where the faces are made.
template <class M>
cell cell_of(const kin::key<M, by_uuid>& k) {
    return number_in(k.value->to_string(), 24);
}
template <class M>
cell cell_of(const kin::key<M, by_any_case>& k) {
    return number_in(*k.value, 1);
}
template <class M>
cell cell_of(const kin::key<M, by_unpadded>& k) {
    return number_in(*k.value, 1);
}
template <class M>
void put_cell(kin::key<M, by_uuid>& k, const cell& c) {
    k.value = *kin::uuid::try_parse(as_uuid(c.value_or(0)));
}
template <class M>
void put_cell(kin::key<M, by_any_case>& k, const cell& c) {
    k.value = other_case(c.value_or(0));
}
template <class M>
void put_cell(kin::key<M, by_unpadded>& k, const cell& c) {
    k.value = bare(c.value_or(0));
}

enum : std::size_t { maker, gadget, badge, memo, gadget_badge };

relation leads_to(std::string name, relation_kind what, std::size_t target, std::size_t own, std::size_t theirs) {
    return {.name = std::move(name), .what = what, .target = target, .own = {own}, .theirs = {theirs}};
}
relation linked(std::string name, std::size_t target, std::size_t mine, std::size_t other) {
    relation r = leads_to(std::move(name), relation_kind::many_to_many, target, 0, 0);
    r.pivot = gadget_badge;
    r.pivot_own = {mine};
    r.pivot_theirs = {other};
    return r;
}

schema shapes() {
    const auto key = column_role::key;
    const auto value = column_role::value;
    schema s{.name = "odd"};
    s.models.resize(5);
    s.models[maker] = {
        .name = "Maker",
        .table = "odd_maker",
        .columns = {{"id", key, false, as_uuid}, {"parent_id", key, true, as_uuid}, {"n"}},
        .id = {0},
        .keys = {{.columns = {1}, .target = maker, .nullable = true}},
        .relations = {leads_to("parent", relation_kind::belongs_to, maker, 1, 0),
                      leads_to("children", relation_kind::has_many, maker, 0, 1),
                      leads_to("gadgets", relation_kind::has_many, gadget, 0, 1),
                      {.name = "badges", .what = relation_kind::through, .target = badge, .own = {0}, .hops = {2, 1}},
                      leads_to("below", relation_kind::descendants, maker, 0, 1),
                      leads_to("above", relation_kind::ancestors, maker, 0, 1)}};
    relation badges = linked("badges", badge, 0, 1);
    badges.order = {{1}};
    s.models[gadget] = {
        .name = "Gadget",
        .table = "odd_gadget",
        .columns = {{"code", key, false, one_case}, {"maker_id", key, true, as_uuid}, {"n"}, {"m", value, true}},
        .id = {0},
        .keys = {{.columns = {1}, .target = maker, .nullable = true}},
        .relations = {leads_to("maker", relation_kind::belongs_to, maker, 1, 0), badges}};
    s.models[badge] = {
        .name = "Badge",
        .table = "odd_badge",
        .columns = {{"code", key, false, bare}, {"n"}},
        .id = {0},
        .relations = {linked("gadgets", gadget, 1, 0), leads_to("memos", relation_kind::has_many, memo, 0, 1)}};
    s.models[memo] = {.name = "Memo",
                      .table = "odd_memo",
                      .columns = {{"id", key}, {"badge_code", key, false, padded}, {"n"}},
                      .id = {0},
                      .keys = {{.columns = {1}, .target = badge}},
                      .relations = {leads_to("badge", relation_kind::belongs_to, badge, 1, 0)}};
    s.models[gadget_badge] = {
        .name = "odd_gadget_badge",
        .table = "odd_gadget_badge",
        .columns = {{"gadget_code", key, false, other_case}, {"badge_code", key, false, padded}},
        .id = {0, 1},
        .keys = {{.columns = {0}, .target = gadget, .link = true}, {.columns = {1}, .target = badge, .link = true}},
        .implied = true,
        .twice = true};
    return s;
}

void create(kin::database& db) {
    const auto says = [](std::string_view sqlite, std::string_view postgresql, std::string_view mariadb) {
        return std::string{kin::test::engine_says(sqlite, postgresql, mariadb)};
    };
    // SQLite 3.40 filters the rows of an index that it makes for a join by the length of their texts, and so misses
    // what is padded otherwise, also where it could take an index that is there: in plain SQL, too.
    const std::string first =
        says("PRAGMA automatic_index = OFF",
             "CREATE COLLATION odd_nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)", "");
    if (!first.empty()) db.script(first);
    const std::string any_case =
        says("TEXT COLLATE NOCASE", "text COLLATE odd_nocase", "VARCHAR(9) COLLATE utf8mb4_general_nopad_ci");
    const std::string short_pad = says("TEXT COLLATE RTRIM", "char(6)", "VARCHAR(6) COLLATE utf8mb4_bin");
    const std::string long_pad = says("TEXT COLLATE RTRIM", "char(9)", "VARCHAR(9) COLLATE utf8mb4_bin");
    db.script(
        "CREATE TABLE odd_maker(id CHAR(36) NOT NULL PRIMARY KEY, parent_id CHAR(36) REFERENCES odd_maker(id), "
        "n INTEGER NOT NULL, twice INTEGER GENERATED ALWAYS AS (n * 2) STORED); "
        "CREATE TABLE odd_gadget(code " +
        any_case +
        " NOT NULL PRIMARY KEY, maker_id CHAR(36) REFERENCES odd_maker(id), "
        "n INTEGER NOT NULL, m INTEGER); CREATE TABLE odd_badge(code " +
        short_pad + " NOT NULL PRIMARY KEY, n INTEGER NOT NULL); CREATE TABLE odd_memo(id " +
        says("INTEGER", "bigint GENERATED BY DEFAULT AS IDENTITY", "BIGINT AUTO_INCREMENT") +
        " PRIMARY KEY, badge_code " + long_pad +
        " NOT NULL REFERENCES odd_badge(code), n INTEGER NOT NULL); CREATE TABLE odd_gadget_badge(gadget_code " +
        any_case + " NOT NULL REFERENCES odd_gadget(code), badge_code " + long_pad +
        " NOT NULL REFERENCES odd_badge(code)); "
        "CREATE INDEX odd_memo_badge ON odd_memo(badge_code); "
        "CREATE INDEX odd_badge_gadget ON odd_gadget_badge(badge_code)");
}

}  // namespace

template <>
struct listed<Maker> {
    static constexpr std::size_t number = maker, parts = 1;
    static auto key_of(std::int64_t n) { return kin::key<Maker, by_uuid>{*kin::uuid::try_parse(as_uuid(n))}; }
    using columns = members<&Maker::id, &Maker::parent_id, &Maker::n>;
    using relations =
        members<&Maker::parent, &Maker::children, &Maker::gadgets, &Maker::badges, &Maker::below, &Maker::above>;
};
template <>
struct listed<Gadget> {
    static constexpr std::size_t number = gadget, parts = 1;
    static auto key_of(std::int64_t n) { return kin::key<Gadget, by_any_case>{other_case(n)}; }
    using columns = members<&Gadget::code, &Gadget::maker_id, &Gadget::n, &Gadget::m>;
    using relations = members<&Gadget::maker, &Gadget::badges>;
};
template <>
struct listed<Badge> {
    static constexpr std::size_t number = badge, parts = 1;
    static auto key_of(std::int64_t n) { return kin::key<Badge, by_unpadded>{padded(n)}; }
    using columns = members<&Badge::code, &Badge::n>;
    using relations = members<&Badge::gadgets, &Badge::memos>;
};
template <>
struct listed<Memo> {
    static constexpr std::size_t number = memo, parts = 1;
    using columns = members<&Memo::id, &Memo::badge_code, &Memo::n>;
    using relations = members<&Memo::badge>;
};

const family& odd() {
    static const schema all = shapes();
    static const family made{
        &all, {face_of<Maker>(), face_of<Gadget>(), face_of<Badge>(), face_of<Memo>(), {}}, create};
    return made;
}

}  // namespace reading
