// Hidden columns: the program works with them, and nobody else sees what they hold.
#include <map>
#include <tuple>

#include <kin/json.hpp>
#include <kin/repository.hpp>

#include "support/fixture.hpp"

namespace hidden_columns {

struct account;
struct entry {
    kin::key<entry> id{};
    kin::key<account> account_id{};
    std::string text{};
    kin::belongs_to<account> owner{};
};
struct account {
    kin::key<account> id{};
    std::string name{};
    kin::hidden<std::string> password{};
    kin::hidden<std::optional<std::string>> token{};
    std::string pin{};
    kin::hidden<std::int16_t> tries{};
    kin::has_many<entry> entries{};

    static constexpr auto table = kin::table("accounts").unique("token").hidden("pin").check("name <> 'nobody'");
};

using namespace kin;
using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;

class hidden : public test::with_database<models<account, entry>> {
  protected:
    session s{db};
    hidden() {
        s.add(account{.name = "Ada",
                      .password = "SECRET",
                      .token = "TOKEN-SECRET",
                      .pin = "PIN-SECRET",
                      .entries = {{.text = "one"}}});
        s.commit();
        log.clear();
    }
    ~hidden() override { EXPECT_FALSE(contains(shown(), "SECRET")) << shown(); }
    /// All that the statement log has seen of values.
    std::string shown() const {
        std::string all;
        for (const auto& each : log.entries()) all += each.sql + " " + each.parameters + "\n";
        return all;
    }
};

TEST_F(hidden, the_program_reads_writes_and_compares_it) {
    const auto ada = s.query<account>().where(col(&account::password) == "SECRET").one();
    EXPECT_EQ(ada->password, "SECRET");
    EXPECT_EQ(*ada->token.get(), "TOKEN-SECRET");
    ada->password = "NEW-SECRET";
    ada->token = std::nullopt;
    s.commit();
    EXPECT_EQ(rows("SELECT password, token, pin FROM accounts"), "NEW-SECRET|NULL|PIN-SECRET");
    const auto [password, pin] = s.query<account>().select(&account::password, &account::pin).all().front();
    EXPECT_EQ(password + pin, "NEW-SECRETPIN-SECRET");
}

TEST_F(hidden, no_json_shows_it) {
    const auto ada = s.query<account>().one();
    EXPECT_EQ(to_json(ada), R"({"id":1,"name":"Ada"})");
    EXPECT_EQ(to_json(account{.name = "x", .password = "y"}), R"({"id":0,"name":"x"})");
    const auto entries = s.query<entry>().with(&entry::owner).all();
    EXPECT_EQ(to_json(entries, {.only = {"text", "owner"}}), R"([{"text":"one","owner":{"id":1,"name":"Ada"}}])");
    EXPECT_TRUE(contains(thrown<unknown_name>([&] { (void)to_json(entries, {.only = {"owner.pin"}}); }).message(),
                         "account.pin is hidden"));
    // What comes from outside may say it, and is not repeated where it does not fit.
    EXPECT_EQ(from_json<account>(R"({"password":"x"})").password, "x");
    const auto e = thrown<conversion_error>([] { (void)from_json<account>(R"({"tries":"SECRET"})"); });
    EXPECT_FALSE(contains(e.what(), "SECRET")) << e.what();
}

TEST_F(hidden, no_filter_names_it) {
    using request = std::map<std::string, std::string>;
    const auto refused = [&](const request& said) {
        const auto rules =
            filter_rules<entry>{}.every_column().related(&entry::owner, filter_rules<account>{}.every_column());
        return thrown<unknown_name>([&] { (void)read_filters<entry>(said, rules); }).message();
    };
    EXPECT_TRUE(contains(refused({{"owner.password__starts_with", "S"}}), "owner.name"));
    EXPECT_FALSE(contains(refused({{"owner.pin", "S"}}), "owner.pin, "));
    EXPECT_TRUE(contains(thrown<usage_error>([] {
                             (void)read_filters<account>(request{}, filter_rules<account>{}.columns(&account::pin));
                         }).message(),
                         "account.pin is hidden"));
    EXPECT_THROW((void)read_filters<account>(request{}, filter_rules<account>{}.search(&account::pin)), usage_error);
}

TEST_F(hidden, no_statement_shows_it) {
    (void)s.query<account>().where(col(&account::name) == "Ada" && col(&account::password) == "SECRET").all();
    EXPECT_TRUE(contains(shown(), "'Ada'")) << shown();
    (void)s.query<account>()
        .where(col(&account::pin).in({"SECRET 1", "SECRET 2"}) || col(&account::token).like("SEC%"))
        .all();
    (void)s.query<account>().where(lower(col(&account::pin)) == "SECRET" && any(&account::entries)).all();
    (void)s.query<entry>().where(any(&entry::owner, col(&account::password) == "SECRET")).all();
    (void)s.query<account>().where(col(&account::id) == 1).update(set(&account::password, "SECRET 3"));
    s.add(account{.name = "Bob", .password = "SECRET 4", .pin = "SECRET 5"});
    s.flush();
    s.query<account>().where(col(&account::name) == "Ada").one()->pin = "SECRET 6";
    s.flush();
    s.get_or_create(account{.name = "Cyd", .token = "SECRET 7"}, &account::token);
    EXPECT_TRUE(contains(shown(), "(hidden)")) << shown();
}

TEST_F(hidden, no_error_shows_it) {
    const auto refused = [&]<class Error>(Error*, account a) {
        s.add(std::move(a));
        const auto e = thrown<Error>([&] { s.flush(); });
        EXPECT_FALSE(contains(e.what(), "SECRET")) << e.what();
        EXPECT_FALSE(contains(e.parameters(), "SECRET")) << e.parameters();
        EXPECT_TRUE(contains(e.what(), "(hidden)")) << e.what();
        s.rollback();
    };
    unique_violation* taken = nullptr;
    check_violation* unfit = nullptr;
    refused(taken, {.name = "Bob", .token = "TOKEN-SECRET"});
    refused(unfit, {.name = "nobody", .password = "SECRET"});
}

class sqlite_hidden : public hidden {};

TEST_F(sqlite_hidden, what_cannot_be_read_is_not_shown) {
    s.execute("UPDATE accounts SET tries = 'SECRET'");
    s.commit();
    s.clear();
    log.clear();
    const auto e = thrown<conversion_error>([&] { (void)s.query<account>().all(); });
    EXPECT_TRUE(contains(e.what(), "account 1: column \"account.tries\": (hidden) (text) is not an integer"))
        << e.what();
}

}  // namespace hidden_columns
