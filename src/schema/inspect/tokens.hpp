// SQL text of SQLite's catalogue, cut into tokens: names in four kinds of quotes, strings, comments left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kin::schema {

struct token {
    enum class kind : std::uint8_t {
        word,    ///< a name or keyword without quotes
        quoted,  ///< a name in "…", […] or `…`
        string,  ///< '…', also x'…'
        number,
        symbol,  ///< one letter
        end
    };
    kind what = kind::end;
    std::size_t begin = 0;  ///< in the text
    std::size_t end = 0;
};

/// The tokens of a text, one of kind `end` behind the last. Takes any text: a quote that is never closed goes to the
/// end.
class token_stream {
  public:
    explicit token_stream(std::string_view sql);

    [[nodiscard]] const token& peek(std::size_t ahead = 0) const noexcept;
    [[nodiscard]] bool at_end() const noexcept { return peek().what == token::kind::end; }
    void skip() noexcept { at_ += at_end() ? 0 : 1; }
    [[nodiscard]] std::size_t position() const noexcept { return at_; }
    void go_to(std::size_t position) noexcept { at_ = position; }

    /// Whether a keyword (upper case) or symbol stands here.
    [[nodiscard]] bool is(std::string_view what, std::size_t ahead = 0) const noexcept;
    /// Goes behind it if it does.
    bool take(std::string_view what) noexcept;
    /// Goes behind all of these, or nowhere.
    bool take(std::string_view first, std::string_view second) noexcept;

    /// The token's text, or its name without the quotes; goes behind it.
    [[nodiscard]] std::string take_name();
    /// What stands in parentheses that begin here, without them; goes behind them. Empty where there are none.
    [[nodiscard]] std::string take_parenthesised();
    /// The names in parentheses.
    [[nodiscard]] std::vector<std::string> take_names();
    /// Goes over one token, or all of a pair of parentheses.
    void skip_nested() noexcept;
    /// The text from one position up to before another.
    [[nodiscard]] std::string text(std::size_t from, std::size_t to) const;

  private:
    std::string_view sql_;
    std::vector<token> tokens_;
    std::size_t at_ = 0;
};

}  // namespace kin::schema
