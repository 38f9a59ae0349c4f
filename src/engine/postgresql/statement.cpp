// A prepared statement of PostgreSQL: encodes members as binary parameters, decodes binary cells into members.
#include "cells.hpp"
#include "lists.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <limits>

#include <kin/engine/describe.hpp>
#include <kin/value/transfer.hpp>

namespace kin::engine::postgresql {

namespace {

/// A value of more bytes does not stay with the statement after its run.
constexpr std::size_t most_kept = 4096;

constexpr int binary = 1;
constexpr int textual = 0;

/// What one message takes before another one is begun: the server refuses one of a gigabyte, and what is in it is kept
/// several times on its way. A single value may be larger.
constexpr std::size_t most_bytes = std::size_t{16} << 20;

}  // namespace

// -- parameters -----------------------------------------------------------------------------------------------------

/// The parameters, as transfer.hpp binds them. Text is not copied here: libpq does that as it sends.
struct statement::sink {
    static constexpr bool stores_nan = true;
    statement& self;
    const char* column = "";       ///< for messages
    kind expected = kind::null;    ///< of the member, also where it is empty
    std::string* array = nullptr;  ///< elements are appended here instead, as an array's binary form has them
    bool literal = false;          ///< or as its text has them

    void set(int index, Oid type, const char* data, std::size_t length, int format) const {
        if (array != nullptr) return append(index, type, data, length, format);
        const auto i = static_cast<std::size_t>(index - 1);
        self.packet_.types[i] = type;
        self.packet_.values[i] = data;
        self.packet_.lengths[i] = static_cast<int>(length);
        self.packet_.formats[i] = format;
    }
    void append(int index, Oid type, const char* data, std::size_t length, int format) const {
        if (literal) return append_text(index, data, length, format);
        char size[4];
        write_number(size, data == nullptr ? std::int32_t{-1} : static_cast<std::int32_t>(length));
        array->append(size, sizeof size);
        if (data == nullptr) return;
        if (format == binary && type != array_of(expected).element) refuse(index, "a value is of another type");
        array->append(data, length);
    }
    void append_text(int index, const char* data, std::size_t length, int format) const {
        if (array->size() > 1) array->push_back(',');
        if (data == nullptr) {
            array->append("NULL");
            return;
        }
        if (format != textual) refuse(index, "a value is of another type");
        append_quoted(*array, {data, length});
    }
    char* number(int index) const { return self.numbers_[static_cast<std::size_t>(index - 1)].data(); }
    template <class Number>
    void number(int index, kind type, Number n) const {
        char* to = number(index);
        write_number(to, n);
        set(index, type_of(type), to, sizeof n, binary);
    }
    [[noreturn]] void refuse(int index, std::string_view what) const {
        const std::string name = *column ? fmt::format("column \"{}\"", column) : fmt::format("parameter {}", index);
        throw conversion_error{fmt::format("{}: {}", name, what)};
    }

    void null(int index) const { set(index, type_of(expected), nullptr, 0, binary); }
    void integer(int index, kind type, std::int64_t n) const {
        switch (type) {
            case kind::boolean:
                return number(index, type, static_cast<char>(n != 0));
            case kind::int16:
                if (n == static_cast<std::int16_t>(n)) return number(index, type, static_cast<std::int16_t>(n));
                break;
            case kind::int32:
                if (n == static_cast<std::int32_t>(n)) return number(index, type, static_cast<std::int32_t>(n));
                break;
            case kind::date: {
                const std::int64_t days = n - days_to_2000;
                if (days != static_cast<std::int32_t>(days)) refuse(index, "the date is out of range");
                return number(index, type, static_cast<std::int32_t>(days));
            }
            case kind::timestamp: {
                constexpr std::int64_t infinity = std::numeric_limits<std::int64_t>::max();
                std::int64_t moment = n;
                if (n == infinity || n == std::numeric_limits<std::int64_t>::min()) return number(index, type, n);
                if (__builtin_sub_overflow(n, microseconds_to_2000, &moment)) {
                    refuse(index, "the timestamp is out of range");
                }
                return number(index, type, moment);
            }
            case kind::time:
                return number(index, type, n);
            default:
                break;
        }
        number(index, kind::int64, n);
    }
    void real(int index, double n) const { number(index, kind::float64, n); }
    void text(int index, kind type, std::string_view text) const {
        if (is_list(type)) text = self.texts_.emplace_back(array_literal(text));
        if (text.find('\0') != std::string_view::npos) refuse(index, "PostgreSQL's text cannot hold a zero byte");
        // As text, so that the server reads it as whatever it stands for. It is a string's, so a zero ends it.
        set(index, type_of(type), text.data() ? text.data() : "", text.size(), textual);
    }
    void bytes(int index, kind type, std::string_view bytes) const {
        set(index, type_of(type), bytes.data() ? bytes.data() : "", bytes.size(), binary);
    }
    const value& keep(int index, value&& made) const {
        if (self.kept_.empty()) self.kept_.resize(static_cast<std::size_t>(self.parameter_count_));
        self.keeps_much_ = self.keeps_much_ || made.bytes().size() > most_kept;
        return self.kept_[static_cast<std::size_t>(index - 1)] = std::move(made);
    }
};

statement::statement(driver& owner, link& line, std::string_view sql, preparing how, std::uint64_t number)
    : driver_{owner}, link_{line}, sql_{sql}, number_{number}, parameter_count_{placeholders_of(sql)}, preparing_{how} {
    const auto count = static_cast<std::size_t>(parameter_count_);
    packet_.types.resize(count);
    packet_.values.resize(count);
    packet_.lengths.resize(count);
    packet_.formats.resize(count);
    numbers_.resize(count);
}

statement::~statement() {
    link_.forget(*this);
    if (!name_.empty() && !link_.lost() && !link_.gone(era_)) link_.deallocate(std::move(name_));
}

void statement::require_idle() const {
    if (state_ == state::idle) return;
    throw usage_error{"the statement is still running", {.sql = sql_, .where = driver_.where()}};
}

void statement::require_count(const parameters& with) const {
    const std::size_t given = with.fields.size() + with.values.size();
    if (given == static_cast<std::size_t>(parameter_count_)) return;
    throw usage_error{fmt::format("the statement has {} parameters, {} were given", parameter_count_, given),
                      {.sql = sql_, .parameters = describe(with), .where = driver_.where()}};
}

void statement::encode(const parameters& with) {
    texts_.clear();
    sink to{.self = *this};
    int index = 0;
    try {
        for (const field& each : with.fields) {
            to.column = each.name;
            to.expected = each.type;
            encode_field(each, with.object, to, ++index);
        }
        to.column = "";
        to.expected = kind::null;
        for (const value& each : with.values) encode_value(each.view(), "", to, ++index);
    } catch (const conversion_error& e) {
        fail_conversion(e, &with);
    }
}

void statement::fail_conversion(const conversion_error& e, const parameters* with) {
    throw conversion_error{e.message(),
                           {.sql = sql_,
                            .parameters = with ? describe(*with) : std::string{},
                            .code = e.code(),
                            .number = e.number(),
                            .where = driver_.where()}};
}

// -- sending --------------------------------------------------------------------------------------------------------

bool statement::types_fit() const noexcept {
    if (known_types_.size() != packet_.types.size()) return false;
    for (std::size_t i = 0; i < known_types_.size(); ++i) {
        const bool fits = packet_.types[i] == known_types_[i] || (packet_.types[i] == 0 && !packet_.values[i]);
        if (!fits) return false;
    }
    return true;
}

void statement::send_prepare() {
    if (preparing_ == preparing::never) {  // the nameless one is gone with the next
        known_types_ = packet_.types;
        expects_parse_ = true;
        parsed_ = false;
        return link_.prepare(name_, sql_, known_types_);
    }
    if (!name_.empty() && era_ != link_.era()) {
        if (!link_.gone(era_)) link_.deallocate(name_);
        name_.clear();
        array_types_.clear();
    }
    if (!name_.empty() && types_fit()) return;
    if (!name_.empty()) {
        // An empty parameter says nothing of its type: what was known of it stays true.
        for (std::size_t i = 0; i < known_types_.size() && i < packet_.types.size(); ++i) {
            if (packet_.types[i] == 0 && !packet_.values[i]) packet_.types[i] = known_types_[i];
        }
        link_.deallocate(std::move(name_));
    }
    name_ = fmt::format("kin_{}_{}", number_, renewed_++);
    era_ = link_.era();
    known_types_ = packet_.types;
    expects_parse_ = true;
    parsed_ = false;
    link_.prepare(name_, sql_, known_types_);
}

/// What travels as text takes the type of its column, which may be one that the server alone knows: as long as that is
/// not known to be text itself, the array is written as the server reads it.
bool statement::as_literal(std::size_t parameter, kind type) const noexcept {
    const array_type usual = array_of(type);
    if (usual.array != array_of(kind::text).array) return false;
    return parameter >= array_types_.size() || array_types_[parameter] != usual.array;
}

/// The binary form of one-dimensional arrays: dimensions, whether there are NULLs, the elements' type, their number,
/// the first one's index; then each with its length. Of as many of the objects as one message takes, which it gives.
std::size_t statement::encode_arrays(std::span<const field> fields, std::span<const void* const> objects) {
    while (!encode_all(fields, objects)) objects = objects.first(objects.size() / 2);
    return objects.size();
}

/// False where several are too much together.
bool statement::encode_all(std::span<const field> fields, std::span<const void* const> objects) {
    columns_.resize(fields.size());
    texts_.clear();
    sink to{.self = *this};
    std::size_t before = 0;  // bytes of the columns that are done
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const int index = static_cast<int>(i) + 1;
        const array_type type = array_of(fields[i].type);
        std::string& column = columns_[i];
        column.clear();
        to.column = fields[i].name;
        to.expected = fields[i].type;
        to.array = &column;
        to.literal = as_literal(i, fields[i].type);
        const auto encode_each = [&] {
            for (const void* object : objects) {
                encode_field(fields[i], object, to, index);
                if (before + column.size() > most_bytes && objects.size() > 1) return false;
            }
            return true;
        };
        if (to.literal) {
            column.push_back('{');
            if (!encode_each()) return false;
            column.push_back('}');
            to.array = nullptr;
            keeps_much_ = keeps_much_ || column.size() > most_kept * 16;
            to.set(index, 0, column.data(), column.size(), textual);
        } else {
            const auto put = [&](std::int32_t n) {
                char bytes[4];
                write_number(bytes, n);
                column.append(bytes, sizeof bytes);
            };
            put(1);
            put(fields[i].optional != nullptr ? 1 : 0);
            put(static_cast<std::int32_t>(type.element));
            put(static_cast<std::int32_t>(objects.size()));
            put(1);
            if (!encode_each()) return false;
            to.array = nullptr;
            keeps_much_ = keeps_much_ || column.size() > most_kept * 16;
            // What travels as text is left to the server also where it is known, so that it is prepared once.
            const bool text = type.array == array_of(kind::text).array;
            to.set(index, text ? 0 : type.array, column.data(), column.size(), binary);
        }
        before += column.size();
    }
    return true;
}

/// In parts, so that the server works on one while the next is made.
void statement::send_arrays(const parameters& with) {
    constexpr std::size_t at_a_time = 4096;
    std::size_t sent = 0;
    std::size_t most = at_a_time;
    const auto encode_next = [&] {
        const std::size_t took =
            encode_arrays(with.fields, with.objects.subspan(sent, std::min(most, with.objects.size() - sent)));
        sent += took;
        most = std::min(at_a_time, took * 2);  // those behind are about as large
    };
    bool opened = false;
    try {
        encode_next();
        link_.open(*this);
        opened = true;
        send_prepare();
        if (array_types_.empty() && std::ranges::find(packet_.types, Oid{0}) != packet_.types.end()) {
            link_.describe(name_);
            expects_description_ = true;
        }
        link_.run(name_, packet_);
        while (sent < with.objects.size()) {
            link_.keep_moving();
            encode_next();
            link_.run(name_, packet_);
        }
    } catch (const conversion_error& e) {
        if (opened) {
            link_.close();
            state_ = state::sent;
            finish();
        }
        fail_conversion(e, nullptr);
    }
    link_.close();
    state_ = state::sent;
}

void statement::start(const parameters& with) {
    require_idle();
    affected_ = 0;
    arrays_ = !with.objects.empty();
    if (arrays_) {
        each_ = false;
        with_ = {};
        return send_arrays(with);
    }
    require_count(with);
    encode(with);
    with_ = with;
    each_ = false;
    if (with.at_a_time > 0) return open_cursor(with.at_a_time);
    send();
}

/// Rows in parts: a cursor of the server's, and a FETCH for each part. Neither is worth keeping prepared.
void statement::open_cursor(std::size_t at_a_time) {
    at_a_time_ = at_a_time;
    cursor_ = fmt::format("kin_{}_c{}", number_, cursors_++);
    link_.open(*this);
    link_.prepare("", fmt::format("DECLARE {} NO SCROLL CURSOR FOR {}", cursor_, sql_), packet_.types);
    link_.run("", packet_);
    fetch();
}

void statement::fetch() {
    parsed_ = true;  // what is prepared here is nameless
    link_.prepare("", fmt::format("FETCH FORWARD {} FROM {}", at_a_time_, cursor_), {});
    link_.run("", {});
    link_.close();
    state_ = state::sent;
}

void statement::send() {
    link_.open(*this);
    send_prepare();
    link_.run(name_, packet_);
    link_.close();
    state_ = state::sent;
}

// -- many at once ---------------------------------------------------------------------------------------------------

/// Gives why the parameters of an object could not be sent; none after it are.
std::exception_ptr statement::send_each(std::span<const field> fields, std::span<const void* const> objects) {
    constexpr std::size_t at_a_time = 64;  // executions between two looks at what has come back
    std::exception_ptr unbindable;
    std::size_t i = 0;
    std::size_t bytes = 0;
    link_.open(*this);
    for (; i < objects.size() && !error_ && !link_.lost(); ++i) {
        try {
            encode({fields, objects[i], {}});
        } catch (...) {
            unbindable = std::current_exception();
            break;
        }
        if (i > 0 && !types_fit()) {  // a codec that gives values of several types
            link_.close();
            link_.await(*this);
            if (error_ || link_.lost()) break;
            link_.open(*this);
        }
        if (i == 0 || !types_fit()) send_prepare();
        link_.run(name_, packet_);
        for (const int length : packet_.lengths) bytes += static_cast<std::size_t>(length);
        if (i % at_a_time != at_a_time - 1 && bytes < most_bytes) continue;
        link_.keep_moving();
        bytes = 0;
    }
    link_.close();
    link_.await(*this);
    return unbindable;
}

void statement::run_each(std::span<const field> fields, std::span<const void* const> objects, each_result out) {
    require_idle();
    if (objects.empty()) return;
    require_count({fields, objects.front(), {}});
    each_ = true;
    each_result_ = out;
    each_done_ = 0;
    std::exception_ptr unbindable = send_each(fields, objects);
    if (error_ && each_done_ == 0 && may_run_again()) unbindable = send_each(fields, objects);
    each_ = false;
    if (error_ || link_.lost()) {
        const std::size_t failed = std::min(each_done_, objects.size() - 1);
        const parameters with{fields, objects[failed], {}};
        if (objects.size() == 1) fail_if_failed("cannot run the statement", with);
        const std::string doing =
            fmt::format("cannot run the statement for object {} of {}", failed + 1, objects.size());
        fail_if_failed(doing, with);
    }
    if (unbindable) std::rethrow_exception(unbindable);
}

}  // namespace kin::engine::postgresql
