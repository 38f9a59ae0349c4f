// Among many, whoever shows an object in a many_to_many is found: where the object goes, and where only one may have
// it.
#include "support/fixture.hpp"

namespace {

struct Label;
struct Reader {
    kin::key<Reader> id{};
    kin::many_to_many<Label> labels{};
    static constexpr auto table = kin::table("reader");
};
struct Label {
    kin::key<Label> id{};
    static constexpr auto table = kin::table("label");
};
struct Shelf;
struct Room {
    kin::key<Room> id{};
    kin::many_to_many<Shelf, kin::single_parent> shelves{};
    static constexpr auto table = kin::table("room");
};
struct Shelf {
    kin::key<Shelf> id{};
    static constexpr auto table = kin::table("shelf");
};

struct who_shows_it : kin::test::with_database<kin::models<Reader, Label, Room, Shelf>> {
    static constexpr std::size_t many = 1000;
    kin::session s{db};
    std::vector<kin::ref<Reader>> readers{};
    std::vector<kin::ref<Label>> labels{};

    /// Each reader has a label of its own, and the next one's. More removals than it takes until there is an index.
    void add_readers() {
        for (std::size_t i = 0; i < many; ++i) labels.push_back(s.add(Label{}));
        for (std::size_t i = 0; i < many; ++i) {
            readers.push_back(s.add(Reader{}));
            readers[i]->labels.push_back(labels[i]);
            readers[i]->labels.push_back(labels[(i + 1) % many]);
        }
        s.commit();
        for (std::size_t i = 900; i < 908; ++i) remove(i);
        EXPECT_EQ(shown(899), keys({899}));
    }
    void remove(std::size_t label) {
        s.remove(labels[label]);
        s.flush();
    }
    [[nodiscard]] std::string shown(std::size_t reader) const {
        return kin::test::ids(std::as_const(*readers[reader]).labels);
    }
    [[nodiscard]] std::string keys(std::initializer_list<std::size_t> of) const {
        std::string all;
        for (const std::size_t each : of) all += (all.empty() ? "" : ",") + std::to_string(labels[each]->id.value);
        return all;
    }
};

TEST_F(who_shows_it, a_target_that_goes_leaves_whoever_shows_it) {
    add_readers();
    remove(500);
    EXPECT_EQ(shown(500), keys({501}));
    EXPECT_EQ(shown(499), keys({499}));
    EXPECT_EQ(shown(498), keys({498, 499}));
    readers[10]->labels.push_back(labels[600]);
    s.flush();
    remove(600);
    EXPECT_EQ(shown(10), keys({10, 11}));
    EXPECT_EQ(shown(600), keys({601}));
    // Taken out and put back by a rollback.
    s.commit();
    readers[20]->labels.erase(labels[20]);
    s.flush();
    remove(700);
    s.rollback();
    EXPECT_EQ(shown(700), keys({700, 701}));
    remove(20);
    EXPECT_EQ(shown(20), keys({21}));
    EXPECT_EQ(shown(19), keys({19}));
    remove(700);
    EXPECT_EQ(shown(700), keys({701}));
}

TEST_F(who_shows_it, collections_that_are_loaded_later) {
    add_readers();
    s.commit();
    std::vector<std::int64_t> ids;
    for (const auto& each : labels) ids.push_back(each->id.value);
    labels.clear();
    readers.clear();
    s.clear();
    auto loaded = s.query<Label>().order_by(&Label::id).all();
    auto some = s.query<Reader>().order_by(&Reader::id).all();
    (void)std::as_const(some)[0].labels.size();  // a batch: all of them
    const auto label = [&](std::int64_t id) { return s.get<Label>(id); };
    for (std::size_t i = 100; i < 106; ++i) {
        s.remove(label(ids[i]));
        s.flush();
    }
    s.commit();
    run("INSERT INTO label_reader (reader_id, label_id) VALUES (" + std::to_string(std::as_const(some)[300].id.value) +
        ", " + std::to_string(ids[800]) + ")");
    s.expire(some.handle(300));
    EXPECT_EQ(std::as_const(some)[300].labels.size(), 3u);
    s.remove(label(ids[800]));
    s.flush();
    EXPECT_EQ(kin::test::ids(std::as_const(some)[300].labels),
              std::to_string(ids[300]) + "," + std::to_string(ids[301]));
    EXPECT_EQ(kin::test::ids(std::as_const(some)[800].labels), std::to_string(ids[801]));
}

TEST_F(who_shows_it, only_one_may_have_it) {
    std::vector<kin::ref<Room>> rooms;
    std::vector<kin::ref<Shelf>> shelves;
    for (std::size_t i = 0; i < many; ++i) {
        rooms.push_back(s.add(Room{}));
        shelves.push_back(s.add(Shelf{}));
        rooms[i]->shelves.push_back(shelves[i]);
    }
    const auto taken = [&](std::size_t shelf) {
        const auto other = s.add(Room{});
        bool refused = false;
        try {
            other->shelves.push_back(shelves[shelf]);
        } catch (const kin::usage_error&) {
            refused = true;
        }
        s.remove(other);
        return refused;
    };
    for (const std::size_t each : {0u, 1u, 2u, 500u, 999u}) EXPECT_TRUE(taken(each)) << each;
    s.commit();
    EXPECT_TRUE(taken(700));
    rooms[700]->shelves.erase(shelves[700]);
    EXPECT_FALSE(taken(700));
    rooms[701]->shelves.push_back(shelves[700]);
    EXPECT_TRUE(taken(700));
    s.rollback();
    EXPECT_TRUE(taken(700));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM room_shelf"), "1000");
}

}  // namespace
