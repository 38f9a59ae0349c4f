// The session's objects by the values of some of their columns.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include <kin/graph/arena.hpp>
#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

namespace kin::detail {

/// An index that a search makes for the objects that came since the last one, so that each is looked at once. It says
/// what an object held then: who searches compares, and asks elsewhere for objects that may have been changed since.
class known_values {
  public:
    /// The same for two objects that hold the same values in the columns.
    [[nodiscard]] static std::uint64_t hash(const mapping::model&, const std::vector<std::uint16_t>& columns,
                                            const void* object);
    /// Calls `visit` with every object of the pool that held values of this hash.
    template <class Visit>
    void each(graph::pool& objects, const std::vector<std::uint16_t>& columns, std::uint64_t hash, Visit visit) {
        const index& all = brought_up(objects, columns);
        const auto [from, to] = all.places.equal_range(hash);
        for (auto at = from; at != to; ++at) visit(*at->second);
    }
    /// The objects are gone.
    void clear() noexcept { all_.clear(); }

  private:
    struct index {
        std::unordered_multimap<std::uint64_t, graph::node*> places{};
        const graph::slab* newest = nullptr;  ///< all before it are in, and of it so many
        std::uint32_t used = 0;
    };
    index& brought_up(graph::pool&, const std::vector<std::uint16_t>& columns);

    std::map<std::pair<const mapping::model*, std::vector<std::uint16_t>>, index> all_{};
};

}  // namespace kin::detail
