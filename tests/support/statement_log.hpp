// Records and counts the statements that a database runs, transaction control apart.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <kin/session/database.hpp>

namespace kin::test {

/// Listens to a database from its construction on; the database must not run statements after its end. Only
/// connections that are acquired after that are heard, so it is made before the first session.
class statement_log {
  public:
    struct entry {
        std::string sql;
        std::string parameters;
        std::size_t runs;
        bool failed;
        site where;
    };

    explicit statement_log(database& db) : db_{db} {
        db.on_statement([this](const engine::statement_event& e) {
            const std::scoped_lock guard{lock_};
            auto& list = e.control || is_control(e.sql) ? control_ : entries_;
            list.push_back({with_question_marks(e.sql), e.parameters, e.runs, e.failed, e.where});
        });
    }
    ~statement_log() { db_.on_statement({}); }
    statement_log(const statement_log&) = delete;
    statement_log& operator=(const statement_log&) = delete;

    void clear() {
        const std::scoped_lock guard{lock_};
        entries_.clear();
        control_.clear();
    }
    /// Statements since the last `clear`; a batch over many objects is one.
    [[nodiscard]] std::size_t count() const {
        const std::scoped_lock guard{lock_};
        return entries_.size();
    }
    /// How many of them begin with `text`: `INSERT`, `UPDATE "users"`.
    [[nodiscard]] std::size_t count(std::string_view text) const {
        const std::scoped_lock guard{lock_};
        return static_cast<std::size_t>(
            std::count_if(entries_.begin(), entries_.end(), [&](const entry& e) { return e.sql.starts_with(text); }));
    }
    [[nodiscard]] std::vector<entry> entries() const {
        const std::scoped_lock guard{lock_};
        return entries_;
    }
    /// BEGIN, COMMIT, SAVEPOINT, …
    [[nodiscard]] std::vector<entry> control() const {
        const std::scoped_lock guard{lock_};
        return control_;
    }
    /// The first `words` words of each statement, quotes left out: `INSERT INTO users; UPDATE posts SET`.
    [[nodiscard]] std::string text(std::size_t words = 3) const {
        std::string out;
        for (const entry& e : entries()) {
            if (!out.empty()) out += "; ";
            std::size_t left = words;
            for (const char c : e.sql) {
                if (c == '"') continue;
                if ((c == ' ' || c == '(') && --left == 0) break;
                out += c;
            }
        }
        return out;
    }

  private:
    /// `$1` as `?`: what a statement says is the same for every engine.
    static std::string with_question_marks(std::string_view sql) {
        std::string out;
        for (std::size_t i = 0; i < sql.size(); ++i) {
            out += sql[i];
            if (sql[i] != '$' || i + 1 == sql.size() || sql[i + 1] < '0' || sql[i + 1] > '9') continue;
            out.back() = '?';
            while (i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9') ++i;
        }
        return out;
    }
    static bool is_control(std::string_view sql) {
        for (const std::string_view word : {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"}) {
            if (sql.starts_with(word)) return true;
        }
        return false;
    }

    database& db_;
    mutable std::mutex lock_;
    std::vector<entry> entries_{};
    std::vector<entry> control_{};
};

}  // namespace kin::test
