// Text and JSON for people and programs.
#include "command_line/output.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "value/json_text.hpp"

namespace kin::command_line {

palette::palette(std::string_view when) {
    const char* none = std::getenv("NO_COLOR");
    on_ = when == "always" || (when == "auto" && isatty(STDOUT_FILENO) == 1 && (none == nullptr || *none == '\0'));
}

std::string palette::operator()(color c, std::string_view text) const {
    if (!on_ || c == color::plain) return std::string{text};
    const char* begin = c == color::good ? "\033[32m" : c == color::bad ? "\033[31m" : "\033[2m";
    return std::string{begin}.append(text).append("\033[0m");
}

void json_text::separate() {
    if (!first_) out_ += ',';
    first_ = false;
}
json_text& json_text::open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
    return *this;
}
json_text& json_text::close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
}
json_text& json_text::name(std::string_view n) {
    text(n);
    out_ += ':';
    first_ = true;
    return *this;
}
json_text& json_text::text(std::string_view t) {
    separate();
    detail::write_shown_text(out_, t);
    return *this;
}
json_text& json_text::text_or_null(std::string_view t) {
    if (!t.empty()) return text(t);
    separate();
    out_ += "null";
    return *this;
}
json_text& json_text::number(std::int64_t n) {
    separate();
    out_ += std::to_string(n);
    return *this;
}
json_text& json_text::yes(bool y) {
    separate();
    out_ += y ? "true" : "false";
    return *this;
}

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}
void print_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

bool is_interactive() { return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1; }

bool ask(std::string_view question) {
    print_error(question);
    char answer[16] = "";
    if (std::fgets(answer, sizeof answer, stdin) == nullptr) return false;
    const std::string_view said{answer};
    return said == "y\n" || said == "Y\n" || said == "yes\n";
}

}  // namespace kin::command_line
