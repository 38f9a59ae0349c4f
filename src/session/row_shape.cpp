// Which columns of a model a row holds, and where.
#include "session/row_shape.hpp"

#include <bit>

namespace kin::detail {

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
