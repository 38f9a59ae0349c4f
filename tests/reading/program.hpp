// What is done in a session, as data: it can be made at random, run, shrunk and printed.
#pragma once

#include "plain.hpp"

namespace reading {

enum class strategy : std::uint8_t {
    selectin,
    joined,
    subquery,
    batch,
    select,
    raise,
    raise_on_sql,
    noload,
    write_only,
    contains_eager
};
[[nodiscard]] constexpr bool with_owners(strategy s) noexcept {
    return s == strategy::selectin || s == strategy::joined || s == strategy::subquery || s == strategy::contains_eager;
}

/// How a relation is loaded, and what of it.
struct ask {
    std::size_t owner = 0;
    std::size_t relation = 0;
    strategy how = strategy::selectin;
    window part{};
    number depth = 1;  ///< of a relation of a model to itself; 0: all
    std::vector<std::size_t> only{};
    std::vector<ask> with{};
};

/// with_count, with_exists.
struct counted {
    std::size_t relation = 0;
    std::optional<condition> where{};
    std::string alias{};
};

enum class terminal : std::uint8_t { all, first, one_or_none, count, exists, page };

struct query {
    std::size_t model = 0;
    std::optional<condition> where{};
    std::vector<sort> order{};
    std::optional<number> limit{};
    std::optional<number> offset{};
    sight sees = sight::usual;
    std::vector<ask> asks{};
    std::optional<strategy> rest{};  ///< raise(all) and its like
    std::vector<std::size_t> only{};
    std::vector<counted> counts{};
    std::optional<std::size_t> join{};  ///< along this relation
    condition joined_where{};           ///< of its targets
    terminal ends = terminal::all;
    number page = 1;
    std::vector<ask> then_load{};  ///< s.load(the result, …)
};

enum class action : std::uint8_t {
    query,
    load,  ///< s.load(an object, …)
    load_missing,
    get,
    look,     ///< reads relations of all objects that are here
    set,      ///< a column
    put,      ///< relation = target, or push_back
    take,     ///< relation = nullptr, or erase
    set_key,  ///< a foreign key, by hand
    add,
    remove,
    flush,
    commit,
    rollback,
    expire,
    expire_all,
    refresh,
    clear,
    strict
};

struct operation_of_session {
    action what = action::look;
    reading::query asks{};
    object at{};     ///< what it is about; look: its model, if any
    object other{};  ///< put, take: the target
    std::size_t relation = 0;
    std::size_t column = 0;
    cell value{};
    row values{};     ///< add
    bool on = false;  ///< strict; look: all models
    ask loads{};
};
using step = operation_of_session;

struct program {
    std::uint64_t seed = 0;
    std::size_t family = 0;
    bool acyclic = false;  ///< what would put a row below itself is passed over
    std::vector<std::map<key, row>> rows{};
    std::vector<step> steps{};
};

/// As C++ that could be compiled, nearly; the rows first.
[[nodiscard]] std::string printed(const schema&, const program&);
[[nodiscard]] std::string printed(const schema&, const step&);
[[nodiscard]] std::string printed(const schema&, const object&);
[[nodiscard]] std::string printed(const schema&, const ask&);

}  // namespace reading
