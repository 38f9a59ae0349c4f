// What the tests of the PostgreSQL driver share.
#pragma once

#include "support.hpp"
#include "support/postgresql.hpp"

namespace kin::engine::test {

/// A connection to a schema of the test's own; skipped where there is no server.
class on_postgresql : public ::testing::Test {
  protected:
    void SetUp() override {
        if (kin::test::postgresql_server().empty()) GTEST_SKIP() << "no server: see tests/support/with_postgresql";
        schema_ = std::make_unique<kin::test::scratch_schema>();
        db_ = connect();
    }
    /// One more connection.
    std::unique_ptr<connection> connect(std::string_view more = {}) {
        return std::make_unique<connection>(open(url() + std::string{more}));
    }
    [[nodiscard]] std::string url() const { return schema_->url(); }
    connection& db() { return *db_; }
    std::int64_t number(std::string_view sql) { return single(*db_, sql); }
    /// Ends the server's side of a connection.
    void terminate(connection& other) {
        const kin::value pid{single(other, "SELECT pg_backend_pid()")};
        db().execute("SELECT pg_terminate_backend($1::int, 5000)", {&pid, 1});
    }

    std::unique_ptr<kin::test::scratch_schema> schema_;
    std::unique_ptr<connection> db_;
};

}  // namespace kin::engine::test
