// Statements that end the open transaction by themselves.
#include "commits.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "table_changes.hpp"

namespace kin::engine::mariadb {

namespace {

constexpr std::size_t most_words = 4;

/// Walks over a script, statement by statement, and keeps the first words of each.
class script_reader {
  public:
    explicit script_reader(std::string_view text) : text_{text} {}

    /// Reads the next statement; false at the end.
    bool next() {
        count_ = 0;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ';') {
                ++at_;
                if (count_ > 0) return true;
            } else if (c == '\'' || c == '"' || c == '`') {
                skip_quoted(c);
            } else if (is_comment()) {
                skip_comment();
            } else if (is_letter(c)) {
                read_word();
            } else {
                ++at_;
            }
        }
        return count_ > 0;
    }

    [[nodiscard]] std::string_view word(std::size_t i) const noexcept {
        return i < count_ ? std::string_view{words_[i]} : std::string_view{};
    }

  private:
    static bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

    [[nodiscard]] bool is_comment() const noexcept {
        const std::string_view rest = text_.substr(at_);
        return rest.starts_with('#') || rest.starts_with("/*") ||
               (rest.starts_with("--") && (rest.size() == 2 || static_cast<unsigned char>(rest[2]) <= ' '));
    }
    /// Of `/*!40000 ALTER TABLE … */`, which is run, the mark alone.
    void skip_comment() noexcept {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with("/*!") || rest.starts_with("/*M!")) {
            at_ = std::min(text_.find_first_not_of("0123456789", text_.find('!', at_) + 1), text_.size());
            return;
        }
        const bool block = text_[at_] == '/';
        const std::size_t end = text_.find(block ? "*/" : "\n", at_);
        at_ = end == std::string_view::npos ? text_.size() : end + (block ? 2 : 1);
    }
    void skip_quoted(char quote) noexcept {
        const std::size_t end = text_.find(quote, at_ + 1);
        at_ = end == std::string_view::npos ? text_.size() : end + 1;
    }
    void read_word() {
        std::string word;
        for (; at_ < text_.size() && (is_letter(text_[at_]) || (text_[at_] >= '0' && text_[at_] <= '9')); ++at_) {
            word += text_[at_] >= 'a' && text_[at_] <= 'z' ? static_cast<char>(text_[at_] - 'a' + 'A') : text_[at_];
        }
        if (count_ < most_words) words_[count_++] = std::move(word);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::array<std::string, most_words> words_{};
    std::size_t count_ = 0;
};

}  // namespace

std::string commits_implicitly(std::string_view script, bool open) {
    script_reader statement{script};
    while (statement.next()) {
        const std::string_view verb = statement.word(0);
        if (open && changes_tables(statement.word(0), statement.word(1), statement.word(3))) {
            return std::string{verb}.append(statement.word(1).empty() ? "" : " ").append(statement.word(1));
        }
        if (verb == "BEGIN" || verb == "START") {
            open = true;
        } else if (verb == "COMMIT" || (verb == "ROLLBACK" && statement.word(1) != "TO" && statement.word(2) != "TO")) {
            open = false;
        }
    }
    return {};
}

void refuse_commit(const std::string& words, std::string_view sql, const site& where) {
    throw usage_error{fmt::format("{} would commit the open transaction, as MariaDB does before it changes tables: "
                                  "commit or roll back first",
                                  words),
                      {.sql = std::string{sql}, .where = where}};
}

}  // namespace kin::engine::mariadb
