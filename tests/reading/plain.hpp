// The oracle: rows in vectors, what holds of them and what relations lead to. It shares nothing with the library.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reading {

using number = std::int64_t;
using cell = std::optional<number>;
using row = std::vector<cell>;
using key = std::vector<number>;

/// A row by its key.
struct object {
    std::size_t model = 0;
    std::vector<number> id{};
    friend auto operator<=>(const object&, const object&) = default;
};

struct sort {
    std::size_t column = 0;
    bool descending = false;
    friend bool operator==(const sort&, const sort&) = default;
};
struct fixed {
    std::size_t column = 0;
    number is = 0;
};

// -- what the models are ----------------------------------------------------------------------------------------------

enum class column_role : std::uint8_t {
    key,      ///< of itself or of another
    value,    ///< conditions, orders and changes are about it
    fixed,    ///< conditions are about it, nobody changes it
    tag,      ///< of a morph_to: the model that its key is of
    removed,  ///< a soft removal: NULL, or 1 for some time
};
struct column {
    std::string name{};
    column_role role = column_role::value;
    bool nullable = false;
    std::string (*spelled)(number) = nullptr;  ///< a text in the table, in the order of the numbers
};

enum class relation_kind : std::uint8_t {
    belongs_to,
    morph_to,
    has_many,
    has_one,
    many_to_many,
    through,
    one_of_many,
    descendants,
    ancestors
};

struct arm {
    std::size_t model = 0;
    number tag = 0;
};
struct relation {
    std::string name{};
    relation_kind what{};
    std::size_t target = 0;
    std::vector<std::size_t> own{};     ///< columns of the owner that are equal to …
    std::vector<std::size_t> theirs{};  ///< … these of the target
    std::size_t pivot = 0;              ///< many to many: between the two …
    std::vector<std::size_t> pivot_own{};
    std::vector<std::size_t> pivot_theirs{};
    std::vector<fixed> where{};       ///< of the target, whatever the query says
    std::vector<sort> order{};        ///< of the declaration
    std::vector<std::size_t> hops{};  ///< through: relations, the first of the owner, each further one of the next
    std::size_t chosen_by = 0;        ///< one of many: the greatest of the column
    std::size_t tag = 0;              ///< morph_to: the column that says which arm speaks
    std::vector<arm> arms{};
    bool with_owners = false;  ///< the declaration says that it comes with its owners

    [[nodiscard]] bool to_many() const noexcept {
        return what == relation_kind::has_many || what == relation_kind::many_to_many ||
               what == relation_kind::through || tree();
    }
    [[nodiscard]] bool tree() const noexcept {
        return what == relation_kind::descendants || what == relation_kind::ancestors;
    }
    /// Over keys of others; nobody changes it.
    [[nodiscard]] bool computed() const noexcept {
        return what == relation_kind::through || what == relation_kind::one_of_many || tree();
    }
    [[nodiscard]] bool holds_key() const noexcept {
        return what == relation_kind::belongs_to || what == relation_kind::morph_to;
    }
};

struct foreign_key {
    std::vector<std::size_t> columns{};
    std::size_t target = 0;
    bool nullable = false;
    bool link = false;           ///< of a pivot: its rows go with either end
    bool unique = false;         ///< at most one row for each target
    std::optional<fixed> tag{};  ///< of a morph_to
};

struct model {
    std::string name{};
    std::string table{};
    std::vector<column> columns{};
    std::vector<std::size_t> id{};
    std::vector<foreign_key> keys{};
    std::vector<relation> relations{};
    std::optional<std::size_t> removed{};  ///< the column of a soft removal
    std::optional<fixed> scope{};
    bool implied = false;  ///< a pivot without objects
    bool twice = false;    ///< the table holds each row twice, and that says nothing
};

struct schema {
    std::string name{};
    std::vector<model> models{};
    std::vector<std::string> tags{};  ///< what morphs call models, by their number
};

// -- rows, and what is asked about them -------------------------------------------------------------------------------

enum class operation : std::uint8_t { always, compare, is_null, not_null, in, both, either, negated, any, none, count };
enum class comparison : std::uint8_t { equal, unequal, less, less_equal, greater, greater_equal };

struct condition {
    operation what = operation::always;
    std::size_t column = 0;
    comparison how{};
    number value = 0;
    std::vector<number> values{};
    std::size_t relation = 0;
    std::size_t arm = 0;             ///< any and none of a morph_to: about this model
    std::vector<condition> parts{};  ///< any, none, count: what is asked of the targets
};

/// Which rows of the target a loading is about, if it says so.
enum class sight : std::uint8_t { usual, with_removed, only_removed, without_scope };

struct window {
    std::optional<condition> where{};
    std::vector<sort> order{};
    std::optional<number> limit{};
    std::optional<number> offset{};
    sight sees = sight::usual;
    number depth = 0;  ///< of descendants and ancestors; 0: all

    [[nodiscard]] bool partial(const relation& r) const noexcept {
        return where || limit || offset || sees != sight::usual || (r.tree() && depth != 0);
    }
};

class world {
  public:
    explicit world(const schema& of, bool null_is_least) : of_{&of}, null_is_least_{null_is_least} {
        tables_.resize(of.models.size());
    }

    [[nodiscard]] const schema& shape() const noexcept { return *of_; }
    [[nodiscard]] const model& shape(std::size_t m) const { return of_->models[m]; }
    [[nodiscard]] const relation& shape(std::size_t m, std::size_t r) const { return of_->models[m].relations[r]; }
    [[nodiscard]] std::map<key, row>& table(std::size_t m) { return tables_[m]; }
    [[nodiscard]] const std::map<key, row>& table(std::size_t m) const { return tables_[m]; }
    [[nodiscard]] const row* find(const object&) const;
    [[nodiscard]] row* find(const object&);
    [[nodiscard]] key id_of(std::size_t m, const row&) const;

    [[nodiscard]] bool visible(std::size_t m, const row&, sight = sight::usual) const;
    /// Unknown where SQL says NULL.
    [[nodiscard]] std::optional<bool> holds(const condition&, std::size_t m, const row&) const;
    [[nodiscard]] bool meets(const std::optional<condition>& c, std::size_t m, const row& r) const {
        return !c || holds(*c, m, r).value_or(false);
    }
    /// Whether the first row comes before the second one in this order.
    [[nodiscard]] bool before(const std::vector<sort>&, const row&, const row&) const;
    void arrange(std::vector<object>&, const std::vector<sort>&) const;

    /// What the relation leads to, in the order of keys; trees level by level.
    [[nodiscard]] std::vector<object> targets(const object& owner, std::size_t relation) const {
        return shown(owner, relation, {});
    }
    /// What a loading shows of it, in its order, the declaration's, and that of keys.
    [[nodiscard]] std::vector<object> shown(const object& owner, std::size_t relation, const window&) const;
    /// Whether the owner's key is NULL.
    [[nodiscard]] bool says_none(const object& owner, std::size_t relation) const;
    /// Of a tree: how far the member is away.
    [[nodiscard]] number level(const object& owner, const object& member, std::size_t relation) const;

    /// Whether a key of the row to its own model leads back to it.
    [[nodiscard]] bool cyclic(const object&) const;
    /// Whether removing it would leave a row without what it needs.
    [[nodiscard]] bool removable(const object&) const;
    /// Removes it as the library does: keys that lead to it become NULL, links go; of a soft removal the row stays.
    void remove(const object&);
    /// Rows whose keys lead nowhere: their keys become NULL, or they go, too.
    void repair();

  private:
    [[nodiscard]] std::vector<object> along(const object& owner, const relation&, sight) const;
    [[nodiscard]] std::vector<object> walk(const object& owner, const relation&, const window&) const;
    [[nodiscard]] bool leads_to(const foreign_key&, const row&, const object&) const;

    const schema* of_;
    bool null_is_least_;
    std::vector<std::map<key, row>> tables_;
};

}  // namespace reading
