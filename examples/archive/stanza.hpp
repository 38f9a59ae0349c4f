// A streaming parser of Debian package indexes: stanzas of `Name: value` lines, separated by blank lines.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace archive {

/// The input is not what it should be. `what()` is one line: `FILE:LINE: what`, or `FILE: what` without a line.
class input_error : public std::runtime_error {
  public:
    input_error(std::string_view file, std::size_t line, std::string_view what);
};

/// One field: a view into the text of the index.
struct field {
    std::string_view name{};
    std::string_view value{};  ///< with its continuation lines as they stand, line breaks included
    std::size_t line = 0;      ///< where the name stands, counted from 1

    /// The part of the value on the line of the name, without the white space around it.
    [[nodiscard]] std::string_view first_line() const noexcept;
};

/// One paragraph of the index; reused by the reader, so that reading allocates nothing after the first few.
struct stanza {
    std::vector<field> fields{};
    std::size_t line = 0;  ///< of its first field

    /// The first field of that name (in any case, as Debian's policy has it), or null.
    [[nodiscard]] const field* find(std::string_view name) const noexcept;
};

/// Reads one stanza after the other out of a text, which has to outlive the stanzas.
class stanza_reader {
  public:
    /// `file` is what errors call the input.
    stanza_reader(std::string_view text, std::string file) : rest_{text}, size_{text.size()}, file_{std::move(file)} {}

    /// False at the end. Throws input_error at a line that is neither a field nor a continuation.
    bool next(stanza& into);

    /// How much of the text has been read, for a progress bar.
    [[nodiscard]] std::size_t position() const noexcept { return size_ - rest_.size(); }
    [[nodiscard]] const std::string& file() const noexcept { return file_; }

  private:
    std::string_view take_line() noexcept;
    [[noreturn]] void refuse(std::string_view line, std::string_view what) const;

    std::string_view rest_;
    std::size_t size_;
    std::string file_;
    std::size_t line_ = 0;  ///< number of the line taken last
};

/// Without spaces, tabs and line breaks at either end.
[[nodiscard]] std::string_view trim(std::string_view) noexcept;

/// Text from outside as it can stand in a message of one line: unprintable bytes as `?`, long text cut.
[[nodiscard]] std::string printable(std::string_view, std::size_t limit = 60);

}  // namespace archive
