// The least around the SQLite C API that the hand-written twins need: errors, prepared statements kept by text.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bench {

inline void check(sqlite3* db, int code) {
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) throw std::runtime_error{sqlite3_errmsg(db)};
}

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

    void begin() { run(prepared("BEGIN")); }
    void commit() { run(prepared("COMMIT")); }

    sqlite3* db = nullptr;
    std::unordered_map<std::string_view, sqlite3_stmt*> statements{};
};

inline std::string text_of(sqlite3_stmt* statement, int column) {
    // The text first: it fixes the encoding that the length is counted in.
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

inline void bind_text(sqlite3_stmt* statement, int parameter, const std::string& text) {
    sqlite3_bind_text(statement, parameter, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

}  // namespace bench
