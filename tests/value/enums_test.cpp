// Enums that are stored by name, or by a number that there is.
#include <map>

#include <kin/json.hpp>
#include <kin/repository.hpp>
#include <kin/value/enums.hpp>

#include "support/fixture.hpp"

namespace enum_columns {

enum class state { open, closed, on_hold = 7 };
enum class level : std::uint8_t { low = 10, high = 20 };

}  // namespace enum_columns

template <>
struct kin::codec<enum_columns::state> : kin::enum_names<enum_columns::state> {};
template <>
struct kin::codec<enum_columns::level> : kin::enum_numbers<enum_columns::level> {};

namespace enum_columns {

struct task {
    kin::key<task> id{};
    state now{};
    std::optional<level> urgent{};
};

using namespace kin;
using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;

class enums : public test::with_database<models<task>> {
  protected:
    session s{db};
};

TEST_F(enums, are_stored_as_names_and_as_numbers) {
    s.add(task{.now = state::on_hold, .urgent = level::high});
    s.add(task{});
    s.commit();
    EXPECT_EQ(rows("SELECT now, urgent FROM task ORDER BY id"), "on_hold|20; open|NULL");
    s.clear();
    const auto t = s.query<task>().where(col(&task::now) == state::on_hold).one();
    EXPECT_EQ(t->urgent, level::high);
    EXPECT_EQ(to_json(t), R"({"id":1,"now":"on_hold","urgent":20})");
    EXPECT_EQ(from_json<task>(R"({"now":"closed","urgent":10})").now, state::closed);
}

TEST_F(enums, refuse_what_the_enum_does_not_have) {
    EXPECT_TRUE(contains(thrown<conversion_error>([] { (void)from_json<task>(R"({"now":"opne"})"); }).message(),
                         "now: column \"task.now\": 'opne' is none of: open, closed, on_hold"));
    EXPECT_TRUE(contains(thrown<conversion_error>([] { (void)from_json<task>(R"({"urgent":11})"); }).message(),
                         "11 is none of: 10 (low), 20 (high)"));
    const auto e = thrown<conversion_error>([&] {
        s.add(task{.now = static_cast<state>(3)});
        s.flush();
    });
    EXPECT_TRUE(contains(e.message(), "column \"task.now\": 3 is none of: 0 (open), 1 (closed), 7 (on_hold)"))
        << e.what();
}

TEST_F(enums, filters_ask_them) {
    s.add(task{.now = state::closed});
    s.flush();
    using request = std::map<std::string, std::string>;
    repository<task> tasks{s};
    const auto rules = filter_rules<task>{}.every_column();
    EXPECT_EQ(tasks.list(tasks.filters(request{{"now__in", "closed,open"}}, rules)).size(), 1u);
    const auto e = thrown<conversion_error>([&] { (void)tasks.filters(request{{"now", "opne"}}, rules); });
    EXPECT_TRUE(contains(e.message(), "now: ")) << e.what();
    EXPECT_TRUE(contains(e.message(), "'opne' is none of: open, closed, on_hold")) << e.what();
}

}  // namespace enum_columns
