// What is said: text with colours, or JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kin::command_line {

enum class color { plain, good, bad, muted };

/// Colours where they were asked for, or where stdout is a terminal and NO_COLOR is not set.
class palette {
  public:
    explicit palette(std::string_view when);
    [[nodiscard]] std::string operator()(color, std::string_view text) const;

  private:
    bool on_;
};

/// An object or a list that grows member by member; commas and quotes are its own business.
class json_text {
  public:
    json_text& open(char bracket);
    json_text& close(char bracket);
    json_text& name(std::string_view);
    json_text& text(std::string_view);
    json_text& text_or_null(std::string_view);  ///< null where it is empty
    json_text& number(std::int64_t);
    json_text& yes(bool);
    [[nodiscard]] const std::string& get() const { return out_; }

  private:
    void separate();
    std::string out_{};
    bool first_ = true;
};

void print(std::string_view text);        ///< to stdout
void print_error(std::string_view text);  ///< to stderr
/// A question on the terminal; false where there is none, or the answer is not yes.
[[nodiscard]] bool is_interactive();
[[nodiscard]] bool ask(std::string_view question);

}  // namespace kin::command_line
