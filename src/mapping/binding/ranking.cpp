// The order of models, from the keys that lead from one to another.
#include "mapping/binding/ranking.hpp"

#include <algorithm>
#include <vector>

namespace kin::mapping {
namespace {

/// Tarjan's strongly connected components over "refers to": a component is finished after everything that it refers
/// to, so the order of finishing ranks parents before children. (R. Tarjan, Depth-first search …, 1972.)
class ranking {
  public:
    explicit ranking(std::deque<model>& models) : models_{models}, state_(models.size()) {
        for (model& m : models) {
            if (m.slot != nullptr && state_[m.number].order == 0) visit(m);
        }
    }

  private:
    struct visit_state {
        std::uint32_t order = 0, low = 0;
        bool on_stack = false;
    };
    void visit(model& m) {
        visit_state& s = state_[m.number];
        s.order = s.low = ++clock_;
        s.on_stack = true;
        stack_.push_back(&m);
        bool refers_to_itself = false;
        for (const foreign_key& k : m.foreign_keys) {
            if (k.target == nullptr) continue;
            visit_state& t = state_[k.target->number];
            if (k.target == &m) refers_to_itself = true;
            if (t.order == 0) {
                visit(models_[k.target->number]);
                s.low = std::min(s.low, state_[k.target->number].low);
            } else if (t.on_stack) {
                s.low = std::min(s.low, t.order);
            }
        }
        if (s.low != s.order) return;
        const bool several = stack_.back() != &m;
        ++rank_;
        for (model* each = nullptr; each != &m;) {
            each = stack_.back();
            stack_.pop_back();
            state_[each->number].on_stack = false;
            each->rank = rank_;
            each->cyclic = several || refers_to_itself;
        }
    }

    std::deque<model>& models_;
    std::vector<visit_state> state_;
    std::vector<model*> stack_;
    std::uint32_t clock_ = 0;
    std::uint32_t rank_ = 0;
};

}  // namespace

void rank_all(std::deque<model>& models) { ranking{models}; }

}  // namespace kin::mapping
