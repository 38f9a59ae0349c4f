// What Kin knows of a relation: its kind and options as declared, and the keys and inverse that binding found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kin/mapping/types.hpp>
#include <kin/value/value.hpp>

// Windows' headers define these words.
#pragma push_macro("far")
#undef far

namespace kin::mapping {

struct model;
struct foreign_key;
struct column;
struct relation;

/// The two foreign keys of a pivot that make its rows links, and the relations that see them.
struct link_pair {
    const model* through = nullptr;      ///< the pivot
    const foreign_key* first = nullptr;  ///< of the pivot; the one with the smaller index
    const foreign_key* second = nullptr;
    std::vector<const relation*> sides{};

    /// Whether at most one row can link two objects: its primary key or a unique index says so.
    bool unique = false;
    std::vector<std::uint16_t> unique_columns{};
};

/// A constant of a custom join condition.
struct fixed_value {
    std::uint16_t column = 0;  ///< of the target
    value is{};
};

struct relation {
    std::string name{};
    relation_kind kind{};
    std::uint32_t offset = 0;  ///< of the slot in the owner
    std::uint16_t index = 0;   ///< position in model::relations
    const model* owner = nullptr;
    model_slot* target_slot = nullptr;
    model_slot* pivot_slot = nullptr;  ///< of the association object, if it names one; through: of the model between
    relation_options options{};
    morph_side morph = morph_side::none;           ///< the arms of a morph_to all have its name
    const outside_declaration* outside = nullptr;  ///< where no member declares it: its slot stands behind the object

    // Found when the models are bound; null until then.
    const model* target = nullptr;
    const foreign_key* key = nullptr;     ///< of the owner (belongs_to), of the target, or of the pivot to the owner
    const foreign_key* far = nullptr;     ///< many to many: the pivot's key to the target
    const link_pair* links = nullptr;     ///< many to many
    std::vector<const relation*> hops{};  ///< through: the way from the owner to the target
    const relation* inverse = nullptr;    ///< a relation of the target over the same key or pivot, if it declares one
    std::vector<fixed_value> fixed{};     ///< a custom join condition's constants
    const column* keyed_by = nullptr;     ///< of the target: what a keyed collection is found by
    std::string problem{};                ///< why it could not be bound; thrown as mapping_error at first use

    [[nodiscard]] bool to_many() const noexcept {
        return kind == relation_kind::has_many || kind == relation_kind::many_to_many ||
               kind == relation_kind::has_many_through || tree();
    }
    [[nodiscard]] bool holds_key() const noexcept { return kind == relation_kind::belongs_to; }
    [[nodiscard]] bool linked() const noexcept { return kind == relation_kind::many_to_many; }
    [[nodiscard]] bool through() const noexcept {
        return kind == relation_kind::has_many_through || kind == relation_kind::has_one_through;
    }
    /// Over the key of a model to itself, at any depth.
    [[nodiscard]] bool tree() const noexcept {
        return kind == relation_kind::descendants || kind == relation_kind::ancestors;
    }
    /// Found by a query over other relations: read only, and no side of a key.
    [[nodiscard]] bool computed() const noexcept { return through() || tree() || options.chosen != choice::all; }
    /// Whether what stands behind it was found.
    [[nodiscard]] bool bound() const noexcept { return key != nullptr || !hops.empty(); }
};

/// Two hops in one member: a relation or proxy of the model, and a member of what it leads to.
struct proxy {
    std::string name{};
    std::size_t offset = 0;  ///< in the owner
    const proxy_declaration* says = nullptr;
    bool once = false;  ///< the table between holds each target only once; found when the models are bound
};

}  // namespace kin::mapping

#pragma pop_macro("far")
