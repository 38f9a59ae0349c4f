// What PostgreSQL answers to a statement: results taken up, errors, rows one after the other.
#include "cells.hpp"

#include <fmt/format.h>
#include <charconv>
#include <utility>

#include <kin/engine/describe.hpp>
#include <kin/value/transfer.hpp>

namespace kin::engine::postgresql {

namespace {

/// How many rows the command changed; a SELECT's number is one of rows that were read.
std::int64_t changed(const PGresult* r) noexcept {
    const std::string_view tag = PQcmdStatus(const_cast<PGresult*>(r));
    if (tag.starts_with('S')) return 0;  // SELECT, mostly
    if (!tag.starts_with("INSERT") && !tag.starts_with("UPDATE") && !tag.starts_with("DELETE") &&
        !tag.starts_with("MERGE")) {
        return 0;
    }
    std::int64_t number = 0;
    const std::string_view digits = tag.substr(tag.rfind(' ') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

/// A whole number of type numeric: digits of base 10000 behind four numbers. 0 where it is none, or out of range.
std::int64_t whole_number(const char* cell) noexcept {
    const int digits = read_number<std::int16_t>(cell);
    const int weight = read_number<std::int16_t>(cell + 2);
    const auto sign = read_number<std::int16_t>(cell + 4);
    if (sign != 0 || digits > weight + 1) return 0;  // keys that the database makes are positive
    std::int64_t number = 0;
    for (int i = 0; i <= weight; ++i) {
        const std::int64_t next = i < digits ? read_number<std::int16_t>(cell + 8 + 2 * i) : 0;
        if (__builtin_mul_overflow(number, 10000, &number) || __builtin_add_overflow(number, next, &number)) return 0;
    }
    return number;
}

/// The first cell of a RETURNING, where it is an integer.
std::int64_t generated_key(const PGresult* r) noexcept {
    if (PQntuples(r) == 0 || PQnfields(r) == 0 || PQgetisnull(r, 0, 0) != 0) return 0;
    const char* cell = PQgetvalue(r, 0, 0);
    switch (wire_of(PQftype(r, 0))) {
        case wire::int8:
            return read_number<std::int64_t>(cell);
        case wire::int4:
            return read_number<std::int32_t>(cell);
        case wire::int2:
            return read_number<std::int16_t>(cell);
        case wire::numeric:
            return whole_number(cell);
        default:
            return 0;
    }
}

}  // namespace

void statement::receive(result r) noexcept {
    switch (PQresultStatus(r.get())) {
        case PGRES_FATAL_ERROR:
        case PGRES_BAD_RESPONSE:
            if (!error_) error_ = std::move(r);
            return;
        case PGRES_PIPELINE_ABORTED:
            return;
        default:
            break;
    }
    if (expects_parse_) {
        expects_parse_ = false;
        parsed_ = true;
    } else if (expects_description_) {
        expects_description_ = false;
        for (int i = 0; i < PQnparams(r.get()); ++i) array_types_.push_back(PQparamtype(r.get(), i));
    } else if (each_) {
        receive_each(r.get());
    } else if (arrays_) {
        affected_ += changed(r.get());
    } else {
        result_ = std::move(r);
    }
}

void statement::receive_each(const PGresult* r) noexcept {
    const std::size_t i = each_done_++;
    if (each_result_.affected) each_result_.affected[i] = changed(r);
    if (each_result_.generated_keys) each_result_.generated_keys[i] = generated_key(r);
}

/// Whether the server has lost the statement, or its result has other columns than when it was prepared: it refuses to
/// run it then, and it has to be prepared anew.
bool statement::outdated() const noexcept { return error_ && parsed_ && !name_.empty() && is_outdated(error_.get()); }

/// Where one statement is out of date, others of this connection are.
void statement::forget_prepared() {
    const bool lost = PQresultErrorField(error_.get(), PG_DIAG_SQLSTATE) == std::string_view{"26000"};
    if (!lost) link_.deallocate(name_);
    name_.clear();
    link_.outdate(lost);
}

/// Whether nothing is lost by preparing and running it once more: it is out of date, and no transaction that has done
/// something has failed with it. Where it was the first of its transaction, that begins again.
bool statement::may_run_again() {
    if (!outdated() || arrays_ || !cursor_.empty()) return false;
    if (link_.in_transaction() && !link_.begin_again(*this)) return false;
    if (link_.lost()) return false;
    forget_prepared();
    error_.reset();
    return true;
}

void statement::fail_if_failed(std::string_view doing, const parameters& with) {
    if (!error_ && !link_.lost()) return;
    if (!parsed_) name_.clear();  // and next time it is prepared
    if (outdated()) forget_prepared();
    if (arrays_ && !array_types_.empty()) {  // a column may be of another type by now
        array_types_.clear();
        if (!name_.empty()) link_.deallocate(std::exchange(name_, {}));
    }
    const result error = std::move(error_);
    const std::string control = link_.take_refused();
    failure what{parsed_ ? doing : "cannot prepare the statement", sql_, describe(with), driver_.where()};
    if (!control.empty()) what = {"the transaction's control failed", control, {}, driver_.where()};
    expects_parse_ = false;
    expects_description_ = false;
    const bool lost = link_.lost();
    state_ = state::idle;
    result_.reset();
    if (!error) raise_lost(link_.lost_message(), std::move(what));
    raise(error.get(), lost, std::move(what));
}

void statement::await_rows() {
    link_.await(*this);
    if (error_ && may_run_again()) {
        send();
        link_.await(*this);
    }
    fail_if_failed("cannot run the statement", with_);
    state_ = state::reading;
    row_ = -1;
    rows_ = 0;
    if (!result_) return wires_.clear();
    affected_ = changed(result_.get());
    if (sql_ == "COMMIT" && PQcmdStatus(result_.get()) == std::string_view{"ROLLBACK"}) {
        state_ = state::idle;
        throw database_error{"nothing was committed: a statement of the transaction had failed, so it was rolled back",
                             {.sql = sql_, .code = "25P02", .where = driver_.where()}};
    }
    if (PQresultStatus(result_.get()) != PGRES_TUPLES_OK) return wires_.clear();
    rows_ = PQntuples(result_.get());
    const int columns = PQnfields(result_.get());
    // A statement that stays prepared keeps its columns: the server refuses to run it with others.
    const bool prepared = cursor_.empty() && !name_.empty();
    if (prepared && wires_of_ == name_ && wires_.size() == static_cast<std::size_t>(columns)) return;
    wires_of_ = prepared ? name_ : std::string{};
    wires_.clear();
    for (int i = 0; i < columns; ++i) wires_.push_back(wire_of(PQftype(result_.get(), i)));
}

bool statement::next() {
    if (state_ == state::sent) await_rows();
    if (state_ != state::reading) return false;
    texts_.clear();
    if (++row_ < rows_) return true;
    if (!cursor_.empty() && rows_ == static_cast<int>(at_a_time_)) {
        link_.open(*this);
        fetch();
        await_rows();
        if (++row_ < rows_) return true;
    }
    state_ = state::done;
    return false;
}

void statement::finish() noexcept {
    if (state_ == state::sent) {
        // Nobody asked how it went; but whether it is prepared has to be known.
        link_.await(*this);
        if (!parsed_) name_.clear();
        expects_parse_ = false;
        expects_description_ = false;
        error_.reset();
        link_.abandon();
    }
    if (!cursor_.empty()) {
        link_.close_cursor(cursor_);
        cursor_.clear();
    }
    result_.reset();
    texts_.clear();
    if (std::exchange(keeps_much_, false)) {
        kept_.clear();
        columns_.clear();
    }
    state_ = state::idle;
}

void statement::decode(std::span<const field> fields, void* object, int first) {
    cells row{*this};
    try {
        decode_fields(fields, object, row, first);
    } catch (const conversion_error& e) {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const int column = first + static_cast<int>(i);
            const bool unreadable =
                wire_at(column) == wire::other || (wire_at(column) == wire::made && !cells::is_text(row.view(column)));
            const std::string begin = fmt::format("column \"{}\": ", fields[i].name);
            if (!unreadable || row.is_null(column) || !e.message().starts_with(begin)) continue;
            fail_conversion(
                conversion_error{fmt::format("{}PostgreSQL's type {} is none that is read: leave the column "
                                             "out of the model, or read it as text (a view, ::text)",
                                             begin, type_name(column))},
                nullptr);
        }
        fail_conversion(e, nullptr);
    }
}

std::string statement::type_name(int column) {
    struct final_answer final : receiver {
        result got{};
        void receive(result r) noexcept override {
            if (PQresultStatus(r.get()) == PGRES_TUPLES_OK && PQntuples(r.get()) == 1) got = std::move(r);
        }
    } answer;
    const std::string number = std::to_string(PQftype(result_.get(), column));
    link_.open(answer);
    link_.prepare("", "SELECT pg_catalog.format_type(" + number + ", NULL)", {});
    link_.run("", packet{});
    link_.close();
    link_.await(answer);
    return answer.got ? PQgetvalue(answer.got.get(), 0, 0) : "number " + number;
}

std::int64_t statement::integer(int column) {
    std::int64_t number = 0;
    cells{*this}.integer(column, kind::int64, number);
    return number;
}
bool statement::is_null(int column) { return cells{*this}.is_null(column); }
value_view statement::cell(int column) { return cells{*this}.cell(column); }
int statement::columns() const { return static_cast<int>(wires_.size()); }
std::string_view statement::column_name(int column) const {
    const char* name = PQfname(result_.get(), column);
    return name != nullptr ? name : "";
}

}  // namespace kin::engine::postgresql
