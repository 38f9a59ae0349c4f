// The servers that the tests of replicas share, and what they read there.
#pragma once

#include <gtest/gtest.h>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>
#include <kin/session/replicas.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <support/replicated_mariadb.hpp>
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

inline const auto engines_with_replicas = ::testing::Values("postgresql", "mariadb");
inline std::string name_of_engine(const ::testing::TestParamInfo<const char*>& engine) { return engine.param; }

/// All servers run and show the same empty table when a test begins.
class replicated : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        std::unique_ptr<replicated_servers>& mine = on_mariadb() ? mariadb_ : postgresql_;
        if (mine == nullptr) {
            if (!(on_mariadb() ? replicated_mariadb::programs() : replicated_postgresql::programs())) {
                GTEST_SKIP() << (on_mariadb() ? "no mariadbd: install mariadb-server"
                                              : "no initdb: install postgresql");
            }
            if (on_mariadb()) {
                mine = std::make_unique<replicated_mariadb>();
            } else {
                mine = std::make_unique<replicated_postgresql>();
            }
            kin::database db{mine->url(0)};
            db.create<models<Note>>();
        }
        servers_ = mine.get();
        start_anew();
    }
    void start_anew() {
        for (std::size_t i = 0; i < servers_->count; ++i) servers_->start(i);
        {
            kin::database db{servers_->url(0)};
            db.script(says<const char*>("TRUNCATE notes RESTART IDENTITY", "TRUNCATE notes"));
        }
        servers_->heal();
    }

    [[nodiscard]] bool on_mariadb() const { return std::string_view{GetParam()} == "mariadb"; }
    template <class T>
    [[nodiscard]] T says(T postgresql, T mariadb) const {
        return on_mariadb() ? mariadb : postgresql;
    }
    [[nodiscard]] replicated_servers& servers() const { return *servers_; }
    /// The primary with both replicas.
    [[nodiscard]] kin::replicas both(kin::replicas how = {}) const {
        how.urls = {servers_->url(1), servers_->url(2)};
        return how;
    }
    static void write(kin::database& db, const std::string& text) {
        kin::session s{db};
        s.add(Note{.text = text});
        s.commit();
    }
    /// What the primary has.
    static std::string texts(kin::database& db) {
        kin::session s{db};
        std::string all;
        const auto notes = s.query<Note>().order_by(&Note::id).all();
        for (const Note& n : notes) all += n.text + ';';
        return all;
    }
    /// Which server answers this session.
    [[nodiscard]] std::size_t server_of(kin::session& s) const {
        engine::cursor row = s.connection().run(servers_->place_sql());
        EXPECT_TRUE(row.next());
        for (std::size_t i = 0; i < servers_->count; ++i) {
            if (row.cell(0).bytes == servers_->place(i)) return i;
        }
        return 99;
    }
    [[nodiscard]] std::size_t server_of(kin::database& db, const kin::read_your_writes& after = {}) const {
        kin::session s{db, kin::read_only, after};
        return server_of(s);
    }
    static std::size_t count(kin::session& s) { return s.query<Note>().all().size(); }

  private:
    static inline std::unique_ptr<replicated_servers> postgresql_{};
    static inline std::unique_ptr<replicated_servers> mariadb_{};
    replicated_servers* servers_ = nullptr;
};

}  // namespace kin::test
