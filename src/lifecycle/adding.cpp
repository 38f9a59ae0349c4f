// Objects into a session, with all that their relations hold; and objects that are told apart by where they are.
#include "lifecycle/object_lifecycle.hpp"

#include "lifecycle/relation_changes.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <kin/graph/fields.hpp>

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

/// The common case: an object that says nothing of its relations.
bool says_nothing(const void* object, const mapping::model& m) noexcept {
    for (const mapping::relation& r : m.relations) {
        if (r.outside != nullptr) continue;
        if (*reinterpret_cast<const std::uintptr_t*>(static_cast<const std::byte*>(object) + r.offset) != 0)
            return false;
    }
    return true;
}

}  // namespace

node& object_lifecycle::adopt(void* object, const mapping::model& m) {
    objects_.require_own(m);
    if (says_nothing(object, m)) return adopt_now(object, m);
    graph::all_or_nothing whole{host_};
    node& n = adopt_now(object, m);
    whole.done();
    return n;
}

node& object_lifecycle::adopt_now(void* object, const mapping::model& m) {
    node& n = tracking_.take_in(object, m);
    attach(n);
    return n;
}

namespace {

/// How far the relations of one adopted object are attached.
struct attaching {
    node* n = nullptr;
    std::size_t relation = 0;
    node* taken = nullptr;  ///< adopted, to be linked once its own relations are attached
    node** list = nullptr;  ///< the items of a transient collection, in C storage
    std::uint32_t size = 0;
    std::uint32_t at = 0;
};

/// Lists and handles that are not passed on yet are given back, should a step throw. Most graphs are flat: the first
/// level needs no heap.
class attaching_stack {
  public:
    explicit attaching_stack(node& root) noexcept : first_{&root} {}
    attaching_stack(const attaching_stack&) = delete;
    attaching_stack& operator=(const attaching_stack&) = delete;
    ~attaching_stack() {
        give_back(first_);
        for (const attaching& a : above_) give_back(a);
    }
    [[nodiscard]] attaching& top() noexcept { return above_.empty() ? first_ : above_.back(); }
    void push(node& n) { above_.push_back({&n}); }
    /// False where it was the last one.
    [[nodiscard]] bool pop() noexcept {
        if (above_.empty()) return false;
        above_.pop_back();
        return true;
    }

  private:
    static void give_back(const attaching& a) noexcept {
        if (a.list == nullptr) return;
        for (std::uint32_t i = a.at; i < a.size; ++i) give_back(a.list[i]);
        std::free(a.list);
    }
    static void give_back(node* item) noexcept {
        if (item == nullptr) return;
        if (item->in->home == nullptr) {
            graph::destroy_transient(item);
        } else {
            item->in->home->release();
        }
    }

    attaching first_;
    std::vector<attaching> above_{};
};

}  // namespace

void object_lifecycle::attach(node& root) {
    if (tracking_.attach_plain(root)) return;
    tracking_.attach_silent(root);
    attaching_stack stack{root};
    for (;;) {
        attaching& a = stack.top();
        node& n = *a.n;
        const auto& relations = n.in->what->relations;
        if (a.relation == relations.size()) {
            if (!stack.pop()) return;
            continue;
        }
        const mapping::relation& r = relations[a.relation];
        if (a.taken != nullptr) {
            node& child = *std::exchange(a.taken, nullptr);
            if (a.list != nullptr) {
                ++a.at;
                changes_->append_now(n, r, child);
            } else {
                ++a.relation;
                changes_->assign_now(n, r, &child);
            }
            continue;
        }
        if (a.list != nullptr) {
            if (a.at == a.size) {
                std::free(std::exchange(a.list, nullptr));
                a.at = a.size = 0;
                ++a.relation;
                continue;
            }
            node* item = a.list[a.at];
            if (item->in->home == nullptr) {
                graph::require_save_update(r);
                a.taken = &tracking_.take_in(item->object(), *r.target);
                a.list[a.at] = nullptr;
                graph::destroy_transient(item);
                if (!tracking_.attach_plain(*a.taken)) {
                    tracking_.attach_silent(*a.taken);
                    stack.push(*a.taken);  // `a` is gone from here on
                }
                continue;
            }
            changes_->append_now(n, r, *item);
            a.list[a.at++] = nullptr;
            item->in->home->release();
            continue;
        }
        if (r.to_many()) {
            graph::to_many& slot = slot_access::many(n, r);
            std::uintptr_t& word = slot_access::word(slot);
            if (graph::mark_of(word) >= mark::unloaded) {
                ++a.relation;
                continue;
            }
            graph::require_readable(word);
            const std::uintptr_t said = std::exchange(word, graph::tagged(mark::loaded));
            // Taken out of the slot first: adding children must find a collection of the session.
            a.list = static_cast<node**>(graph::pointer_of(said));
            a.size = std::exchange(slot_access::size(slot), 0);
            slot_access::capacity(slot) = 0;
            if (!r.problem.empty()) throw mapping_error{r.problem};
            if (a.list == nullptr) ++a.relation;
            continue;
        }
        std::uintptr_t& word = slot_access::word(slot_access::one(n, r));
        const std::uintptr_t said = word;
        graph::require_readable(said);
        if (graph::mark_of(said) >= mark::unloaded) {
            ++a.relation;
            continue;
        }
        if (said == 0 || graph::mark_of(said) <= mark::said_none) {
            word = graph::tagged(starts_unloaded(r) ? mark::unloaded : mark::loaded);
        }
        ++a.relation;
        if (said == 0) continue;
        auto* target = static_cast<node*>(graph::pointer_of(said));
        switch (graph::mark_of(said)) {
            case mark::said_none:
                if (!r.problem.empty()) throw mapping_error{r.problem};
                if (r.holds_key()) {
                    word = graph::tagged(mark::staged);
                    parents_.said_none();
                }
                break;
            case mark::owned: {
                struct given_back {
                    node* n;
                    ~given_back() { graph::destroy_transient(n); }
                } const after{target};
                if (!r.problem.empty()) throw mapping_error{r.problem};
                graph::require_save_update(r);
                --a.relation;
                a.taken = &tracking_.take_in(target->object(), *r.target);
                if (!tracking_.attach_plain(*a.taken)) {
                    tracking_.attach_silent(*a.taken);
                    stack.push(*a.taken);
                }
                break;
            }
            case mark::shared: {
                struct given_back {
                    node* n;
                    ~given_back() { n->in->home->release(); }
                } const after{target};
                if (!r.problem.empty()) throw mapping_error{r.problem};
                changes_->assign_now(n, r, target);
                break;
            }
            default:
                break;  // linked from the other side already
        }
    }
}

void object_lifecycle::add(node& n, const site& where) {
    objects_.require_mine(n, where);
    graph::all_or_nothing whole{host_};
    readd(n);
    whole.done();
}

void object_lifecycle::readd(node& n) {
    if (n.state() == life::persistent || n.state() == life::pending) return;
    std::vector<node*> reached{&n};
    while (!reached.empty()) {
        node& next = *reached.back();
        reached.pop_back();
        if (next.state() == life::removed) {
            log_.journal_unremoved(next);
            next.state(life::persistent);
            next.word &= ~node::writable;
            objects_.state_of(*next.in->what).stale_lists = true;
            if (!next.in->what->links.empty()) pairs_.row_returns(next);
            if (objects_.state_of(*next.in->what).left_unseen) show_again({&next});
        } else if (next.state() == life::detached) {
            const bool stayed = next.snapshot() != nullptr && soft_removed(next);
            if (!stayed || &restore_removed(next, site::current()) != &next) readd_one(next, reached);
        } else {
            continue;
        }
        objects_.rewrote(next);  // nobody has told what was changed meanwhile
    }
}

namespace {

/// Whether the parent is called otherwise now than by the key that the child's last row held.
bool renamed_since(const node& child, const mapping::foreign_key& k, const node& parent) {
    if (k.to_primary_key) return false;
    bool renamed = false;
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        const field& f = k.owner->fields[k.columns[i]];
        value scratch;
        if (!graph::equal(f, child.object(), graph::packed(*k.owner, child.snapshot(), k.columns[i]))) return false;
        renamed = renamed || !graph::matches(f, child.object(), row_value(parent, k.target_columns[i], scratch));
    }
    return renamed;
}

}  // namespace

void object_lifecycle::readd_one(node& n, std::vector<node*>& reached) {
    // It keeps its snapshot: what its last row said was not set by hand.
    n.word &= ~node::expired;
    log_.journal_return(n);
    tracking_.become_pending(n);
    for (const mapping::relation& r : n.in->what->relations) {
        if (r.key == nullptr || r.computed()) continue;
        if (r.to_many()) {
            std::uintptr_t& word = slot_access::word(slot_access::many(n, r));
            if (graph::mark_of(word) == mark::unloaded) word = graph::tagged(mark::loaded);
            if (graph::mark_of(word) == mark::added) word = graph::tagged(mark::staged, graph::pointer_of(word));
            const auto members = graph::members(slot_access::many(n, r));
            const std::vector<node*> kept(members.begin(), members.end());
            if (r.linked()) slot_access::size(slot_access::many(n, r)) = 0;  // each is linked anew
            for (node* item : kept) {
                r.linked() ? pairs_.link(n, r, *item) : claim(*item, *r.key, n);
                reached.push_back(item);
            }
            continue;
        }
        std::uintptr_t& word = slot_access::word(slot_access::one(n, r));
        auto* target = static_cast<node*>(graph::pointer_of(word));
        if (graph::mark_of(word) < mark::loaded) {
            if (!r.holds_key()) word = graph::tagged(mark::loaded);
            continue;
        }
        if (target == nullptr) continue;
        // What its row said is not staged: a key that was set by hand since is the last word.
        const bool as_its_row = r.holds_key() && graph::mark_of(word) == mark::loaded && n.snapshot() != nullptr &&
                                target->state() == life::persistent && !renamed_since(n, *r.key, *target);
        word = graph::tagged(as_its_row ? mark::loaded : mark::staged, target);
        reached.push_back(target);
        if (r.holds_key()) {
            parents_.join_side(*target, *r.key, n, true);
        } else {
            claim(*target, *r.key, n);
        }
    }
    for (const mapping::link_pair* links : n.in->what->links) {
        if (node* first = parents_.parent_now(n, *links->first)) pairs_.row_moved(n, *links->first, nullptr, first);
    }
}

/// A child that an object which comes back has kept in its collection: both sides say so again.
void object_lifecycle::claim(node& child, const mapping::foreign_key& k, node& parent) {
    node* before = nullptr;
    if (k.child_side != nullptr &&
        graph::mark_of(slot_access::word(slot_access::one(child, *k.child_side))) >= mark::loaded) {
        before = static_cast<node*>(graph::pointer_of(slot_access::word(slot_access::one(child, *k.child_side))));
    } else if (!parents_.staged_parent(child, k, before)) {
        before = parents_.parent_by_columns(child, k);
    }
    node* staged = nullptr;
    if (parents_.staged_parent(child, k, staged) && staged == &parent) return;
    parents_.stage(child, k, &parent);
    if (before != nullptr && before != &parent) parents_.leave_side(*before, k, child);
}

void object_lifecycle::withdraw(node& n) {
    for (const mapping::relation& r : n.in->what->relations) {
        if (r.key == nullptr || r.holds_key() || r.linked() || r.computed()) continue;
        std::vector<node*> children;
        if (r.to_many()) {
            const auto members = graph::members(slot_access::many(n, r));
            children.assign(members.begin(), members.end());
        } else if (auto* target = static_cast<node*>(graph::pointer_of(slot_access::word(slot_access::one(n, r))))) {
            children.push_back(target);
        }
        for (node* child : children) {
            if (r.options.removes_orphans() && child->state() == life::pending) {
                remove(*child, site::current());  // comes back with the object, should that come back
                continue;
            }
            parents_.set_parent(*child, *r.key, nullptr);
            if (r.options.removes_orphans() && child->state() != life::detached) remove_orphan(*child);
        }
    }
    // Those that it has no relation to say themselves whose they are.
    for (const mapping::foreign_key* k : n.in->what->incoming) {
        if (!k->parent_sides.empty() || objects_.arena().find_pool(*k->owner) == nullptr) continue;
        std::vector<std::string> texts;
        add_texts(n, k->target_columns, texts);
        for (node* child : parents_.by_columns(*k->owner, k->columns).all(texts)) {
            node* parent = nullptr;
            if (child->state() != life::detached && parents_.staged_parent(*child, *k, parent) && parent == &n)
                parents_.set_parent(*child, *k, nullptr);
        }
    }
}

}  // namespace kin::detail
