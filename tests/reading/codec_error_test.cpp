// What a codec throws arrives with column, row and place, whatever its type was.
#include <stdexcept>

#include <kin/json.hpp>

#include "support/fixture.hpp"

namespace codec_errors {

enum class state { open, closed };

}  // namespace codec_errors

template <>
struct kin::codec<codec_errors::state> {
    using stored = std::string;
    static std::string to_stored(codec_errors::state s) {
        if (static_cast<int>(s) > 1) throw std::out_of_range{"no such state"};
        return s == codec_errors::state::open ? "open" : "closed";
    }
    static codec_errors::state from_stored(const std::string& t) {
        if (t == "open") return codec_errors::state::open;
        if (t == "closed") return codec_errors::state::closed;
        throw std::invalid_argument{"no state: " + t};
    }
};

namespace codec_errors {

struct task {
    kin::key<task> id{};
    state now{};
    int points{};
};
struct named {
    std::string name{};
    std::optional<state> now{};

    static constexpr auto table = kin::table("named").primary_key("name");
};

using namespace kin;
using kin::test::contains;
using kin::test::thrown;

class codec_error : public test::with_database<models<task, named>> {
  protected:
    session s{db};
    codec_error() {
        s.execute("INSERT INTO task (now, points) VALUES ('open', 1), ('bogus', 2)");
        s.execute("INSERT INTO named (name, now) VALUES ('it', 'bogus')");
        s.commit();
        s.clear();
    }
    static void has(const conversion_error& e, std::string_view said, std::uint32_t line) {
        EXPECT_TRUE(contains(e.message(), said)) << e.what();
        EXPECT_TRUE(contains(e.where().file_name(), "codec_error_test.cpp")) << e.what();
        EXPECT_EQ(e.where().line(), line);
    }
};

TEST_F(codec_error, names_column_row_and_place) {
    has(thrown<conversion_error>([&] { (void)s.query<task>().all(); }), "task 2: column \"task.now\": no state: bogus",
        __LINE__ - 1);
    has(thrown<conversion_error>([&] { (void)s.get<named>("it"); }),
        "named 'it': column \"named.now\": no state: bogus", __LINE__ - 1);
    const auto one = s.get<task>(1);
    s.execute("UPDATE task SET now = 'gone' WHERE id = 1");
    has(thrown<conversion_error>([&] { s.refresh(one); }), "task 1: column \"task.now\": no state: gone", __LINE__);
    has(thrown<conversion_error>([&] { (void)from_json<task>(R"({"now":"x"})"); }),
        "now: column \"task.now\": no state: x", __LINE__ - 1);
    EXPECT_EQ(one->points, 1) << "what cannot be read leaves the object as it was";
}

TEST_F(codec_error, of_a_value_that_cannot_be_stored_names_them_too) {
    const auto one = s.get<task>(1);
    one->now = static_cast<state>(2);
    has(thrown<conversion_error>([&] { s.flush(); }), "task 1: column \"task.now\": no such state", __LINE__);
    s.rollback();
    s.add(task{.now = static_cast<state>(2)});
    has(thrown<conversion_error>([&] { s.flush(); }), "column \"task.now\": no such state", __LINE__);
}

}  // namespace codec_errors
