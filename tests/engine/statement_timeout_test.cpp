// A statement that takes longer than it may is ended, and what comes after it is served.
#include <chrono>

#include "support/fixture.hpp"

namespace {

struct Item {
    kin::key<Item> id{};
    int n{};
};

class statement_timeout : public kin::test::with_database<kin::models<Item>> {
  protected:
    std::string limited() {
        const std::string with = url.find('?') == std::string::npos ? "?" : "&";
        return url + with + "statement_timeout=200";
    }
    static constexpr const char* endless =
        "INSERT INTO item (id, n) WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < 2000000000) "
        "SELECT max(i), 0 FROM g";
};

TEST_F(statement_timeout, ends_what_takes_too_long) {
    kin::database db{limited()};
    kin::session s{db};
    const auto begin = std::chrono::steady_clock::now();
    (void)kin::test::thrown<kin::statement_canceled>([&] { s.execute(endless); });
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{20});
    s.rollback();
    s.add(Item{.n = 1});
    s.commit();
    EXPECT_EQ(rows("SELECT n FROM item"), "1");
}

TEST_F(statement_timeout, counts_the_work_and_not_who_reads) {
    run("INSERT INTO item (id, n) VALUES (1, 1), (2, 2), (3, 3)");
    kin::database db{limited()};
    kin::session s{db};
    int seen = 0;
    for (const auto& chunk : s.query<Item>().order_by("id").stream(1)) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{120};
        while (std::chrono::steady_clock::now() < until) {
        }
        seen += static_cast<int>(chunk.size());
    }
    EXPECT_EQ(seen, 3);
}

TEST_F(statement_timeout, is_a_number) {
    kin::database db{url + (url.find('?') == std::string::npos ? "?" : "&") + "statement_timeout=soon"};
    EXPECT_THROW(kin::session{db}.execute("SELECT 1"), kin::error);
}

}  // namespace
