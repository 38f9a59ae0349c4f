// A prepared statement of MariaDB: binds members, runs, decodes binary cells into members.
#include "cells.hpp"

#include <fmt/format.h>
#include <charconv>
#include <cmath>
#include <new>

#include <kin/engine/describe.hpp>

#include "commits.hpp"
#include "error.hpp"
#include "many_rows.hpp"

namespace kin::engine::mariadb {

namespace {

/// A value of more bytes does not stay with the statement after its run.
constexpr std::size_t most_kept = 4096;

/// Rows of one INSERT: a trip and a parse for all of them. Of more than these, each further row saves little.
constexpr std::array<std::size_t, 2> block_sizes{128, 16};

/// What stands in a message beside the values of its parameters, at most.
constexpr std::size_t most_beside = 64;

/// A number behind a word of the server's remark: `Rows matched: 1  Changed: 0  Warnings: 0`.
bool remarked(std::string_view remark, std::string_view word, std::int64_t& to) noexcept {
    const std::size_t at = remark.find(word);
    if (at == std::string_view::npos) return false;
    const std::string_view rest = remark.substr(at + word.size());
    return std::from_chars(rest.data(), rest.data() + rest.size(), to).ec == std::errc{};
}

bool begins_with(std::string_view sql, std::string_view verb) noexcept {
    const std::size_t first = sql.find_first_not_of(" \t\n");
    if (first == std::string_view::npos || sql.size() - first < verb.size()) return false;
    for (std::size_t i = 0; i < verb.size(); ++i) {
        if ((sql[first + i] & ~0x20) != verb[i]) return false;
    }
    return true;
}

}  // namespace

/// The parameters, as transfer.hpp binds them. Nothing is copied: Connector/C looks at the members as it sends.
struct statement::sink {
    static constexpr bool stores_nan = false;
    statement& self;
    const char* column = "";  ///< for messages

    void set(int index, enum_field_types type, const void* data, std::size_t length = 0) const {
        MYSQL_BIND& bind = self.binds_[static_cast<std::size_t>(index - 1)];
        bind = {};
        bind.buffer_type = type;
        bind.buffer = const_cast<void*>(data);
        bind.buffer_length = static_cast<unsigned long>(length);
        self.bytes_ += length + most_beside;
    }
    [[nodiscard]] slot& place(int index) const { return self.slots_[static_cast<std::size_t>(index - 1)]; }
    [[noreturn]] void refuse(int index, std::string_view what) const {
        const std::string name = *column ? fmt::format("column \"{}\"", column) : fmt::format("parameter {}", index);
        throw conversion_error{fmt::format("{}: {}", name, what)};
    }

    void null(int index) const { set(index, MYSQL_TYPE_NULL, nullptr); }
    void integer(int index, kind type, std::int64_t number) const {
        slot& to = place(index);
        switch (type) {
            case kind::boolean:
                to.truth = number != 0 ? 1 : 0;
                return set(index, MYSQL_TYPE_TINY, &to.truth);
            case kind::date:
            case kind::time:
            case kind::timestamp:
                if (!write_moment(type, number, to.moment)) {
                    refuse(index, type == kind::time
                                      ? "the time is not within 838:59:59"
                                      : fmt::format("the {} is not within the years 0000 to 9999", name_of(type)));
                }
                return set(index,
                           type == kind::date   ? MYSQL_TYPE_DATE
                           : type == kind::time ? MYSQL_TYPE_TIME
                                                : MYSQL_TYPE_DATETIME,
                           &to.moment);
            default:
                to.integer = number;
                return set(index, MYSQL_TYPE_LONGLONG, &to.integer);
        }
    }
    void real(int index, double number) const {
        if (std::isinf(number)) refuse(index, "MariaDB has no infinity");
        place(index).real = number;
        set(index, MYSQL_TYPE_DOUBLE, &place(index).real);
    }
    void text(int index, kind type, std::string_view text) const {
        set(index, type == kind::decimal ? MYSQL_TYPE_NEWDECIMAL : MYSQL_TYPE_STRING, text.data() ? text.data() : "",
            text.size());
    }
    void bytes(int index, kind type, std::string_view bytes) const {
        if (type == kind::uuid && bytes.size() == sizeof(uuid)) {
            uuid id;
            std::memcpy(&id, bytes.data(), sizeof id);
            const std::string spelled = id.to_string();
            std::memcpy(place(index).uuid, spelled.data(), sizeof(slot::uuid));
            return set(index, MYSQL_TYPE_STRING, place(index).uuid, sizeof(slot::uuid));
        }
        set(index, MYSQL_TYPE_LONG_BLOB, bytes.data() ? bytes.data() : "", bytes.size());
    }
    const value& keep(int index, value&& made) const {
        if (self.kept_.empty()) self.kept_.resize(self.parameter_count_);
        self.keeps_much_ = self.keeps_much_ || made.bytes().size() > most_kept;
        return self.kept_[static_cast<std::size_t>(index - 1)] = std::move(made);
    }
};

statement::statement(driver& owner, link& line, std::string_view sql)
    : driver_{owner}, link_{line}, sql_{sql}, commits_{commits_implicitly(sql, true)} {
    if (begins_with(sql, "INSERT") || begins_with(sql, "REPLACE")) verb_ = verb::insert;
    if (begins_with(sql, "UPDATE")) verb_ = verb::update;
    if (begins_with(sql, "SELECT")) verb_ = verb::select;
    try {
        prepare();
    } catch (...) {
        if (handle_ != nullptr) mysql_stmt_close(handle_);
        throw;
    }
    binds_.resize(parameter_count_);
    slots_.resize(parameter_count_);
}

statement::~statement() {
    if (handle_ != nullptr) mysql_stmt_close(handle_);
}

void statement::prepare() {
    handle_ = mysql_stmt_init(link_.handle());
    if (handle_ == nullptr) throw std::bad_alloc{};
    int error = 0;
    link_.settle([&] { return mysql_stmt_prepare_start(&error, handle_, sql_.data(), sql_.size()); },
                 [&](int came) { return mysql_stmt_prepare_cont(&error, handle_, came); });
    if (error != 0 && is_text_only(mysql_stmt_errno(handle_))) {
        mysql_stmt_close(handle_);
        handle_ = nullptr;
        return;
    }
    if (error != 0) fail("cannot prepare the statement", nullptr);
    parameter_count_ = mysql_stmt_param_count(handle_);
    mysql_stmt_attr_set(handle_, STMT_ATTR_CB_USER_DATA, this);
    mysql_stmt_attr_set(handle_, STMT_ATTR_CB_RESULT, reinterpret_cast<const void*>(&statement::take));
}

/// With what its tables are now. Where that fails, the next run tries it again.
void statement::prepare_again() {
    broken_ = true;
    if (handle_ != nullptr) mysql_stmt_close(std::exchange(handle_, nullptr));
    in_parts_ = false;
    prepare();
    broken_ = false;
}

/// A cell of the row that Connector/C is reading, where its binary form stands.
void statement::take(void* self, unsigned column, unsigned char** row) {
    auto& to = *static_cast<statement*>(self);
    place& cell = to.row_[column];
    if (row == nullptr) {
        cell = {};
        return;
    }
    const unsigned char* at = *row;
    const std::size_t width = width_of(to.wires_[column]);
    const std::size_t size = width != 0 ? width : read_length(at);
    cell = {at, size};
    *row = const_cast<unsigned char*>(at) + size;
}

void statement::fail(std::string_view doing, const parameters* with) {
    const unsigned number = handle_ != nullptr ? mysql_stmt_errno(handle_) : mysql_errno(link_.handle());
    link_.failed(number);
    failure what{doing, sql_, with ? describe(*with) : std::string{}, driver_.where()};
    if (handle_ != nullptr) raise(handle_, link_.lost(), std::move(what));
    raise(link_.handle(), link_.lost(), std::move(what));
}

void statement::fail_conversion(const conversion_error& e, const parameters* with) {
    throw conversion_error{e.message(),
                           {.sql = sql_,
                            .parameters = with ? describe(*with) : std::string{},
                            .code = e.code(),
                            .number = e.number(),
                            .where = driver_.where()}};
}

void statement::require_idle() const {
    if (state_ == state::idle) return;
    throw usage_error{"the statement is still running", {.sql = sql_, .where = driver_.where()}};
}

void statement::keep_transaction() const {
    if (!commits_.empty() && link_.in_transaction()) refuse_commit(commits_, sql_, driver_.where());
}

void statement::encode(const parameters& with) {
    const std::size_t given = with.fields.size() + with.values.size();
    if (given != parameter_count_) {
        throw usage_error{fmt::format("the statement has {} parameters, {} were given", parameter_count_, given),
                          {.sql = sql_, .parameters = describe(with), .where = driver_.where()}};
    }
    sink to{.self = *this};
    int index = 0;
    bytes_ = most_beside;
    try {
        for (const field& each : with.fields) {
            to.column = each.name;
            encode_field(each, with.object, to, ++index);
        }
        to.column = "";
        for (const value& each : with.values) encode_value(each.view(), "", to, ++index);
        if (bytes_ > link_.most_bytes()) {
            throw conversion_error{
                fmt::format("the parameters are {} bytes together; the server takes {}: raise its "
                            "max_allowed_packet",
                            bytes_, link_.most_bytes())};
        }
    } catch (const conversion_error& e) {
        fail_conversion(e, &with);
    }
    if (parameter_count_ > 0 && mysql_stmt_bind_param(handle_, binds_.data()) != 0) {
        fail("cannot bind the parameters", &with);
    }
}

/// For messages; said where something failed alone.
std::string statement::batch_place::doing() const {
    if (count == 1) return "cannot run the statement";
    return fmt::format("cannot run the statement for object {} of {}", index + 1, count);
}

/// What the server does not prepare.
void statement::execute_text(const batch_place& at, const parameters& with) {
    if (!link_.query(sql_)) fail(at.doing(), &with);
}

void statement::execute(const batch_place& at, const parameters& with) {
    keep_transaction();
    if (broken_) prepare_again();
    if (handle_ == nullptr) return execute_text(at, with);
    encode(with);
    if (!try_to_run(with)) {
        // Nothing is lost by running once more what only reads.
        if (verb_ != verb::select || !is_outdated(mysql_stmt_errno(handle_))) fail(at.doing(), &with);
        prepare_again();
        if (handle_ == nullptr) return execute_text(at, with);
        encode(with);
        if (!try_to_run(with)) fail(at.doing(), &with);
    }
    if (mysql_stmt_field_count(handle_) == 0) return read_affected();
    read_columns();
    // Rows that the server keeps are fetched in parts; others are all taken at once, so that the line is free.
    if ((link_.handle()->server_status & SERVER_STATUS_CURSOR_EXISTS) != 0) return;
    store_rows();
    if (broken_) fail(at.doing(), &with);
}

/// A deadlock, say, that was met among the rows has ended them: sent again, it would be read for the rest of them.
void statement::store_rows() {
    int error = 0;
    link_.settle([&] { return mysql_stmt_store_result_start(&error, handle_); },
                 [&](int came) { return mysql_stmt_store_result_cont(&error, handle_, came); });
    broken_ = error != 0;
}

bool statement::try_to_run(const parameters& with) {
    if (with.at_a_time > 0 || in_parts_) {
        const unsigned long cursor = with.at_a_time > 0 ? CURSOR_TYPE_READ_ONLY : CURSOR_TYPE_NO_CURSOR;
        const unsigned long rows = std::max<unsigned long>(with.at_a_time, 1);
        mysql_stmt_attr_set(handle_, STMT_ATTR_CURSOR_TYPE, &cursor);
        mysql_stmt_attr_set(handle_, STMT_ATTR_PREFETCH_ROWS, &rows);
        in_parts_ = with.at_a_time > 0;
    }
    int error = 0;
    link_.settle([&] { return mysql_stmt_execute_start(&error, handle_); },
                 [&](int came) { return mysql_stmt_execute_cont(&error, handle_, came); });
    return error == 0;
}

void statement::read_columns() {
    const unsigned count = mysql_stmt_field_count(handle_);
    const MYSQL_FIELD* fields = mariadb_stmt_fetch_fields(handle_);
    wires_.resize(count);
    row_.assign(count, {});
    for (unsigned i = 0; i < count; ++i) wires_[i] = wire_of(fields[i]);
}

/// Rows as the other databases count them: an UPDATE's are those that it found, those of an upsert are counted once.
void statement::read_affected() {
    const auto changed = static_cast<std::int64_t>(mysql_stmt_affected_rows(handle_));
    affected_ = changed < 0 ? 0 : changed;
    if (verb_ != verb::insert && verb_ != verb::update) return;
    const char* const told = mysql_info(link_.handle());
    const std::string_view remark = told != nullptr ? std::string_view{told} : std::string_view{};
    if (verb_ == verb::update) {
        remarked(remark, "matched: ", affected_);
    } else if (std::int64_t records = 1; affected_ > records) {
        remarked(remark, "Records: ", records);
        affected_ = std::min(affected_, records);
    }
}

void statement::start(const parameters& with) {
    require_idle();
    affected_ = 0;
    texts_.clear();
    try {
        execute({}, with);
    } catch (...) {
        finish();
        throw;
    }
    state_ = state::reading;
}

bool statement::next() {
    if (state_ != state::reading) return false;
    if (handle_ == nullptr || mysql_stmt_field_count(handle_) == 0) {
        state_ = state::done;
        return false;
    }
    texts_.clear();
    int error = 0;
    link_.settle([&] { return mysql_stmt_fetch_start(&error, handle_); },
                 [&](int came) { return mysql_stmt_fetch_cont(&error, handle_, came); });
    if (error == 0 || error == MYSQL_DATA_TRUNCATED) return true;
    state_ = state::done;
    if (error != MYSQL_NO_DATA) fail("cannot read the rows", nullptr);
    return false;
}

void statement::finish() noexcept {
    if (handle_ != nullptr && !link_.lost()) mysql_stmt_free_result(handle_);
    state_ = state::idle;
    if (std::exchange(keeps_much_, false)) kept_.clear();
}

void statement::decode(std::span<const field> fields, void* object, int first) {
    cells row{*this};
    try {
        decode_fields(fields, object, row, first);
    } catch (const conversion_error& e) {
        fail_conversion(e, nullptr);
    }
}

std::int64_t statement::integer(int column) {
    std::int64_t number = 0;
    cells{*this}.integer(column, kind::int64, number);
    return number;
}
bool statement::is_null(int column) { return cells{*this}.is_null(column); }
value_view statement::cell(int column) { return cells{*this}.cell(column); }
int statement::columns() const { return handle_ != nullptr ? static_cast<int>(mysql_stmt_field_count(handle_)) : 0; }
std::string_view statement::column_name(int column) const {
    const MYSQL_FIELD& column_is = mariadb_stmt_fetch_fields(handle_)[column];
    return {column_is.name, column_is.name_length};
}

void statement::run_each(std::span<const field> fields, std::span<const void* const> objects, each_result result) {
    require_idle();
    const std::size_t in_blocks = result.affected == nullptr ? run_blocks(fields, objects, result) : 0;
    for (std::size_t i = in_blocks; i < objects.size(); ++i) {
        const parameters with{fields, objects[i], {}};
        affected_ = 0;
        try {
            execute({i, objects.size()}, with);
        } catch (...) {
            finish();
            throw;
        }
        if (result.affected) result.affected[i] = affected_;
        if (result.generated_keys) {
            result.generated_keys[i] = affected_ > 0 ? static_cast<std::int64_t>(mysql_stmt_insert_id(handle_)) : 0;
        }
        finish();
    }
}

std::size_t statement::run_blocks(std::span<const field> fields, std::span<const void* const> objects,
                                  each_result result) {
    if (verb_ != verb::insert || (result.generated_keys != nullptr && result.key_column.empty())) return 0;
    std::size_t done = 0;
    for (std::size_t b = 0; b < block_sizes.size(); ++b) {
        const std::size_t rows = block_sizes[b];
        for (bool whole = true; whole && objects.size() - done >= rows;) {
            statement* const wide = for_rows(b, result.generated_keys != nullptr ? result.key_column : "");
            std::int64_t* const keys = result.generated_keys != nullptr ? result.generated_keys + done : nullptr;
            whole = wide != nullptr && wide->insert_rows(fields, objects.subspan(done, rows), keys);
            if (whole) done += rows;
        }
    }
    for_rows_[0].reset();  // large, and prepared again soon enough for so many rows
    return done;
}

statement* statement::for_rows(std::size_t block, std::string_view key_column) {
    if (one_by_one_ || handle_ == nullptr) return nullptr;
    if (for_rows_[block] != nullptr) return for_rows_[block].get();
    constexpr std::size_t most_parameters = 65535;
    if (parameter_count_ * block_sizes[block] > most_parameters) return nullptr;
    const std::string sql = with_rows(sql_, block_sizes[block], key_column);
    one_by_one_ = sql.empty();
    if (one_by_one_) return nullptr;
    try {
        for_rows_[block] = std::make_unique<statement>(driver_, link_, sql);
    } catch (const serialization_failure&) {
        throw;  // the transaction is gone
    } catch (const statement_canceled&) {
        throw;
    } catch (const error&) {
        if (link_.lost()) throw;
        return nullptr;  // a view, say, whose rows are not given back
    }
    return for_rows_[block].get();
}

bool statement::insert_rows(std::span<const field> fields, std::span<const void* const> objects, std::int64_t* keys) {
    try {
        keep_transaction();
        if (broken_) prepare_again();
        if (!encode_rows(fields, objects)) {
            finish();
            return false;
        }
        const bool ran = try_to_run({});
        if (ran && keys != nullptr) {
            read_columns();
            store_rows();
        }
        if (!ran || broken_) {
            if (!keeps_transaction(mysql_stmt_errno(handle_)))
                fail(fmt::format("cannot insert {} rows", objects.size()), nullptr);
            finish();
            return false;
        }
        state_ = state::reading;
        for (std::size_t i = 0; keys != nullptr && i < objects.size(); ++i) keys[i] = next() ? integer(0) : 0;
    } catch (...) {
        finish();
        throw;
    }
    finish();
    return true;
}

bool statement::encode_rows(std::span<const field> fields, std::span<const void* const> objects) {
    if (fields.size() * objects.size() != parameter_count_) return false;
    sink to{.self = *this};
    int index = 0;
    bytes_ = most_beside;
    try {
        for (const void* object : objects) {
            for (const field& each : fields) encode_field(each, object, to, ++index);
        }
    } catch (const conversion_error&) {
        return false;
    }
    return bytes_ <= link_.most_bytes() && mysql_stmt_bind_param(handle_, binds_.data()) == 0;
}

}  // namespace kin::engine::mariadb
