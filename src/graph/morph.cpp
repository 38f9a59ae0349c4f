// Reading and setting a morph_to: which of its relations leads on, as the row or the memory says.
#include <kin/graph/morph.hpp>

#include <string>

#include <kin/graph/arena.hpp>
#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>

#include "graph/slot_words.hpp"

namespace kin::graph {

namespace {

/// Lends the protected ways of its slots.
struct arm_slot : to_one {
    using to_one::save;
    using to_one::save_key;
    using to_one::set;
    using to_one::set_new;
    using to_one::target;
};

arm_slot& arm(void* morph, const mapping::morph_declaration& d, std::size_t i) {
    return static_cast<arm_slot*>(static_cast<void*>(static_cast<std::byte*>(morph) + d.first_arm))[i];
}
// Reading loads, and loading changes no value.
arm_slot& arm(const void* morph, const mapping::morph_declaration& d, std::size_t i) {
    return arm(const_cast<void*>(morph), d, i);
}
std::uintptr_t word(const void* morph, const mapping::morph_declaration& d, std::size_t i) {
    return slot_access::word(arm(morph, d, i));
}
bool in_session(const void* morph, const mapping::morph_declaration& d) {
    return mark_of(word(morph, d, 0)) >= mark::unloaded;
}

const mapping::relation& relation_of(const void* morph, const mapping::morph_declaration& d, std::size_t i) {
    const node* owner = owner_of(morph);
    const auto* slot = reinterpret_cast<const std::byte*>(&arm(morph, d, i));
    return *owner->in->what->relation_at(
        static_cast<std::size_t>(slot - static_cast<const std::byte*>(owner->object())));
}

/// What memory says, before anybody asks what the row does.
std::size_t place_in_memory(const void* morph, const mapping::morph_declaration& d) {
    for (std::size_t i = 0; i < d.count; ++i) {
        if (mark_of(word(morph, d, i)) != mark::unloaded && pointer_of(word(morph, d, i)) != nullptr) return i;
    }
    return d.count;
}

[[noreturn]] void throw_unknown(const node& owner, const mapping::relation& r, std::string_view tag,
                                const site& where) {
    const mapping::model& m = *owner.in->what;
    std::string text = m.name;
    for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
        value scratch;
        text += (i == 0 ? " " : ", ") + describe(view(m.fields[m.primary_key[i]], owner.object(), scratch));
    }
    text += "." + r.name + ": its row says '" + std::string{tag} +
            "', which is the tag of no model in the set: " + m.tags_of(r);
    throw mapping_error{text, {.where = where}};
}

/// What the row says; `count` for nothing.
std::size_t place_in_row(const void* morph, const mapping::morph_declaration& d, const site& where) {
    value scratch;
    const value_view tag = view(*d.type, morph, scratch);
    if (tag.is_null() || tag.bytes.empty()) return d.count;
    for (std::size_t i = 0; i < d.count; ++i) {
        const mapping::relation& r = relation_of(morph, d, i);
        if (r.key != nullptr && r.key->tag.is.bytes() == tag.bytes) return i;
    }
    throw_unknown(*owner_of(morph), relation_of(morph, d, 0), tag.bytes, where);
}

/// The one that has to let go where it is to lead to nothing.
std::size_t leading_place(const void* morph, const mapping::morph_declaration& d) {
    look(owner_of(morph));
    const std::size_t leading = place_in_memory(morph, d);
    return leading != d.count ? leading : place_in_row(morph, d, {});
}

}  // namespace

node* morph_target(const void* morph, const mapping::morph_declaration& d, std::size_t& which, const site& where) {
    if (in_session(morph, d)) look(owner_of(morph));
    which = place_in_memory(morph, d);
    if (which == d.count && in_session(morph, d)) which = place_in_row(morph, d, where);
    return which == d.count ? nullptr : arm(morph, d, which).target(where);
}

std::size_t morph_place(const void* morph, const mapping::morph_declaration& d) {
    if (in_session(morph, d)) look(owner_of(morph));
    const std::size_t which = place_in_memory(morph, d);
    if (which != d.count || !in_session(morph, d)) return which;
    const std::size_t said = place_in_row(morph, d, {});
    // What is loaded (or staged) as null leads to nothing, whatever the row says.
    return said != d.count && mark_of(word(morph, d, said)) == mark::unloaded ? said : d.count;
}

bool morph_loaded(const void* morph, const mapping::morph_declaration& d) {
    if (place_in_memory(morph, d) != d.count) return true;
    if (!in_session(morph, d)) return mark_of(word(morph, d, 0)) == mark::said_none;
    const std::size_t said = place_in_row(morph, d, {});
    return said == d.count || mark_of(word(morph, d, said)) != mark::unloaded;
}

void morph_set(void* morph, const mapping::morph_declaration& d, std::size_t which, node* target) {
    if (!in_session(morph, d)) {
        for (std::size_t i = 0; i < d.count; ++i) arm(morph, d, i) = arm_slot{};
        arm(morph, d, which).set(target);
        return;
    }
    if (target != nullptr) {
        arm(morph, d, which).set(target);
        return;
    }
    if (const std::size_t leading = leading_place(morph, d); leading != d.count) arm(morph, d, leading).set(nullptr);
}

node* morph_save(void* morph, const mapping::morph_declaration& d, std::size_t which, void* object, node* n,
                 const site& where) {
    return arm(morph, d, which).save(object, n, where);
}

node* morph_save_key(void* morph, const mapping::morph_declaration& d, std::size_t which, const value& key,
                     const site& where) {
    return arm(morph, d, which).save_key(key, where);
}

void morph_clear(void* morph, const mapping::morph_declaration& d, const site& where) {
    const std::size_t leading = in_session(morph, d) ? leading_place(morph, d) : 0;
    if (leading != d.count) (void)arm(morph, d, leading).save(nullptr, nullptr, where);
}

void morph_set_new(void* morph, const mapping::morph_declaration& d, std::size_t which, group& transient,
                   void* object) {
    if (!in_session(morph, d)) {
        for (std::size_t i = 0; i < d.count; ++i) arm(morph, d, i) = arm_slot{};
    }
    arm(morph, d, which).set_new(transient, object);
}

// -- as values ------------------------------------------------------------------------------------------------------

namespace {

std::uintptr_t& word_of(morph_arm& a) noexcept { return slot_access::word(a); }

void lead(morph_arm& a, node* to) { static_cast<arm_slot*>(static_cast<void*>(&a))->set(to); }

/// Which one leads on, as memory says, or else the row; `count` for none.
std::size_t leading_arm(morph_arm* arms, std::size_t count) {
    const node* owner = owner_of(arms);
    for (std::size_t i = 0; i < count; ++i) {
        if (pointer_of(word_of(arms[i])) != nullptr && mark_of(word_of(arms[i])) >= mark::loaded) return i;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const mapping::relation& r = graph::relation_of(owner, &arms[i]);
        const bool unread = mark_of(word_of(arms[i])) == mark::unloaded;
        if (unread && r.key != nullptr && speaks_of(*r.key, owner->object())) return i;
    }
    return count;
}

/// Where one of a session's object leads, read where that is needed; null for nowhere.
node* target_of(morph_arm* arms, std::size_t count, std::size_t& which) {
    node* owner = owner_of(arms);
    look(owner);
    which = leading_arm(arms, count);
    if (which == count) return nullptr;
    if (mark_of(word_of(arms[which])) == mark::unloaded) {
        const mapping::relation& r = graph::relation_of(owner, &arms[which]);
        host_of(&arms[which], r).load_for_change(*owner, r);
    }
    return static_cast<node*>(pointer_of(word_of(arms[which])));
}

}  // namespace

bool morph_follow(morph_arm* to, morph_arm* from, std::size_t count) {
    if (!attached(word_of(to[0]))) return false;
    node* target = nullptr;
    std::size_t which = count;
    if (attached(word_of(from[0]))) {
        target = target_of(from, count, which);
    } else if (mark_of(word_of(from[0])) != mark::said_none) {
        return false;
    }
    if (target != nullptr) {
        lead(to[which], target);
        return true;
    }
    look(owner_of(to));
    if (const std::size_t leading = leading_arm(to, count); leading != count) lead(to[leading], nullptr);
    return true;
}

bool morph_take(morph_arm* value, morph_arm* from, std::size_t count) noexcept {
    if (!attached(word_of(from[0])) || home_of(from)->session() == nullptr) return false;
    try {
        std::size_t which = count;
        node* target = target_of(from, count, which);
        if (target != nullptr) {
            word_of(value[which]) = share(target);
        } else {
            word_of(value[0]) = tagged(mark::said_none);
        }
    } catch (...) {
        word_of(value[0]) = unreadable;
    }
    return true;
}

void morph_throw_empty(const void* morph, const mapping::morph_declaration& d) {
    if (!in_session(morph, d)) throw not_found{"this morph_to is not set"};
    const mapping::relation& r = relation_of(morph, d, 0);
    throw not_found{r.owner->name + "." + r.name + " is null"};
}

}  // namespace kin::graph
