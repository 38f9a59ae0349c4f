// kin::table("users")…: what a struct's type cannot say about its table. One non-template type of fixed capacity, so
// that it can stand as a static constexpr member inside the struct that it describes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <kin/mapping/slot.hpp>

namespace kin {

/// What the database does to the rows that refer to a deleted row.
enum class on_delete : std::uint8_t { no_action, restrict, cascade, set_null, set_default };
/// What the database does to the rows that refer to a row whose key changes.
enum class on_update : std::uint8_t { no_action, restrict, cascade, set_null, set_default };

/// What columns are called whose names are not given: as their members, or `customer_id` as `CustomerId`, `customerId`,
/// `CUSTOMER_ID`.
enum class naming : std::uint8_t { as_members, pascal_case, camel_case, upper_case };

/// Up to four column names: keys, uniques and foreign keys of several columns.
struct column_list {
    std::string_view names[4]{};
    std::uint8_t count = 0;

    constexpr column_list() = default;
    template <class... Names>
    requires(sizeof...(Names) >= 1) constexpr column_list(const Names&... n) : count{sizeof...(Names)} {
        static_assert(sizeof...(Names) <= 4, "kin: a key, index or constraint has at most four columns");
        if constexpr (sizeof...(Names) <= 4) {
            std::size_t at = 0;
            ((names[at++] = std::string_view{n}), ...);
        }
    }
};

/// Never called: its name is what a compiler says of a description that is too long.
void a_table_description_has_at_most_20_rules();

/// Names the columns of a composite foreign key: `foreign_key<Order>(columns("tenant_id", "order_id"))`.
template <class... Names>
constexpr column_list columns(const Names&... names) {
    return column_list{names...};
}

class table_description {
  public:
    enum class rule_kind : std::uint8_t {
        unique,
        index,
        primary_key,
        length,
        rename,
        uuid,
        default_value,
        check,
        foreign_key,
        morph,
        generated,
        identity_always,
        database_default,
        hidden
    };
    struct rule {
        rule_kind what{};
        column_list columns{};
        column_list references{};
        std::string_view text{};
        std::uint16_t number = 0;
        std::uint64_t target_number = 0;  ///< mapping::type_number of the target
        mapping::model_slot* target = nullptr;
        on_delete deleting{};
        on_update updating{};
    };
    static constexpr std::size_t capacity = 20;

    constexpr table_description() = default;
    constexpr explicit table_description(std::string_view name) : name_{name} {}

    /// The namespace of the table in databases that have them.
    constexpr table_description& in_schema(std::string_view schema) {
        schema_ = schema;
        return *this;
    }
    /// A UNIQUE constraint over the columns together.
    template <class... Names>
    constexpr table_description& unique(const Names&... names) {
        return add({.what = rule_kind::unique, .columns{names...}});
    }
    /// An index over the columns together.
    template <class... Names>
    constexpr table_description& index(const Names&... names) {
        return add({.what = rule_kind::index, .columns{names...}});
    }
    /// The primary key where it is not the model's own `key`: association objects, composite and natural keys.
    template <class... Names>
    constexpr table_description& primary_key(const Names&... names) {
        return add({.what = rule_kind::primary_key, .columns{names...}});
    }
    /// The longest text, in characters.
    constexpr table_description& length(std::string_view column, std::uint16_t characters) {
        return add({.what = rule_kind::length, .columns{column}, .number = characters});
    }
    /// Another name for a member's column in the database.
    constexpr table_description& column(std::string_view member, std::string_view name) {
        return add({.what = rule_kind::rename, .columns{member}, .text = name});
    }
    /// The version of the uuids that the insert makes where this column is nil: 4 (random) or 7 (in the order of time).
    /// A model's own key is made without being named, in version 7.
    constexpr table_description& uuid(std::string_view column, std::uint16_t version) {
        return add({.what = rule_kind::uuid, .columns{column}, .number = version});
    }
    /// A DEFAULT clause, as SQL, for those who write the table otherwise. Kin itself writes every column, unless it is
    /// a `database_default`.
    constexpr table_description& default_value(std::string_view column, std::string_view sql) {
        return add({.what = rule_kind::default_value, .columns{column}, .text = sql});
    }
    /// A column whose default is the database's to give: an INSERT leaves it out while the member holds what it has in
    /// a fresh object (so `bool active = true` can be set to false), and its value is read afterwards: a SELECT for the
    /// rows of the flush. Of a key of several columns, the whole number that the database makes (PostgreSQL).
    constexpr table_description& database_default(std::string_view column) {
        return add({.what = rule_kind::database_default, .columns{column}});
    }
    /// A column that the database computes (GENERATED ALWAYS AS): never written, read after each INSERT and UPDATE of
    /// its row by a SELECT for the rows of the flush; flush_error where it was assigned. The SQL is for `create`.
    constexpr table_description& generated(std::string_view column, std::string_view sql = {}) {
        return add({.what = rule_kind::generated, .columns{column}, .text = sql});
    }
    /// A column that is GENERATED ALWAYS AS IDENTITY: never written, read after the INSERT.
    constexpr table_description& identity_always(std::string_view column) {
        return add({.what = rule_kind::identity_always, .columns{column}});
    }
    /// What its columns are called: `kin::table("Customers").naming(kin::naming::pascal_case)`; `column` names others.
    constexpr table_description& naming(kin::naming how) {
        naming_ = how;
        return *this;
    }
    /// Columns that never go out, as members of a `kin::hidden<T>`: JSON, filters from outside, errors and the
    /// statement log do not show them.
    template <class... Names>
    constexpr table_description& hidden(const Names&... names) {
        return add({.what = rule_kind::hidden, .columns{names...}});
    }
    /// A CHECK constraint, as SQL.
    constexpr table_description&(check)(std::string_view sql) { return add({.what = rule_kind::check, .text = sql}); }
    /// The actions of the foreign key that the column's type declares.
    constexpr table_description& foreign_key(std::string_view column, on_delete deleting, on_update updating = {}) {
        return add({.what = rule_kind::foreign_key, .columns{column}, .deleting = deleting, .updating = updating});
    }
    /// A foreign key that no single member's type declares: composite, or onto unique columns (`references`).
    template <class Target>
    constexpr table_description& foreign_key(column_list columns, column_list references = {}, on_delete deleting = {},
                                             on_update updating = {}) {
        return add({.what = rule_kind::foreign_key,
                    .columns = columns,
                    .references = references,
                    .target_number = mapping::type_number<Target>,
                    .target = &mapping::slot_of<Target>,
                    .deleting = deleting,
                    .updating = updating});
    }
    /// The model's tag in the type column of polymorphic relations; default: the struct's name.
    constexpr table_description& morph(std::string_view tag) { return add({.what = rule_kind::morph, .text = tag}); }

    [[nodiscard]] constexpr std::string_view name() const { return name_; }
    [[nodiscard]] constexpr std::string_view schema() const { return schema_; }
    [[nodiscard]] constexpr kin::naming names() const { return naming_; }
    [[nodiscard]] constexpr const rule* begin() const { return rules_; }
    [[nodiscard]] constexpr const rule* end() const { return rules_ + count_; }

  private:
    constexpr table_description& add(const rule& r) {
        if (count_ == capacity) a_table_description_has_at_most_20_rules();
        rules_[count_++] = r;
        return *this;
    }

    std::string_view name_{};
    std::string_view schema_{};
    kin::naming naming_ = kin::naming::as_members;
    rule rules_[capacity]{};
    std::size_t count_ = 0;
};

/// Starts the description of a model's table; an empty name means snake_case of the struct's.
constexpr table_description table(std::string_view name = {}) { return table_description{name}; }

/// The same description outside the struct, for types that you cannot touch:
/// `template <> inline constexpr auto kin::table_of<Widget> = kin::table("widgets");`
template <class T>
inline constexpr std::nullptr_t table_of = nullptr;

}  // namespace kin
