// Reads association objects that memory cannot know of.
#pragma once

#include "memory/staged_pairs.hpp"

namespace kin::detail {

/// What link_pairs asks of reading, which stands above it.
class pair_rows_reader {
  public:
    /// All rows that link the two objects, without a flush: one SELECT.
    virtual void read_rows_of(const pair_key&) = 0;

  protected:
    ~pair_rows_reader() = default;
};

}  // namespace kin::detail
