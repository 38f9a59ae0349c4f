// Keys that came with rows and name nobody.
#include "loading/matching/unmatched_keys.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>

#include "reading/row_hydrator.hpp"

namespace kin::detail {

using graph::node;

namespace {

/// So many are asked for at the most: one that the database knows is enough.
constexpr std::size_t asked_at_once = 200;

bool equal_as(const std::vector<value>& a, const std::vector<value>& b, comparison how) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const value& left, const value& right) {
        value_view l = left.view();
        value_view r = right.view();
        l.compares = r.compares = how;
        return graph::matches(l, r);
    });
}

std::string shown(const std::vector<value>& key) {
    std::string text;
    for (const value& each : key) text += (text.empty() ? "" : ", ") + describe(each.view());
    return text;
}

std::string named(const mapping::model& m, const std::vector<std::uint16_t>& columns) {
    std::string text;
    for (const std::uint16_t c : columns) text += (text.empty() ? "" : ", ") + m.name + "." + m.columns[c].name;
    return text;
}

}  // namespace

unmatched_keys::unmatched_keys(session_memory& memory, session_loading& loading, const mapping::model& naming,
                               const std::vector<std::uint16_t>& from, const mapping::model& named,
                               const std::vector<std::uint16_t>& columns, const site& where)
    : memory_{memory},
      loading_{loading},
      naming_{naming},
      from_{from},
      named_{named},
      columns_{columns},
      where_{where},
      possible_{std::any_of(columns.begin(), columns.end(), [&](std::uint16_t c) {
          const kind type = named.fields[c].type;
          return type == kind::text || type == kind::decimal;
      })} {}

void unmatched_keys::add(const node& naming) {
    if (!possible_) return;
    std::vector<value> key;
    value scratch;
    for (const std::uint16_t c : from_) key.emplace_back(graph::view(naming_.fields[c], naming.object(), scratch));
    note(std::move(key));
}

void unmatched_keys::add(engine::cursor& row, int first) {
    if (!possible_) return;
    std::vector<value> key;
    for (std::size_t i = 0; i < columns_.size(); ++i) key.emplace_back(row.cell(first + static_cast<int>(i)));
    note(std::move(key));
}

bool unmatched_keys::noted(const std::vector<value>& key) const {
    return std::find(noted_.begin(), noted_.end(), key) != noted_.end();
}

void unmatched_keys::note(std::vector<value> key) {
    const bool null = std::any_of(key.begin(), key.end(), [](const value& v) { return v.is_null(); });
    if (null || noted_.size() == asked_at_once || noted(key)) return;
    noted_.push_back(std::move(key));
}

void unmatched_keys::require_none(bool asked, const std::function<bool(const node&)>& expected) {
    if (noted_.empty()) return;
    key_set keys{named_, columns_};
    for (const std::vector<value>& each : noted_) keys.add(each);
    graph::pool& here = *memory_.objects.state_of(named_).objects;
    for (const sql::expr& some : keys.exact()) {
        sql::select s;
        s.from.push_back(mapping::every_row_of(named_));
        for (const std::uint16_t c : named_.primary_key)
            s.columns.push_back({sql::column(&named_, named_.columns[c].name), {}});
        for (const std::uint16_t c : columns_) s.columns.push_back({sql::column(&named_, named_.columns[c].name), {}});
        s.where = some;
        engine::connection& c = loading_.connection.open(where_);
        const sql::compiled text = sql::compile(s, c.dialect(), where_);
        engine::cursor row = c.run(text.text, {.values = text.parameters});
        while (row.next()) {
            const node* there = node_at(here, row, 0);
            if (there == nullptr || !expected(*there)) continue;
            std::vector<value> key;
            for (std::size_t i = 0; i < columns_.size(); ++i)
                key.emplace_back(row.cell(static_cast<int>(named_.primary_key.size() + i)));
            if (noted(key)) continue;
            const auto alike = std::find_if(noted_.begin(), noted_.end(), [&](const std::vector<value>& each) {
                return equal_as(each, key, comparison::folded_and_unpadded);
            });
            refuse(alike != noted_.end() ? *alike : noted_.front(), &key);
        }
    }
    if (asked) refuse(noted_.front(), nullptr);
}

void unmatched_keys::refuse(const std::vector<value>& key, const std::vector<value>* other) const {
    std::string text = named(naming_, from_) + " holds " + shown(key);
    if (other == nullptr) {
        throw mapping_error{text + ", for which the database takes a key of " + named(named_, columns_) +
                                " that is spelled otherwise: say in both members how it compares, with "
                                "kin::stored_as and kin::form::case_insensitive or kin::form::unpadded",
                            {.where = where_}};
    }
    text += " and " + named(named_, columns_) + " " + shown(*other) +
            ", which the database takes for one key, and Kin, by the types of the members, for two: ";
    const char* form = equal_as(key, *other, comparison::unpadded)              ? "unpadded"
                       : equal_as(key, *other, comparison::folded)              ? "case_insensitive"
                       : equal_as(key, *other, comparison::folded_and_unpadded) ? "case_insensitive_unpadded"
                                                                                : nullptr;
    if (form == nullptr) {
        text += "no form of kin::stored_as compares so, give the rows one spelling";
    } else {
        text += std::string{"say so in both members, kin::stored_as<std::string, kin::form::"} + form + ">";
    }
    throw mapping_error{text, {.where = where_}};
}

}  // namespace kin::detail
