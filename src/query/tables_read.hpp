// Which tables a statement reads: what decides whether a read flushes first.
#pragma once

#include <cstdint>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

#include "query/load_options.hpp"

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
    void add(const load_option&, const load_level& below, const site&);

    [[nodiscard]] bool meets(const model_set& written) const noexcept { return known_.meets(written); }
    /// Whether there is text in it that may read any table.
    [[nodiscard]] bool unknown() const noexcept { return unknown_; }

  private:
    void add(const sql::source&);

    model_set known_{};
    bool unknown_ = false;
};

}  // namespace kin::detail
