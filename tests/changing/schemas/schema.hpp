// What a schema says, as data: the oracle and the histories read it, and no line of the library's stands behind it. The
// functions that reach the objects are made by describe.hpp.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kin {
class session;
}

namespace changing {

/// A value as text. A reference to a row is "@" and the number of its object, whatever the key turns out to be.
using cell = std::string;
inline const cell null = "NULL";
inline cell reference(int object) { return "@" + std::to_string(object); }
inline bool is_reference(const cell& c) { return c.starts_with('@'); }
inline int number_in(const cell& c) { return is_reference(c) ? std::stoi(c.substr(1)) : 0; }

/// A handle to an object of any model.
struct any_object {
    std::shared_ptr<void> handle{};
    const void* at = nullptr;
    const void* type = nullptr;  ///< as in `model`
    explicit operator bool() const { return at != nullptr; }
};
using filling = std::function<void(void* object)>;

/// A query, in one of the ways to ask it.
struct question {
    enum class way { all, count, exists, first, one, page, after, sum, stream, only, refresh };
    way how = way::all;
    int size = 1;         ///< of a page or a chunk
    std::string order{};  ///< of pages: the key
    cell label{};         ///< of `one`
};
/// What is written past the objects, by a condition or SQL of one's own.
struct set_write {
    enum class what { update, remove, remove_for_good, restore, sql };
    what does = what::update;
    std::string column{};
    cell value{};  ///< of `sql` as it stands there
    cell label{};  ///< of one row, or empty: of all
};
struct answer {
    std::vector<any_object> objects{};
    std::vector<std::vector<cell>> values{};  ///< of objects that are no session's
    long long number = -1;
};

/// What a column was and is.
struct former_value {
    cell old{};
    cell now{};
    bool changed = false;
};

struct column {
    enum class what { id, label, data, key, version, removed };
    std::string name{};
    what is = what::data;
    bool nullable = false;
    bool unique = false;
    bool text = false;
    int refers = -1;         ///< the model whose rows it names
    int refers_column = -1;  ///< … by this column
    cell (*get)(const void* object) = nullptr;
    void (*set)(void* object, const cell&) = nullptr;
    bool (*read)(kin::session&, const any_object&) = nullptr;  ///< whether memory has it
    void (*refresh)(kin::session&, const any_object&) = nullptr;
    former_value (*history)(kin::session&, const any_object&) = nullptr;
};

struct model {
    std::string name{};
    std::string table{};
    std::vector<column> columns{};
    std::vector<int> key{};  ///< the columns of the primary key
    bool generated = true;   ///< by the database
    bool keeps = false;      ///< removed rows stay
    bool checked = false;    ///< the value 666 is refused
    const void* type = nullptr;
    any_object (*add)(kin::session&, const filling&) = nullptr;
    void* (*change)(const any_object&) = nullptr;
    const void* (*look)(const any_object&) = nullptr;
    void (*remove)(kin::session&, const any_object&) = nullptr;
    void (*remove_for_good)(kin::session&, const any_object&) = nullptr;
    void (*readd)(kin::session&, const any_object&) = nullptr;
    any_object (*merge)(kin::session&, const filling&) = nullptr;
    any_object (*restore)(kin::session&, const any_object&) = nullptr;
    void (*refresh)(kin::session&, const any_object&) = nullptr;
    void (*expire)(kin::session&, const any_object&) = nullptr;
    any_object (*get)(kin::session&, const std::vector<cell>& key) = nullptr;
    void (*expunge)(kin::session&, const any_object&) = nullptr;
    long long (*write)(kin::session&, const set_write&, const model&) = nullptr;
    answer (*ask)(kin::session&, const question&, const model&) = nullptr;
    void (*hook)(kin::session&, const filling&) = nullptr;

    [[nodiscard]] int find(const std::string& column_name) const {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (columns[i].name == column_name) return int(i);
        }
        return -1;
    }
    [[nodiscard]] int first(column::what is) const {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (columns[i].is == is) return int(i);
        }
        return -1;
    }
};

struct foreign_key {
    int child = -1;
    std::vector<int> columns{};
    std::vector<int> parents{};  ///< models; more than one of a polymorphic key
    std::vector<int> to{};       ///< the parent's columns
    bool nullable = false;
    bool owned = false;
    bool single = false;  ///< the parent has one child
    bool by_hand = true;  ///< histories may write the column
    int child_side = -1;  ///< relations
    std::vector<int> parent_sides{};
};

struct pivot {
    std::string table{};
    std::string first_column{}, second_column{};
    int first = -1, second = -1;          ///< models
    int rows = -1;                        ///< the association object's model
    int first_key = -1, second_key = -1;  ///< its foreign keys
};

struct relation {
    enum class what { belongs_to, has_one, has_many, many_to_many };
    what is = what::has_many;
    std::string name{};
    int owner = -1;
    std::vector<int> targets{};
    int key = -1;
    int pivot = -1;
    bool forward = true;  ///< the owner is the pivot's first

    bool (*loaded)(const void* owner) = nullptr;
    void (*load)(kin::session&, const any_object& owner, int how) = nullptr;  ///< 1 load, 2 load_missing, 3 refresh
    // to one
    any_object (*get)(const void* owner) = nullptr;
    void (*set)(void* owner, int model, const any_object& target) = nullptr;  ///< an empty one for none
    void (*set_new)(void* owner, const filling&) = nullptr;
    // to many
    std::vector<any_object> (*list)(const void* owner) = nullptr;
    void (*push)(void* owner, const any_object&) = nullptr;
    any_object (*push_new)(kin::session&, void* owner, const filling&) = nullptr;
    void (*erase)(void* owner, const any_object&) = nullptr;
    void (*clear)(void* owner) = nullptr;
    void (*assign)(void* owner, const std::vector<any_object>&) = nullptr;
    // at once
    any_object (*create)(void* owner, const filling&) = nullptr;
    void (*save)(void* owner, const any_object&) = nullptr;  ///< of many to many, attach
    void (*detach)(void* owner, const any_object&) = nullptr;
    void (*sync)(void* owner, const std::vector<any_object>&) = nullptr;
    // both
    void (*copy)(void* to, const void* from) = nullptr;
    void (*swap)(void*, void*) = nullptr;

    [[nodiscard]] bool to_one() const { return is == what::belongs_to || is == what::has_one; }
};

/// Models that a history takes together.
struct shape {
    std::string name{};
    std::vector<int> models{};
};

struct schema {
    std::vector<model> models{};
    std::vector<foreign_key> keys{};
    std::vector<pivot> pivots{};
    std::vector<relation> relations{};
    std::vector<shape> shapes{};

    static const schema& get();
};

}  // namespace changing
