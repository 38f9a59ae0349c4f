// Sorts tables by their foreign keys; a cycle is entered at the model that is listed first.
#include "order.hpp"

#include <algorithm>
#include <unordered_set>

namespace kin::schema {

namespace {

using models = std::vector<const mapping::model*>;

// Targets that are still to be created. Usually there are few left to walk when this matters.
class waiting_room {
  public:
    explicit waiting_room(const models& all) : waiting_{all.begin(), all.end()} {}

    [[nodiscard]] bool ready(const mapping::model& m) const {
        return std::ranges::none_of(m.foreign_keys, [&](const auto& key) { return waits_for(m, key); });
    }

    // Whether the model waits for itself, around others.
    [[nodiscard]] bool in_cycle(const mapping::model& m) const {
        std::unordered_set<const mapping::model*> seen;
        models open{&m};
        while (!open.empty()) {
            const mapping::model& at = *open.back();
            open.pop_back();
            for (const mapping::foreign_key& key : at.foreign_keys) {
                if (!waits_for(at, key)) continue;
                if (key.target == &m) return true;
                if (seen.insert(key.target).second) open.push_back(key.target);
            }
        }
        return false;
    }

    void leave(const mapping::model& m) { waiting_.erase(&m); }

  private:
    [[nodiscard]] bool waits_for(const mapping::model& m, const mapping::foreign_key& key) const {
        return !key.tagged && key.target != &m && waiting_.contains(key.target);
    }

    std::unordered_set<const mapping::model*> waiting_;
};

}  // namespace

creation_order order(model_list listed) {
    models left;
    for (const mapping::model* m : listed) {
        if (std::ranges::find(left, m) == left.end()) left.push_back(m);
    }
    creation_order result;
    result.models.reserve(left.size());
    waiting_room room{left};
    const auto take = [&](models::iterator at) {
        room.leave(**at);
        result.models.push_back(*at);
        left.erase(at);
    };
    while (!left.empty()) {
        auto next = std::ranges::find_if(left, [&](const auto* m) { return room.ready(*m); });
        if (next == left.end()) {
            result.cyclic = true;
            next = std::ranges::find_if(left, [&](const auto* m) { return room.in_cycle(*m); });
        }
        take(next);
    }
    return result;
}

}  // namespace kin::schema
