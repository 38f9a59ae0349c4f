// Which tables a statement reads.
#include "query/tables_read.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "mapping/scope.hpp"
#include "query/existence.hpp"

namespace kin::detail {

using mapping::model;
using mapping::relation;

bool model_set::add(const model& m) {
    const std::size_t word = m.number / 64;
    if (word >= words_.size()) words_.resize(word + 1);
    const std::uint64_t bit = std::uint64_t{1} << m.number % 64;
    const bool fresh = (words_[word] & bit) == 0;
    words_[word] |= bit;
    return fresh;
}

void model_set::add(const model_set& more) {
    if (more.words_.size() > words_.size()) words_.resize(more.words_.size());
    for (std::size_t i = 0; i < more.words_.size(); ++i) words_[i] |= more.words_[i];
}

bool model_set::contains(const model& m) const noexcept {
    const std::size_t word = m.number / 64;
    return word < words_.size() && (words_[word] >> m.number % 64 & 1) != 0;
}

bool model_set::meets(const model_set& other) const noexcept {
    for (std::size_t i = std::min(words_.size(), other.words_.size()); i-- > 0;) {
        if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
}

namespace {

/// Whether SQL that was written by hand may hold a statement of its own.
bool may_select(std::string_view text) {
    constexpr std::string_view word = "select";
    const auto at = std::search(text.begin(), text.end(), word.begin(), word.end(),
                                [](unsigned char a, char b) { return std::tolower(a) == b; });
    return at != text.end();
}

}  // namespace

void tables_read::add(const sql::expr& e) {
    if (e.empty()) return;
    if (e->what == sql::op::raw) unknown_ = unknown_ || may_select(e->text);
    if (e->query) add(*e->query);
    for (const sql::expr& each : e->args) add(each);
    if (!e->over) return;
    for (const sql::expr& each : e->over->partition_by) add(each);
    for (const sql::ordering& each : e->over->order_by) add(each.by);
}

void tables_read::add(const sql::source& s) {
    if (s.identity != nullptr) add(*static_cast<const model*>(s.identity));
    if (s.query) add(*s.query);
    add(s.only);
}

void tables_read::add(const sql::select& s) {
    for (const sql::cte& each : s.with) add(*each.query);
    for (const sql::source& each : s.from) add(each);
    for (const sql::join& each : s.joins) {
        add(each.to);
        add(each.on);
    }
    for (const sql::result_column& each : s.columns) add(each.what);
    add(s.where);
    for (const sql::expr& each : s.group_by) add(each);
    add(s.having);
    for (const sql::combination& each : s.combined) add(*each.query);
    for (const sql::ordering& each : s.order_by) add(each.by);
}

void tables_read::add(const load_level& level, const site& where) {
    if (level.said == nullptr) return;
    for (const load_option& e : *level.said) {
        if (e.what != nullptr && with_owners(e.how)) add(e, level.below(e), where);
    }
}

void tables_read::add(const load_option& e, const load_level& below, const site& where) {
    const relation& r = *e.what;
    if (r.target == nullptr || !r.problem.empty()) return;  // whoever loads it says so
    const bool by_key = r.holds_key() && r.key->to_primary_key && !e.partial() && r.target->scope == nullptr;
    if (!by_key) {
        add(targets_of(r, e.where, {}, where));
        add(mapping::visible_rows(*r.target, e.sees));
        for (const sql::ordering& each : e.order) add(each.by);
        // Its row may hold the first key of the way, or the key to whom a condition is about.
        if (r.through() || (r.holds_key() && e.partial())) add(*r.owner);
    }
    add(below, where);
}

}  // namespace kin::detail
