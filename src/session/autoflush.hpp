// Which tables a statement reads, and which ones a flush would write: what decides whether a read flushes first.
#pragma once

#include <cstdint>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

#include "session/eager.hpp"

namespace kin::detail {

/// Models, by their numbers.
class model_set {
  public:
    /// Whether it was not there yet.
    bool add(const mapping::model&);
    void add(const model_set&);
    [[nodiscard]] bool contains(const mapping::model&) const noexcept;
    [[nodiscard]] bool meets(const model_set&) const noexcept;

  private:
    std::vector<std::uint64_t> words_{};
};

/// The tables that a statement reads, with all that is nested in it and all that comes with its rows.
class tables_read {
  public:
    void add(const mapping::model& m) { (void)known_.add(m); }
    void add(const sql::select&);
    void add(const sql::expr&);
    /// The relations of a level that come with their owners, and those below them.
    void add(const load_level&, const site&);
    /// A relation, and what comes with its targets. One that finds its targets by their keys reads nothing that is
    /// pending: what a key leads to is in memory, or as its row says.
    void add(const eager&, const load_level& below, const site&);

    [[nodiscard]] bool meets(const model_set& written) const noexcept { return known_.meets(written); }
    /// Whether there is text in it that may read any table.
    [[nodiscard]] bool unknown() const noexcept { return unknown_; }

  private:
    void add(const sql::source&);

    model_set known_{};
    bool unknown_ = false;
};

/// What a flush writes because of one changed object of a model: what the mapping alone says.
struct write_reach {
    std::uint32_t bindings = 0;  ///< of how many the mapping consisted
    model_set changed{};         ///< inserted or updated: its own table, and those that it touches
    std::uint64_t telling = 0;   ///< columns whose change others follow
    model_set followers{};       ///< these others
    model_set displaced{};       ///< what goes with the one whose place in a has_one it takes
    model_set removed{};         ///< where its row stays, too: `kept`
    model_set kept{};

    explicit write_reach(const mapping::model&);
};

}  // namespace kin::detail
