// A many_to_many of many owners: the pairs alone, and then each target once. The join of both would bring a target's
// columns with each of its pairs.
#include <algorithm>

#include <kin/mapping/column.hpp>

#include "loading/loader.hpp"
#include "statements/joining.hpp"

namespace kin::detail {

using graph::node;

namespace {

/// With fewer owners a second statement costs more than columns that come again.
constexpr std::size_t worth_two_statements = 256;

/// Whole numbers, each in the place where it came first.
class number_places {
  public:
    std::uint32_t place_of(std::int64_t number) {
        if (numbers_.size() * 2 >= table_.size()) grow();
        std::uint32_t& at = slot(number);
        if (at == 0) {
            numbers_.push_back(number);
            at = static_cast<std::uint32_t>(numbers_.size());
        }
        return at - 1;
    }
    [[nodiscard]] bool has(std::int64_t number) noexcept { return !numbers_.empty() && slot(number) != 0; }
    [[nodiscard]] const std::vector<std::int64_t>& numbers() const noexcept { return numbers_; }

  private:
    [[nodiscard]] std::uint32_t& slot(std::int64_t number) noexcept {
        const std::size_t mask = table_.size() - 1;
        std::size_t i = (static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15u) >> 32 & mask;
        while (table_[i] != 0 && numbers_[table_[i] - 1] != number) i = (i + 1) & mask;
        return table_[i];
    }
    void grow() {
        table_.assign(std::max<std::size_t>(64, table_.size() * 2), 0);
        for (std::size_t i = 0; i < numbers_.size(); ++i) slot(numbers_[i]) = static_cast<std::uint32_t>(i + 1);
    }

    std::vector<std::int64_t> numbers_{};
    std::vector<std::uint32_t> table_{};  ///< the number's place and one; 0 for none
};

bool by_whole_number(const mapping::foreign_key& k, const graph::pool& targets) {
    return !k.nullable && !k.tagged && k.target_columns == k.target->primary_key && targets.identities.integer_key();
}

}  // namespace

/// Whether the pairs are read by themselves: nothing is said of the targets that only a join could tell.
bool loader::pairs_apart(std::size_t owners, const sql::select* origin) const {
    if (owners < worth_two_statements || origin != nullptr || between_ != nullptr) return false;
    if (!relation_.links->unique) return false;  // it may hold a pair twice
    if (ask_.partial() || !ask_.order.empty() || relation_.options.order_count != 0 || !relation_.fixed.empty() ||
        relation_.target->scoped()) {
        return false;
    }
    if (below_.said != nullptr && std::any_of(below_.said->begin(), below_.said->end(),
                                              [](const eager& e) { return e.how == kin::load::joined; })) {
        return false;
    }
    return by_whole_number(key(), *memory_.objects.state_of(*relation_.owner).objects) &&
           by_whole_number(*relation_.far, *memory_.objects.state_of(*relation_.target).objects);
}

/// Rows of the owner's key and the target's.
sql::select loader::select_pairs(const sql::expr& condition) const {
    const mapping::model& pivot = *relation_.links->through;
    sql::select s;
    s.from.push_back(mapping::source_of(pivot));
    for (const mapping::foreign_key* k : {&key(), relation_.far}) {
        s.columns.push_back({sql::column(&pivot, pivot.columns[k->columns[0]].name), {}});
    }
    s.where = condition;
    return s;
}

/// The statements that ask for the targets of these pairs: by their keys, or else by the pairs' own condition.
std::vector<sql::select> loader::select_targets_of(const std::vector<sql::select>& pairs, key_set& keys) const {
    keys.sort();
    std::vector<sql::expr> conditions = keys.ranges();
    if (conditions.size() > pairs.size()) {
        const mapping::model& m = *relation_.target;
        conditions.clear();
        for (sql::select inner : pairs) {
            inner.columns.erase(inner.columns.begin());
            conditions.push_back(sql::in_select(sql::column(&m, m.columns[m.primary_key[0]].name), std::move(inner)));
        }
    }
    std::vector<sql::select> all;
    for (sql::expr& condition : conditions) {
        sql::select s;
        s.from.push_back(source_of_target(ask_));
        shape_.add_to(s);
        s.where = std::move(condition);
        all.push_back(std::move(s));
    }
    return all;
}

void loader::to_pairs(std::span<node* const> owners, const std::vector<sql::select>& questions) {
    owner_finder wanting{memory_.objects.state_of(*relation_.owner).objects->identities, *this};
    model_state& state = memory_.objects.state_of(*relation_.target);
    const graph::identity_map& known = state.objects->identities;
    std::vector<node*> parents;
    std::vector<std::uint32_t> places;
    parents.reserve(owners.size());
    places.reserve(owners.size());
    number_places wanted;
    answers(questions, nullptr, [&](engine::cursor row) {
        while (row.next()) {
            node* owner = wanting.find(row.integer(0));
            if (owner == nullptr) continue;
            parents.push_back(owner);
            places.push_back(wanted.place_of(row.integer(1)));
        }
    });

    key_set keys{*relation_.target, relation_.target->primary_key};
    for (const std::int64_t k : wanted.numbers()) {
        const node* n = known.find(k);
        const bool whole = n != nullptr && (n->word & node::expired) == 0 && (n->in->missing & ~shape_.missing) == 0;
        if (!whole) keys.add({value{k}});
    }
    std::vector<node*> fresh;
    graph::group* g = new_group(*relation_.target);
    const int key_column = shape_.at(relation_.target->primary_key[0]);
    if (!keys.empty()) {
        for (const sql::select& s : select_targets_of(questions, keys)) {
            engine::cursor row = send(s);
            while (row.next()) {
                if (!wanted.has(row.integer(key_column))) continue;  // a range has others, too
                const std::size_t before = known.size();
                node* n = loading_.hydrator.hydrate(state, row, 0, nullptr, false, &shape_);
                if (known.size() == before) continue;
                n->in = g;
                fresh.push_back(n);
            }
        }
    }
    (void)loading_.hydrator.finish_rows(g, fresh);

    std::vector<node*> targets;
    for (const std::int64_t k : wanted.numbers()) targets.push_back(known.find(k));
    std::vector<node*> children;
    children.reserve(places.size());
    const bool staged = !memory_.pairs.staged().empty();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        node* target = targets[places[i]];
        if (target == nullptr || (staged && !belongs(*parents[i], *target, true))) continue;
        children.push_back(target);
        parents[kept++] = parents[i];
    }
    parents.resize(kept);
    keep_claimed(owners, children, parents);
    (void)distribute(owners, children, parents);
    merge_staged(owners);
    found = staged ? std::move(children) : std::move(targets);
    std::erase(found, nullptr);
    unique_found();
}

}  // namespace kin::detail
