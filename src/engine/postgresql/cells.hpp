// The cells of a row of PostgreSQL's, binary, as transfer.hpp reads them. For statement.cpp alone.
#pragma once

#include <limits>

#include <kin/value/calendar.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/transfer.hpp>

#include "lists.hpp"
#include "statement.hpp"

namespace kin::engine::postgresql {

/// The current row, as transfer.hpp reads it.
struct statement::cells {
    statement& self;

    [[nodiscard]] const char* data(int column) const { return PQgetvalue(self.result_.get(), self.row_, column); }
    [[nodiscard]] std::string_view view(int column) const {
        return {data(column), static_cast<std::size_t>(PQgetlength(self.result_.get(), self.row_, column))};
    }
    /// The server compares char(n) without the spaces that fill it up, and drops them where it makes text of it.
    [[nodiscard]] std::string_view unpadded(int column) const {
        const std::string_view all = view(column);
        return all.substr(0, all.find_last_not_of(' ') + 1);
    }
    [[nodiscard]] bool is_null(int column) const { return PQgetisnull(self.result_.get(), self.row_, column) != 0; }
    /// Text that no cell holds as such; it lives until the next row.
    std::string_view keep(std::string text) const { return self.texts_.emplace_back(std::move(text)); }
    [[nodiscard]] std::string_view numeric(int column) const { return keep(numeric_text(view(column))); }

    /// A type that somebody made comes as it likes: text holds no zero, and begins with no control character.
    [[nodiscard]] static bool is_text(std::string_view made) noexcept {
        if (made.empty()) return true;
        const auto first = static_cast<unsigned char>(made.front());
        return (first >= ' ' || first == '\t' || first == '\n' || first == '\r') &&
               made.find('\0') == std::string_view::npos;
    }

    bool integer(int column, kind type, std::int64_t& to) const {
        if (is_null(column)) return false;
        const char* from = data(column);
        switch (self.wire_at(column)) {
            case wire::int8:
                to = read_number<std::int64_t>(from);
                break;
            case wire::int4:
                to = read_number<std::int32_t>(from);
                break;
            case wire::int2:
                to = read_number<std::int16_t>(from);
                break;
            case wire::oid:
                to = read_number<std::uint32_t>(from);
                break;
            case wire::boolean:
                to = *from != 0 ? 1 : 0;
                break;
            case wire::numeric: {
                std::int64_t whole = 0;
                if (!parse_whole(numeric_text(view(column)), whole)) return false;
                to = whole;
                break;
            }
            case wire::timestamp:
            case wire::time:
            case wire::date: {
                const value_view moment = cell(column);
                to = moment.integer;
                return moment.type == type;
            }
            case wire::text:
            case wire::padded:
            case wire::made:
                return is_moment(type) && parse_moment(type, unpadded(column), to);
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
            case wire::numeric:
                return parse_real(numeric_text(view(column)), to);
            case wire::int8:
            case wire::int4:
            case wire::int2: {
                std::int64_t number = 0;
                integer(column, kind::int64, number);
                to = static_cast<double>(number);
                return true;
            }
            default:
                return false;
        }
    }
    bool bytes(int column, kind type, std::string_view& to) const {
        to = view(column);
        if (to.empty() && is_null(column)) return false;  // a NULL has no bytes
        const wire as = self.wire_at(column);
        if (type == kind::blob || type == kind::uuid) {
            if ((as == wire::text || as == wire::padded || as == wire::made) && type == kind::uuid) {
                const auto id = uuid::try_parse(to);
                if (!id) return false;
                to = keep({reinterpret_cast<const char*>(id->bytes), sizeof id->bytes});
                return true;
            }
            return as == wire::bytea || as == wire::uuid;
        }
        switch (as) {
            case wire::padded:
                to = unpadded(column);
                [[fallthrough]];
            case wire::text:
                return type != kind::decimal || is_decimal(to);
            case wire::made:
                return is_text(to) && (type != kind::decimal || is_decimal(to));
            case wire::jsonb:
                to.remove_prefix(1);  // behind the version of the format
                return true;
            case wire::network:
                to = keep(network_text(to));
                return true;
            case wire::numeric:
                to = numeric(column);
                return type == kind::decimal;
            default:
                return false;
        }
    }
    value_view cell(int column) const {
        value_view out;
        if (is_null(column)) return out;
        const char* from = data(column);
        switch (self.wire_at(column)) {
            case wire::boolean:
                out.type = kind::boolean;
                out.integer = *from != 0 ? 1 : 0;
                break;
            case wire::int2:
            case wire::int4:
            case wire::int8:
            case wire::oid:
                out.type = kind::int64;
                integer(column, kind::int64, out.integer);
                break;
            case wire::float4:
            case wire::float8:
                out.type = kind::float64;
                real(column, out.real);
                break;
            case wire::made:
                out.type = is_text(view(column)) ? kind::text : kind::blob;
                out.bytes = view(column);
                break;
            case wire::padded:
                out.type = kind::text;
                out.bytes = unpadded(column);
                break;
            case wire::text:
                out.type = kind::text;
                out.bytes = view(column);
                break;
            case wire::network:
                out.type = kind::text;
                out.bytes = keep(network_text(view(column)));
                break;
            case wire::array: {
                std::string list;
                if (!array_json(view(column), list, out.type)) {
                    out.type = kind::blob;  // of several dimensions
                    out.bytes = view(column);
                    break;
                }
                out.bytes = keep(std::move(list));
                break;
            }
            case wire::jsonb:
                out.type = kind::json;
                out.bytes = view(column).substr(1);
                break;
            case wire::numeric:
                out.type = kind::decimal;
                out.bytes = numeric(column);
                break;
            case wire::uuid:
                out.type = kind::uuid;
                out.bytes = view(column);
                break;
            case wire::date:
                out.type = kind::date;
                out.integer = read_number<std::int32_t>(from) + std::int64_t{days_to_2000};
                break;
            case wire::time:
                out.type = kind::time;
                out.integer = read_number<std::int64_t>(from);
                break;
            case wire::timestamp:
                out.type = kind::timestamp;
                out.integer = read_number<std::int64_t>(from);
                if (out.integer == std::numeric_limits<std::int64_t>::min()) break;  // `-infinity` stays what it is,
                if (__builtin_add_overflow(out.integer, microseconds_to_2000, &out.integer)) {
                    out.integer = std::numeric_limits<std::int64_t>::max();  // `infinity` the largest number there is
                }
                break;
            case wire::bytea:
            case wire::other:
                out.type = kind::blob;
                out.bytes = view(column);
                break;
            case wire::nothing:
                break;
        }
        return out;
    }
};

}  // namespace kin::engine::postgresql
