// What an error shows of the parameters of its statement: some, as much as can be read, or nothing.
#include <kin/session/database.hpp>

#include "support/fixture.hpp"

namespace shown_parameters {

struct user {
    kin::key<user> id{};
    std::string email{};
    std::string note{};

    static constexpr auto table = kin::table("users").unique("email").check("note <> 'no'");
};

using namespace kin;
using kin::test::contains;
using kin::test::thrown;

class shown : public test::with_database<models<user>> {
  protected:
    session s{db};
    shown() {
        s.add(user{.email = "a@x"});
        s.commit();
    }
    ~shown() override { error::show_parameters(true); }
    error refused(user u) {
        s.add(std::move(u));
        const auto e = [&]() -> error {
            try {
                s.flush();
            } catch (const constraint_violation& caught) {
                return caught;
            }
            return error{"no error"};
        }();
        s.rollback();
        return e;
    }
};

TEST_F(shown, can_be_switched_off) {
    EXPECT_TRUE(contains(refused({.email = "a@x", .note = "private"}).what(), "'private'"));
    error::show_parameters(false);
    const auto unique = refused({.email = "a@x", .note = "private"});
    EXPECT_FALSE(contains(unique.what(), "a@x")) << unique.what();
    EXPECT_FALSE(contains(unique.what(), "private")) << unique.what();
    EXPECT_TRUE(contains(unique.what(), "email")) << unique.what();
    EXPECT_TRUE(contains(unique.parameters(), "'private'")) << "who asks for them has them";
    const auto check = refused({.email = "private", .note = "no"});
    EXPECT_FALSE(contains(check.what(), "private")) << check.what();
}

TEST_F(shown, are_as_many_as_can_be_read) {
    const error long_text = refused({.email = "a@x", .note = std::string(100000, 'x')});
    EXPECT_LT(std::string_view{long_text.what()}.size(), 1000u);
}

class sqlite_shown : public shown {};

TEST_F(sqlite_shown, are_as_many_as_can_be_read_of_a_list) {
    std::vector<std::string> many(900, "a value of some length");  // longer ones are one parameter
    many.push_back("a@x");
    using namespace kin::expr;
    const auto e = thrown<check_violation>(
        [&] { (void)s.query<user>().where(col(&user::email).in(many)).update(set(&user::note, "no")); });
    EXPECT_LT(e.parameters().size(), 2100u);
    EXPECT_TRUE(contains(e.parameters(), " more)")) << e.parameters();
}

}  // namespace shown_parameters
