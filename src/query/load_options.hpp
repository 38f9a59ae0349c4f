// A relation of a loading: how it is loaded, and what of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/query/load_tree.hpp>
#include <kin/sql/statement.hpp>

#include "mapping/scope.hpp"
#include "statements/row_shape.hpp"

namespace kin::detail {

/// What a loaded relation shows.
enum class content : std::uint8_t {
    whole,      ///< all of its targets, in the order of its declaration
    reordered,  ///< all of them, in an order that a query asked for
    part,
};

struct load_option {
    const mapping::relation* what = nullptr;  ///< null: all that nothing else is said of, here and below
    kin::load how = kin::load::selectin;
    sql::expr where{};
    std::vector<sql::ordering> order{};  ///< before the declaration's
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
    std::uint32_t depth = 1;       ///< levels of a relation to its own model; 0: all
    std::uint32_t tree_depth = 0;  ///< levels of descendants or ancestors; 0: all
    bool fill_tree = false;        ///< descendants or ancestors: children and parents are filled, too
    std::uint64_t kept = 0;        ///< columns; 0: all
    std::uint64_t skipped = 0;     ///< columns
    std::uint64_t wanted = 0;      ///< columns that are declared as deferred and read nevertheless
    bool declared = false;         ///< said by nobody: its declaration says that it comes with its owners
    bool any_order = false;        ///< the whole is, in whatever order it is loaded
    bool contained = false;        ///< the query has joined it itself
    std::string alias{};           ///< contained: under this name
    mapping::visibility sees{};    ///< rows of the target that are not the usual ones
    std::vector<load_option> nested{};

    /// Whether it may show other targets than the relation by itself.
    [[nodiscard]] bool partial() const noexcept {
        return !where.empty() || limit || offset || contained || tree_depth != 0 || !sees.usual();
    }
    /// What the relation, when it is loaded so, shows.
    [[nodiscard]] content shows() const noexcept {
        if (partial()) return content::part;
        return !order.empty() && what->to_many() ? content::reordered : content::whole;
    }
    /// Whether that is something else than what its declaration says.
    [[nodiscard]] bool particular() const { return how == kin::load::noload || shows() != content::whole; }
    /// Columns of the target that are not read; never one of its keys, or one that a relation is about.
    [[nodiscard]] std::uint64_t missing(const mapping::model&) const noexcept;
};

/// What is read of the relation's target.
[[nodiscard]] sql::source source_of_target(const load_option&, std::string_view alias = {});

/// What is said of the relations of one level: kept for objects whose relations are touched later.
struct load_level {
    const std::vector<load_option>* said = nullptr;
    const load_option* rest = nullptr;

    bool operator==(const load_level&) const = default;
    [[nodiscard]] const load_option* find(const mapping::relation&) const noexcept;
    /// The level below a relation of this one.
    [[nodiscard]] load_level below(const load_option& e) const noexcept;
    /// Whether a later touch has to know it.
    [[nodiscard]] bool lasting() const noexcept;
    /// Whether rows of the query's own joins are read for one of the relations.
    [[nodiscard]] bool contains() const noexcept;
};

/// The relations of a dotted path, each of the model that the one before leads to; unknown_name lists what there is.
[[nodiscard]] std::vector<const mapping::relation*> path_of(const mapping::model&, std::string_view dotted,
                                                            const site&);

/// What is said, with what the models' declarations add: a relation that is declared to come with its owners does, at
/// every level, but no second time on its own path. `from`: the relation that leads to the model.
[[nodiscard]] std::unique_ptr<std::vector<load_option>> resolved(const mapping::model&,
                                                                 const std::vector<load_option>* said,
                                                                 const mapping::relation* from = nullptr);

}  // namespace kin::detail
