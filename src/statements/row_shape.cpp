// Which columns of a model a row holds, and where.
#include "statements/row_shape.hpp"

#include <bit>

namespace kin::detail {

std::uint64_t columns_left_out(const mapping::model& m, std::uint64_t kept, std::uint64_t skipped,
                               std::uint64_t wanted) noexcept {
    std::uint64_t left = (kept != 0 ? ~kept : m.deferred & ~wanted) | skipped;
    if (left == 0) return 0;
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const mapping::column& c = m.columns[i];
        if (c.primary_key || &c == m.version || &c == m.soft_deleted) left &= ~(std::uint64_t{1} << i);
    }
    const auto read_of = [&](const mapping::relation& r) {
        for (const mapping::fixed_value& f : r.fixed) left &= ~(std::uint64_t{1} << f.column);
        if (r.keyed_by != nullptr) left &= ~(std::uint64_t{1} << (r.keyed_by - m.columns.data()));
    };
    for (const mapping::foreign_key& k : m.foreign_keys) {
        left &= ~k.mask();
        for (const mapping::relation* side : k.parent_sides) read_of(*side);
    }
    for (const mapping::relation* side : m.linked_by) read_of(*side);
    for (const mapping::foreign_key* k : m.incoming) {
        for (const std::uint16_t c : k->target_columns) left &= ~(std::uint64_t{1} << c);
    }
    const std::size_t count = m.columns.size();
    return count < 64 ? left & ((std::uint64_t{1} << count) - 1) : left;
}

row_shape::row_shape(const mapping::model& m, std::uint64_t without) : what{m}, missing{without} {
    if (missing == 0) return;
    for (std::size_t i = 0; i < m.fields.size(); ++i) {
        if ((missing >> i & 1) == 0) fields.push_back(m.fields[i]);
    }
}

int row_shape::at(std::uint16_t column) const noexcept {
    if (missing == 0) return column;
    return column - std::popcount(missing & ((std::uint64_t{1} << column) - 1));
}

int row_shape::width() const noexcept { return static_cast<int>(missing == 0 ? what.columns.size() : fields.size()); }

void row_shape::add_to(sql::select& s, std::string_view alias) const {
    for (std::size_t i = 0; i < what.columns.size(); ++i) {
        if ((missing >> i & 1) == 0) s.columns.push_back({sql::column(&what, what.columns[i].name, alias), {}});
    }
}

}  // namespace kin::detail
