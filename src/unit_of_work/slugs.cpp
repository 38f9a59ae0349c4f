// Slugs: made from another column, told apart by a number.
#include "unit_of_work/unit_of_work.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include <kin/graph/fields.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/value/slugify.hpp>

#include "graph/blank_object.hpp"
#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "mapping/scope.hpp"
#include "planning/flush_plan.hpp"

namespace kin::detail {

using graph::node;

namespace {

/// Slugs that one statement asks for.
constexpr std::size_t slug_batch = 300;

/// Digits of a number behind a slug that are asked for where they take a part of it.
constexpr std::size_t most_digits = 6;

std::string text_of(const field& f, const void* object) {
    value scratch;
    const value_view v = graph::view(f, object, scratch);
    if (v.is_null()) return {};
    return v.bytes.empty() && f.type != kind::text ? std::to_string(v.integer) : std::string{v.bytes};
}

/// So many characters at the most, and no half of one at the end.
void shorten(std::string& text, std::size_t length, char separator) {
    if (text.size() <= length) return;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
    text.resize(length);
    while (!text.empty() && text.back() == separator) text.pop_back();
}

/// Columns that databases compare without regard to case have no two that differ in it.
std::string small(std::string_view text) {
    std::string out{text};
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

std::string bare_slug(const mapping::model& m, const mapping::column& c, const void* object) {
    return slugify(text_of(m.fields[c.made_from], object), c.slug->separator);
}

std::size_t length_of(const mapping::column& c) { return c.length == 0 ? 200 : c.length; }

}  // namespace

/// The slugs of one column that are to be told apart from others and from each other.
struct unit_of_work::wanted_slugs {
    /// Within which they are unique: the values of some columns, and an object that has them.
    struct place {
        std::string key{};
        const void* object = nullptr;  ///< null: no row is in it yet
    };

    const mapping::model& what;
    const mapping::column& column;
    std::vector<std::pair<std::size_t, std::string>> slugs{};  ///< of a place
    std::vector<place> places{};
    std::unordered_map<std::string, std::size_t> by_key{};
    std::unordered_set<std::string> taken{};

    std::size_t place_of(place at) {
        const auto [known, fresh] = by_key.try_emplace(at.key, places.size());
        if (fresh) places.push_back(std::move(at));
        return known->second;
    }
    bool take(const std::string& key, std::string_view slug) { return taken.insert(key + '\n' + small(slug)).second; }
    [[nodiscard]] std::string numbered(std::string slug, std::size_t n) const {
        const std::string number = column.slug->separator + std::to_string(n);
        shorten(slug, length_of(column) - std::min(number.size(), length_of(column)), column.slug->separator);
        return slug + number;
    }
    /// What rows may hold that have a number behind the slug: where there is no room, only a part of it.
    [[nodiscard]] std::vector<std::string> beginnings(const std::string& slug) const {
        std::vector<std::string> all;
        for (std::size_t digits = 1, n = 2; digits <= most_digits; ++digits, n = n < 10 ? 10 : n * 10) {
            std::string begin = numbered(slug, n);
            begin.resize(begin.size() - digits);
            if (all.empty() || all.back() != begin) all.push_back(std::move(begin));
        }
        return all;
    }
};

/// Which of the slugs, and of those with a number behind, rows hold now: one SELECT for all.
void unit_of_work::read_slugs(wanted_slugs& w, const site& where) {
    engine::connection& connected = loading_.connection.open(where);
    const mapping::model& m = w.what;
    const sql::expr column = sql::column(&m, w.column.name);
    const blank_object scratch{*m.type};
    for (std::size_t from = 0; from < w.slugs.size(); from += slug_batch) {
        const std::size_t end = std::min(from + slug_batch, w.slugs.size());
        std::vector<sql::expr> same{column};
        sql::expr any;
        sql::expr within;
        std::unordered_set<std::size_t> said;
        for (std::size_t i = from; i < end; ++i) {
            const wanted_slugs::place& place = w.places[w.slugs[i].first];
            if (place.object == nullptr) continue;
            same.push_back(sql::literal(value{w.slugs[i].second}));
            for (const std::string& begin : w.beginnings(w.slugs[i].second))
                any = sql::either(any, sql::like_text(column, begin, sql::match::starts_with));
            if (!said.insert(w.slugs[i].first).second) continue;
            sql::expr here;
            for (std::size_t k = 0; k < w.column.within.size(); ++k) {
                const std::uint16_t c = w.column.within[k];
                value kept;
                const value_view v = graph::view(m.fields[c], place.object, kept);
                const sql::expr beside = sql::column(&m, m.columns[c].name);
                here = sql::both(here, v.is_null() ? sql::unary(sql::op::is_null, beside)
                                                   : sql::binary(sql::op::equal, beside, sql::literal(value{v})));
            }
            within = sql::either(within, here);
        }
        if (any.empty()) continue;
        sql::select s;
        s.columns.push_back({column, {}});
        for (const std::uint16_t c : w.column.within) s.columns.push_back({sql::column(&m, m.columns[c].name), {}});
        s.from.push_back(mapping::every_row_of(m));
        s.where = sql::both(within, sql::either(sql::list(sql::op::in, std::move(same)), any));
        const sql::compiled text = sql::compile(s, connected.dialect(), where);
        engine::cursor row = connected.run(text.text, {.values = text.parameters});
        while (row.next()) {
            std::string key;
            for (std::size_t k = 0; k < w.column.within.size(); ++k) {
                const field& f = m.fields[w.column.within[k]];
                const value_view cell = row.cell(static_cast<int>(k) + 1);
                if (cell.is_null()) {
                    key += '\x1f';
                    continue;
                }
                load_value(f, scratch.at, cell);
                key += text_of(f, scratch.at) + '\x1f';
            }
            w.take(key, row.cell(0).bytes);
        }
    }
}

std::vector<std::string> unit_of_work::make_slugs(const mapping::model& m, const mapping::column& c,
                                                  const std::vector<const void*>& objects,
                                                  const std::vector<node*>& nodes, const site& where) {
    std::vector<std::string> made(objects.size());
    wanted_slugs w{m, c};
    std::vector<std::size_t> places(objects.size());
    std::vector<std::unique_ptr<blank_object>> parents;  // objects with the keys of staged ones
    std::unordered_set<std::string> asked;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        wanted_slugs::place at{.object = objects[i]};
        std::unique_ptr<blank_object> with_parent;
        for (const std::uint16_t beside : c.within) {
            node* parent = nullptr;
            std::size_t part = 0;
            const mapping::foreign_key* by = nullptr;
            for (const mapping::foreign_key& k : m.foreign_keys) {
                const auto found = std::find(k.columns.begin(), k.columns.end(), beside);
                if (nodes.empty() || found == k.columns.end() || !memory_.parents.staged_parent(*nodes[i], k, parent))
                    continue;
                by = &k;
                part = static_cast<std::size_t>(found - k.columns.begin());
                break;
            }
            if (by != nullptr && parent != nullptr &&
                graph::unset(by->target->fields[by->target_columns[part]], parent->object())) {
                // Its key is not there yet, and so no row within it.
                at.key += '\x1e' + std::to_string(reinterpret_cast<std::uintptr_t>(parent)) + '\x1f';
                at.object = nullptr;
                continue;
            }
            if (by != nullptr) {
                if (with_parent == nullptr) {
                    with_parent = std::make_unique<blank_object>(*m.type);
                    value scratch;
                    for (const std::uint16_t each : c.within)
                        graph::assign(m.fields[each], with_parent->at,
                                      graph::view(m.fields[each], objects[i], scratch));
                }
                if (parent == nullptr) {
                    if (m.columns[beside].nullable()) graph::assign(m.fields[beside], with_parent->at, value{}.view());
                } else {
                    graph::copy_key(m.fields[beside], with_parent->at, by->target->fields[by->target_columns[part]],
                                    parent->object());
                }
                at.key += (parent == nullptr ? std::string{} : text_of(m.fields[beside], with_parent->at)) + '\x1f';
                continue;
            }
            at.key += text_of(m.fields[beside], objects[i]) + '\x1f';
        }
        if (with_parent != nullptr) {
            if (at.object != nullptr) at.object = with_parent->at;
            parents.push_back(std::move(with_parent));
        }
        places[i] = w.place_of(std::move(at));
        const std::string& key = w.places[places[i]].key;
        if (!graph::unset(c.io, objects[i])) {
            w.take(key, text_of(c.io, objects[i]));  // given by hand
            continue;
        }
        made[i] = bare_slug(m, c, objects[i]);
        if (made[i].empty()) made[i] = slugify(m.name, c.slug->separator);
        shorten(made[i], length_of(c), c.slug->separator);
        if (asked.insert(key + '\n' + made[i]).second) w.slugs.emplace_back(places[i], made[i]);
    }
    if (w.slugs.empty()) return made;
    read_slugs(w, where);
    std::unordered_map<std::string, std::size_t> numbers;  // what was found last goes on from there
    for (std::size_t i = 0; i < made.size(); ++i) {
        if (made[i].empty()) continue;
        const std::string base = made[i];
        const std::string& key = w.places[places[i]].key;
        std::size_t& n = numbers.try_emplace(key + '\n' + base, 1).first->second;
        while (!w.take(key, made[i])) made[i] = w.numbered(base, ++n);
    }
    return made;
}

void unit_of_work::fill_slug_keys(const mapping::model& m, const std::vector<std::uint16_t>& columns, void* object) {
    for (const std::uint16_t i : m.slugs) {
        const mapping::column& c = m.columns[i];
        if (std::find(columns.begin(), columns.end(), i) == columns.end() || !graph::unset(c.io, object)) continue;
        std::string slug = bare_slug(m, c, object);
        shorten(slug, length_of(c), c.slug->separator);
        graph::assign(c.io, object, value{slug}.view());
    }
}

std::vector<std::string> unit_of_work::fill_slugs(const flush_plan& plan, const site& where) {
    std::vector<std::string> all;
    std::vector<const mapping::model*> done;
    for (const flush_step& first : plan.steps) {
        const mapping::model& m = *first.model;
        if (m.slugs.empty() || std::find(done.begin(), done.end(), &m) != done.end()) continue;
        done.push_back(&m);
        for (const std::uint16_t column : m.slugs) {
            const mapping::column& c = m.columns[column];
            std::vector<node*> nodes;
            for (const flush_step& s : plan.steps) {
                const bool writes = s.does == flush_step::what::insert ||
                                    (s.does == flush_step::what::update && (s.mask >> column & 1) != 0);
                if (s.model == &m && writes) nodes.insert(nodes.end(), s.nodes.begin(), s.nodes.end());
            }
            std::vector<const void*> objects;
            for (const node* n : nodes) objects.push_back(n->object());
            std::vector<std::string> made = make_slugs(m, c, objects, nodes, where);
            for (std::size_t i = 0; i < nodes.size(); ++i) {
                if (made[i].empty()) continue;
                memory_.log.remember(*nodes[i], c.io);
                graph::assign(c.io, nodes[i]->object(), value{made[i]}.view());
                all.push_back(std::move(made[i]));
            }
        }
    }
    return all;
}

}  // namespace kin::detail
