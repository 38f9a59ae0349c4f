// The small types that descriptors and the templates in front of them share.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kin/mapping/options.hpp>
#include <kin/mapping/slot.hpp>

namespace kin::mapping {

struct model;
struct relation;

/// What happens to the rows that refer to a row, in the database.
enum class referential_action : std::uint8_t { no_action, restrict, cascade, set_null, set_default };

/// What a member does besides holding a value.
enum class behaviour : std::uint8_t { none, created_at, updated_at, version };

enum class relation_kind : std::uint8_t { belongs_to, has_many, has_one, many_to_many };

/// A relation member's type, as data: one constant for each distinct type.
struct relation_declaration {
    relation_kind kind{};
    model_slot* target = nullptr;
    relation_options options{};
    std::uint64_t target_number = 0;  ///< type_number of the target
    model_slot* pivot = nullptr;      ///< many to many: the association object, if there is one
    std::uint64_t pivot_number = 0;   ///< its type_number
};

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
    void (*move_construct)(void* place, void* from);
    void (*copy_construct)(void* place, const void* from);  ///< null where T cannot be copied
    bool trivially_destructible;
};

/// The relation whose slot stands at `offset` in the model's struct, or null.
[[nodiscard]] const relation* find_relation_at(const model&, std::size_t offset) noexcept;

}  // namespace kin::mapping
