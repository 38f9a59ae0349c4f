// A many_to_many of many owners: the pairs alone, and then each target once. The join of both would bring a target's
// columns with each of its pairs.
#include <algorithm>

#include <kin/mapping/column.hpp>

#include "loading/loader.hpp"
#include "statements/joining.hpp"

namespace kin::detail {

using graph::node;

namespace {

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

}  // namespace

void loader::load_by_pairs(std::span<node* const> owners, const std::vector<sql::select>& selects) {
    owner_finder wanting{memory_.objects.state_of(*relation_.owner).objects->identities, slots_};
    model_state& state = memory_.objects.state_of(*relation_.target);
    const graph::identity_map& known = state.objects->identities;
    std::vector<node*> parents;
    std::vector<std::uint32_t> places;
    parents.reserve(owners.size());
    places.reserve(owners.size());
    number_places wanted;
    read_answers(selects, nullptr, [&](engine::cursor row) {
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
        for (const sql::select& s : statements_.select_targets_of(selects, keys)) {
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
    found_children children;
    children.reserve(places.size());
    children.runs.reserve(owners.size());
    const bool staged = !memory_.pairs.staged().empty();
    for (std::size_t i = 0; i < places.size(); ++i) {
        node* target = targets[places[i]];
        if (target == nullptr) continue;
        if ((staged || target->state() == graph::life::removed) && !belongs(*parents[i], *target, true)) continue;
        children.add(parents[i], target);
    }
    slots_.keep_claimed(owners, children);
    (void)slots_.distribute(owners, children);
    slots_.merge_staged(owners);
    found = staged ? std::move(children.nodes) : std::move(targets);
    std::erase(found, nullptr);
    unique_found();
}

}  // namespace kin::detail
