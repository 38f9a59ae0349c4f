// A value that knows its SQL type: what is bound to a statement at run time, and what a cell is read as.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kin/value/kind.hpp>

namespace kin {

/// A cell or parameter seen through a window; valid as long as what it looks at.
/// Integers, booleans, dates, times and timestamps are in `integer`; text, blob, uuid, decimal, json in `bytes`.
struct value_view {
    kind type = kind::null;
    comparison compares = comparison::exact;  ///< as a key of the column that it comes from
    bool hidden = false;                      ///< messages and logs do not show it
    union {
        std::int64_t integer = 0;
        double real;
    };
    std::string_view bytes{};

    [[nodiscard]] bool is_null() const noexcept { return type == kind::null; }
};

/// A value with its type, owned: parameters of conditions, results of codecs, cells of untyped rows. Compiled, down to
/// its destructor: whatever is inline instantiates a part of std::string in every unit that includes this.
class value {
  public:
    value() noexcept;
    value(bool) noexcept;
    value(std::int64_t, kind type = kind::int64) noexcept;
    value(int) noexcept;
    value(double) noexcept;
    value(std::string, kind type = kind::text) noexcept;
    value(std::string_view, kind type = kind::text);
    value(const char*);
    explicit value(const std::vector<std::byte>&);
    explicit value(const value_view&);
    value(const value&);
    value(value&&) noexcept;
    value& operator=(const value&);
    value& operator=(value&&) noexcept;
    ~value();

    [[nodiscard]] kind type() const noexcept { return type_; }
    [[nodiscard]] bool is_null() const noexcept { return type_ == kind::null; }
    [[nodiscard]] std::int64_t integer() const noexcept { return integer_; }
    [[nodiscard]] double real() const noexcept { return real_; }
    [[nodiscard]] std::string_view bytes() const noexcept;
    [[nodiscard]] value_view view() const noexcept;
    /// Messages and logs do not show it from here on.
    void hide() noexcept { hidden_ = true; }

    bool operator==(const value& other) const noexcept;

  private:
    kind type_ = kind::null;
    bool hidden_ = false;
    union {
        std::int64_t integer_ = 0;
        double real_;
    };
    std::string bytes_;
};

/// For messages and the statement log: `42`, `'text'`, `NULL`, `x'00ff'`; long text is cut with `…`, what is hidden is
/// `(hidden)`.
std::string describe(const value_view&, std::size_t limit = 80);

}  // namespace kin
