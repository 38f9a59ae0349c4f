// MariaDB: new rows go in blocks, one INSERT each; what is refused is still said of the object.
#include <gtest/gtest.h>

#include <set>

#include <kin/kin.hpp>

#include "support/fixture.hpp"

namespace {

struct Reading {
    kin::key<Reading> id{};
    std::string code{};
    std::optional<double> amount{};
    static constexpr auto table = kin::table("readings").unique("code");
};

struct Scan {
    kin::key<Scan> id{};
    std::string picture{};
    static constexpr auto table = kin::table("scans");
};

class mariadb_many_rows : public kin::test::with_database<Reading, Scan> {
  protected:
    void SetUp() override {
        if (kin::test::engine_name() != "mariadb") GTEST_SKIP() << "there is no server";
    }
    static Reading made(int i) {
        return {.code = "code " + std::to_string(i), .amount = i % 3 == 0 ? std::optional<double>{} : i + 0.25};
    }
    /// How many INSERTs the connection has run.
    std::int64_t inserts(kin::session& s) {
        auto row = s.connection().run("SHOW SESSION STATUS LIKE 'Com_insert'");
        return row.next() ? std::stoll(std::string{row.cell(1).bytes}) : -1;
    }
};

TEST_F(mariadb_many_rows, are_inserted_in_blocks_and_get_their_keys) {
    constexpr int many = 300;  // 2 blocks of 128, 2 of 16, 12 alone
    std::vector<kin::ref<Reading>> all;
    {
        kin::session s{db};
        for (int i = 0; i < many; ++i) all.push_back(s.add(made(i)));
        s.flush();
        const std::int64_t before = inserts(s);
        for (int i = 0; i < many; ++i) all.push_back(s.add(made(many + i)));
        s.flush();
        EXPECT_EQ(inserts(s) - before, 16);
        s.commit();
    }
    kin::session s{db};
    std::set<std::int64_t> keys;
    for (int i = 0; i < 2 * many; ++i) {
        const auto found = s.get<Reading>(all[static_cast<std::size_t>(i)]->id);
        ASSERT_TRUE(found) << i;
        EXPECT_EQ(found->code, made(i).code);
        EXPECT_EQ(found->amount, made(i).amount);
        keys.insert(found->id.value);
    }
    EXPECT_EQ(keys.size(), 2U * many);
}

TEST_F(mariadb_many_rows, that_are_refused_are_said_one_by_one) {
    kin::session s{db};
    for (int i = 0; i < 300; ++i) s.add(made(i == 200 ? 7 : i));
    const auto refused = kin::test::thrown<kin::unique_violation>([&] { s.flush(); });
    EXPECT_TRUE(kin::test::contains(refused.what(), "object 201 of 300")) << refused.what();
    EXPECT_TRUE(kin::test::contains(refused.what(), "code 7")) << refused.what();
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM readings"), "0");
}

TEST_F(mariadb_many_rows, larger_than_a_packet_go_alone) {
    kin::session s{db};
    for (int i = 0; i < 16; ++i)
        s.add(Scan{.picture = std::string(5'000'000, 'x')});  // the server takes 64 MiB at once
    s.commit();
    EXPECT_EQ(rows("SELECT count(*), sum(length(picture)) = 80000000 FROM scans"), "16|1");
}

}  // namespace
