// What Kin knows of a model: its table, columns, keys and relations. Data, built once per model, never a template.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kin/mapping/relation.hpp>
#include <kin/value/error.hpp>
#include <kin/value/field.hpp>

namespace kin::mapping {

struct column {
    std::string name{};
    field io{};
    std::uint16_t length = 0;  ///< characters; 0: without a limit
    bool primary_key = false;
    bool generated = false;    ///< the database makes it when the member is 0
    bool computed = false;     ///< the database makes it always: it is never written
    bool identity = false;     ///< by a sequence of its own
    bool never_again = false;  ///< of SQLite's key: no number is given twice
    bool null_there = false;   ///< in the database it may be NULL, in the member not
    bool defaulted = false;    ///< the database's default is what a member that was not set means
    behaviour does = behaviour::none;
    const slug_declaration* slug = nullptr;
    std::uint16_t made_from = 0;            ///< slug: the column
    std::vector<std::uint16_t> within{};    ///< slug: the columns beside which it is unique
    std::uint8_t uuid_version = 0;          ///< made by the insert where it is nil; 0: not
    std::uint32_t absent_at = 0;            ///< deferred: offset of the flag that says that it was not read; else 0
    std::string sql_type{};                 ///< as the database spells it, where it is not the member's
    std::string collation{};                ///< how the database compares it, where that is said
    std::string comment{};                  ///< what the database is to say of it
    std::string renamed_from{};             ///< what it was called before
    std::vector<std::string> labels{};      ///< the values of `sql_type`, where that is a type of names
    std::string default_sql{};              ///< DEFAULT clause as written in the table description
    std::string generated_sql{};            ///< what a computed one is computed from, as written there
    std::string member{};                   ///< the member's name in C++, `address.city` for an embedded one
    const model_slot* refers_to = nullptr;  ///< the model whose key the member's type is, if any

    [[nodiscard]] bool nullable() const noexcept { return io.optional != nullptr; }
};

/// A foreign key of a model. What is empty at first is filled when the models are bound.
struct foreign_key {
    const model* owner = nullptr;
    std::vector<std::uint16_t> columns{};
    const model_slot* target_slot = nullptr;
    const model* target = nullptr;
    std::vector<std::uint16_t> target_columns{};  ///< the target's primary key unless `references` says otherwise
    bool to_primary_key = false;                  ///< `target_columns` are that: an identity map finds the target
    std::vector<std::string> target_names{};      ///< as written, before binding
    referential_action on_delete = referential_action::no_action;
    referential_action on_update = referential_action::no_action;
    bool deferred = false;                        ///< the database checks it when a transaction is committed
    bool unindexed = false;                       ///< it gets no index of its own
    bool nullable = false;                        ///< any of its columns can be NULL
    std::uint16_t index = 0;                      ///< position in model::foreign_keys
    bool link = false;                            ///< of a pivot: what its rows say of it is said of links
    bool only_links = false;                      ///< and they say nothing else: they go with either end
    bool shares = false;                          ///< another key of the model has one of its columns
    bool tagged = false;                          ///< of a morph_to: one of several over the same column, no constraint
    fixed_value tag{};                            ///< what its rows hold beside the key: which model they refer to
    std::string morph{};                          ///< the morph_to's name
    const relation* child_side = nullptr;         ///< the belongs_to over this key, if the owner declares one
    std::vector<const relation*> parent_sides{};  ///< the has_many and has_one over this key

    /// The columns that change with what it refers to: its own, and a tagged one's tag.
    [[nodiscard]] std::vector<std::uint16_t> written() const;
    [[nodiscard]] std::uint64_t mask() const noexcept;
};

/// A part of an index that is no column, or not a column as it is.
struct index_part {
    std::uint16_t column = 0;  ///< unless there is an expression
    std::string expression{};
    bool descending = false;
    std::string operator_class{};
};
struct index {
    std::string name{};
    std::vector<std::uint16_t> columns{};
    bool unique = false;              ///< no two rows have the same values in the columns
    std::vector<index_part> parts{};  ///< of one that says more than columns
    bool unique_parts = false;        ///< no two of its rows are equal in the parts
    std::vector<std::uint16_t> included{};
    std::string where{};
    std::string method{};
};

struct check {
    std::string name{};
    std::string sql{};
};

/// A column of the table that is not the model's.
struct ignored_column {
    std::string name{};
    std::string sql{};  ///< its type and what stands behind that; empty: nobody makes it
};

struct scope_rule;

/// A step of packing an object's columns: a run of members that lie side by side and are copied as they are, a text, or
/// one that has to be looked at.
struct snapshot_part {
    enum class what : std::uint8_t { bytes, text, other };
    what does;
    std::uint16_t column;      ///< the first one
    std::uint32_t offset = 0;  ///< of its member
    std::uint32_t width = 0;   ///< of a run, in bytes
};

struct model {
    std::uint32_t number = 0;  ///< dense over all models of the program: an index into per-session tables
    std::string name{};        ///< the struct's name without namespaces
    std::string schema{};      ///< namespace in the database; empty: the default one
    std::string table{};
    std::string tag{};           ///< what polymorphic keys call it
    std::string comment{};       ///< what the database is to say of the table
    std::string options{};       ///< what stands behind the columns of CREATE TABLE
    std::string renamed_from{};  ///< what the table was called before
    bool view = false;           ///< it is only read: no table is made of it, and no row written
    std::string view_sql{};      ///< the SELECT that it is made of
    model_slot* slot = nullptr;
    const type_operations* type = nullptr;
    std::size_t room = 0;  ///< bytes of an object in an arena: the type's, and the slots declared outside
    std::vector<column> columns{};
    std::vector<field> fields{};  ///< columns[i].io, side by side for the drivers
    std::vector<snapshot_part> snapshot{};
    bool snapshot_plain = true;      ///< all of it is runs and texts
    std::size_t snapshot_width = 0;  ///< what a snapshot has at least, in bytes: runs, and the lengths of texts
    std::vector<std::uint16_t> primary_key{};
    std::uint16_t made_key = 0;         ///< the column of the key that the database makes, where it is `generated`
    std::vector<std::string> hidden{};  ///< names of the columns that are
    std::vector<foreign_key> foreign_keys{};
    std::vector<index> indexes{};  ///< plain and unique
    std::vector<check> checks{};
    std::vector<ignored_column> ignored{};
    std::vector<relation> relations{};
    std::vector<proxy> proxies{};

    std::vector<const foreign_key*> incoming{};  ///< the keys of all models that refer to this one
    std::uint32_t rank = 0;                      ///< parents before children; equal within a cycle of models
    bool cyclic = false;                         ///< refers to itself, directly or around a cycle
    bool implied = false;                        ///< a pivot that no struct describes: it has rows, no objects
    std::vector<const link_pair*> links{};       ///< of a pivot: what its rows link
    std::vector<const relation*> linked_by{};    ///< the many_to_many relations of all models that lead here
    const column* version = nullptr;             ///< the optimistic lock
    bool stamped = false;                        ///< has created_at, updated_at, or uuids that are made here
    std::vector<std::uint16_t> slugs{};          ///< columns that are made from others
    bool eager = false;                          ///< a relation of it is declared to come with its owners
    bool touching = false;                       ///< a belongs_to of it touches its target
    std::uint64_t referred_to = 0;               ///< columns that keys of any model refer to
    std::uint64_t computed = 0;                  ///< columns that are never written
    std::uint64_t defaulted = 0;                 ///< columns that an INSERT leaves out while they are unset
    std::uint64_t deferred = 0;                  ///< columns that queries leave out unless they are asked for
    const column* soft_deleted = nullptr;        ///< the time of removal, of models whose rows stay
    scope_rule* scope = nullptr;                 ///< the model's own condition, made at first use

    /// Whether a query on it sees only a part of its table.
    [[nodiscard]] bool scoped() const noexcept { return soft_deleted != nullptr || scope != nullptr; }
    [[nodiscard]] const column* find_column(std::string_view name) const noexcept;
    /// The column whose member stands at `offset`, or null.
    [[nodiscard]] const column* column_at(std::size_t offset) const noexcept;
    [[nodiscard]] const relation* find_relation(std::string_view name) const noexcept;
    /// The morph_to's relations beside (and with) this one of them.
    [[nodiscard]] std::vector<const relation*> arms_of(const relation&) const;
    /// The tags of what they lead to, for messages.
    [[nodiscard]] std::string tags_of(const relation&) const;
    [[nodiscard]] const relation* relation_at(std::size_t offset) const noexcept;
    /// As above, or unknown_name with the names that there are.
    [[nodiscard]] const column& require_column(std::string_view name, const site& where) const;
    [[nodiscard]] const relation& require_relation(std::string_view name, const site& where) const;
    /// Whether no two rows can have the same values in the columns: the primary key or a unique index is just these.
    [[nodiscard]] bool unique(const std::vector<std::uint16_t>& columns) const;
};

}  // namespace kin::mapping
