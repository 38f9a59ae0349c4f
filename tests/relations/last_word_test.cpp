// The last assignment wins, from either side, whether the other one was read or not; a relation that is assigned to
// another has the same targets.
#include <utility>

#include "support/fixture.hpp"

namespace last_word {

struct Lamp;
struct Vase;
struct Shelf {
    kin::key<Shelf> id{};
    kin::has_one<Lamp> lamp{};
    kin::has_one<Vase, kin::owned> vase{};
};
struct Lamp {
    kin::key<Lamp> id{};
    std::string name{};
    std::optional<kin::key<Shelf>> shelf_id{};
    kin::belongs_to<Shelf> shelf{};
};
struct Vase {
    kin::key<Vase> id{};
    std::string name{};
    kin::key<Shelf> shelf_id{};
    kin::belongs_to<Shelf> shelf{};
    static constexpr auto table = kin::table().unique("shelf_id");
};

struct Item;
struct Part;
struct Tag;
struct Box {
    kin::key<Box> id{};
    kin::has_many<Item> items{};
    kin::has_many<Part, kin::owned> parts{};
    kin::many_to_many<Tag> tags{};
};
struct Item {
    kin::key<Item> id{};
    std::optional<kin::key<Box>> box_id{};
    kin::belongs_to<Box> box{};
};
struct Part {
    kin::key<Part> id{};
    kin::key<Box> box_id{};
    kin::belongs_to<Box> box{};
};
struct Tag {
    kin::key<Tag> id{};
};

struct Letter;
struct Writer {
    kin::key<Writer> id{};
    std::string name{};
    kin::soft_deleted_at gone_at{};
    kin::has_many<Letter> letters{};
};
struct Letter {
    kin::key<Letter> id{};
    std::optional<kin::key<Writer>> writer_id{};
    kin::belongs_to<Writer> writer{};
};

}  // namespace last_word

namespace kin::test {
namespace {

using namespace last_word;
using namespace kin::expr;

class last_words : public with_database<models<Shelf, Lamp, Vase, Box, Item, Part, Tag, Writer, Letter>> {
  protected:
    session s{db};
};

/// Two are given to one shelf in one flush; who stands there in the end, in the table and in memory.
template <class Target, class Relation>
void expect_last(database& db, Relation Shelf::*place, const std::string& table, bool just_read, bool a_row_first,
                 bool occupied) {
    SCOPED_TRACE(table + (just_read ? ", just read" : ", loaded") + (a_row_first ? ", a row first" : ", both new") +
                 (occupied ? ", occupied" : ", empty"));
    session s{db};
    auto from = s.add(Shelf{});
    (*from).*place = Target{.name = "row"};
    auto to = s.add(Shelf{});
    if (occupied) (*to).*place = Target{.name = "former"};
    s.commit();
    const auto row_id = ((*from).*place)->id;
    const auto shelf = to->id;
    if (just_read) {
        s.clear();
        to = s.get_one<Shelf>(shelf);
    }
    auto last = s.add(Target{.name = "last"});
    auto first = a_row_first ? s.get_one<Target>(row_id) : s.add(Target{.name = "first"});
    first->shelf = to;
    last->shelf = to;
    EXPECT_EQ(((*to).*place).handle(), last);
    EXPECT_NE(first->shelf, to);
    s.commit();
    EXPECT_EQ(rows_of(s.connection(), "SELECT name FROM " + table + " WHERE shelf_id = " + std::to_string(shelf.value)),
              "last");
    EXPECT_EQ(((*to).*place).handle(), last);
    s.rollback();
}

TEST_F(last_words, the_last_one_that_is_given_to_a_has_one_stands_there) {
    for (int how = 0; how < 8; ++how) {
        expect_last<Lamp>(db, &Shelf::lamp, "lamp", (how & 1) != 0, (how & 2) != 0, (how & 4) != 0);
        expect_last<Vase>(db, &Shelf::vase, "vase", (how & 1) != 0, (how & 2) != 0, (how & 4) != 0);
    }
    EXPECT_EQ(rows("SELECT count(*) FROM vase WHERE name <> 'last' AND name <> 'row'"), "0") << "orphans go";
    EXPECT_EQ(rows("SELECT count(*) FROM lamp WHERE name = 'former' AND shelf_id IS NULL"), "4") << "others let go";
}

class unread_places : public last_words {
  protected:
    unread_places() {
        run("INSERT INTO shelf VALUES (1), (2), (3); INSERT INTO lamp VALUES (1, 'old', 1), (2, 'new', 3)");
        shelf = s.get_one<Shelf>(1);
        lamp = s.get_one<Lamp>(2);
        log.clear();
    }
    ref<Shelf> shelf{};
    ref<Lamp> lamp{};
};

TEST_F(unread_places, show_who_was_given_to_them_and_ask_at_the_flush_who_was_there) {
    auto other = s.get_one<Shelf>(2);
    lamp->shelf = shelf;
    auto more = s.add(Lamp{.name = "more", .shelf = other});
    log.clear();
    EXPECT_EQ(shelf->lamp.handle(), lamp);
    EXPECT_TRUE(shelf->lamp.loaded());
    EXPECT_EQ(log.count(), 0u);
    s.flush();
    EXPECT_EQ(log.count("SELECT"), 1u) << "for both places: " << log.text(20);
    EXPECT_EQ(rows_of(s.connection(), "SELECT name, shelf_id FROM lamp ORDER BY id"), "old|NULL; new|1; more|2");
    EXPECT_EQ(shelf->lamp.handle(), lamp);
    EXPECT_FALSE(s.get_one<Lamp>(1)->shelf);
    s.rollback();
    EXPECT_EQ(shelf->lamp->name, "old");
    EXPECT_EQ(lamp->shelf->id, 3);
    EXPECT_FALSE(s.dirty());
}

TEST_F(unread_places, stay_with_who_has_them_where_nobody_came_in_the_end) {
    auto withdrawn = s.add(Lamp{.name = "withdrawn", .shelf = shelf});
    s.remove(withdrawn);
    lamp->shelf = shelf;
    s.remove(lamp);
    s.commit();
    EXPECT_EQ(rows("SELECT name, shelf_id FROM lamp"), "old|1");
    EXPECT_EQ(shelf->lamp->name, "old");
}

TEST_F(unread_places, are_unread_again_when_who_came_is_gone) {
    lamp->shelf = shelf;
    lamp->shelf = s.get_one<Shelf>(2);
    EXPECT_FALSE(shelf->lamp.loaded());
    EXPECT_EQ(shelf->lamp->name, "old");
    s.commit();
    EXPECT_EQ(rows("SELECT name, shelf_id FROM lamp ORDER BY id"), "old|1; new|2");
}

TEST_F(unread_places, are_emptied_of_all) {
    lamp->shelf = shelf;
    shelf->lamp = nullptr;
    EXPECT_FALSE(lamp->shelf);
    s.commit();
    EXPECT_EQ(rows("SELECT name, shelf_id FROM lamp ORDER BY id"), "old|NULL; new|NULL");
}

TEST_F(unread_places, are_merged_with_what_is_loaded_beside_the_change) {
    s.autoflush(false);
    lamp->shelf = shelf;
    s.load(shelf, &Shelf::lamp);
    EXPECT_EQ(shelf->lamp.handle(), lamp);
    EXPECT_FALSE(s.get_one<Lamp>(1)->shelf);
    s.commit();
    EXPECT_EQ(rows("SELECT name, shelf_id FROM lamp ORDER BY id"), "old|NULL; new|1");
}

// -- a key whose target does not show -------------------------------------------------------------------------------

class hidden_targets : public last_words {
  protected:
    hidden_targets() {
        run("INSERT INTO writer VALUES (1, 'Ada', '2020-01-01 00:00:00'), (2, 'Bob', NULL);"
            "INSERT INTO letter VALUES (1, 1), (2, 2)");
        log.clear();
    }
    std::string keys() { return rows_of(s.connection(), "SELECT writer_id FROM letter ORDER BY id"); }
};

TEST_F(hidden_targets, are_let_go) {
    auto letter = s.get_one<Letter>(1);
    EXPECT_FALSE(letter->writer);
    letter->writer = nullptr;
    s.flush();
    EXPECT_EQ(keys(), "NULL; 2");
    EXPECT_FALSE(letter->writer_id);
    s.rollback();
    EXPECT_EQ(s.get_one<Letter>(1)->writer_id, key<Writer>{1});
    s.get_one<Letter>(1)->writer.dissociate();
    EXPECT_EQ(keys(), "NULL; 2");
}

TEST_F(hidden_targets, give_way_to_others) {
    auto letter = s.get_one<Letter>(1);
    EXPECT_FALSE(letter->writer);
    letter->writer = s.get_one<Writer>(2);
    s.flush();
    EXPECT_EQ(keys(), "2; 2");
    EXPECT_EQ(letter->writer->letters.size(), 2u);
}

TEST_F(hidden_targets, are_let_go_where_a_condition_hides_them) {
    const auto found = s.query<Letter>()
                           .where(col(&Letter::id) == 2)
                           .with(selectin(&Letter::writer).where(col(&Writer::name) == "Ada"))
                           .one();
    auto bob = s.get_one<Writer>(2);
    EXPECT_EQ(bob->letters.size(), 1u);
    EXPECT_FALSE(found->writer);
    found->writer = nullptr;
    EXPECT_TRUE(bob->letters.empty());
    s.flush();
    EXPECT_EQ(keys(), "1; NULL");
}

TEST_F(hidden_targets, nothing_is_written_where_the_key_is_null) {
    auto letter = s.add(Letter{});
    s.commit();
    EXPECT_FALSE(letter->writer);
    letter->writer = nullptr;
    EXPECT_FALSE(s.dirty());
}

// -- a relation assigned to another ---------------------------------------------------------------------------------

class assigned : public last_words {
  protected:
    assigned() {
        run("INSERT INTO box VALUES (1), (2); INSERT INTO item VALUES (1, 1), (2, 1), (3, 2);"
            "INSERT INTO part VALUES (1, 1), (2, 1), (3, 2); INSERT INTO tag VALUES (1), (2), (3);"
            "INSERT INTO box_tag (box_id, tag_id) VALUES (1, 1), (1, 2), (2, 3)");
        a = s.get_one<Box>(1);
        b = s.get_one<Box>(2);
        log.clear();
    }
    std::string items() { return rows_of(s.connection(), "SELECT id, box_id FROM item ORDER BY id"); }
    std::string parts() { return rows_of(s.connection(), "SELECT id, box_id FROM part ORDER BY id"); }
    std::string tags() { return rows_of(s.connection(), "SELECT box_id, tag_id FROM box_tag ORDER BY 1, 2"); }
    ref<Box> a{};
    ref<Box> b{};
};

TEST_F(assigned, children_move) {
    b->items = a->items;
    EXPECT_EQ(a->items.size(), 0u);
    ASSERT_EQ(b->items.size(), 2u);
    EXPECT_EQ(b->items[0].box.handle(), b);
    b->parts = a->parts;
    s.flush();
    EXPECT_EQ(items(), "1|2; 2|2; 3|NULL");
    EXPECT_EQ(parts(), "1|2; 2|2") << "the one that was there is an orphan";
    s.rollback();
    EXPECT_EQ(a->items.size(), 2u);
    EXPECT_EQ(items(), "1|1; 2|1; 3|2");
}

TEST_F(assigned, links_are_shared) {
    b->tags = a->tags;
    EXPECT_EQ(a->tags.size(), 2u);
    EXPECT_EQ(b->tags.size(), 2u);
    s.commit();
    EXPECT_EQ(tags(), "1|1; 1|2; 2|1; 2|2");
    const Box& seen = *a;
    b->tags = {};
    b->tags = seen.tags;
    s.commit();
    EXPECT_EQ(tags(), "1|1; 1|2; 2|1; 2|2") << "also from a const one";
}

TEST_F(assigned, collections_are_exchanged) {
    std::swap(a->items, b->items);
    std::swap(a->parts, b->parts);
    std::swap(a->tags, b->tags);
    EXPECT_EQ(a->items.size(), 1u);
    EXPECT_EQ(b->items.size(), 2u);
    EXPECT_EQ(a->parts.size(), 1u);
    EXPECT_EQ(b->parts.size(), 2u);
    EXPECT_EQ(log.count(), 6u) << "each collection is read, and nothing is written: " << log.text(4);
    s.commit();
    EXPECT_EQ(items(), "1|2; 2|2; 3|1");
    EXPECT_EQ(parts(), "1|2; 2|2; 3|1");
    EXPECT_EQ(tags(), "1|3; 2|1; 2|2");
    EXPECT_EQ(log.count("DELETE FROM \"part\""), 0u);
}

TEST_F(assigned, new_children_are_exchanged_with_what_they_own) {
    auto c = s.add(Box{.items = {Item{}, Item{}}, .parts = {Part{}}});
    auto d = s.add(Box{});
    std::swap(c->items, d->items);
    std::swap(c->parts, d->parts);
    s.commit();
    EXPECT_EQ(d->items.size(), 2u);
    EXPECT_EQ(d->parts.size(), 1u);
    EXPECT_EQ(rows("SELECT count(*) FROM part WHERE box_id = " + std::to_string(d->id.value)), "1");
}

TEST_F(assigned, a_collection_is_moved) {
    b->items = std::move(a->items);
    EXPECT_TRUE(a->items.empty());
    s.flush();
    EXPECT_EQ(items(), "1|2; 2|2; 3|NULL");
    b->items = b->items;
    EXPECT_FALSE(s.dirty());
}

TEST_F(assigned, plain_objects_hold_the_same) {
    Box plain;
    plain.items = a->items;
    EXPECT_EQ(plain.items.size(), 2u);
    auto c = s.add(std::move(plain));
    auto d = s.add(Box{.parts = a->parts, .tags = a->tags});
    EXPECT_EQ(c->items.size(), 2u);
    EXPECT_TRUE(a->items.empty());
    s.commit();
    const std::string c_id = std::to_string(c->id.value), d_id = std::to_string(d->id.value);
    EXPECT_EQ(items(), "1|" + c_id + "; 2|" + c_id + "; 3|2");
    EXPECT_EQ(parts(), "1|" + d_id + "; 2|" + d_id + "; 3|2");
    EXPECT_EQ(tags(), "1|1; 1|2; 2|3; " + d_id + "|1; " + d_id + "|2");
}

TEST_F(assigned, an_empty_one_empties) {
    a->items = {};
    b->items = a->items;
    EXPECT_TRUE(b->items.empty());
    s.commit();
    EXPECT_EQ(items(), "1|NULL; 2|NULL; 3|NULL");
}

TEST_F(assigned, a_copy_of_a_whole_object_holds_none) {
    (void)a->items.size();
    const Box copy = *a;
    EXPECT_EQ(copy.items.size(), 0u);
}

TEST_F(assigned, to_one_relations_are_exchanged_and_passed_on) {
    auto item = s.get_one<Item>(2), other = s.get_one<Item>(3), free = s.add(Item{});
    std::swap(item->box, other->box);
    EXPECT_EQ(item->box.handle(), b);
    EXPECT_EQ(other->box.handle(), a);
    Item plain;
    plain.box = item->box;
    auto made = s.add(std::move(plain));
    auto more = s.add(Item{.box = item->box});
    EXPECT_EQ(made->box.handle(), b);
    std::swap(free->box, more->box);
    other->box = free->box;
    s.commit();
    EXPECT_EQ(rows("SELECT id, box_id FROM item ORDER BY id"), "1|1; 2|2; 3|2; 4|2; 5|2; 6|NULL");
}

TEST_F(assigned, a_has_one_passes_its_target_on) {
    auto one = s.add(Shelf{.lamp = Lamp{.name = "l"}});
    auto two = s.add(Shelf{});
    s.commit();
    two->lamp = one->lamp;
    EXPECT_FALSE(one->lamp);
    s.commit();
    EXPECT_EQ(rows("SELECT shelf_id FROM lamp"), std::to_string(two->id.value));
}

TEST_F(assigned, a_place_that_nobody_has_read_keeps_its_new_one_through_a_refresh) {
    auto shelf = s.add(Shelf{});
    s.flush();
    s.expire(shelf);
    auto first = s.add(Lamp{.name = "first", .shelf = shelf});
    s.refresh(shelf);
    auto second = s.add(Lamp{.name = "second", .shelf = shelf});
    EXPECT_FALSE(first->shelf);
    s.flush();
    EXPECT_EQ(shelf->lamp->name, "second");
    EXPECT_EQ(rows_of(s.connection(), "SELECT name, shelf_id IS NULL FROM lamp ORDER BY name"), "first|1; second|0");
}

TEST_F(assigned, one_that_comes_back_to_its_former_place_displaces_who_took_it) {
    auto shelf = s.add(Shelf{.lamp = Lamp{.name = "former"}});
    auto former = shelf->lamp.handle();
    s.flush();
    s.add(Lamp{.name = "other"});  // a key behind: SQLite gives the last one again
    s.flush();
    s.remove(former);
    s.flush();
    s.add(Lamp{.name = "next", .shelf = shelf});
    s.flush();
    s.refresh(shelf);
    former->shelf = shelf;
    s.flush();
    EXPECT_EQ(shelf->lamp.handle(), former);
    EXPECT_EQ(rows_of(s.connection(), "SELECT name, shelf_id IS NULL FROM lamp ORDER BY name"),
              "former|0; next|1; other|1");
}

TEST_F(assigned, nothing_of_another_session_is_taken) {
    session t{db};
    auto other = t.get_one<Box>(1);
    EXPECT_THROW(b->items = other->items, usage_error);
    s.rollback();
    EXPECT_EQ(b->items.size(), 1u);
}

}  // namespace
}  // namespace kin::test
