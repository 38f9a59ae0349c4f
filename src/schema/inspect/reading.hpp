// What the readers of the engines share: which tables were asked for, rows as texts.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/schema/inspect.hpp>

namespace kin::schema {

[[nodiscard]] catalogue inspect_sqlite(engine::connection&, const inspect_options&, const site&);
[[nodiscard]] catalogue inspect_postgresql(engine::connection&, const inspect_options&, const site&);
[[nodiscard]] catalogue inspect_mariadb(engine::connection&, const inspect_options&, const site&);

/// Whether a table or view was asked for; Kin's own never are. `schema` is empty where names are looked up.
[[nodiscard]] bool wanted(const inspect_options&, std::string_view schema, std::string_view name);
/// `*` in the pattern stands for any letters.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view name) noexcept;

/// `text` between two quotes, doubled where it has them itself.
[[nodiscard]] std::string in_quotes(std::string_view text, char quote);

/// Without the pair of parentheses around all of it, which PostgreSQL adds to expressions.
[[nodiscard]] std::string without_parentheses(std::string sql);

/// "a", "b" and "c", for errors.
[[nodiscard]] std::string listed(const std::vector<std::string>& names);

/// The rows of a catalogue statement.
class catalogue_rows {
  public:
    catalogue_rows(engine::connection& on, std::string_view sql) : rows_{on.run(sql)} {}
    bool next() { return rows_.next(); }
    /// Empty where it is NULL.
    [[nodiscard]] std::string text(int column) {
        return rows_.is_null(column) ? std::string{} : std::string{rows_.cell(column).bytes};
    }
    [[nodiscard]] std::int64_t number(int column) { return rows_.is_null(column) ? 0 : rows_.integer(column); }
    [[nodiscard]] bool is_null(int column) { return rows_.is_null(column); }

  private:
    engine::cursor rows_;
};

}  // namespace kin::schema
