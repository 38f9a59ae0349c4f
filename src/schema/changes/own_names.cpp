// First what stays, then what comes.
#include "own_names.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "../compare/matching.hpp"

namespace kin::schema::changing {

namespace {

bool is_counted(std::string_view name, std::string_view begins) {
    if (!name.starts_with(begins) || name.size() == begins.size()) return name.empty();
    return name.find_first_not_of("0123456789", begins.size()) == std::string_view::npos;
}

class taken_names_of_table {
  public:
    explicit taken_names_of_table(const sql::dialect& d) : dialect_{d} {}

    void take(const std::string& name) { names_.push_back(name); }
    /// The name, or the first free one of `name_2`, `name_3`, …
    std::string free(const std::string& name) {
        std::string found = name;
        for (int i = 2; is_taken(found); ++i) found = name + '_' + std::to_string(i);
        names_.push_back(found);
        return found;
    }
    /// The first free one of `CONSTRAINT_1`, `CONSTRAINT_2`, …
    std::string counted(const std::string& begins) {
        int i = 1;
        while (is_taken(begins + std::to_string(i))) ++i;
        names_.push_back(begins + std::to_string(i));
        return names_.back();
    }

  private:
    [[nodiscard]] bool is_taken(const std::string& name) const {
        return std::ranges::any_of(names_, [&](const auto& n) { return comparing::same_name(n, name, dialect_); });
    }

    const sql::dialect& dialect_;
    std::vector<std::string> names_;
};

/// Those of `made` that `had` has as well, each of which is one of them.
template <class T>
std::vector<bool> what_stays(const std::vector<T>& had, const std::vector<T>& made) {
    std::vector<bool> found(had.size());
    std::vector<bool> stays;
    for (const T& each : made) {
        std::size_t at = 0;
        while (at < had.size() && (found[at] || !(had[at] == each))) ++at;
        if (at < had.size()) found[at] = true;
        stays.push_back(at < had.size());
    }
    return stays;
}

/// First the names of what stays are taken, then the others get theirs.
template <class T>
void take_names(taken_names_of_table& names, const std::vector<T>& made, const std::vector<bool>& stays) {
    for (std::size_t i = 0; i < made.size(); ++i) {
        if (stays[i]) names.take(made[i].name);
    }
}
template <class T, class Name>
void give(std::vector<T>& made, const std::vector<bool>& stays, const Name& name) {
    for (std::size_t i = 0; i < made.size(); ++i) {
        if (!stays[i]) name(made[i]);
    }
}

}  // namespace

void give_names(const sql::table_definition& had, sql::table_definition& made, const sql::dialect& d) {
    taken_names_of_table indexes{d};
    const std::vector<bool> uniques_stay = what_stays(had.uniques, made.uniques);
    const std::vector<bool> indexes_stay = what_stays(had.indexes, made.indexes);
    take_names(indexes, made.uniques, uniques_stay);
    take_names(indexes, made.indexes, indexes_stay);
    give(made.uniques, uniques_stay,
         [&](sql::unique_definition& u) { u.name = indexes.free(u.name.empty() ? u.columns.front() : u.name); });
    give(made.indexes, indexes_stay, [&](sql::index_definition& i) { i.name = indexes.free(i.name); });

    taken_names_of_table checks{d};
    const std::vector<bool> checks_stay = what_stays(had.checks, made.checks);
    take_names(checks, made.checks, checks_stay);
    give(made.checks, checks_stay, [&](sql::check_definition& c) {
        c.column.clear();  // it stands for itself
        c.name = is_counted(c.name, "CONSTRAINT_") ? checks.counted("CONSTRAINT_") : checks.free(c.name);
    });

    taken_names_of_table keys{d};
    const std::vector<bool> keys_stay = what_stays(had.foreign_keys, made.foreign_keys);
    take_names(keys, made.foreign_keys, keys_stay);
    const std::string begins = made.name + "_ibfk_";
    give(made.foreign_keys, keys_stay, [&](sql::foreign_key_definition& key) {
        key.name = is_counted(key.name, begins) ? keys.counted(begins) : keys.free(key.name);
    });
}

void free_names(const sql::table_definition& had, sql::table_definition& made) {
    std::vector<std::string> taken;
    const auto each_list = [&](const auto& act) {
        act(had.uniques, made.uniques);
        act(had.foreign_keys, made.foreign_keys);
        act(had.checks, made.checks);
        act(had.other_constraints, made.other_constraints);
    };
    each_list([&](const auto& from, auto& to) {
        const std::vector<bool> stays = what_stays(from, to);
        for (std::size_t i = 0; i < to.size(); ++i) {
            if (stays[i] && !to[i].name.empty()) taken.push_back(to[i].name);
        }
    });
    each_list([&](const auto& from, auto& to) {
        give(to, what_stays(from, to), [&](auto& c) {
            if (std::ranges::find(taken, c.name) != taken.end()) c.name.clear();
        });
    });
}

}  // namespace kin::schema::changing
