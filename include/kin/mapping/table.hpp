// kin::table("users")…: what a struct's type cannot say about its table. One non-template type of fixed capacity, so
// that it can stand as a static constexpr member inside the struct that it describes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <kin/mapping/index.hpp>
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

/// Never called: their names are what a compiler says of a description that is too long.
void a_table_description_has_at_most_40_rules_more_stand_in_another_one_see_also();
void a_table_description_names_at_most_64_columns_more_stand_in_another_one_see_also();

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
        hidden,
        // What the database knows of the table and queries need not.
        sql_type,
        collation,
        comment,
        deferred,
        unindexed,
        autoincrement,
        options,
        renamed_from,
        enumeration,
        nullable,
        ignored,
        view,
        // An index that says more, and behind it its parts.
        described_index,
        index_column,
        index_expression,
        index_class,
        index_include,
        index_where,
        index_method
    };
    /// Names in a row.
    struct name_range {
        const std::string_view* names = nullptr;
        std::uint8_t count = 0;
    };
    struct rule {
        rule_kind what{};
        name_range columns{};
        name_range references{};
        std::string_view text{};
        std::uint16_t number = 0;
        std::uint64_t target_number = 0;  ///< mapping::type_number of the target
        mapping::model_slot* target = nullptr;
        on_delete deleting{};
        on_update updating{};
    };
    static constexpr std::size_t capacity = 40;
    static constexpr std::size_t name_capacity = 64;

    /// All rules, those of further descriptions behind their own.
    class iterator {
      public:
        constexpr iterator() = default;
        constexpr explicit iterator(const table_description* of) : of_{of} { skip(); }
        constexpr rule operator*() const { return of_->rule_at(at_); }
        constexpr iterator& operator++() {
            ++at_;
            skip();
            return *this;
        }
        constexpr bool operator==(const iterator&) const = default;

      private:
        constexpr void skip() {
            while (of_ != nullptr && at_ == of_->count_) {
                of_ = of_->further_;
                at_ = 0;
            }
        }
        const table_description* of_ = nullptr;
        std::size_t at_ = 0;
    };

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
        return add({.what = rule_kind::unique}, {names...});
    }
    /// An index over the columns together.
    template <class... Names>
    constexpr table_description& index(const Names&... names) {
        return add({.what = rule_kind::index}, {names...});
    }
    /// The primary key where it is not the model's own `key`: association objects, composite and natural keys.
    template <class... Names>
    constexpr table_description& primary_key(const Names&... names) {
        return add({.what = rule_kind::primary_key}, {names...});
    }
    /// The longest text, in characters.
    constexpr table_description& length(std::string_view column, std::uint16_t characters) {
        return add({.what = rule_kind::length, .number = characters}, {column});
    }
    /// Another name for a member's column in the database.
    constexpr table_description& column(std::string_view member, std::string_view name) {
        return add({.what = rule_kind::rename, .text = name}, {member});
    }
    /// The version of the uuids that the insert makes where this column is nil: 4 (random) or 7 (in the order of time).
    /// A model's own key is made without being named, in version 7.
    constexpr table_description& uuid(std::string_view column, std::uint16_t version) {
        return add({.what = rule_kind::uuid, .number = version}, {column});
    }
    /// A DEFAULT clause, as SQL, for those who write the table otherwise. Kin itself writes every column, unless it is
    /// a `database_default`.
    constexpr table_description& default_value(std::string_view column, std::string_view sql) {
        return add({.what = rule_kind::default_value, .text = sql}, {column});
    }
    /// A column whose default is the database's to give: an INSERT leaves it out while the member holds what it has in
    /// a fresh object (so `bool active = true` can be set to false), and its value is read afterwards: a SELECT for the
    /// rows of the flush. Of a key of several columns, the whole number that the database makes (PostgreSQL).
    constexpr table_description& database_default(std::string_view column) {
        return add({.what = rule_kind::database_default}, {column});
    }
    /// A column that the database computes (GENERATED ALWAYS AS): never written, read after each INSERT and UPDATE of
    /// its row by a SELECT for the rows of the flush; flush_error where it was assigned. The SQL is for `create`.
    constexpr table_description& generated(std::string_view column, std::string_view sql = {}) {
        return add({.what = rule_kind::generated, .text = sql}, {column});
    }
    /// A column that is GENERATED ALWAYS AS IDENTITY: never written, read after the INSERT.
    constexpr table_description& identity_always(std::string_view column) {
        return add({.what = rule_kind::identity_always}, {column});
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
        return add({.what = rule_kind::hidden}, {names...});
    }
    /// A CHECK constraint, as SQL.
    constexpr table_description&(check)(std::string_view sql) {
        return add({.what = rule_kind::check, .text = sql}, {});
    }
    /// The actions of the foreign key that the column's type declares.
    constexpr table_description& foreign_key(std::string_view column, on_delete deleting, on_update updating = {}) {
        return add({.what = rule_kind::foreign_key, .deleting = deleting, .updating = updating}, {column});
    }
    /// A foreign key that no single member's type declares: composite, or onto unique columns (`references`).
    template <class Target>
    constexpr table_description& foreign_key(column_list columns, column_list references = {}, on_delete deleting = {},
                                             on_update updating = {}) {
        return add({.what = rule_kind::foreign_key,
                    .deleting = deleting,
                    .updating = updating,
                    .target_number = mapping::type_number<Target>,
                    .target = &mapping::slot_of<Target>},
                   columns, references);
    }
    /// The model's tag in the type column of polymorphic relations; default: the struct's name.
    constexpr table_description& morph(std::string_view tag) {
        return add({.what = rule_kind::morph, .text = tag}, {});
    }

    // What the database knows of the table: for `create`, `compare` and migrations. Queries need none of it.

    /// An index that has a condition, expressions, a direction, a method, or a name of its own.
    constexpr table_description& index(const index_description& i) {
        add({.what = rule_kind::described_index, .number = static_cast<std::uint16_t>(i.unique_), .text = i.name_}, {});
        for (std::size_t k = 0; k < i.count_; ++k) {
            const index_description::part& part = i.parts_[k];
            const auto descending = static_cast<std::uint16_t>(part.descending);
            if (part.is_expression) {
                add({.what = rule_kind::index_expression, .number = descending, .text = part.what}, {});
            } else {
                add({.what = rule_kind::index_column, .number = descending}, {part.what});
            }
            if (!part.operator_class.empty()) add({.what = rule_kind::index_class, .text = part.operator_class}, {});
        }
        for (std::size_t k = 0; k < i.included_count_; ++k) add({.what = rule_kind::index_include}, {i.included_[k]});
        if (!i.where_.empty()) add({.what = rule_kind::index_where, .text = i.where_}, {});
        if (!i.method_.empty()) add({.what = rule_kind::index_method, .text = i.method_}, {});
        return *this;
    }
    /// The column's type as the database spells it, where it is not the one of the member's type: `CHAR(2)`, `CITEXT`.
    constexpr table_description& type(std::string_view column, std::string_view sql) {
        return add({.what = rule_kind::sql_type, .text = sql}, {column});
    }
    /// How its texts are compared: `NOCASE`, `C`.
    constexpr table_description& collation(std::string_view column, std::string_view name) {
        return add({.what = rule_kind::collation, .text = name}, {column});
    }
    /// What the database is to say of the table, where it keeps comments.
    constexpr table_description& comment(std::string_view text) {
        return add({.what = rule_kind::comment, .text = text}, {});
    }
    /// What the database is to say of the column.
    constexpr table_description& comment(std::string_view column, std::string_view text) {
        return add({.what = rule_kind::comment, .text = text}, {column});
    }
    /// The foreign key of these columns is checked when a transaction is committed (DEFERRABLE INITIALLY DEFERRED).
    template <class... Names>
    constexpr table_description& deferred(const Names&... columns) {
        return add({.what = rule_kind::deferred}, {columns...});
    }
    /// The foreign key of these columns gets no index of its own, which it has otherwise where none begins with them.
    template <class... Names>
    constexpr table_description& unindexed(const Names&... columns) {
        return add({.what = rule_kind::unindexed}, {columns...});
    }
    /// No number of the key is given twice, not even the one of a row that is gone (SQLite's AUTOINCREMENT).
    constexpr table_description& autoincrement(std::string_view column) {
        return add({.what = rule_kind::autoincrement}, {column});
    }
    /// What stands behind the columns of CREATE TABLE, as SQL: `WITHOUT ROWID`, `STRICT`.
    constexpr table_description& options(std::string_view sql) {
        return add({.what = rule_kind::options, .text = sql}, {});
    }
    /// What the table was called before: a migration renames it, instead of dropping the old one and making a new one.
    constexpr table_description& renamed_from(std::string_view table) {
        return add({.what = rule_kind::renamed_from, .text = table}, {});
    }
    /// What the column was called before: a migration renames it, and its values stay.
    constexpr table_description& renamed_from(std::string_view column, std::string_view name) {
        return add({.what = rule_kind::renamed_from, .text = name}, {column});
    }
    /// The column has a type of the database's own whose values are these names (PostgreSQL: CREATE TYPE … AS ENUM).
    template <class... Labels>
    constexpr table_description& enumeration(std::string_view column, std::string_view type, const Labels&... labels) {
        static_assert(sizeof...(Labels) >= 1 && sizeof...(Labels) <= 32, "kin: a type of names has one to 32 of them");
        add({.what = rule_kind::enumeration, .text = type}, {column});
        ((rules_[count_ - 1].references++, add_name(labels)), ...);
        return *this;
    }
    /// The column may be NULL in the database, and the member cannot: what only others may write, and no row has that
    /// this program reads (conversion_error). SQLite has such primary keys.
    constexpr table_description& nullable(std::string_view column) {
        return add({.what = rule_kind::nullable}, {column});
    }
    /// The table has this column, as the database calls it, and it is not this model's business: no member holds it;
    /// `check` and `compare` leave it alone with all that names it, and so do migrations. The SQL (`tsvector NOT NULL`)
    /// is what `create` makes; without it none is made.
    constexpr table_description& ignored(std::string_view column, std::string_view sql = {}) {
        return add({.what = rule_kind::ignored, .text = sql}, {}, {column});  // no member: not among those
    }
    /// The model is a view, or a table that is only read: `create` makes no table of it, `compare` looks for none, and
    /// a flush that would write a row of it is a flush_error. With the query (`SELECT …`), `create` makes the view.
    constexpr table_description& view(std::string_view select = {}) {
        return add({.what = rule_kind::view, .text = select}, {});
    }
    /// Further rules, for a table that needs more than one description can have; the other one is a static constexpr
    /// member of its own.
    constexpr table_description& also(const table_description& further) {
        further_ = &further;
        return *this;
    }

    [[nodiscard]] constexpr std::string_view name() const { return name_; }
    [[nodiscard]] constexpr std::string_view schema() const { return schema_; }
    [[nodiscard]] constexpr kin::naming names() const { return naming_; }
    [[nodiscard]] constexpr iterator begin() const { return iterator{this}; }
    [[nodiscard]] constexpr iterator end() const { return iterator{}; }

  private:
    /// A rule with its names in the list of all.
    struct stored_rule {
        rule_kind what{};
        std::uint8_t first = 0;
        std::uint8_t columns = 0;
        std::uint8_t references = 0;  ///< behind the columns
        std::uint16_t number = 0;
        on_delete deleting{};
        on_update updating{};
        std::string_view text{};
        std::uint64_t target_number = 0;
        mapping::model_slot* target = nullptr;
    };

    [[nodiscard]] constexpr rule rule_at(std::size_t at) const {
        const stored_rule& r = rules_[at];
        return {.what = r.what,
                .columns = {names_ + r.first, r.columns},
                .references = {names_ + r.first + r.columns, r.references},
                .text = r.text,
                .number = r.number,
                .target_number = r.target_number,
                .target = r.target,
                .deleting = r.deleting,
                .updating = r.updating};
    }
    constexpr void add_name(std::string_view name) {
        if (name_count_ == name_capacity) {
            a_table_description_names_at_most_64_columns_more_stand_in_another_one_see_also();
        }
        names_[name_count_++] = name;
    }
    constexpr table_description& add(stored_rule r, column_list columns, column_list references = {}) {
        if (count_ == capacity) a_table_description_has_at_most_40_rules_more_stand_in_another_one_see_also();
        r.first = static_cast<std::uint8_t>(name_count_);
        r.columns = columns.count;
        r.references = references.count;
        for (std::size_t i = 0; i < columns.count; ++i) add_name(columns.names[i]);
        for (std::size_t i = 0; i < references.count; ++i) add_name(references.names[i]);
        rules_[count_++] = r;
        return *this;
    }

    std::string_view name_{};
    std::string_view schema_{};
    kin::naming naming_ = kin::naming::as_members;
    stored_rule rules_[capacity]{};
    std::string_view names_[name_capacity]{};
    std::size_t count_ = 0;
    std::size_t name_count_ = 0;
    const table_description* further_ = nullptr;
};

/// Starts the description of a model's table; an empty name means snake_case of the struct's.
constexpr table_description table(std::string_view name = {}) { return table_description{name}; }

/// The same description outside the struct, for types that you cannot touch:
/// `template <> inline constexpr auto kin::table_of<Widget> = kin::table("widgets");`
template <class T>
inline constexpr std::nullptr_t table_of = nullptr;

}  // namespace kin
