// The least around MariaDB's Connector/C that the hand-written twins need: errors, statements kept prepared, binary
// values, rows read as they come, arrays of parameters.
#pragma once

#include <mysql.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <kin/engine/url.hpp>

namespace bench {

/// Parameters in binary, as Connector/C wants them; they have to stay where they are until the statement ran.
class maria_parameters {
  public:
    explicit maria_parameters(std::size_t count) : numbers_(count) { binds_.reserve(count); }
    void add(std::int64_t n) {
        std::int64_t& at = numbers_[binds_.size()];
        at = n;
        binds_.push_back(bind(MYSQL_TYPE_LONGLONG, &at, sizeof at));
    }
    void add(const std::string& text) {
        binds_.push_back(bind(MYSQL_TYPE_STRING, const_cast<char*>(text.data()), text.size()));
    }
    [[nodiscard]] MYSQL_BIND* binds() { return binds_.data(); }

    static MYSQL_BIND bind(enum_field_types type, void* buffer, std::size_t length) {
        MYSQL_BIND b{};
        b.buffer_type = type;
        b.buffer = buffer;
        b.buffer_length = static_cast<unsigned long>(length);
        return b;
    }

  private:
    std::vector<std::int64_t> numbers_;
    std::vector<MYSQL_BIND> binds_{};
};

/// A prepared statement with buffers for the row it stands on.
class maria_statement {
  public:
    maria_statement(MYSQL* connection, std::string_view sql) : handle_{mysql_stmt_init(connection)} {
        if (mysql_stmt_prepare(handle_, sql.data(), static_cast<unsigned long>(sql.size())) != 0) fail();
    }
    ~maria_statement() { mysql_stmt_close(handle_); }
    maria_statement(const maria_statement&) = delete;
    maria_statement& operator=(const maria_statement&) = delete;

    /// Null where it has none.
    void execute(MYSQL_BIND* parameters) {
        if (parameters != nullptr && mysql_stmt_bind_param(handle_, parameters) != 0) fail();
        if (mysql_stmt_execute(handle_) != 0) fail();
        // What INSERT … RETURNING gives is known behind the first execution.
        if (out_.empty() && mysql_stmt_field_count(handle_) > 0) make_cells();
        if (!out_.empty() && mysql_stmt_bind_result(handle_, out_.data()) != 0) fail();
    }
    /// As often as there are elements in the arrays.
    void execute_each(MYSQL_BIND* arrays, std::size_t count) {
        auto rows = static_cast<unsigned>(count);
        mysql_stmt_attr_set(handle_, STMT_ATTR_ARRAY_SIZE, &rows);
        execute(arrays);
    }
    bool next() {
        const int result = mysql_stmt_fetch(handle_);
        if (result == MYSQL_NO_DATA) return false;
        if (result == 1) fail();
        return true;
    }
    void finish() { mysql_stmt_free_result(handle_); }
    [[nodiscard]] std::int64_t made_key() const { return static_cast<std::int64_t>(mysql_stmt_insert_id(handle_)); }
    [[nodiscard]] std::uint64_t changed() const { return mysql_stmt_affected_rows(handle_); }

    [[nodiscard]] std::int64_t integer(int column) const { return cells_[static_cast<std::size_t>(column)].number; }
    [[nodiscard]] std::string text(int column) const {
        const cell& c = cells_[static_cast<std::size_t>(column)];
        if (c.length <= usual_text) return {c.text.data(), c.length};
        std::string whole(c.length, '\0');
        MYSQL_BIND into = maria_parameters::bind(MYSQL_TYPE_STRING, whole.data(), whole.size());
        if (mysql_stmt_fetch_column(handle_, &into, static_cast<unsigned>(column), 0) != 0) fail();
        return whole;
    }

  private:
    static constexpr std::size_t usual_text = 512;
    struct cell {
        std::int64_t number = 0;
        std::string text{};
        unsigned long length = 0;
    };
    [[noreturn]] void fail() const { throw std::runtime_error{mysql_stmt_error(handle_)}; }
    void make_cells() {
        const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> columns{mysql_stmt_result_metadata(handle_),
                                                                       mysql_free_result};
        cells_.resize(mysql_num_fields(columns.get()));
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            const bool number =
                mysql_fetch_field_direct(columns.get(), static_cast<unsigned>(i))->type == MYSQL_TYPE_LONGLONG;
            if (!number) cells_[i].text.resize(usual_text);
            out_.push_back(number ? maria_parameters::bind(MYSQL_TYPE_LONGLONG, &cells_[i].number, 8)
                                  : maria_parameters::bind(MYSQL_TYPE_STRING, cells_[i].text.data(), usual_text));
            out_.back().length = &cells_[i].length;
        }
    }

    MYSQL_STMT* handle_;
    std::vector<cell> cells_{};
    std::vector<MYSQL_BIND> out_{};
};

class maria_rows {
  public:
    explicit maria_rows(maria_statement& of) : of_{of} {}
    ~maria_rows() { of_.finish(); }
    maria_rows(const maria_rows&) = delete;
    maria_rows& operator=(const maria_rows&) = delete;

    [[nodiscard]] std::size_t count() const { return 0; }  ///< to reserve for; not known before the last one
    bool next() { return of_.next(); }
    [[nodiscard]] const maria_statement& row() const { return of_; }

  private:
    maria_statement& of_;
};

/// A connection on which every statement is prepared once and run on its own: each waits for its answer.
class maria_connection {
  public:
    using statement = maria_statement*;

    explicit maria_connection(const std::string& text) : connection_{mysql_init(nullptr)} {
        const kin::engine::url url = kin::engine::url::parse(text);
        const std::string* socket = url.find("socket");
        mysql_options(connection_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
        if (mysql_real_connect(connection_, url.host.c_str(), url.user.c_str(), url.password.c_str(), url.path.c_str(),
                               url.port, socket == nullptr ? nullptr : socket->c_str(),
                               CLIENT_MULTI_STATEMENTS) == nullptr) {
            const std::string why = mysql_error(connection_);
            mysql_close(connection_);
            throw std::runtime_error{why};
        }
    }
    ~maria_connection() {
        statements_.clear();
        mysql_close(connection_);
    }
    maria_connection(const maria_connection&) = delete;
    maria_connection& operator=(const maria_connection&) = delete;

    void script(const char* sql) {
        if (mysql_query(connection_, sql) != 0) fail();
        for (int more = 0; more == 0; more = mysql_next_result(connection_)) {
            mysql_free_result(mysql_store_result(connection_));
            if (mysql_errno(connection_) != 0) fail();
        }
        if (mysql_errno(connection_) != 0) fail();
    }
    std::int64_t scalar(const char* sql) {
        if (mysql_query(connection_, sql) != 0) fail();
        const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> rows{mysql_store_result(connection_), mysql_free_result};
        if (rows == nullptr) fail();
        return std::strtoll(mysql_fetch_row(rows.get())[0], nullptr, 10);
    }

    /// Prepared at the first use and kept; looked up once a run, not once a row. The text has to be a literal.
    statement prepared(const char* sql) {
        std::unique_ptr<maria_statement>& found = statements_[sql];
        if (found == nullptr) {
            // The texts for every engine number their parameters.
            std::string marked;
            for (const char* c = sql; *c != '\0'; ++c) {
                const bool parameter = *c == '$';
                marked += parameter ? '?' : *c;
                if (parameter) ++c;
            }
            found = std::make_unique<maria_statement>(connection_, marked);
        }
        return found.get();
    }
    statement prepared_insert(const char* sql) { return prepared(sql); }
    [[nodiscard]] std::unique_ptr<maria_statement> prepared_once(const std::string& sql) {
        return std::make_unique<maria_statement>(connection_, sql);
    }

    void begin(std::initializer_list<statement> = {}) { script("BEGIN"); }
    void commit() { script("COMMIT"); }

    template <class... Values>
    maria_rows select(statement s, const Values&... values) {
        run(s, values...);
        return maria_rows{*s};
    }
    template <class... Values>
    std::int64_t insert(statement s, const Values&... values) {
        run(s, values...);
        return s->made_key();
    }
    /// Gives the number of rows changed.
    template <class... Values>
    std::uint64_t execute(statement s, const Values&... values) {
        run(s, values...);
        return s->changed();
    }

  private:
    [[noreturn]] void fail() const { throw std::runtime_error{mysql_error(connection_)}; }
    template <class... Values>
    void run(statement s, const Values&... values) {
        if constexpr (sizeof...(values) == 0) {
            s->execute(nullptr);
        } else {
            maria_parameters with{sizeof...(values)};
            (with.add(values), ...);
            s->execute(with.binds());
        }
    }

    MYSQL* connection_;
    std::unordered_map<std::string_view, std::unique_ptr<maria_statement>> statements_{};
};

}  // namespace bench
