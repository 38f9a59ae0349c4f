// The cells of a row of MariaDB's, binary, as transfer.hpp reads them. For statement.cpp alone.
#pragma once

#include <limits>

#include <kin/value/decimal.hpp>
#include <kin/value/transfer.hpp>

#include "types.hpp"

namespace kin::engine::mariadb {

/// The current row, as transfer.hpp reads it.
struct statement::cells {
    statement& self;

    [[nodiscard]] const unsigned char* data(int column) const { return self.at(column).data; }
    [[nodiscard]] std::string_view view(int column) const {
        const place& cell = self.at(column);
        return {reinterpret_cast<const char*>(cell.data), cell.size};
    }
    [[nodiscard]] bool is_null(int column) const { return data(column) == nullptr; }
    /// Text that no cell holds as such; it lives until the next row.
    std::string_view keep(std::string text) const { return self.texts_.emplace_back(std::move(text)); }

    static kind kind_of(wire as) noexcept {
        return as == wire::date ? kind::date : as == wire::time ? kind::time : kind::timestamp;
    }

    bool integer(int column, kind type, std::int64_t& to) const {
        if (is_null(column)) return false;
        const unsigned char* from = data(column);
        const wire as = self.wire_at(column);
        switch (as) {
            case wire::int8:
                to = read_number<std::int64_t>(from);
                break;
            case wire::int4:
                to = read_number<std::int32_t>(from);
                break;
            case wire::int2:
                to = read_number<std::int16_t>(from);
                break;
            case wire::boolean:
            case wire::int1:
                to = read_number<std::int8_t>(from);
                break;
            case wire::uint8: {
                const auto number = read_number<std::uint64_t>(from);
                if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return false;
                to = static_cast<std::int64_t>(number);
                break;
            }
            case wire::uint4:
                to = read_number<std::uint32_t>(from);
                break;
            case wire::uint2:
                to = read_number<std::uint16_t>(from);
                break;
            case wire::uint1:
                to = *from;
                break;
            case wire::bits: {
                if (self.at(column).size > 8) return false;
                std::uint64_t number = 0;
                for (const char byte : view(column)) number = number << 8 | static_cast<unsigned char>(byte);
                to = static_cast<std::int64_t>(number);
                break;
            }
            case wire::decimal:  // a sum of whole numbers is one
                if (!parse_whole(view(column), to)) return false;
                break;
            case wire::date:
            case wire::time:
            case wire::datetime:
                return kind_of(as) == type && read_moment(as, from, self.at(column).size, to);
            case wire::text:
                return is_moment(type) && parse_moment(type, view(column), to);
            default:
                return false;
        }
        return !is_moment(type);
    }
    bool real(int column, double& to) const {
        if (is_null(column)) return false;
        switch (self.wire_at(column)) {
            case wire::float8:
                to = read_number<double>(data(column));
                return true;
            case wire::float4:
                to = read_number<float>(data(column));
                return true;
            case wire::decimal:
                return parse_real(view(column), to);
            default: {
                std::int64_t number = 0;
                if (!integer(column, kind::int64, number)) return false;
                to = static_cast<double>(number);
                return true;
            }
        }
    }
    bool bytes(int column, kind type, std::string_view& to) const {
        if (is_null(column)) return false;
        to = view(column);
        const wire as = self.wire_at(column);
        if (type == kind::uuid && (as == wire::uuid || as == wire::text)) {
            const auto id = uuid::try_parse(to);
            if (!id) return false;
            to = keep({reinterpret_cast<const char*>(id->bytes), sizeof id->bytes});
            return true;
        }
        if (type == kind::blob || type == kind::uuid) return as == wire::blob;
        switch (as) {
            case wire::decimal:
                to = without_zeros(column, to);
                return type == kind::decimal;
            case wire::text:
                return type != kind::decimal || is_decimal(to);
            case wire::json:
            case wire::uuid:
                return type != kind::decimal;
            default:
                return false;
        }
    }
    /// A column of Kin's own has room for every scale, and says so in each of its cells.
    [[nodiscard]] std::string_view without_zeros(int column, std::string_view text) const {
        constexpr unsigned widest = 30;
        const MYSQL_FIELD* fields = mariadb_stmt_fetch_fields(self.handle_);
        if (fields[column].decimals < widest || text.find('.') == std::string_view::npos) return text;
        text = text.substr(0, text.find_last_not_of('0') + 1);
        if (text.ends_with('.')) text.remove_suffix(1);
        return text;
    }
    value_view cell(int column) const {
        value_view out;
        if (is_null(column)) return out;
        const wire as = self.wire_at(column);
        out.bytes = view(column);
        switch (as) {
            case wire::boolean:
                out.type = kind::boolean;
                integer(column, kind::int64, out.integer);
                break;
            case wire::float4:
            case wire::float8:
                out.type = kind::float64;
                real(column, out.real);
                break;
            case wire::decimal:
                out.type = kind::decimal;
                out.bytes = without_zeros(column, out.bytes);
                return out;
            case wire::text:
                out.type = kind::text;
                return out;
            case wire::json:
                out.type = kind::json;
                return out;
            case wire::uuid:
                out.type = bytes(column, kind::uuid, out.bytes) ? kind::uuid : kind::text;
                return out;
            case wire::blob:
                out.type = kind::blob;
                return out;
            case wire::date:
            case wire::time:
            case wire::datetime:
                if (!read_moment(as, data(column), out.bytes.size(), out.integer)) {
                    out.type = kind::text;
                    out.bytes = "0000-00-00";
                    return out;
                }
                out.type = kind_of(as);
                break;
            case wire::nothing:
                break;
            default:
                out.type = kind::int64;
                if (!integer(column, kind::int64, out.integer)) {
                    out.type = kind::decimal;
                    out.bytes = keep(std::to_string(read_number<std::uint64_t>(data(column))));
                    return out;
                }
                break;
        }
        out.bytes = {};
        return out;
    }
};

}  // namespace kin::engine::mariadb
