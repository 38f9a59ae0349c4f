// The columns of an object without its type: reading, comparing, packing them into a snapshot and back. Past 500 lines,
// since a snapshot is one format, which is written, compared and read here and nowhere else.
#include <kin/graph/fields.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include <kin/graph/arena.hpp>
#include <kin/value/calendar.hpp>
#include <kin/value/traits.hpp>
#include <kin/value/transfer.hpp>

namespace kin::graph {
namespace {

const void* member_of(const field& f, const void* object) noexcept {
    const void* m = static_cast<const std::byte*>(object) + f.offset;
    return f.optional != nullptr ? f.optional->get(m) : m;
}

template <class T>
T read(const void* at) noexcept {
    T t;
    std::memcpy(&t, at, sizeof t);
    return t;
}

std::int64_t integer(layout rep, const void* at) noexcept {
    switch (rep) {
        case layout::i8:
            return read<std::int8_t>(at);
        case layout::u8:
            return read<std::uint8_t>(at);
        case layout::i16:
            return read<std::int16_t>(at);
        case layout::u16:
            return read<std::uint16_t>(at);
        case layout::i32:
            return read<std::int32_t>(at);
        case layout::u32:
            return read<std::uint32_t>(at);
        case layout::u64:
            return static_cast<std::int64_t>(read<std::uint64_t>(at));
        case layout::boolean:
            return read<bool>(at) ? 1 : 0;
        default:
            return read<std::int64_t>(at);
    }
}

std::string_view bytes_of(layout rep, const void* at) noexcept {
    if (rep == layout::string) return *static_cast<const std::string*>(at);
    if (rep == layout::blob) {
        const auto& b = *static_cast<const std::vector<std::byte>*>(at);
        return {reinterpret_cast<const char*>(b.data()), b.size()};
    }
    return {static_cast<const char*>(at), sizeof(uuid)};
}

bool is_integer(kind k) noexcept {
    switch (k) {
        case kind::boolean:
        case kind::int16:
        case kind::int32:
        case kind::int64:
        case kind::date:
        case kind::time:
        case kind::timestamp:
            return true;
        default:
            return false;
    }
}

}  // namespace

bool same(const value_view& a, const value_view& b) noexcept {
    if (a.is_null() || b.is_null()) return a.is_null() == b.is_null();
    if (is_integer(a.type)) return is_integer(b.type) && a.integer == b.integer;
    if (a.type == kind::float32 || a.type == kind::float64) {
        const bool both_nan = a.real != a.real && b.real != b.real;
        return (b.type == kind::float32 || b.type == kind::float64) && (a.real == b.real || both_nan);
    }
    return a.bytes == b.bytes;
}

namespace {

/// Whether its bytes are not what it is compared by as a key.
bool has_key_form(const value_view& v) noexcept { return v.type == kind::decimal || v.compares != comparison::exact; }

bool ignores_spaces(comparison how) noexcept {
    return how == comparison::unpadded || how == comparison::folded_and_unpadded;
}

}  // namespace

value_view as_in_objects(const field& f, const value_view& cell, std::forward_list<value>& made) {
    value_view v = cell;
    if (f.type == kind::decimal && cell.type != kind::decimal && cell.type != kind::null && cell.type != kind::text) {
        v = made.emplace_front(describe(cell), kind::decimal).view();
    } else if (std::int64_t number = 0;
               cell.type == kind::text && is_moment(f.type) && parse_moment(f.type, cell.bytes, number)) {
        v.type = f.type;
        v.integer = number;
    }
    v.compares = f.compares;
    return v;
}

std::string_view key_bytes(const value_view& v, comparison how, std::string& scratch) {
    std::string_view bytes = v.bytes;
    if (v.type == kind::decimal) {
        if (bytes.starts_with('+')) bytes.remove_prefix(1);
        const bool negative = bytes.starts_with('-');
        std::string_view digits = bytes.substr(negative ? 1 : 0);
        if (digits.find_first_not_of("0123456789.") != std::string_view::npos) return bytes;  // NaN and the like
        digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
        if (digits.find('.') != std::string_view::npos) {
            digits = digits.substr(0, digits.find_last_not_of('0') + 1);
            if (digits.ends_with('.')) digits.remove_suffix(1);
        }
        scratch = digits.empty() ? "0" : negative ? "-" + std::string{digits} : std::string{digits};
        return scratch;
    }
    if (how == comparison::number_or_text && is_integer(v.type)) return scratch = std::to_string(v.integer);
    if (how == comparison::exact || how == comparison::number_or_text) return bytes;
    if (ignores_spaces(how)) bytes = bytes.substr(0, bytes.find_last_not_of(' ') + 1);
    if (how == comparison::unpadded) return bytes;
    scratch = bytes;
    for (char& c : scratch) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    return scratch;
}

bool matches(const value_view& a, const value_view& b) {
    if (!has_key_form(a) && !has_key_form(b)) return same(a, b);
    if (a.is_null() || b.is_null()) return a.is_null() == b.is_null();
    const comparison how = std::max(a.compares, b.compares);
    if ((is_integer(a.type) || is_integer(b.type)) && how != comparison::number_or_text) return same(a, b);
    std::string left;
    std::string right;
    return key_bytes(a, how, left) == key_bytes(b, how, right);
}

bool matches(const field& f, const void* object, const value_view& v) {
    value scratch;
    return matches(view(f, object, scratch), v);
}

bool matches(const field& a, const void* a_object, const field& b, const void* b_object) {
    value scratch;
    value other;
    return matches(view(a, a_object, scratch), view(b, b_object, other));
}

namespace {

// -- snapshots ------------------------------------------------------------------------------------------------------
// For each column: a byte that says whether there is a value, only where there may be none; then the value: raw bytes
// of its width, or a length of four bytes and as many bytes; what a codec made has its kind in front.

// How the model's are put together stands in its `snapshot`.

using part = mapping::snapshot_part::what;

const std::byte* place_of(const field& f, const void* object) noexcept {
    return static_cast<const std::byte*>(object) + f.offset;
}
const std::byte* place_of(const mapping::snapshot_part& p, const void* object) noexcept {
    return static_cast<const std::byte*>(object) + p.offset;
}
const std::string& text_of(const mapping::snapshot_part& p, const void* object) noexcept {
    return *reinterpret_cast<const std::string*>(place_of(p, object));
}

/// What such a column needs; what its codec makes is kept.
std::size_t other_size(const field& f, const void* object, std::vector<value>& customs) {
    const std::size_t flag = f.optional != nullptr;
    const void* at = member_of(f, object);
    if (at == nullptr) return flag;
    if (const std::size_t w = width_of(f.rep); w > 0) return flag + w;
    if (f.rep != layout::custom) return flag + 4 + bytes_of(f.rep, at).size();
    const value& made = customs.emplace_back(store_custom(f, at));
    return flag + 1 + (is_integer(made.type()) || made.bytes().empty() ? 8 : 4 + made.bytes().size());
}

void put(std::byte*& to, const void* from, std::size_t size) noexcept {
    std::memcpy(to, from, size);
    to += size;
}
/// The same for columns side by side: most are a few words, and a call would cost more than they do.
void put_run(std::byte*& to, const std::byte* from, std::size_t size) noexcept {
    if (size == 8) return put(to, from, 8);
    if (size == 16) return put(to, from, 16);
    put(to, from, size);
}
bool run_differs(const std::byte* a, const std::byte* b, std::size_t size) noexcept {
    if (size == 8) return read<std::uint64_t>(a) != read<std::uint64_t>(b);
    if (size == 16) {
        return read<std::uint64_t>(a) != read<std::uint64_t>(b) ||
               read<std::uint64_t>(a + 8) != read<std::uint64_t>(b + 8);
    }
    return std::memcmp(a, b, size) != 0;
}
/// Names and titles: two words that overlap are all of such a text.
bool is_two_words(std::size_t length) noexcept { return length >= 8 && length <= 16; }

void put_bytes(std::byte*& to, std::string_view text) noexcept {
    const auto length = static_cast<std::uint32_t>(text.size());
    put(to, &length, 4);
    if (is_two_words(length)) {
        const auto first = read<std::uint64_t>(text.data());
        const auto last = read<std::uint64_t>(text.data() + length - 8);
        std::memcpy(to, &first, 8);
        std::memcpy(to + length - 8, &last, 8);
        to += length;
    } else if (length > 0) {  // an empty vector has no address
        put(to, text.data(), length);
    }
}
bool text_differs(const std::string& now, const std::byte* was, std::size_t length) noexcept {
    if (now.size() != length) return true;
    if (is_two_words(length)) {
        return read<std::uint64_t>(now.data()) != read<std::uint64_t>(was) ||
               read<std::uint64_t>(now.data() + length - 8) != read<std::uint64_t>(was + length - 8);
    }
    return std::memcmp(now.data(), was, length) != 0;
}

bool long_form(const value_view& v) noexcept { return !is_integer(v.type) && !v.bytes.empty(); }

void put_custom(std::byte*& to, const value_view& v) noexcept {
    const auto k = static_cast<std::byte>(static_cast<std::uint8_t>(v.type) | (long_form(v) ? 0x80u : 0u));
    put(to, &k, 1);
    if (long_form(v)) {
        put_bytes(to, v.bytes);
    } else {
        put(to, &v.integer, 8);
    }
}

/// Reads the next column of a snapshot and moves on.
value_view take(const field& f, const std::byte*& from) noexcept {
    value_view v;
    if (f.optional != nullptr && *from++ == std::byte{0}) return v;
    v.type = f.type;
    v.compares = f.compares;
    if (const std::size_t w = width_of(f.rep); w > 0) {
        if (f.rep == layout::f32) {
            v.real = read<float>(from);
        } else if (f.rep == layout::f64) {
            v.real = read<double>(from);
        } else if (f.rep == layout::uuid) {
            v.bytes = {reinterpret_cast<const char*>(from), w};
        } else {
            v.integer = integer(f.rep, from);
        }
        from += w;
        return v;
    }
    bool is_long = true;
    if (f.rep == layout::custom) {
        const auto k = static_cast<std::uint8_t>(*from++);
        v.type = static_cast<kind>(k & 0x7f);
        is_long = (k & 0x80) != 0;
    }
    if (!is_long) {
        v.integer = read<std::int64_t>(from);
        from += 8;
        return v;
    }
    const auto length = read<std::uint32_t>(from);
    v.bytes = {reinterpret_cast<const char*>(from + 4), length};
    from += 4 + length;
    return v;
}

/// A column that has to be looked at, into a snapshot. Out of line, so that the loop over the others stays small.
[[gnu::noinline]] std::byte* put_other(std::byte* to, const field& f, const void* object, const value*& next_custom) {
    const void* at = member_of(f, object);
    if (f.optional != nullptr) *to++ = std::byte{at != nullptr};
    if (at == nullptr) return to;
    if (const std::size_t w = width_of(f.rep); w > 0) {
        put(to, at, w);
    } else if (f.rep == layout::custom) {
        put_custom(to, (next_custom++)->view());
    } else {
        put_bytes(to, bytes_of(f.rep, at));
    }
    return to;
}

/// Whether such a column is another than the snapshot's next, which is passed.
[[gnu::noinline]] bool other_differs(const field& f, const void* object, const std::byte*& snapshot) {
    if (f.optional == nullptr && f.rep != layout::custom) {  // bytes in place; the rest goes through views
        if (const std::size_t w = width_of(f.rep); w > 0) {
            return std::memcmp(place_of(f, object), std::exchange(snapshot, snapshot + w), w) != 0;
        }
        const std::string_view now = bytes_of(f.rep, place_of(f, object));
        const auto length = read<std::uint32_t>(snapshot);
        const auto* was = reinterpret_cast<const char*>(snapshot + 4);
        snapshot += 4 + length;
        return now != std::string_view{was, length};
    }
    value scratch;
    return !same(view(f, object, scratch), take(f, snapshot));
}

}  // namespace

value_view view(const field& f, const void* object, value& scratch) {
    value_view v;
    const void* at = member_of(f, object);
    if (at == nullptr) return v;
    v.type = f.type;
    v.compares = f.compares;
    switch (f.rep) {
        case layout::f32:
            v.real = read<float>(at);
            break;
        case layout::f64:
            v.real = read<double>(at);
            break;
        case layout::string:
        case layout::blob:
        case layout::uuid:
            v.bytes = bytes_of(f.rep, at);
            break;
        case layout::custom:
            scratch = store_custom(f, at);
            v = scratch.view();
            v.compares = f.compares;
            break;
        default:
            v.integer = integer(f.rep, at);
            break;
    }
    return v;
}

void assign(const field& f, void* object, const value_view& v) { load_value(f, object, v); }

void copy_key(const field& to, void* to_object, const field& from, const void* from_object) {
    if (to.rep == layout::i64 && from.rep == layout::i64 && to.optional == nullptr && from.optional == nullptr) {
        std::memcpy(static_cast<std::byte*>(to_object) + to.offset,
                    static_cast<const std::byte*>(from_object) + from.offset, 8);
        return;
    }
    value scratch;
    load_value(to, to_object, view(from, from_object, scratch));
}

bool unset(const field& f, const void* object) {
    value scratch;
    const value_view v = view(f, object, scratch);
    if (v.is_null()) return true;
    if (is_integer(v.type)) return v.integer == 0;
    if (v.type == kind::uuid) return v.bytes.find_first_not_of('\0') == std::string_view::npos;
    if (v.type == kind::float32 || v.type == kind::float64) return false;
    return v.bytes.empty();
}

bool equal(const field& f, const void* object, const value_view& v) {
    value scratch;
    return same(view(f, object, scratch), v);
}

bool equal(const field& a, const void* a_object, const field& b, const void* b_object) {
    value scratch;
    value other;
    return same(view(a, a_object, scratch), view(b, b_object, other));
}

std::uint64_t hash(const value_view& v) {
    if (v.is_null()) return 0;
    const bool digits = v.compares == comparison::number_or_text;
    if ((is_integer(v.type) && !digits) || v.type == kind::float32 || v.type == kind::float64) return hash(v.integer);
    std::string scratch;
    const std::string_view bytes = has_key_form(v) ? key_bytes(v, v.compares, scratch) : v.bytes;
    return hash(static_cast<std::int64_t>(std::hash<std::string_view>{}(bytes)));
}

namespace {

/// The same where a column has to be looked at, or a codec asked.
[[gnu::noinline]] const std::byte* pack_others(const mapping::model& m, const void* object, arena& home) {
    std::vector<value> customs;
    std::size_t size = m.snapshot_width;
    for (const mapping::snapshot_part& p : m.snapshot) {
        if (p.does == part::text) {
            size += text_of(p, object).size();
        } else if (p.does == part::other) {
            size += other_size(m.fields[p.column], object, customs);
        }
    }
    auto* start = home.snapshot_bytes(size + 1);
    std::byte* to = start;
    const value* next_custom = customs.data();
    for (const mapping::snapshot_part& p : m.snapshot) {
        if (p.does == part::text) {
            put_bytes(to, text_of(p, object));
        } else if (p.does == part::other) {
            to = put_other(to, m.fields[p.column], object, next_custom);
        } else {
            put_run(to, place_of(p, object), p.width);
        }
    }
    return start;
}

}  // namespace

const std::byte* pack(const mapping::model& m, const void* object, arena& home) {
    if (!m.snapshot_plain) return pack_others(m, object, home);
    std::size_t size = m.snapshot_width;
    for (const mapping::snapshot_part& p : m.snapshot) {
        if (p.does == part::text) size += text_of(p, object).size();
    }
    std::byte* const start = home.snapshot_bytes(size + 1);
    std::byte* to = start;
    for (const mapping::snapshot_part& p : m.snapshot) {
        if (p.does == part::text) {
            put_bytes(to, text_of(p, object));
        } else {
            put_run(to, place_of(p, object), p.width);
        }
    }
    return start;
}

void give_back(const mapping::model& m, const std::byte* snapshot, arena& home) noexcept {
    const std::byte* at = snapshot;
    for (const mapping::snapshot_part& p : m.snapshot) {
        if (p.does == part::bytes) {
            at += p.width;
        } else if (p.does == part::text) {
            at += 4 + read<std::uint32_t>(at);
        } else {
            (void)take(m.fields[p.column], at);
        }
    }
    home.give_back(snapshot, static_cast<std::size_t>(at - snapshot) + 1);
}

namespace {

/// The first part that differs, with `snapshot` at its place; nearly always there is none, and then nobody asks which
/// columns do.
const mapping::snapshot_part* first_difference(const mapping::model& m, const void* object,
                                               const std::byte*& snapshot) {
    const std::byte* at = snapshot;  // so that the loop has its own in a register
    for (const mapping::snapshot_part& p : m.snapshot) {
        const std::byte* next = at;
        bool differs = false;
        if (p.does == part::text) {
            const std::size_t length = read<std::uint32_t>(at);
            differs = text_differs(text_of(p, object), at + 4, length);
            next += 4 + length;
        } else if (p.does == part::other) {
            const std::byte* past = at;
            differs = other_differs(m.fields[p.column], object, past);
            next = past;
        } else {
            differs = run_differs(place_of(p, object), at, p.width);
            next += p.width;
        }
        if (differs) {
            snapshot = at;
            return &p;
        }
        at = next;
    }
    return nullptr;
}

}  // namespace

namespace {

/// What a codec refuses, with the row.
[[noreturn]] void throw_of_object(const mapping::model& m, const void* object, const conversion_error& e) {
    std::string text = m.name;
    for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
        const field& f = m.fields[m.primary_key[i]];
        value scratch;
        value_view shown = view(f, object, scratch);
        shown.hidden = f.hidden;
        text += (i == 0 ? " " : ", ") + describe(shown);
    }
    throw conversion_error{text + ": " + e.message(), e.context()};
}

}  // namespace

std::size_t compare(const mapping::model& m, const void* object, const std::byte* snapshot,
                    std::uint64_t& changed) try {
    changed = 0;
    const mapping::snapshot_part* first = first_difference(m, object, snapshot);
    if (first == nullptr) return 0;
    std::size_t count = 0;
    for (std::size_t column = first->column; column < m.fields.size(); ++column) {
        if (!other_differs(m.fields[column], object, snapshot)) continue;
        changed |= std::uint64_t{1} << column;
        ++count;
    }
    return count;
} catch (const conversion_error& e) {
    throw_of_object(m, object, e);
}

namespace {

/// What its codec refuses to store is no value that a row had.
bool holds(const field& f, const void* object, const value_view& was) {
    try {
        value scratch;
        return same(view(f, object, scratch), was);
    } catch (const conversion_error&) {
        return false;
    }
}

}  // namespace

void unpack(const mapping::model& m, void* object, const std::byte* snapshot) {
    for (const field& f : m.fields) {
        const value_view was = take(f, snapshot);
        if (!holds(f, object, was)) load_value(f, object, was);
    }
}

value_view packed(const mapping::model& m, const std::byte* snapshot, std::size_t column) {
    for (std::size_t i = 0; i < column; ++i) take(m.fields[i], snapshot);
    return take(m.fields[column], snapshot);
}

}  // namespace kin::graph
