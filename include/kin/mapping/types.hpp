// The small types that descriptors and the templates in front of them share.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kin/mapping/options.hpp>
#include <kin/mapping/slot.hpp>

// Windows' headers define these words.
#pragma push_macro("near")
#undef near
#pragma push_macro("far")
#undef far

namespace kin {
struct field;
}

namespace kin::mapping {

struct model;
struct relation;

/// What happens to the rows that refer to a row, in the database.
enum class referential_action : std::uint8_t { no_action, restrict, cascade, set_null, set_default };

/// What a member does besides holding a value.
enum class behaviour : std::uint8_t { none, created_at, updated_at, version, soft_deleted_at, slug };

/// How a slug is made, as data.
struct slug_declaration {
    const char* source = nullptr;         ///< the member that it is made from
    const char* const* within = nullptr;  ///< the members beside which it is unique, up to a null; null: in the table
    char separator = '-';
};

/// What a relation is. Where another kind would go: its slot and `kin_declaration` (graph/relations.hpp), what is
/// checked while compiling (registration.hpp) and asked of any kind (relation.hpp: to_many, computed, …), what binding
/// must find (src/mapping/binding/), its rows (loader::run, src/loading/), conditions over it
/// (src/query/existence.cpp), and what a change of it means (relation_changes, src/lifecycle/; over parent_links or
/// link_pairs, src/relations/). A flush knows keys and rows alone.
enum class relation_kind : std::uint8_t {
    belongs_to,
    has_many,
    has_one,
    many_to_many,
    has_many_through,
    has_one_through,
    descendants,
    ancestors,
};

/// What a relation has to do with polymorphic keys, those of a morph_to.
enum class morph_side : std::uint8_t {
    none,
    arm,    ///< a belongs_to inside of a morph_to, one for each model of its set
    owner,  ///< the key leads to the relation's owner: morph_many, morph_one, morph_to_many
    far,    ///< the pivot's far key is the polymorphic one: morphed_by_many
};

/// A relation member's type, as data: one constant for each distinct type.
struct relation_declaration {
    relation_kind kind{};
    model_slot* target = nullptr;
    relation_options options{};
    std::uint64_t target_number = 0;  ///< type_number of the target
    model_slot* pivot = nullptr;      ///< many to many: the association object, if there is one; through: between
    std::uint64_t pivot_number = 0;   ///< its type_number
    morph_side morph = morph_side::none;
};

/// Across others, one of many, a tree: no side of a key or pivot.
constexpr bool finds_by_query(const relation_declaration& r) noexcept {
    using enum relation_kind;
    return r.kind == has_many_through || r.kind == has_one_through || r.kind == descendants || r.kind == ancestors ||
           r.options.chosen != choice::all;
}

/// A morph_to's type, as data: two columns and a belongs_to for each model of its set, all inside of one member.
struct morph_declaration {
    const relation_declaration* arms = nullptr;
    std::uint32_t count = 0;
    std::uint32_t first_arm = 0;  ///< offset of their slots in the member, a word each
    const field* type = nullptr;  ///< with its offset in the member
    const field* id = nullptr;
};

/// The models that a morph_to can lead to: what stands for its target's type.
template <class... T>
struct morph_set {
    static constexpr std::size_t size = sizeof...(T);
    template <class M>
    static constexpr bool holds = (__is_same(M, T) || ...);
};
/// Whether a relation to Target leads to objects of M.
template <class Target, class M>
inline constexpr bool leads_to = __is_same(Target, M);
template <class... T, class M>
inline constexpr bool leads_to<morph_set<T...>, M> = morph_set<T...>::template holds<M>;

/// A relation that is declared outside of its model's struct.
struct outside_declaration {
    model_slot* owner = nullptr;
    std::string_view name{};
    const relation_declaration* says = nullptr;
    std::size_t size = 0;  ///< of its slot
};
/// Puts it on the list of the program; before main, as models.
bool enlist(const outside_declaration&) noexcept;

/// A proxy member's type, as data.
struct proxy_declaration {
    model_slot* owner = nullptr;      ///< the model that its first hop belongs to
    model_slot* middle = nullptr;     ///< the model that it leads to
    model_slot* value = nullptr;      ///< what the proxy shows
    std::string_view far{};           ///< the member of the middle
    std::size_t (*near)() = nullptr;  ///< offset of the first hop
};

/// The few things that Kin does with an object without knowing its type.
struct type_operations {
    std::size_t size;
    std::size_t align;
    void (*construct)(void* place);
    void (*destroy)(void* object) noexcept;
    void (*destroy_each)(void* first, std::size_t stride, std::size_t count) noexcept;
    void (*move_construct)(void* place, void* from);
    void (*copy_construct)(void* place, const void* from);  ///< null where T cannot be copied
    bool trivially_destructible;
};

/// The relation whose slot stands at `offset` in the model's struct, or null.
[[nodiscard]] const relation* find_relation_at(const model&, std::size_t offset) noexcept;

}  // namespace kin::mapping

#pragma pop_macro("near")
#pragma pop_macro("far")
