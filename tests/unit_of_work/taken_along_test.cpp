// Rows that go with their owner in a flush that writes them, too, and gives away what they held.
#include "support/fixture.hpp"

namespace along {

struct Track;
struct Album {
    kin::key<Album> id{};
    std::string name{};
    kin::has_many<Track, kin::owned> tracks{};
};
struct Track {
    kin::key<Track> id{};
    int code{};
    std::string title{};
    kin::key<Album> album_id{};
    kin::belongs_to<Album> album{};
    static constexpr auto table = kin::table("along_track").unique("code");
};

}  // namespace along

namespace {

using namespace along;

class taken_along : public kin::test::with_database<kin::models<Album, Track>> {
  protected:
    taken_along() {
        run("INSERT INTO album VALUES (1, 'one'), (2, 'two'); INSERT INTO along_track VALUES (1, 7, 'first', 1)");
        log.clear();
    }
    std::string tracks() { return rows("SELECT id, code, title, album_id FROM along_track ORDER BY id"); }

    kin::session s{db};
};

TEST_F(taken_along, is_written_before_another_row_takes_its_key) {
    const auto track = s.get_one<Track>(1);
    track->title = "changed";
    s.add(Track{.id = {1}, .code = 8, .title = "second", .album = s.get_one<Album>(2)});
    s.remove(s.get_one<Album>(1));
    s.commit();
    EXPECT_EQ(tracks(), "1|8|second|2");
}

TEST_F(taken_along, is_written_before_another_row_takes_its_unique_value) {
    const auto track = s.get_one<Track>(1);
    track->title = "changed";
    const auto second = s.add(Track{.code = 7, .title = "second", .album = s.get_one<Album>(2)});
    s.remove(s.get_one<Album>(1));
    s.commit();
    EXPECT_EQ(tracks(), std::to_string(second->id.value) + "|7|second|2");
    EXPECT_EQ(track->title, "changed") << "one that is gone keeps what was assigned";
}

}  // namespace
