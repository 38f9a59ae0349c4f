// What stands behind a stream.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "query/aggregates.hpp"
#include "query/load_options.hpp"
#include "session/core.hpp"
#include "statements/row_shape.hpp"

namespace kin::detail {

class row_stream final : public open_read {
  public:
    row_stream(session_core& outer, const query_plan&, std::size_t size, const site&);
    ~row_stream();
    row_stream(const row_stream&) = delete;
    row_stream& operator=(const row_stream&) = delete;

    [[nodiscard]] graph::row_list next();
    /// The session is about to write: rows that were not read yet are set apart, where the database would show in them
    /// what is written.
    void set_apart() override;
    /// The transaction ends, and what is read in it.
    void end() noexcept override;

  private:
    [[nodiscard]] bool first_time();
    [[nodiscard]] bool next_row();

    session_core* outer_;  ///< null when the transaction is over
    session_core inner_;   ///< the chunk's objects, read through the outer session's connection
    std::unique_ptr<std::vector<load_option>> tree_;
    row_shape shape_;
    std::vector<wanted_aggregate> aggregates_;
    sql::select statement_{};
    engine::cursor row_{};
    std::int64_t read_ = 0;  ///< rows
    bool apart_ = false;     ///< what is written does not change the rest
    bool ahead_ = false;     ///< the next row is read already
    bool repeats_;           ///< a join may show a row several times
    bool done_ = false;
    std::size_t size_;
    site where_;
    std::vector<graph::node*> found_{};
    std::unordered_set<std::string> shown_{};  ///< keys, where it does
};

}  // namespace kin::detail
