// A prepared statement of PostgreSQL.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <exception>
#include <string>
#include <vector>

#include <kin/engine/driver.hpp>

#include "link.hpp"
#include "types.hpp"

namespace kin::engine::postgresql {

/// Where the server keeps prepared statements, or behind a pooler that changes servers: not at all.
enum class preparing : unsigned char { by_name, never };

class statement final : public prepared, private receiver {
  public:
    statement(driver&, link&, std::string_view sql, preparing, std::uint64_t number);
    ~statement() override;
    statement(const statement&) = delete;
    statement& operator=(const statement&) = delete;

    void start(const parameters&) override;
    bool next() override;
    void finish() noexcept override;

    void decode(std::span<const field>, void* object, int first) override;
    std::int64_t integer(int column) override;
    bool is_null(int column) override;
    value_view cell(int column) override;
    int columns() const override;
    std::string_view column_name(int column) const override;
    std::int64_t affected() const override { return affected_; }
    void run_each(std::span<const field>, std::span<const void* const> objects, each_result) override;
    std::string_view sql() const noexcept override { return sql_; }

  private:
    struct cells;
    struct sink;
    enum class state : unsigned char { idle, sent, reading, done };

    void receive(result) noexcept override;
    void receive_each(const PGresult*) noexcept;
    void require_idle() const;
    void require_count(const parameters&) const;
    void encode(const parameters&);
    std::size_t encode_arrays(std::span<const field>, std::span<const void* const> objects);
    bool encode_all(std::span<const field>, std::span<const void* const> objects);
    [[nodiscard]] bool as_literal(std::size_t parameter, kind) const noexcept;
    void send_arrays(const parameters&);
    /// Whether the types that the server knows do for the parameters that were encoded last.
    [[nodiscard]] bool types_fit() const noexcept;
    void send_prepare();
    void send();
    void forget_prepared();
    [[nodiscard]] bool outdated() const noexcept;
    [[nodiscard]] bool may_run_again();
    [[nodiscard]] std::exception_ptr send_each(std::span<const field>, std::span<const void* const> objects);
    void await_rows();
    void open_cursor(std::size_t at_a_time);
    void fetch();
    void fail_if_failed(std::string_view doing, const parameters&);
    [[noreturn]] void fail_conversion(const conversion_error&, const parameters*);
    /// Asks the server; where it does not answer, a number.
    [[nodiscard]] std::string type_name(int column);
    [[nodiscard]] wire wire_at(int column) const noexcept { return wires_[static_cast<std::size_t>(column)]; }

    driver& driver_;
    link& link_;
    std::string sql_;
    std::string name_{};  ///< on the server; empty: not there
    std::uint64_t number_;
    std::uint32_t renewed_ = 0;
    std::uint32_t era_ = 0;  ///< of the link, when it was prepared
    int parameter_count_;
    preparing preparing_;
    state state_ = state::idle;
    bool expects_parse_ = false;
    bool parsed_ = false;
    bool expects_description_ = false;
    bool each_ = false;
    bool arrays_ = false;  ///< rows as arrays, and so no result but a number for each part that was sent
    result result_{};
    result error_{};
    int row_ = -1;
    int rows_ = 0;
    std::int64_t affected_ = 0;
    std::string cursor_{};  ///< its name, while rows come in parts
    std::size_t at_a_time_ = 0;
    std::uint32_t cursors_ = 0;
    std::vector<wire> wires_{};
    std::string wires_of_{};          ///< as what it was prepared when its columns were these
    std::vector<Oid> known_types_{};  ///< as the statement was prepared with
    std::vector<Oid> array_types_{};  ///< of the parameters, where they are arrays and the server has told
    packet packet_{};
    parameters with_{};                           ///< of the run that was started, for messages
    std::vector<std::array<char, 8>> numbers_{};  ///< what parameters point at
    std::vector<value> kept_{};
    bool keeps_much_ = false;             ///< more than the next run should find
    std::vector<std::string> columns_{};  ///< what array parameters point at
    std::deque<std::string> texts_{};     ///< what cells of this row point at
    each_result each_result_{};
    std::size_t each_done_ = 0;
};

}  // namespace kin::engine::postgresql
