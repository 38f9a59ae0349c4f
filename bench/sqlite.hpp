// The least around the SQLite C API that the hand-written twins need: errors, prepared statements kept by text.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bench {

inline void check(sqlite3* db, int code) {
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) throw std::runtime_error{sqlite3_errmsg(db)};
}

inline std::string text_of(sqlite3_stmt* statement, int column) {
    // The text first: it fixes the encoding that the length is counted in.
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

inline void bind_text(sqlite3_stmt* statement, int parameter, const std::string& text) {
    sqlite3_bind_text(statement, parameter, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

inline void bind(sqlite3_stmt* statement, int parameter, std::int64_t number) {
    sqlite3_bind_int64(statement, parameter, number);
}
inline void bind(sqlite3_stmt* statement, int parameter, const std::string& text) {
    bind_text(statement, parameter, text);
}

/// The row that a statement stands on.
struct sqlite_row {
    sqlite3_stmt* statement;
    [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement, column); }
    [[nodiscard]] std::string text(int column) const { return text_of(statement, column); }
};

/// A connection as Kin opens it, with every statement that was ever prepared on it.
struct sqlite_connection {
    explicit sqlite_connection(const std::string& path) {
        const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
        check(db, sqlite3_open_v2(path.c_str(), &db, flags, nullptr));
        script("PRAGMA foreign_keys = ON");
        if (path != ":memory:") script("PRAGMA journal_mode = WAL");
    }
    ~sqlite_connection() {
        for (const auto& [text, statement] : statements) sqlite3_finalize(statement);
        sqlite3_close(db);
    }
    sqlite_connection(const sqlite_connection&) = delete;
    sqlite_connection& operator=(const sqlite_connection&) = delete;

    void script(const char* sql) { check(db, sqlite3_exec(db, sql, nullptr, nullptr, nullptr)); }

    /// Prepared at the first use and kept; looked up once a run, not once a row. The text has to be a literal.
    sqlite3_stmt* prepared(const char* sql) {
        sqlite3_stmt*& statement = statements[sql];
        if (!statement) check(db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
        return statement;
    }

    bool step(sqlite3_stmt* statement) {
        const int code = sqlite3_step(statement);
        if (code == SQLITE_ROW) return true;
        if (code != SQLITE_DONE) check(db, code);
        return false;
    }

    /// Runs a statement without rows to its end and makes it ready for the next time.
    void run(sqlite3_stmt* statement) {
        step(statement);
        sqlite3_reset(statement);
    }

    void begin(std::initializer_list<sqlite3_stmt*> = {}) { run(prepared("BEGIN")); }
    void commit() { run(prepared("COMMIT")); }

    // -- what the twins for every engine are written with (twin_workloads.hpp) --

    class rows {
      public:
        rows(sqlite_connection& connection, sqlite3_stmt* statement) : connection_{connection}, row_{statement} {}
        ~rows() { sqlite3_reset(row_.statement); }
        rows(const rows&) = delete;
        rows& operator=(const rows&) = delete;

        [[nodiscard]] std::size_t count() const { return 0; }  ///< to reserve for; not known here
        bool next() { return connection_.step(row_.statement); }
        [[nodiscard]] const sqlite_row& row() const { return row_; }

      private:
        sqlite_connection& connection_;
        sqlite_row row_;
    };

    template <class... Values>
    rows select(sqlite3_stmt* statement, const Values&... values) {
        bind_all(statement, values...);
        return {*this, statement};
    }
    sqlite3_stmt* prepared_insert(const char* sql) { return prepared(sql); }
    template <class... Values>
    std::int64_t insert(sqlite3_stmt* statement, const Values&... values) {
        execute(statement, values...);
        return sqlite3_last_insert_rowid(db);
    }
    /// Gives the number of rows changed.
    template <class... Values>
    std::uint64_t execute(sqlite3_stmt* statement, const Values&... values) {
        bind_all(statement, values...);
        run(statement);
        return static_cast<std::uint64_t>(sqlite3_changes(db));
    }
    template <class... Values>
    static void bind_all([[maybe_unused]] sqlite3_stmt* statement, const Values&... values) {
        int parameter = 0;
        (bind(statement, ++parameter, values), ...);
    }

    sqlite3* db = nullptr;
    std::unordered_map<std::string_view, sqlite3_stmt*> statements{};
};

}  // namespace bench
