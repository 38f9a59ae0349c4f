// From rows to objects where most of them go: each row is one whole object, and its first column is the key. What is
// the same for all rows is looked up once, and the steps of a row stand in its reader's loop. All else is hydrate's.
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "lifecycle/session_memory.hpp"
#include "reading/row_hydrator.hpp"
#include "statements/row_shape.hpp"

namespace kin::detail {

/// A slot's word is its first member, of a to-one and of a to-many alike.
inline void mark_unloaded(graph::node& n, const graph::pool& p) noexcept {
    for (const std::uint32_t offset : p.slots) {
        *reinterpret_cast<std::uintptr_t*>(static_cast<std::byte*>(n.object()) + offset) =
            graph::tagged(graph::mark::unloaded);
    }
}

/// The error of a row that cannot be read, with the key of the row that the cursor stands on.
[[noreturn]] void throw_of_row(const mapping::model&, engine::cursor&, int first, const row_shape*,
                               const conversion_error&);

inline void row_hydrator::now_read(graph::node& n) {
    if (memory_.phase.wrote) memory_.log.note(&n, transition::read);
    if (memory_.hooks.any()) announce_read(n);
}

/// The loop of row_hydrator for plain rows. A row whose codec throws leaves no object.
class row_reader {
  public:
    row_reader(session_memory& memory, row_hydrator& hydrator, model_state& state, engine::cursor& row,
               graph::group* in, const row_shape& shape)
        : memory_{memory},
          hydrator_{hydrator},
          pool_{*state.objects},
          row_{row},
          in_{in},
          type_{*pool_.what->type},
          rest_{std::span{pool_.what->fields}.subspan(1)},
          key_offset_{pool_.what->fields[0].offset},
          reads_{pool_.key_first && shape.missing == 0} {}

    /// Whether the rows are of the kind that it reads; else nothing below may be called.
    [[nodiscard]] bool reads() const noexcept { return reads_; }

    /// The objects of all rows.
    void read_all(std::vector<graph::node*>& to, bool refresh);

    /// The next row, with its key.
    bool next() { return row_.next_key(key_); }
    /// The object of the current row, if the session has it: then the row is hydrate_known's.
    [[nodiscard]] graph::node* known() const { return pool_.identities.find(key_); }
    /// The same of a row that `next` has not read, but whose key is known: it was asked for by it.
    [[nodiscard]] graph::node* known(std::int64_t key) {
        key_ = key;
        return known();
    }

    /// A new object of the current row, after `known`; null where `accept`, which sees it, does not want it.
    template <class Accept>
    graph::node* make(Accept accept) {
        graph::node* n = memory_.objects.arena().reserve(pool_);
        void* object = n->object();
        type_.construct(object);
        try {
            std::memcpy(static_cast<std::byte*>(object) + key_offset_, &key_, sizeof key_);
            row_.decode(rest_, object, 1);
            if (!accept(object)) {
                type_.destroy(object);
                return nullptr;
            }
            if (memory_.phase.wrote) memory_.log.expect_transitions();
            pool_.identities.insert(key_, n);
        } catch (const conversion_error& e) {
            type_.destroy(object);
            throw_of_row(*pool_.what, e, std::to_string(key_));
        } catch (...) {
            type_.destroy(object);
            throw;
        }
        graph::arena::keep(pool_);
        n->in = in_;
        n->word = 0;
        mark_unloaded(*n, pool_);
        hydrator_.now_read(*n);
        return n;
    }
    /// The same, whatever it is.
    graph::node* make() {
        return make([](const void*) { return true; });
    }

  private:
    session_memory& memory_;
    row_hydrator& hydrator_;
    graph::pool& pool_;
    engine::cursor& row_;
    graph::group* in_;
    const mapping::type_operations& type_;
    std::span<const field> rest_;
    std::size_t key_offset_;
    bool reads_;
    std::int64_t key_ = 0;
};

}  // namespace kin::detail
