// How snapshots of a model's objects are laid out.
#include "mapping/binding/snapshot_layout.hpp"

namespace kin::mapping {

void lay_out_snapshot(model& m) {
    using part = snapshot_part::what;
    for (std::size_t i = 0; i < m.fields.size(); ++i) {
        const field& f = m.fields[i];
        const auto column = static_cast<std::uint16_t>(i);
        const auto offset = static_cast<std::uint32_t>(f.offset);
        const auto width = static_cast<std::uint32_t>(f.optional == nullptr ? width_of(f.rep) : 0);
        if (width != 0) {
            m.snapshot_width += width;
            snapshot_part* last = m.snapshot.empty() ? nullptr : &m.snapshot.back();
            if (last != nullptr && last->does == part::bytes && last->offset + last->width == offset) {
                last->width += width;
            } else {
                m.snapshot.push_back({part::bytes, column, offset, width});
            }
        } else if (f.rep == layout::string && f.optional == nullptr) {
            m.snapshot_width += 4;
            m.snapshot.push_back({part::text, column, offset});
        } else {
            m.snapshot.push_back({part::other, column, offset});
            m.snapshot_plain = false;
        }
    }
}

}  // namespace kin::mapping
