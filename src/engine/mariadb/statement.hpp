// A prepared statement of MariaDB: parameters straight from members, binary rows straight into them.
#pragma once

#include <mysql.h>
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <kin/engine/driver.hpp>

#include "link.hpp"

namespace kin::engine::mariadb {

/// How a column's cells arrive.
enum class wire : std::uint8_t {
    boolean,  ///< tinyint(1)
    int1,
    int2,
    int4,
    int8,
    uint1,
    uint2,
    uint4,
    uint8,
    float4,
    float8,
    decimal,
    text,
    json,
    uuid,  ///< as text
    blob,
    bits,
    date,
    time,
    datetime,
    nothing,
};

class statement final : public prepared {
  public:
    statement(driver&, link&, std::string_view sql);
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
    enum class state : unsigned char { idle, reading, done };
    /// What an INSERT and an UPDATE say of their rows is counted differently.
    enum class verb : unsigned char { other, insert, update, select };
    /// A parameter that no member holds as it is sent.
    union slot {
        std::int64_t integer;
        double real;
        signed char truth;
        MYSQL_TIME moment;
        char uuid[36];
    };
    /// Where a cell of the current row is; null: NULL.
    struct place {
        const unsigned char* data = nullptr;
        std::size_t size = 0;
    };

    /// Which of how many objects a run is for.
    struct batch_place {
        std::size_t index = 0;
        std::size_t count = 1;
        [[nodiscard]] std::string doing() const;
    };

    void prepare();
    void prepare_again();
    [[nodiscard]] bool try_to_run(const parameters&);
    void require_idle() const;
    void encode(const parameters&);
    /// Runs as many of the objects as fill whole blocks of rows, each block one INSERT; gives how many. The others, and
    /// those of a block that the database refuses, are left to run one by one, which says of which object it is.
    [[nodiscard]] std::size_t run_blocks(std::span<const field>, std::span<const void* const> objects, each_result);
    /// Null where it cannot be.
    [[nodiscard]] statement* for_rows(std::size_t block, std::string_view key_column);
    /// The statement is one `for_rows`. False where nothing was inserted and nothing is lost.
    [[nodiscard]] bool insert_rows(std::span<const field>, std::span<const void* const> objects, std::int64_t* keys);
    [[nodiscard]] bool encode_rows(std::span<const field>, std::span<const void* const> objects);
    void store_rows();
    void execute_text(const batch_place&, const parameters&);
    void execute(const batch_place&, const parameters&);
    void keep_transaction() const;
    void read_columns();
    void read_affected();
    static void take(void* self, unsigned column, unsigned char** row);
    [[nodiscard]] const place& at(int column) const noexcept { return row_[static_cast<std::size_t>(column)]; }
    [[nodiscard]] wire wire_at(int column) const noexcept { return wires_[static_cast<std::size_t>(column)]; }
    [[noreturn]] void fail(std::string_view doing, const parameters*);
    [[noreturn]] void fail_conversion(const conversion_error&, const parameters*);

    driver& driver_;
    link& link_;
    std::string sql_;
    MYSQL_STMT* handle_ = nullptr;  ///< null: only its text can be sent
    std::size_t parameter_count_ = 0;
    std::string commits_{};  ///< what of it ends a transaction
    verb verb_ = verb::other;
    state state_ = state::idle;
    bool in_parts_ = false;
    bool broken_ = false;  ///< Connector/C waits for rows of it that will not come
    std::int64_t affected_ = 0;
    std::size_t bytes_ = 0;  ///< of the parameters
    std::vector<MYSQL_BIND> binds_{};
    std::vector<slot> slots_{};
    std::vector<value> kept_{};
    bool keeps_much_ = false;  ///< more than the next run should find
    std::vector<wire> wires_{};
    std::vector<place> row_{};
    std::deque<std::string> texts_{};  ///< what cells of this row point at
    std::array<std::unique_ptr<statement>, 2> for_rows_{};
    bool one_by_one_ = false;  ///< it is no INSERT of one row, or not one that can have more
};

}  // namespace kin::engine::mariadb
