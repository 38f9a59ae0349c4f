// Slugs: made from another column, told apart by a number.
#include "unit_of_work/unit_of_work.hpp"

#include <algorithm>
#include <unordered_set>

#include <kin/graph/fields.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/value/slugify.hpp>

#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "mapping/scope.hpp"
#include "planning/flush_plan.hpp"

namespace kin::detail {

using graph::node;

namespace {

/// Slugs that one statement asks for.
constexpr std::size_t slug_batch = 300;

std::string text_of(const field& f, const void* object) {
    value scratch;
    const value_view v = graph::view(f, object, scratch);
    return v.is_null() ? std::string{} : std::string{v.bytes};
}

/// So many characters at the most, and no half of one at the end.
void shorten(std::string& text, std::size_t length) {
    if (text.size() <= length) return;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
    text.resize(length);
    while (!text.empty() && text.back() == '-') text.pop_back();
}

}  // namespace

/// Which of the slugs, and of those with a number behind, rows hold now: one SELECT for all.
void unit_of_work::read_slugs(const mapping::model& m, const mapping::column& c, const std::vector<std::string>& wanted,
                              std::unordered_set<std::string>& taken, const site& where) {
    engine::connection& connected = loading_.connection.open(where);
    const sql::expr column = sql::column(&m, c.name);
    for (std::size_t from = 0; from < wanted.size(); from += slug_batch) {
        const std::size_t end = std::min(from + slug_batch, wanted.size());
        std::vector<sql::expr> same{column};
        std::vector<sql::expr> any;
        for (std::size_t i = from; i < end; ++i) {
            same.push_back(sql::literal(value{wanted[i]}));
            any.push_back(sql::like_text(column, wanted[i] + "-", sql::match::starts_with));
        }
        any.insert(any.begin(), sql::list(sql::op::in, std::move(same)));
        sql::select s;
        s.columns.push_back({column, {}});
        s.from.push_back(mapping::every_row_of(m));
        s.where = sql::list(sql::op::logical_or, std::move(any));
        const sql::compiled text = sql::compile(s, connected.dialect(), where);
        engine::cursor row = connected.run(text.text, {.values = text.parameters});
        while (row.next()) taken.emplace(row.cell(0).bytes);
    }
}

std::vector<std::string> unit_of_work::make_slugs(const mapping::model& m, const std::vector<const void*>& objects,
                                                  const site& where) {
    std::vector<std::string> made(objects.size());
    if (m.slug_column == nullptr) return made;
    const field& own = m.slug_column->io;
    const field& source = m.fields[m.slug_column->made_from];
    const std::size_t length = m.slug_column->length == 0 ? 200 : m.slug_column->length;
    std::vector<std::string> wanted;
    std::unordered_set<std::string> asked;
    std::unordered_set<std::string> taken;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (!graph::unset(own, objects[i])) {
            taken.insert(text_of(own, objects[i]));  // given by hand
            continue;
        }
        made[i] = slugify(text_of(source, objects[i]));
        if (made[i].empty()) made[i] = slugify(m.name);
        shorten(made[i], length);
        if (asked.insert(made[i]).second) wanted.push_back(made[i]);
    }
    if (wanted.empty()) return made;
    read_slugs(m, *m.slug_column, wanted, taken, where);
    for (std::string& slug : made) {
        if (slug.empty()) continue;
        const std::string base = slug;
        for (std::size_t n = 2; !taken.insert(slug).second; ++n) {
            const std::string number = "-" + std::to_string(n);
            slug = base;
            shorten(slug, length - number.size());
            slug += number;
        }
    }
    return made;
}

std::vector<std::string> unit_of_work::fill_slugs(const flush_plan& plan, const site& where) {
    std::vector<std::string> all;
    std::vector<const mapping::model*> done;
    for (const flush_step& first : plan.steps) {
        const mapping::model& m = *first.model;
        if (m.slug_column == nullptr || std::find(done.begin(), done.end(), &m) != done.end()) continue;
        done.push_back(&m);
        const auto column = static_cast<std::size_t>(m.slug_column - m.columns.data());
        std::vector<node*> nodes;
        for (const flush_step& s : plan.steps) {
            const bool writes = s.does == flush_step::what::insert ||
                                (s.does == flush_step::what::update && (s.mask >> column & 1) != 0);
            if (s.model == &m && writes) nodes.insert(nodes.end(), s.nodes.begin(), s.nodes.end());
        }
        std::vector<const void*> objects;
        for (const node* n : nodes) objects.push_back(n->object());
        std::vector<std::string> made = make_slugs(m, objects, where);
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (made[i].empty()) continue;
            memory_.log.remember(*nodes[i], m.slug_column->io);
            graph::assign(m.slug_column->io, nodes[i]->object(), value{made[i]}.view());
            all.push_back(std::move(made[i]));
        }
    }
    return all;
}

}  // namespace kin::detail
