// The servers that the tests of replicas share, and what they read there.
#pragma once

#include <gtest/gtest.h>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>
#include <kin/session/replicas.hpp>
#include <memory>
#include <optional>
#include <string>
#include <support/replicated_postgresql.hpp>

namespace kin::test {

struct Note {
    key<Note> id{};
    std::string text{};
};

}  // namespace kin::test

template <>
inline constexpr auto kin::table_of<kin::test::Note> = kin::table("notes");

namespace kin::test {

/// All servers run and show the same empty table when a test begins.
class replicated : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        if (servers_ == nullptr && replicated_postgresql::programs()) {
            servers_ = std::make_unique<replicated_postgresql>();
            const kin::database db{servers_->url(0)};
            const_cast<kin::database&>(db).create<models<Note>>();
        }
    }
    void SetUp() override {
        if (servers_ == nullptr) GTEST_SKIP() << "no initdb: install postgresql";
        for (std::size_t i = 0; i < servers_->servers; ++i) servers_->start(i);
        (void)servers_->ask(0, "TRUNCATE notes RESTART IDENTITY");
        servers_->heal();
    }

    [[nodiscard]] static replicated_postgresql& servers() { return *servers_; }
    /// The primary with both replicas.
    [[nodiscard]] static kin::replicas both(kin::replicas how = {}) {
        how.urls = {servers_->url(1), servers_->url(2)};
        return how;
    }
    static void write(kin::database& db, const std::string& text) {
        kin::session s{db};
        s.add(Note{.text = text});
        s.commit();
    }
    /// Which server answers this session.
    static std::size_t server_of(kin::session& s) {
        engine::cursor row = s.connection().run("SELECT current_setting('unix_socket_directories')");
        EXPECT_TRUE(row.next());
        for (std::size_t i = 0; i < servers_->servers; ++i) {
            if (row.cell(0).bytes == servers_->socket(i)) return i;
        }
        return 99;
    }
    static std::size_t server_of(kin::database& db) {
        kin::session s{db, kin::read_only};
        return server_of(s);
    }
    static std::size_t server_of(kin::database& db, const kin::read_your_writes& after) {
        kin::session s{db, kin::read_only, after};
        return server_of(s);
    }
    static std::size_t count(kin::session& s) { return s.query<Note>().all().size(); }

  private:
    static inline std::unique_ptr<replicated_postgresql> servers_{};
};

}  // namespace kin::test
