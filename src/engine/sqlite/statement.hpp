// A prepared statement of SQLite.
#pragma once

#include <sqlite3.h>
#include <array>
#include <string>
#include <vector>

#include <kin/engine/driver.hpp>
#include <kin/value/calendar.hpp>
#include <kin/value/uuid.hpp>

namespace kin::engine::sqlite {

class statement final : public prepared {
  public:
    statement(driver&, sqlite3*, std::string_view sql);
    ~statement() override;
    statement(const statement&) = delete;
    statement& operator=(const statement&) = delete;

    void start(const parameters&) override;
    bool next() override;
    bool next_key(std::int64_t& key) override;
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
    enum class state : unsigned char { idle, row_waiting, reading, done };

    void bind(const parameters&);
    bool step(const parameters* with);
    void read_affected() noexcept;
    [[noreturn]] void fail(int code, std::string_view doing, const parameters*);
    [[noreturn]] void fail_conversion(const conversion_error&, const parameters*);

    driver& driver_;
    sqlite3* db_;
    sqlite3_stmt* handle_ = nullptr;
    std::string_view sql_;  // SQLite's own copy
    int parameter_count_ = 0;
    bool changes_rows_ = false;
    state state_ = state::idle;
    std::int64_t affected_ = 0;
    // What parameters are bound to that have no text of their own: one place for each, made at the first need.
    std::vector<std::array<char, moment_text_size>> moments_;
    std::vector<value> kept_;
    bool keeps_much_ = false;  ///< more than the next run should find
};

}  // namespace kin::engine::sqlite
