// kin::index_on("title")…: what an index says beside its columns.
#pragma once

#include <cstddef>
#include <string_view>

namespace kin {

/// Never called: its name is what a compiler says of an index that is too long.
void an_index_has_at_most_8_parts_and_8_included_columns();
/// Never called either: what a compiler says of `index_on().operator_class(…)`.
void an_operator_class_stands_behind_the_column_or_expression_that_it_is_of();

/// What an index says beside its columns, for `table_description::index`:
/// `kin::index_on("city").expression("lower(name)").where("active").named("ix_active_people")`.
class index_description {
  public:
    struct part {
        std::string_view what{};  ///< a column, or SQL
        bool is_expression = false;
        bool descending = false;
        std::string_view operator_class{};
    };
    static constexpr std::size_t capacity = 8;

    template <class... Names>
    constexpr explicit index_description(const Names&... columns) {
        (add({std::string_view{columns}}), ...);
    }
    /// A further column, from its greatest value on.
    constexpr index_description& descending(std::string_view column) {
        return add({.what = column, .descending = true});
    }
    /// A further part, as SQL.
    constexpr index_description& expression(std::string_view sql, bool descending = false) {
        return add({.what = sql, .is_expression = true, .descending = descending});
    }
    /// Of the part that was named last.
    constexpr index_description& operator_class(std::string_view name) {
        if (count_ == 0) an_operator_class_stands_behind_the_column_or_expression_that_it_is_of();
        parts_[count_ - 1].operator_class = name;
        return *this;
    }
    /// The rows that it has, as SQL.
    constexpr index_description& where(std::string_view sql) {
        where_ = sql;
        return *this;
    }
    /// How it is built, where not as usual: `gin`, `hash`, `brin`.
    constexpr index_description& method(std::string_view name) {
        method_ = name;
        return *this;
    }
    /// Columns that it carries along, for queries that need no more than these (PostgreSQL).
    template <class... Names>
    constexpr index_description& including(const Names&... columns) {
        const auto one = [this](std::string_view column) {
            if (included_count_ == capacity) an_index_has_at_most_8_parts_and_8_included_columns();
            included_[included_count_++] = column;
        };
        (one(columns), ...);
        return *this;
    }
    constexpr index_description& unique() {
        unique_ = true;
        return *this;
    }
    constexpr index_description& named(std::string_view name) {
        name_ = name;
        return *this;
    }

  private:
    friend class table_description;
    constexpr index_description& add(const part& p) {
        if (count_ == capacity) an_index_has_at_most_8_parts_and_8_included_columns();
        parts_[count_++] = p;
        return *this;
    }

    part parts_[capacity]{};
    std::string_view included_[capacity]{};
    std::string_view where_{};
    std::string_view method_{};
    std::string_view name_{};
    std::size_t count_ = 0;
    std::size_t included_count_ = 0;
    bool unique_ = false;
};

/// Starts the description of an index over these columns, or of one of expressions alone.
template <class... Names>
constexpr index_description index_on(const Names&... columns) {
    return index_description{columns...};
}

}  // namespace kin
