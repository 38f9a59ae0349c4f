#include "statements/pair_rows.hpp"

#include <cstdlib>
#include <new>

#include <kin/graph/fields.hpp>
#include <kin/mapping/model.hpp>

namespace kin::detail {

pair_rows::pair_rows(const mapping::link_pair& links, std::size_t rows, shape s)
    : links_{links}, shape_{s}, rows_{rows}, stride_{0} {
    const mapping::model& m = *links.through;
    if (shape_ == shape::objects) {
        for (const std::uint16_t c : links.unique_columns) fields_.push_back(m.fields[c]);
        stride_ = (m.type->size + 15) & ~std::size_t{15};
    } else {
        describe_cells();
        stride_ = fields_.size() * sizeof(cell);
    }
    bytes_ = static_cast<std::byte*>(std::aligned_alloc(16, (rows == 0 ? 1 : rows) * stride_));
    if (bytes_ == nullptr) throw std::bad_alloc{};
    std::size_t made = 0;
    try {
        for (; made < rows; ++made) {
            if (shape_ == shape::objects) {
                m.type->construct(at(made));
                continue;
            }
            auto* cells = static_cast<cell*>(at(made));
            for (std::size_t i = 0; i < fields_.size(); ++i) {
                if (fields_[i].rep == layout::string) ::new (static_cast<void*>(&cells[i])) std::string;
            }
        }
    } catch (...) {
        destroy(made);
        throw;
    }
}

pair_rows::~pair_rows() { destroy(rows_); }

void pair_rows::describe_cells() {
    for (const mapping::foreign_key* k : {links_.first, links_.second}) {
        for (const std::uint16_t c : k->target_columns) {
            field f = k->target->fields[c];
            const layout was = f.rep;
            f.optional = nullptr;
            f.codec = nullptr;
            f.offset = static_cast<std::uint32_t>(fields_.size() * sizeof(cell));
            f.rep = was <= layout::u64 ? layout::i64 : was;
            if (was == layout::custom && f.type == kind::text) f.rep = layout::string;  // in its stored form
            if (f.rep == layout::custom || was == layout::blob) {
                throw mapping_error{links_.through->name +
                                    ": a link needs keys that are numbers, text or uuid: give it an association "
                                    "object"};
            }
            f.name = links_.through->columns[links_.unique_columns[fields_.size()]].name.c_str();
            fields_.push_back(f);
        }
        if (!k->tagged) continue;
        fields_.push_back({.offset = static_cast<std::uint32_t>(fields_.size() * sizeof(cell)),
                           .rep = layout::string,
                           .type = kind::text,
                           .name = links_.through->columns[k->tag.column].name.c_str()});
    }
}

void pair_rows::destroy(std::size_t rows) noexcept {
    using std::string;
    for (std::size_t row = 0; row < rows; ++row) {
        if (shape_ == shape::objects) {
            links_.through->type->destroy(at(row));
            continue;
        }
        auto* cells = static_cast<cell*>(at(row));
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            if (fields_[i].rep == layout::string) std::launder(reinterpret_cast<string*>(&cells[i]))->~string();
        }
    }
    std::free(bytes_);
}

std::span<const field> pair_rows::fields(const mapping::foreign_key& k) const noexcept {
    const std::size_t first = links_.first->columns.size() + (links_.first->tagged ? 1 : 0);
    return fields().subspan(&k == links_.first ? 0 : first, k.columns.size());
}

void pair_rows::set_tag(std::size_t row, const mapping::foreign_key& k) {
    if (k.tagged) graph::assign(*(fields(k).data() + k.columns.size()), at(row), k.tag.is.view());
}

void pair_rows::set(std::size_t row, const mapping::foreign_key& k, const graph::node& end) {
    const std::span<const field> to = fields(k);
    for (std::size_t i = 0; i < to.size(); ++i) {
        graph::copy_key(to[i], at(row), k.target->fields[k.target_columns[i]], end.object());
    }
    set_tag(row, k);
}

void pair_rows::set(std::size_t row, const mapping::foreign_key& k, const std::vector<value>& key) {
    const std::span<const field> to = fields(k);
    for (std::size_t i = 0; i < to.size(); ++i) graph::assign(to[i], at(row), key[i].view());
    set_tag(row, k);
}

std::vector<value> pair_rows::key(std::size_t row, const mapping::foreign_key& k) const {
    std::vector<value> key;
    for (const field& f : fields(k)) {
        value scratch;
        key.emplace_back(graph::view(f, at(row), scratch));
    }
    return key;
}

std::string text_of(const std::vector<value>& key) {
    std::string text;
    for (const value& part : key) {
        const bool number = part.type() >= kind::int16 && part.type() <= kind::int64;
        const std::string one =
            number ? std::to_string(part.integer()) : describe(part.view(), static_cast<std::size_t>(-1));
        text += std::to_string(one.size()) + ':' + one;  // with its length in front none runs into the next
    }
    return text;
}

}  // namespace kin::detail
