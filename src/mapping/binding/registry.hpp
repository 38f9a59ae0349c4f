// What the program's models are kept in while they are built and bound, by one thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/mapping/registration.hpp>

namespace kin::mapping {

struct registry {
    std::recursive_mutex lock;
    std::vector<const model_declaration*> waiting;  // enlisted, not described yet
    std::vector<const model_declaration*> named;    // by members of those
    std::deque<model> models;                       // never moves
    std::deque<std::string> texts;                  // what field::name points to
    std::deque<model_slot> slots;                   // of implied pivots
    std::deque<link_pair> pairs;
    std::deque<relation> steps;  // of through relations, over keys that no member says anything of
    std::map<const model_slot*, std::string> broken;
    std::map<std::string_view, std::vector<model_slot*>> spelled;  // of types that other parts of the program may have
};

/// The slot that stands for the type in all parts of the program: of a type that a shared library and the program have
/// each to itself, the first one that was asked for. All that descriptors hold are such. Null stays null.
[[nodiscard]] model_slot* one_of(const model_slot*);

/// From what the compiler told of it to a model; what is wrong with it goes to `broken`.
void build(registry&, const model_declaration&);
/// Finds the columns that the key refers to, once its target is known.
void bind_key(foreign_key&);
/// The keys of a many_to_many, and the pivot between them, made here where it is implied; or the relation's problem.
void bind_links(registry&, relation&);
/// How often models were bound: what was concluded from the mapping before is to be concluded again.
[[nodiscard]] std::uint32_t bindings() noexcept;

}  // namespace kin::mapping
