// A prepared statement of SQLite: binds from members, steps, decodes into members.
#include "statement.hpp"

#include <fmt/format.h>

#include <utility>

#include <kin/engine/describe.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/transfer.hpp>

#include "error.hpp"

namespace kin::engine::sqlite {

namespace {

/// A value of more bytes does not stay with the statement after its run.
constexpr std::size_t most_kept = 4096;

/// Whether sqlite3_changes speaks of this statement: after any other it still has the number of an earlier one.
bool is_change(sqlite3_stmt* handle, std::string_view sql) {
    if (sqlite3_stmt_readonly(handle) != 0) return false;
    const std::size_t first = sql.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    if (first == std::string_view::npos) return false;
    std::string word;
    for (const char c : sql.substr(first, 7)) word += static_cast<char>(c & ~0x20);
    for (const std::string_view verb : {"INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"}) {
        if (word.starts_with(verb)) return true;
    }
    return false;
}

}  // namespace

/// The current row, as transfer.hpp reads it. Each cell is fetched once as a sqlite3_value, which answers further
/// questions much faster than the column functions do. Such a value is "unprotected" only in that no mutex is held, and
/// a connection that is opened NOMUTEX has none.
struct statement::cells {
    sqlite3_stmt* handle;
    std::string spelled{};  ///< what no cell holds as such
    // The cell that was asked whether it is NULL: it is read next.
    sqlite3_value* asked{};
    int asked_column = -1;

    [[nodiscard]] sqlite3_value* at(int column) const {
        return column == asked_column ? asked : sqlite3_column_value(handle, column);
    }
    static std::string_view text(sqlite3_value* cell) {
        const auto* first = reinterpret_cast<const char*>(sqlite3_value_text(cell));
        if (!first) throw std::bad_alloc{};  // NULL was ruled out, so the text could not be converted
        return {first, static_cast<std::size_t>(sqlite3_value_bytes(cell))};
    }
    static std::string_view blob(sqlite3_value* cell) {
        const auto* first = static_cast<const char*>(sqlite3_value_blob(cell));
        return {first, static_cast<std::size_t>(sqlite3_value_bytes(cell))};
    }

    bool integer(int column, kind type, std::int64_t& to) const {
        sqlite3_value* cell = at(column);
        const int stored = sqlite3_value_type(cell);
        if (is_moment(type)) return stored == SQLITE_TEXT && parse_moment(type, text(cell), to);
        to = sqlite3_value_int64(cell);
        return stored == SQLITE_INTEGER;
    }
    bool real(int column, double& to) const {
        sqlite3_value* cell = at(column);
        const int stored = sqlite3_value_type(cell);
        to = sqlite3_value_double(cell);
        return stored == SQLITE_FLOAT || stored == SQLITE_INTEGER;
    }
    bool bytes(int column, kind type, std::string_view& to) {
        sqlite3_value* cell = at(column);
        const int stored = sqlite3_value_type(cell);
        if (stored == SQLITE_TEXT && type == kind::text) {
            to = text(cell);
            return true;
        }
        if (type == kind::blob || type == kind::uuid) {
            if (stored != SQLITE_BLOB) return false;  // no question would find a uuid that is text
            to = blob(cell);
            return true;
        }
        if (type == kind::decimal) return decimal(cell, stored, to);
        if (stored != SQLITE_TEXT) return false;
        to = text(cell);
        return true;
    }
    /// A sum of decimals is a number of SQLite's, as is a decimal in a column that others declared.
    bool decimal(sqlite3_value* cell, int stored, std::string_view& to) {
        if (stored != SQLITE_TEXT && stored != SQLITE_INTEGER && stored != SQLITE_FLOAT) return false;
        const double number = stored == SQLITE_FLOAT ? sqlite3_value_double(cell) : 0;
        to = text(cell);
        if (stored == SQLITE_TEXT) return is_decimal(to);
        if (stored == SQLITE_INTEGER) return true;
        spelled = without_exponent(to, number);
        if (spelled == "Inf" || spelled == "-Inf") spelled = spelled.front() == '-' ? "-Infinity" : "Infinity";
        to = spelled;
        return true;
    }
    bool is_null(int column) {
        asked = sqlite3_column_value(handle, column);
        asked_column = column;
        return sqlite3_value_type(asked) == SQLITE_NULL;
    }
    value_view cell(int column) const {
        sqlite3_value* cell = at(column);
        value_view result;
        switch (sqlite3_value_type(cell)) {
            case SQLITE_INTEGER:
                result.type = kind::int64;
                result.integer = sqlite3_value_int64(cell);
                break;
            case SQLITE_FLOAT:
                result.type = kind::float64;
                result.real = sqlite3_value_double(cell);
                break;
            case SQLITE_TEXT:
                result.type = kind::text;
                result.bytes = text(cell);
                break;
            case SQLITE_BLOB:
                result.type = kind::blob;
                result.bytes = blob(cell);
                break;
            default:
                break;
        }
        return result;
    }
};

/// The parameters, as transfer.hpp binds them. Nothing is copied: SQLite looks at the members until the reset.
struct statement::sink {
    static constexpr bool stores_nan = false;  // SQLite would make NULL of it
    statement& self;
    const char* column = "";  ///< for messages
    int code = SQLITE_OK;

    void check(int result) noexcept {
        if (result != SQLITE_OK) code = result;
    }
    void null(int index) { check(sqlite3_bind_null(self.handle_, index)); }
    void integer(int index, kind type, std::int64_t number) {
        if (!is_moment(type)) return check(sqlite3_bind_int64(self.handle_, index, number));
        if (self.moments_.empty()) self.moments_.resize(static_cast<std::size_t>(self.parameter_count_));
        char(&buffer)[moment_text_size] =
            *reinterpret_cast<char(*)[moment_text_size]>(self.moments_[static_cast<std::size_t>(index - 1)].data());
        const std::size_t length = write_moment(type, number, buffer);
        if (length == 0) {
            const std::string name =
                *column ? fmt::format("column \"{}\"", column) : fmt::format("parameter {}", index);
            throw conversion_error{fmt::format("{}: the {} is not within the years 0000 to 9999", name, name_of(type))};
        }
        check(sqlite3_bind_text(self.handle_, index, buffer, static_cast<int>(length), SQLITE_STATIC));
    }
    void real(int index, double number) { check(sqlite3_bind_double(self.handle_, index, number)); }
    void text(int index, kind, std::string_view text) {
        // A null pointer would bind NULL, also where the length is 0.
        check(sqlite3_bind_text64(self.handle_, index, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                                  SQLITE_UTF8));
    }
    void bytes(int index, kind, std::string_view bytes) {
        check(sqlite3_bind_blob64(self.handle_, index, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC));
    }
    const value& keep(int index, value&& made) {
        if (self.kept_.empty()) self.kept_.resize(static_cast<std::size_t>(self.parameter_count_));
        self.keeps_much_ = self.keeps_much_ || made.bytes().size() > most_kept;
        return self.kept_[static_cast<std::size_t>(index - 1)] = std::move(made);
    }
};

statement::statement(driver& owner, sqlite3* db, std::string_view sql) : driver_{owner}, db_{db} {
    constexpr std::string_view doing = "cannot prepare the statement";
    const char* rest = nullptr;
    const int code =
        sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle_, &rest);
    if (code != SQLITE_OK) raise(db, code, {doing, sql, {}, owner.where()});
    sqlite3_stmt* second = nullptr;
    const std::string_view tail = sql.substr(static_cast<std::size_t>(rest - sql.data()));
    if (!tail.empty()) {  // a comment is no statement; what cannot be prepared is one
        const int tail_code = sqlite3_prepare_v3(db, tail.data(), static_cast<int>(tail.size()), 0, &second, nullptr);
        sqlite3_finalize(second);
        if (tail_code != SQLITE_OK) second = handle_;
    }
    if (!handle_ || second) {
        sqlite3_finalize(handle_);
        throw usage_error{fmt::format("{}: the text has {} one statement", doing, handle_ ? "more than" : "not even"),
                          {.sql = std::string{sql}, .where = owner.where()}};
    }
    sql_ = sqlite3_sql(handle_);
    parameter_count_ = sqlite3_bind_parameter_count(handle_);
    changes_rows_ = is_change(handle_, sql_);
}

statement::~statement() { sqlite3_finalize(handle_); }

void statement::fail(int code, std::string_view doing, const parameters* with) {
    failure what{doing, sql_, with ? describe(*with) : std::string{}, driver_.where()};
    try {
        raise(db_, code, std::move(what));
    } catch (...) {
        finish();  // not before: the reset would clear the connection's message
        throw;
    }
}

void statement::fail_conversion(const conversion_error& e, const parameters* with) {
    throw conversion_error{e.message(),
                           {.sql = std::string{sql_},
                            .parameters = with ? describe(*with) : std::string{},
                            .code = e.code(),
                            .number = e.number(),
                            .where = driver_.where()}};
}

void statement::bind(const parameters& with) {
    if (parameter_count_ == 1 && with.fields.empty() && with.values.size() == 1 &&
        with.values[0].type() == kind::int64) {  // a get, a load of one owner
        const int code = sqlite3_bind_int64(handle_, 1, with.values[0].integer());
        if (code != SQLITE_OK) fail(code, "cannot bind the parameters", &with);
        return;
    }
    const std::size_t given = with.fields.size() + with.values.size();
    if (given != static_cast<std::size_t>(parameter_count_)) {
        throw usage_error{fmt::format("the statement has {} parameters, {} were given", parameter_count_, given),
                          {.sql = std::string{sql_}, .parameters = describe(with), .where = driver_.where()}};
    }
    sink to{.self = *this};
    int index = 0;
    try {
        for (const field& each : with.fields) {
            to.column = each.name;
            encode_field(each, with.object, to, ++index);
        }
        to.column = "";
        for (const value& each : with.values) {
            ++index;
            if (each.type() == kind::int64) {  // a key, more often than not
                to.check(sqlite3_bind_int64(handle_, index, each.integer()));
            } else {
                encode_value(each.view(), "", to, index);
            }
        }
    } catch (const conversion_error& e) {
        fail_conversion(e, &with);
    }
    if (to.code != SQLITE_OK) fail(to.code, "cannot bind the parameters", &with);
}

void statement::read_affected() noexcept {
    if (changes_rows_) affected_ = sqlite3_changes64(db_);
}

bool statement::step(const parameters* with) {
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) fail(code, "cannot run the statement", with);
    state_ = state::done;
    read_affected();
    return false;
}

void statement::start(const parameters& with) {
    if (state_ != state::idle) {
        throw usage_error{"the statement is still running", {.sql = std::string{sql_}, .where = driver_.where()}};
    }
    affected_ = 0;
    bind(with);
    // To send is to step here; the first row waits for `next`.
    if (step(&with)) state_ = state::row_waiting;
}

bool statement::next() {
    switch (state_) {
        case state::row_waiting:
            state_ = state::reading;
            return true;
        case state::reading:
            return step(nullptr);
        default:
            return false;
    }
}

bool statement::next_key(std::int64_t& key) {
    if (!next()) return false;
    key = integer(0);
    return true;
}

void statement::finish() noexcept {
    sqlite3_reset(handle_);
    state_ = state::idle;
    if (std::exchange(keeps_much_, false)) kept_.clear();
}

void statement::decode(std::span<const field> fields, void* object, int first) {
    cells row{.handle = handle_};
    try {
        decode_fields(fields, object, row, first);
    } catch (const conversion_error& e) {
        fail_conversion(e, nullptr);
    }
}

std::int64_t statement::integer(int column) { return sqlite3_column_int64(handle_, column); }
bool statement::is_null(int column) { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
value_view statement::cell(int column) { return cells{.handle = handle_}.cell(column); }
int statement::columns() const { return sqlite3_column_count(handle_); }
std::string_view statement::column_name(int column) const {
    const char* name = sqlite3_column_name(handle_, column);
    return name ? name : "";
}

void statement::run_each(std::span<const field> fields, std::span<const void* const> objects, each_result result) {
    if (state_ != state::idle) {
        throw usage_error{"the statement is still running", {.sql = std::string{sql_}, .where = driver_.where()}};
    }
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const parameters with{fields, objects[i], {}};
        bind(with);
        int code = sqlite3_step(handle_);
        while (code == SQLITE_ROW) code = sqlite3_step(handle_);
        if (code != SQLITE_DONE) {
            if (objects.size() == 1) fail(code, "cannot run the statement", &with);
            fail(code, fmt::format("cannot run the statement for object {} of {}", i + 1, objects.size()), &with);
        }
        if (result.affected || result.generated_keys) {
            const std::int64_t changed = changes_rows_ ? sqlite3_changes64(db_) : 0;
            if (result.affected) result.affected[i] = changed;
            // Where nothing was inserted SQLite still tells the key of an earlier row.
            if (result.generated_keys) result.generated_keys[i] = changed > 0 ? sqlite3_last_insert_rowid(db_) : 0;
        }
        sqlite3_reset(handle_);
    }
}

}  // namespace kin::engine::sqlite
