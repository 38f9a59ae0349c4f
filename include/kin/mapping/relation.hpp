// What Kin knows of a relation: its kind and options as declared, and the keys and inverse that binding found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kin/mapping/types.hpp>

namespace kin::mapping {

struct model;
struct foreign_key;

struct relation {
    std::string name{};
    relation_kind kind{};
    std::uint32_t offset = 0;  ///< of the slot in the owner
    std::uint16_t index = 0;   ///< position in model::relations
    const model* owner = nullptr;
    model_slot* target_slot = nullptr;
    relation_options options{};

    // Found when the models are bound; null until then.
    const model* target = nullptr;
    const foreign_key* key = nullptr;   ///< of the owner (belongs_to), else of the target
    const relation* inverse = nullptr;  ///< a relation of the target over the same key, if it declares one
    std::string problem{};              ///< why it could not be bound; thrown as mapping_error at first use

    [[nodiscard]] bool to_many() const noexcept { return kind == relation_kind::has_many; }
    [[nodiscard]] bool holds_key() const noexcept { return kind == relation_kind::belongs_to; }
};

}  // namespace kin::mapping
