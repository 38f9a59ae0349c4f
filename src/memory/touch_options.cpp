// What queries said of the relations of objects, for touches that come later.
#include "memory/touch_options.hpp"

#include <algorithm>

namespace kin::detail {

using graph::node;

const load_level* touch_options::lasting(const load_level& level, graph::arena& home) {
    if (!level.lasting()) return nullptr;
    any_ = true;
    return new (home.bytes(sizeof(load_level))) load_level{level};
}

touch_options::found touch_options::look(const touch_option* newest, const mapping::relation& r) noexcept {
    for (const touch_option* s = newest; s != nullptr; s = s->older) {
        if (s->ended == &r) return {};
        const load_option* said = s->level == nullptr ? nullptr : s->level->find(r);
        // What came with its owners was loaded, and is over with that.
        if (said != nullptr) return with_owners(said->how) ? found{} : found{said, *s->level};
    }
    return {};
}

touch_options::found touch_options::of(const node& n, const mapping::relation& r) const noexcept {
    if (!all_.empty()) {
        if (const auto at = all_.find(&n); at != all_.end()) return look(at->second, r);
    }
    if (n.in->plan == nullptr) return {};
    const touch_option only{n.in->plan, nullptr, nullptr};
    return look(&only, r);
}

const touch_options::touch_option* touch_options::alone(const load_level* level, graph::arena& home) {
    if (level == nullptr) return nullptr;
    if (alone_ == nullptr || alone_->level != level) {
        alone_ = new (home.bytes(sizeof(touch_option))) touch_option{level, nullptr, nullptr};
    }
    return alone_;
}

/// Leaves out what newer ones answer for every relation.
const touch_options::touch_option* touch_options::without_answered(const touch_option* newest, const mapping::model& m,
                                                                   graph::arena& home) {
    std::vector<const mapping::relation*> open;
    for (const mapping::relation& r : m.relations) open.push_back(&r);
    std::vector<const touch_option*> kept;
    bool all = true;
    for (const touch_option* s = newest; s != nullptr; s = s->older) {
        const auto answers = [&](const mapping::relation* r) {
            return s->ended == r || (s->level != nullptr && s->level->find(*r) != nullptr);
        };
        if (std::erase_if(open, answers) != 0) {
            kept.push_back(s);
        } else {
            all = false;
        }
    }
    if (all) return newest;
    const touch_option* next = nullptr;
    for (auto s = kept.rbegin(); s != kept.rend(); ++s) {
        next = new (home.bytes(sizeof(touch_option))) touch_option{(*s)->level, (*s)->ended, next};
    }
    return next;
}

const touch_options::touch_option* touch_options::after(const touch_option* old, const load_level& level,
                                                        const mapping::model& m, graph::arena& home) {
    if (const load_level* kept = lasting(level, home)) {
        const auto* now = new (home.bytes(sizeof(touch_option))) touch_option{kept, nullptr, old};
        return old == nullptr ? now : without_answered(now, m, home);
    }
    const touch_option* now = old;
    if (level.said == nullptr) return now;
    for (const load_option& e : *level.said) {
        if (e.what == nullptr || look(now, *e.what).said == nullptr) continue;
        now = new (home.bytes(sizeof(touch_option))) touch_option{nullptr, e.what, now};
    }
    return now == old ? old : without_answered(now, m, home);
}

void touch_options::add(std::span<node* const> nodes, const load_level& level, graph::arena& home) {
    if (nodes.empty() || (!any_ && !level.lasting())) return;
    const mapping::model& m = *nodes[0]->in->what;
    // Most of them had the same said of them before.
    const touch_option* before = nullptr;
    const touch_option* now = nullptr;
    bool made = false;
    for (node* n : nodes) {
        const load_level* group = n->in->plan;
        const auto at = all_.find(n);
        if (at == all_.end() && (group == nullptr ? !level.lasting() : *group == level)) continue;
        const touch_option* old = at == all_.end() ? alone(group, home) : at->second;
        if (!made || old != before) {
            before = old;
            now = after(old, level, m, home);
            made = true;
        }
        const bool as_group =
            group != nullptr && now->older == nullptr && now->level != nullptr && *now->level == *group;
        if (at != all_.end()) {
            if (as_group) {
                all_.erase(at);
            } else {
                at->second = now;
            }
        } else if (now != old) {
            all_.emplace(n, now);
        }
    }
}

void touch_options::end(std::span<node* const> nodes, const mapping::relation* r, graph::arena& home) {
    if (!any_ || r == nullptr) return;
    for (node* n : nodes) {
        if (of(*n, *r).said == nullptr) continue;
        const auto at = all_.try_emplace(n, alone(n->in->plan, home)).first;
        at->second = new (home.bytes(sizeof(touch_option))) touch_option{nullptr, r, at->second};
    }
}

}  // namespace kin::detail
