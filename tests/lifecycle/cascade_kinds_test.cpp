// Each cascade alone: what goes along a relation, in every kind where it means something.
#include "support/fixture.hpp"

namespace cascade_kinds {

struct Slide;
struct Address;
struct Note;
struct Course {
    kin::key<Course> id{};
    std::string name{};
    kin::many_to_many<Slide, kin::cascade<kin::cascades::save_update, kin::cascades::remove>> slides{};
};
struct Slide {
    kin::key<Slide> id{};
    std::string name{};
};
struct Address {
    kin::key<Address> id{};
    std::string street{};
};
struct Account {
    kin::key<Account> id{};
    std::optional<kin::key<Address>> address_id{};
    kin::belongs_to<Address,
                    kin::cascade<kin::cascades::save_update, kin::cascades::remove, kin::cascades::remove_orphan,
                                 kin::cascades::refresh_expire>,
                    kin::single_parent>
        address{};
};
struct Shelf {
    kin::key<Shelf> id{};
    kin::has_many<Note, kin::cascade<kin::cascades::refresh_expire>> notes{};
};
struct Note {
    kin::key<Note> id{};
    std::optional<kin::key<Shelf>> shelf_id{};
    std::string text{};
};

using All = kin::models<Course, Slide, Address, Account, Shelf, Note>;

}  // namespace cascade_kinds

using namespace cascade_kinds;
using kin::test::contains;

namespace {

class cascade_kinds_test : public kin::test::with_database<> {
  protected:
    cascade_kinds_test() { db.create<All>(); }
};

TEST_F(cascade_kinds_test, deleting_a_course_deletes_its_slides_also_those_of_others) {
    run("INSERT INTO course VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO slide VALUES (1, 'x'), (2, 'y'), (3, 'z');"
        "INSERT INTO course_slide VALUES (1, 1), (1, 2), (2, 2), (2, 3), (3, 3);");
    kin::session s{db};
    const auto all = s.query<Course>().order_by(&Course::id).all();
    s.remove(s.handle(all[0]));
    s.remove(s.handle(all[1]));
    log.clear();
    s.commit();
    // The slides of both, the pairs of courses and of slides, slides, courses.
    EXPECT_EQ(log.count(), 5u) << log.text();
    EXPECT_EQ(rows("SELECT id FROM course"), "3");
    EXPECT_EQ(rows("SELECT id FROM slide"), "");
    EXPECT_EQ(rows("SELECT count(*) FROM course_slide"), "0");
    EXPECT_TRUE(all[2].slides.empty());
}

TEST_F(cascade_kinds_test, deleting_and_leaving_take_the_other_end_of_a_belongs_to_along) {
    run("INSERT INTO address VALUES (1, 'a'), (2, 'b'), (3, 'c');"
        "INSERT INTO account VALUES (1, 1), (2, 2), (3, 3), (4, NULL);");
    kin::session s{db};
    auto all = s.query<Account>().order_by(&Account::id).all();
    s.remove(s.handle(all[0]));
    all[1].address = nullptr;
    all[2].address = Address{.street = "new"};
    s.commit();
    EXPECT_EQ(rows("SELECT street FROM address"), "new");
    EXPECT_EQ(rows("SELECT id, address_id IS NULL FROM account ORDER BY id"), "2|1; 3|0; 4|1");
}

TEST_F(cascade_kinds_test, a_rollback_takes_removals_along_back) {
    run("INSERT INTO address VALUES (1, 'a'); INSERT INTO account VALUES (1, 1);");
    kin::session s{db};
    auto account = s.query<Account>().one();
    s.remove(account);
    s.flush();
    s.rollback();
    EXPECT_EQ(account->address->street, "a");
    EXPECT_EQ(rows("SELECT street FROM address"), "a");
}

TEST_F(cascade_kinds_test, a_failed_flush_gives_new_targets_back) {
    run("INSERT INTO account VALUES (1, NULL); INSERT INTO shelf VALUES (1);");
    kin::session s{db};
    auto account = s.query<Account>().one();
    account->address = Address{.street = "new"};
    const auto address = account->address.handle();
    s.remove(account);
    s.add(Shelf{.id{1}});  // there already
    (void)kin::test::thrown<kin::unique_violation>([&] { s.flush(); });
    const std::string plan = s.explain_flush();
    EXPECT_TRUE(contains(plan, "into address")) << plan;
    EXPECT_EQ(account->address.handle(), address);
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM address"), "0");

    // The same after a savepoint: what was taken back before it got a row is there again.
    const auto kept = s.add(Address{.street = "kept"});
    auto point = s.savepoint();
    const auto pending = s.add(Address{.street = "pending"});
    s.remove(pending);
    point.rollback();
    s.commit();
    EXPECT_EQ(rows("SELECT street FROM address"), "kept");
}

TEST_F(cascade_kinds_test, expiring_and_refreshing_reach_what_is_loaded) {
    run("INSERT INTO shelf VALUES (1); INSERT INTO note VALUES (1, 1, 'old'), (2, 1, 'old');"
        "INSERT INTO address VALUES (1, 'old'); INSERT INTO account VALUES (1, 1);");
    kin::session s{db};
    auto shelf = s.query<Shelf>().one();
    auto account = s.query<Account>().one();
    const auto first = shelf->notes.handle(0);
    EXPECT_EQ(account->address->street, "old");
    s.commit();
    run("UPDATE note SET text = 'new'; UPDATE address SET street = 'new';");
    EXPECT_EQ(first->text, "old");
    s.expire(shelf);
    EXPECT_EQ(first->text, "new");
    s.refresh(account);
    EXPECT_EQ(account->address->street, "new");
}

TEST_F(cascade_kinds_test, without_save_update_only_what_is_in_the_session_goes_into_a_relation) {
    kin::session s{db};
    auto shelf = s.add(Shelf{});
    const auto refused = kin::test::thrown<kin::usage_error>([&] { shelf->notes.push_back(Note{.text = "n"}); });
    EXPECT_TRUE(contains(refused.what(), "Shelf.notes does not cascade save_update")) << refused.what();
    (void)kin::test::thrown<kin::usage_error>([&] { s.add(Shelf{.notes = {{.text = "n"}}}); });
    s.rollback();
    shelf = s.add(Shelf{});
    const auto note = s.add(Note{.text = "n"});
    shelf->notes.push_back(note);
    s.commit();
    EXPECT_EQ(rows("SELECT shelf_id, text FROM note"), "1|n");
    EXPECT_EQ(rows("SELECT count(*) FROM shelf"), "1");
}

TEST_F(cascade_kinds_test, without_merge_a_merged_value_s_relation_stays_behind) {
    run("INSERT INTO course VALUES (1, 'a');");
    kin::session s{db};
    // Course.slides cascades save_update and remove, not merge.
    const auto merged = s.merge(Course{.id{1}, .name = "b", .slides = {{.name = "x"}}});
    s.commit();
    EXPECT_EQ(merged->name, "b");
    EXPECT_EQ(rows("SELECT name FROM course"), "b");
    EXPECT_EQ(rows("SELECT count(*) FROM slide"), "0");
}

}  // namespace
