// The one walk over a statement: text and parameters grow while a stack of scopes says which sources are visible.
//
// More than 40 member functions: one for each kind of clause and expression, over one text and one stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kin/sql/compiler.hpp>

namespace kin::sql {

/// Lists of more values than these are one parameter, where they can be.
inline constexpr std::size_t most_listed = 1000;
/// The same in a statement that would have too many parameters otherwise; shorter ones are never filled up.
inline constexpr std::size_t shortest_array = 16;

class writer {
  public:
    /// `most`: lists of more values than these are one parameter, where the dialect can and their kind allows it.
    writer(const dialect& d, const site& where, std::size_t most) noexcept
        : dialect_{d}, where_{where}, most_listed_{most} {}

    void write(const select&);
    void write(const insert&);
    void write(const update&);
    void write(const remove&);

    /// Whether a statement has as many parameters as the dialect takes.
    [[nodiscard]] bool fits() const noexcept { return placeholders_ <= dialect_.max_parameters; }
    /// The result, checked against the dialect's limits.
    [[nodiscard]] compiled take();

  private:
    // How tightly operators bind, in the order that all three databases share.
    enum precedence : int {
        lowest,
        disjunction,
        conjunction,
        negation,
        comparison,
        concatenation,  // weaker than + for PostgreSQL, strongest for SQLite: never next to arithmetic without brackets
        sum,
        product,
        sign,
        primary,
    };

    struct labelled {
        const source* from = nullptr;
        std::string label{};
    };
    struct scope {
        std::vector<labelled> sources{};
        bool qualified = false;
    };

    // expressions.cpp
    void write(const expr&, int at_least = lowest);
    void write_bare(const node&);
    void write_column(const node&);
    void write_comparison(const node&);
    void write_like(const node&);
    void write_in(const node&);
    void write_in_select(const node&);
    void write_logical(const node&);
    void write_concat(const node&);
    void write_concat_operands(const expr&, bool& first);
    void write_function(const node&);
    void write_filtered(const node&);
    void write_windowed(const node&);
    void write_bound(std::optional<std::int64_t> at, std::string_view unbounded);
    void write_case(const node&);
    void write_raw(const node&);
    void write_infix(const node&, std::string_view text, int left, int right);
    void write_list(const std::vector<expr>&);
    void write_placeholder();
    void write_parameter(const value&);
    void hide_parameters(std::size_t first) noexcept;
    [[nodiscard]] int precedence_of(const node&) const;
    [[nodiscard]] const labelled& resolve(const node& column) const;
    [[noreturn]] void refuse_column(const node& column, std::string_view why) const;
    void require_arguments(const node&, std::size_t count) const;

    // lists_of_values.cpp
    void write_in_values(const node&, const std::vector<const expr*>& values);
    [[nodiscard]] bool write_as_array(const node&, const std::vector<const expr*>& values);
    [[nodiscard]] bool write_as_arrays(const node&, const std::vector<const expr*>& rows);
    [[nodiscard]] bool write_as_json(const node&, const std::vector<const expr*>& values);
    [[nodiscard]] bool write_as_bytes(const node&, const std::vector<const expr*>& values);
    [[nodiscard]] bool write_as_literals(const node&, const std::vector<const expr*>& values);
    void write_one_by_one(const std::vector<const expr*>& values);

    // statements.cpp
    void write_source(const source&, std::string_view label);
    void write_table(const source&);
    void write_arrays(const insert&);
    void write_element(const std::vector<kind>& arrays, std::size_t);
    void write_unnested(const source& table, const std::vector<std::string>& columns, const std::vector<kind>& arrays);
    void write_names(const std::vector<std::string>&);
    void write_assignments(const std::vector<assignment>&, const source&);
    [[nodiscard]] static bool hides(const source&, std::string_view column) noexcept;
    void write_conflict(const insert&);
    void write_from(const select&, const scope&);
    void write_core(const select&);
    void write_order_by(const std::vector<ordering>&);
    void write_order(const ordering&);
    void write_limits(const select&);
    void write_lock(const select&);
    void write_where(const expr&);
    void write_name(std::string_view name);
    [[nodiscard]] scope scope_of(const select&);
    [[nodiscard]] labelled label(const source&, const scope& growing);
    [[nodiscard]] bool visible(std::string_view label, const scope& growing) const;
    [[noreturn]] void fail(std::string message) const;

    // compounds.cpp
    void write_with(const std::vector<cte>& around, const std::vector<cte>& own);
    void write_before_writing(const std::vector<cte>&);
    void write_combined(const select&, std::size_t parts);
    void write_part(const select&);
    void write_derived(const select&);
    [[nodiscard]] ordering over_result(const ordering&, const select& first) const;
    [[nodiscard]] std::string next_label();

    const dialect& dialect_;
    const site& where_;
    std::size_t most_listed_;
    std::string text_;
    std::vector<value> parameters_;
    std::vector<scope> scopes_;
    std::size_t with_begins_ = 0;                  // the first scope inside of the common table expression
    const std::vector<cte>* pending_ = nullptr;    // for the next subquery to begin with
    const std::vector<kind>* elements_ = nullptr;  // what placeholders stand for in a statement over arrays
    std::size_t element_ = 0;
    bool hidden_ = false;  // the expression that is written has a hidden column
    std::uint32_t placeholders_ = 0;
    std::uint32_t labels_ = 0;
};

/// A table's name in the database's text: qualified, or one name where the dialect has no schemas.
[[nodiscard]] std::string table_name(std::string_view schema, std::string_view table, const dialect&);
/// The same without its schema: what a column of it is qualified by.
[[nodiscard]] std::string table_label(std::string_view schema, std::string_view table, const dialect&);

}  // namespace kin::sql
