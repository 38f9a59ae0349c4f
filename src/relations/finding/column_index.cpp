// The objects of a model by what they say in some columns.
#include "relations/finding/column_index.hpp"

#include <algorithm>
#include <utility>

#include <kin/graph/fields.hpp>

#include "memory/object_state.hpp"
#include "relations/finding/worth.hpp"
#include "relations/key_text.hpp"
#include "relations/parent_links.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

namespace {

/// Of the entries with one text, so many may not be of one object.
constexpr unsigned latest = 8;

/// Empty where one is NULL, or a new object has got none of them yet.
std::string row_text(const node& n, const std::vector<std::uint16_t>& columns) {
    std::string text;
    const bool fresh = n.state() == life::pending && n.snapshot() == nullptr;
    if (fresh && std::all_of(columns.begin(), columns.end(),
                             [&](std::uint16_t c) { return graph::unset(n.in->what->fields[c], n.object()); }))
        return text;
    for (const std::uint16_t c : columns) {
        value scratch;
        if (!append_key(text, row_value(n, c, scratch))) return {};
    }
    return text;
}

/// As no value is written.
std::string staged_text(const node& parent) {
    std::string text(1, '\1');
    text.append(std::to_string(reinterpret_cast<std::uintptr_t>(&parent)));
    return text;
}

}  // namespace

void add_texts(const node& n, const std::vector<std::uint16_t>& columns, std::vector<std::string>& to) {
    std::string by_row = row_text(n, columns);
    std::string by_member = n.snapshot() == nullptr ? by_row : key_text(*n.in->what, n.object(), columns);
    if (!by_member.empty() && by_member != by_row) to.push_back(std::move(by_member));
    if (!by_row.empty()) to.push_back(std::move(by_row));
    to.push_back(staged_text(n));
}

std::vector<std::string> pair_texts(const mapping::link_pair& links, const node& first, const node& second) {
    const auto of_end = [](const mapping::foreign_key& k, const node& end) {
        std::vector<std::string> texts;
        add_texts(end, k.target_columns, texts);
        for (std::size_t i = 0; k.tagged && i + 1 < texts.size(); ++i) (void)append_key(texts[i], k.tag.is.view());
        return texts;
    };
    std::vector<std::string> all;
    const std::vector<std::string> behind = of_end(*links.second, second);
    for (const std::string& front : of_end(*links.first, first)) {
        for (const std::string& back : behind) all.push_back(front + back);
    }
    return all;
}

column_index::column_index(object_table& objects, const parent_links& parents, const mapping::model& m,
                           const std::vector<std::uint16_t>& columns)
    : objects_{objects}, parents_{parents}, model_{m} {
    part& all = parts_.emplace_back(part{columns});
    for (const mapping::foreign_key& k : m.foreign_keys) {
        if (k.columns == columns) all.keys.push_back(&k);
    }
}

column_index::column_index(object_table& objects, const parent_links& parents, const mapping::link_pair& pair)
    : objects_{objects}, parents_{parents}, model_{*pair.through}, pair_{&pair} {
    parts_ = {{pair.first->written(), {pair.first}}, {pair.second->written(), {pair.second}}};
}

bool column_index::is_worth_it() const noexcept {
    if (walking_ != 0) return false;
    return made_ || worth_an_index(looked_, *objects_.state_of(model_).objects);
}

void column_index::forget() noexcept {
    made_ = false;
    entries_.clear();
    first_.clear();
    newest_ = nullptr;
    used_ = 0;
}

void column_index::add(std::string text, node& n) {
    std::uint32_t& first = first_[std::move(text)];
    std::uint32_t at = first;  // one that is changed again and again stands there already
    for (unsigned passed = 0; at != 0 && passed < latest; ++passed, at = entries_[at - 1].next) {
        if (entries_[at - 1].object == &n) return;
    }
    entries_.push_back({&n, first});
    first = static_cast<std::uint32_t>(entries_.size());
}

void column_index::say(node& n, part& p) const {
    p.said.clear();
    std::string by_row = row_text(n, p.columns);
    const bool may_change = (n.word & node::listed) != 0 || n.state() != life::persistent;
    if (may_change && n.snapshot() != nullptr) {
        std::string by_member = key_text(model_, n.object(), p.columns);
        if (!by_member.empty() && by_member != by_row) p.said.push_back(std::move(by_member));
    }
    if (!by_row.empty()) p.said.push_back(std::move(by_row));
    for (const mapping::foreign_key* k : p.keys) {
        node* parent = nullptr;
        if (parents_.staged_parent(n, *k, parent) && parent != nullptr) p.said.push_back(staged_text(*parent));
    }
}

void column_index::add(node& n) {
    for (part& p : parts_) say(n, p);
    for (std::string& front : parts_[0].said) {
        if (parts_.size() == 1) {
            add(std::move(front), n);
            continue;
        }
        for (const std::string& back : parts_[1].said) add(front + back, n);
    }
    if (n.state() == life::pending || (n.state() == life::persistent && (n.word & node::listed) != 0))
        n.word &= ~node::writable;
}

void column_index::bring_up() {
    model_state& s = objects_.state_of(model_);
    if (made_ && edition_ != s.edition) forget();
    if (!made_) {
        s.indexed = true;
        edition_ = s.edition;
        rewritten_ = s.rewritten.size();
        made_ = true;
    }
    try {
        graph::slab* const newest = s.objects->current;
        for (graph::slab* b = newest; b != nullptr; b = b->next) {
            for (std::uint32_t i = b == newest_ ? used_ : 0; i < b->used; ++i) add(*b->at(i));
            if (b == newest_) break;
        }
        for (; rewritten_ < s.rewritten.size(); ++rewritten_) add(*s.rewritten[rewritten_]);
        newest_ = newest;
        used_ = newest == nullptr ? 0 : newest->used;
    } catch (...) {
        forget();
        throw;
    }
}

std::uint32_t column_index::first_of(const std::string& text) const {
    const auto found = first_.find(text);
    return found == first_.end() ? 0 : found->second;
}

std::vector<node*> column_index::all(std::span<const std::string> texts) {
    std::vector<node*> found;
    find(texts, [&](node& n) {
        found.push_back(&n);
        return false;
    });
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace kin::detail
