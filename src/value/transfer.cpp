// The rare side of moving values: messages, codecs, and members read and written apart from any driver.
#include <exception>
#include <new>

#include <fmt/format.h>

#include <kin/value/calendar.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/traits.hpp>
#include <kin/value/transfer.hpp>

namespace kin {

namespace {

std::string prefix(const char* column) { return *column ? fmt::format("column \"{}\": ", column) : std::string{}; }

[[noreturn]] void fail(const char* column, std::string_view what) {
    throw conversion_error{prefix(column) + std::string{what}};
}

template <class T>
std::string range() {
    return fmt::format("{} to {}", std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
}

std::string range_of(layout rep) {
    switch (rep) {
        case layout::i8:
            return range<std::int8_t>();
        case layout::i16:
            return range<std::int16_t>();
        case layout::i32:
            return range<std::int32_t>();
        case layout::i64:
            return range<std::int64_t>();
        case layout::u8:
            return range<std::uint8_t>();
        case layout::u16:
            return range<std::uint16_t>();
        case layout::u32:
            return range<std::uint32_t>();
        case layout::u64:
            return range<std::uint64_t>();
        case layout::f32:
            return range<float>();
        case layout::boolean:
            return "0 to 1";
        default:
            return "?";
    }
}

std::string_view wanted(const field& to) {
    switch (to.rep) {
        case layout::boolean:
            return "a boolean";
        case layout::f32:
        case layout::f64:
            return "a number";
        case layout::string:
            return to.type == kind::decimal ? "a decimal number" : "text";
        case layout::blob:
            return "a blob";
        case layout::uuid:
            return "a UUID";
        default:
            break;
    }
    switch (to.type) {
        case kind::date:
            return "a date (YYYY-MM-DD)";
        case kind::time:
            return "a time (HH:MM:SS)";
        case kind::timestamp:
            return "a timestamp (YYYY-MM-DD HH:MM:SS)";
        default:
            return "an integer";
    }
}

/// One value_view as a row of one column.
class single_cell {
  public:
    explicit single_cell(const value_view& cell) noexcept : cell_{cell} {}

    bool integer(int, kind type, std::int64_t& to) const noexcept {
        const bool moment = is_moment(type);
        switch (cell_.type) {
            case kind::boolean:
            case kind::int16:
            case kind::int32:
            case kind::int64:
                if (moment) return false;
                break;
            case kind::date:
            case kind::time:
            case kind::timestamp:
                if (moment && type != cell_.type) return false;
                break;
            case kind::text:
                return moment && parse_moment(type, cell_.bytes, to);
            case kind::decimal:  // a sum of integers
                return !moment && parse_whole(cell_.bytes, to);
            default:
                return false;
        }
        to = cell_.integer;
        return true;
    }
    bool real(int, double& to) const noexcept {
        switch (cell_.type) {
            case kind::float32:
            case kind::float64:
                to = cell_.real;
                return true;
            case kind::int16:
            case kind::int32:
            case kind::int64:
                to = static_cast<double>(cell_.integer);
                return true;
            case kind::decimal:
                return parse_real(cell_.bytes, to);
            default:
                return false;
        }
    }
    bool bytes(int, kind type, std::string_view& to) noexcept {
        switch (cell_.type) {
            case kind::text:
                if (type == kind::uuid) {
                    const auto id = uuid::try_parse(cell_.bytes);
                    if (!id) return false;
                    parsed_ = *id;
                    to = {reinterpret_cast<const char*>(parsed_.bytes), sizeof parsed_.bytes};
                    return true;
                }
                if (type == kind::blob || (type == kind::decimal && !is_decimal(cell_.bytes))) return false;
                break;
            case kind::json:
            case kind::decimal:
                if (type == kind::blob || type == kind::uuid) return false;
                break;
            case kind::blob:
            case kind::uuid:
                if (type != kind::blob && type != kind::uuid) return false;
                break;
            default:
                return false;
        }
        to = cell_.bytes;
        return true;
    }
    [[nodiscard]] bool is_null(int) const noexcept { return cell_.is_null(); }
    [[nodiscard]] const value_view& cell(int) const noexcept { return cell_; }

  private:
    const value_view& cell_;
    uuid parsed_{};
};

/// Takes one parameter and makes a value of it.
struct value_sink {
    static constexpr bool stores_nan = true;  // whether a NaN can be stored is the driver's question
    value result{};
    value kept{};

    void null(int) noexcept { result = value{}; }
    void integer(int, kind type, std::int64_t number) noexcept { result = value{number, type}; }
    void real(int, double number) noexcept { result = value{number}; }
    void text(int, kind type, std::string_view text) { result = value{text, type}; }
    void bytes(int, kind type, std::string_view bytes) { result = value{bytes, type}; }
    const value& keep(int, value&& made) noexcept { return kept = std::move(made); }
};

}  // namespace

void assign_text(std::string& to, std::string_view text) { to.assign(text); }

void throw_mismatch(const field& to, const value_view& cell) {
    if (cell.is_null()) {
        const bool selected = *to.name == '\0';  // no member: a column of a query's own
        fail(to.name, std::string{"NULL in a member that cannot be empty"} +
                          (selected ? ": what a left join or a function may leave without a value is selected with "
                                      "or_null(…), which reads as a std::optional"
                                    : ""));
    }
    value_view shown = cell;
    shown.hidden = to.hidden;
    if (to.rep == layout::uuid && cell.type == kind::text && uuid::try_parse(cell.bytes)) {
        fail(to.name, fmt::format("{} is text, and a kin::uuid a blob in this database, so that no question would find "
                                  "it: the column is a kin::stored_as<kin::uuid, kin::form::text>",
                                  describe(shown)));
    }
    if (to.rep == layout::string && to.type == kind::text && cell.type == kind::int64) {
        fail(to.name,
             fmt::format("{} ({}) is not text: where a column keeps text as a number if it reads like one, the "
                         "member is a kin::stored_as<std::string, kin::form::number_or_text>",
                         describe(shown), name_of(cell.type)));
    }
    fail(to.name, fmt::format("{} ({}) is not {}", describe(shown), name_of(cell.type), wanted(to)));
}

namespace {
[[noreturn]] void fail_hidden(const field& to) {
    fail(to.name, fmt::format("what is there is out of range ({})", range_of(to.rep)));
}
}  // namespace

void throw_out_of_range(const field& to, std::int64_t number) {
    if (to.hidden) fail_hidden(to);
    fail(to.name, fmt::format("{} is out of range ({})", number, range_of(to.rep)));
}
void throw_out_of_range(const field& to, std::uint64_t number) {
    if (to.hidden) fail_hidden(to);
    fail(to.name, fmt::format("{} is out of range for a database ({})", number, range<std::int64_t>()));
}
void throw_out_of_range(const field& to, double number) {
    if (to.hidden) fail_hidden(to);
    fail(to.name, fmt::format("{} is out of range ({})", number, range_of(to.rep)));
}
void throw_not_a_number(const char* column) { fail(column, "not-a-number cannot be stored in this database"); }
void throw_invalid_text(const char* column, std::string_view text) {
    // The bytes themselves would make the message as invalid as the text is.
    value_view bytes;
    bytes.type = kind::blob;
    bytes.bytes = text;
    fail(column, fmt::format("invalid text: not UTF-8: {}", describe(bytes)));
}

namespace {

/// What a codec throws, as a conversion_error of its column. Memory that is out is no matter of values, and what is no
/// std::exception nobody expects here.
template <class Action>
auto by_codec(const field& of, Action action) {
    try {
        return action();
    } catch (const conversion_error& e) {
        if (of.hidden) fail(of.name, "its codec refuses the value (hidden)");
        if (!*of.name) throw;
        throw conversion_error{prefix(of.name) + e.message(), e.context()};
    } catch (const error&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& e) {
        fail(of.name, of.hidden ? "its codec refuses the value (hidden)" : e.what());
    }
}

}  // namespace

void load_custom(const field& to, void* member, const value_view& cell) {
    if (cell.is_null()) throw_mismatch(to, cell);
    by_codec(to, [&] { to.codec->load(member, cell); });
}

value store_custom(const field& from, const void* member) {
    return by_codec(from, [&] { return from.codec->store(member); });
}

value store_value(const field& from, const void* object) {
    value_sink sink;
    encode_field(from, object, sink, 1);
    return std::move(sink.result);
}

void load_value(const field& to, void* object, const value_view& cell) {
    single_cell row{cell};
    decode_field(to, object, row, 0);
}

namespace detail {

void throw_time_out_of_range() { throw conversion_error{"the time is out of range for 64 bits of microseconds"}; }
void throw_no_such_date(std::int64_t days) {
    throw conversion_error{
        fmt::format("the date, {} days {} 1970, is not within the years -32767 to 32767 of a "
                    "calendar date: a std::chrono::sys_days has it",
                    days < 0 ? -days : days, days < 0 ? "before" : "after")};
}
void throw_not_a_date() { throw conversion_error{"the date does not exist"}; }

std::int64_t moment_of(const value_view& cell, kind type) {
    std::int64_t result = 0;
    if (!single_cell{cell}.integer(0, type, result)) {
        throw_mismatch({.rep = layout::i64, .type = type}, cell);
    }
    return result;
}

}  // namespace detail

}  // namespace kin
