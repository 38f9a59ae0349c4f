// What takes a handle takes an object of a range as well: remove and its like.
#include "support/fixture.hpp"

namespace ranges {

struct post {
    kin::key<post> id{};
    std::string title{};
    kin::soft_deleted_at deleted_at{};
};

using namespace kin;
using namespace kin::expr;

class objects_of_ranges : public test::with_database<models<post>> {
  protected:
    session s{db};
    objects_of_ranges() {
        for (const char* title : {"one", "two", "three"}) s.add(post{.title = title});
        s.commit();
    }
};

TEST_F(objects_of_ranges, are_removed_brought_back_and_removed_for_good) {
    for (const post& p : s.query<post>().all()) s.remove(p);
    s.commit();
    EXPECT_EQ(s.query<post>().count(), 0);
    for (const post& p : s.query<post>().only_removed().where(col(&post::title) == "one").all()) s.restore(p);
    s.commit();
    EXPECT_EQ(s.query<post>().one()->title, "one");
    for (const post& p : s.query<post>().only_removed().all()) s.remove_for_good(p);
    s.commit();
    EXPECT_EQ(rows("SELECT title FROM post"), "one");
}

TEST_F(objects_of_ranges, are_read_again_and_forgotten) {
    const auto all = s.query<post>().order_by(&post::id).all();
    s.execute("UPDATE post SET title = 'new'");
    for (const post& p : all) {
        if (p.id.value == 1) s.refresh(p);
        if (p.id.value == 2) s.expire(p);
        if (p.id.value == 3) s.expunge(p);
    }
    EXPECT_EQ(all[0].title, "new");
    EXPECT_EQ(all.handle(1)->title, "new");
    EXPECT_EQ(all[2].title, "three");
    EXPECT_NE(s.get<post>(3), all.handle(2));
}

}  // namespace ranges
