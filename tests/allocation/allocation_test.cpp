// Every allocation of every operation fails in turn, alone and with all after it.
#include <new>

#include "world.hpp"

namespace {

using namespace kin::test::failing;
using namespace kin::expr;
using kin::test::allocations;

class allocation : public library_test {
  protected:
    void fails_whole(const operation& o) {
        fail_everywhere(o, allocations, false);
        if (!HasFailure()) fail_everywhere(o, allocations, true);
    }
    static book new_book(const char* title) { return book{.title = std::string{title} + long_text, .motto = "new"}; }
};

TEST_F(allocation, of_a_change_of_a_column) {
    fails_whole({"p->title = …", load_objects, [](world& w) {
                     book& b = *w.books[0];
                     b.title = std::string{"another title: "} + long_text;
                 }});
}

TEST_F(allocation, of_add) {
    fails_whole({"add", load_nothing, [](world& w) { (void)w.s.add(new_book("added")); }});
    fails_whole({"add a graph", load_all, [](world& w) {
                     auto fresh = author{.name = long_text};
                     fresh.books.push_back(new_book("first"));
                     fresh.books.push_back(w.books[2]);
                     book second = new_book("second");
                     second.front = cover{.colour = long_text};
                     second.shelves.push_back(w.shelves[1]);
                     second.shelves.push_back(shelf{.name = long_text});
                     second.fans.push_back(w.ada);
                     fresh.books.push_back(std::move(second));
                     (void)w.s.add(std::move(fresh));
                 }});
}

TEST_F(allocation, of_an_object_that_comes_back) {
    fails_whole({"add again",
                 [](world& w) {
                     load_all(w);
                     w.books.push_back(
                         w.s.add(book{.title = long_text, .motto = "new", .front = cover{.colour = long_text}}));
                     w.books[3]->by = w.bob;
                     w.books[3]->shelves.push_back(w.shelves[1]);
                     w.s.rollback();
                     load_all(w);
                     w.books.erase(w.books.begin() + 4, w.books.end());
                     w.shelves.erase(w.shelves.begin() + 2, w.shelves.end());
                 },
                 [](world& w) { (void)w.s.add(w.books[3]); }});
    fails_whole({"take back a removal",
                 [](world& w) {
                     load_all(w);
                     w.s.remove(w.books[0]);
                 },
                 [](world& w) { (void)w.s.add(w.books[0]); }});
}

TEST_F(allocation, of_relations) {
    fails_whole({"belongs_to = handle", load_all, [](world& w) { w.books[0]->by = w.bob; }});
    fails_whole({"belongs_to = new", load_all, [](world& w) { w.books[0]->by = author{.name = long_text}; }});
    fails_whole({"belongs_to = null", load_all, [](world& w) { w.books[0]->by = nullptr; }});
    fails_whole({"has_one = new", load_all, [](world& w) { w.books[0]->front = cover{.colour = long_text}; }});
    fails_whole({"has_one = another's", load_all, [](world& w) { w.books[1]->front = w.books[0]->front.handle(); }});
    fails_whole({"push_back a handle", load_all, [](world& w) { w.bob->books.push_back(w.books[0]); }});
    fails_whole({"push_back a new one", load_all, [](world& w) { w.bob->books.push_back(new_book("pushed")); }});
    fails_whole({"erase of an owned one", load_all, [](world& w) { w.ada->visits.erase(w.ada->visits.begin()); }});
    fails_whole({"list assignment", load_all, [](world& w) { w.ada->books = {w.books[2], w.books[1]}; }});
    fails_whole({"list assignment of new ones", load_all, [](world& w) {
                     w.ada->visits = {visit{.place = long_text}, visit{.place = "another"}};
                 }});
    fails_whole({"clear", load_all, [](world& w) { w.ada->visits.clear(); }});
    fails_whole({"to a new owner",
                 [](world& w) {
                     load_all(w);
                     w.books.push_back(w.s.add(new_book("pending")));
                 },
                 [](world& w) { w.books[3]->by = w.ada; }});
}

TEST_F(allocation, of_links) {
    fails_whole({"link", load_all, [](world& w) { w.books[2]->shelves.push_back(w.shelves[0]); }});
    fails_whole(
        {"link a new one", load_all, [](world& w) { w.books[2]->shelves.push_back(shelf{.name = long_text}); }});
    fails_whole({"unlink", load_all, [](world& w) { w.books[0]->shelves.erase(w.shelves[0]); }});
    fails_whole({"assign links", load_all, [](world& w) { w.books[0]->shelves = {w.shelves[1]}; }});
    fails_whole({"link by an association object", load_all, [](world& w) { w.books[1]->fans.push_back(w.bob); }});
    fails_whole({"unlink from it", load_all, [](world& w) { w.books[0]->fans.erase(w.bob); }});
    fails_whole({"link unloaded", load_objects, [](world& w) { w.books[2]->shelves.push_back(w.shelves[0]); }, true});
}

TEST_F(allocation, of_removal) {
    fails_whole({"remove", load_all, [](world& w) { w.s.remove(w.books[0]); }});
    fails_whole({"remove a pending one",
                 [](world& w) {
                     load_all(w);
                     w.books.push_back(w.s.add(new_book("pending")));
                     w.books[3]->by = w.ada;
                     w.books[3]->shelves.push_back(w.shelves[0]);
                     w.books[3]->fans.push_back(w.bob);
                 },
                 [](world& w) { w.s.remove(w.books[3]); }});
    fails_whole({"expunge", load_all, [](world& w) { w.s.expunge(w.ada); }});
    fails_whole({"expire", load_all, [](world& w) { w.s.expire(w.books[0]); }});
}

TEST_F(allocation, of_queries) {
    const auto say = [](world& w, const kin::rows<book>& books) {
        for (const book& b : books) w.said += b.title + "; ";
    };
    fails_whole({"get", load_nothing, [](world& w) { w.said = w.s.get<book>(1).get()->title; }, true});
    fails_whole({"all", load_nothing, [&](world& w) { say(w, w.s.query<book>().order_by(&book::id).all()); }, true});
    fails_whole({"count", load_nothing, [](world& w) { w.said = std::to_string(w.s.query<book>().count()); }, true});
    fails_whole({"columns", load_nothing,
                 [](world& w) {
                     for (const auto& [id, title] : w.s.query<book>().select(&book::id, &book::title).all())
                         w.said += title;
                 },
                 true});
    fails_whole({"entities", load_nothing,
                 [](world& w) {
                     for (const auto& [b, a] :
                          w.s.query<book>().join(&book::by).select(entity<book>(), entity<author>()).all())
                         w.said += b.get()->title + a.get()->name;
                 },
                 true});
    fails_whole({"a stream", load_nothing,
                 [&](world& w) {
                     for (const auto& chunk : w.s.query<book>().with(&book::shelves).stream(2)) say(w, chunk);
                 },
                 true});
    fails_whole({"to_json", load_all, [](world& w) { w.said = kin::to_json(*w.books[0].get()); }, true});
}

TEST_F(allocation, of_loads) {
    const auto say = [](world& w, const kin::rows<author>& authors) {
        for (const author& a : authors) {
            w.said += a.name + ": ";
            for (const book& b : a.books) {
                w.said += b.title + "(";
                for (const shelf& each : b.shelves) w.said += each.name;
                w.said += b.front ? b.front->colour : "";
                w.said += b.by->name + ") ";
            }
        }
    };
    fails_whole({"selectin", load_nothing,
                 [&](world& w) {
                     say(w, w.s.query<author>()
                                .with(selectin(&author::books).with(selectin(&book::shelves), selectin(&book::front)))
                                .all());
                 },
                 true});
    fails_whole(
        {"joined", load_nothing,
         [&](world& w) { say(w, w.s.query<author>().with(joined(&author::books).with(joined(&book::shelves))).all()); },
         true});
    fails_whole({"subquery", load_nothing,
                 [&](world& w) {
                     say(w, w.s.query<author>().with(subquery(&author::books).with(subquery(&book::front))).all());
                 },
                 true});
    fails_whole({"lazy", load_nothing, [&](world& w) { say(w, w.s.query<author>().all()); }, true});
    fails_whole({"one by one", load_nothing,
                 [&](world& w) { say(w, w.s.query<author>().with(kin::expr::select(&author::books)).all()); }, true});
    fails_whole({"in a transaction that wrote",
                 [](world& w) {
                     (void)w.s.add(visit{.place = "x", .author_id = {2}});
                     w.s.flush();
                 },
                 [&](world& w) { say(w, w.s.query<author>().with(&author::books).all()); }, true});
}

TEST_F(allocation, of_the_unit_of_work) {
    const auto change = [](world& w) {
        load_all(w);
        w.books[0]->title = std::string{"changed: "} + long_text;
        w.books.push_back(w.s.add(new_book("added")));
        w.bob->books.push_back(w.books[3]);
        w.books[3]->shelves.push_back(w.shelves[0]);
        w.books[3]->fans.push_back(w.ada);
        w.books[1]->shelves.push_back(w.shelves[0]);
        w.books[0]->shelves.erase(w.shelves[0]);
        w.books[2]->by = w.ada;
        w.ada->visits.erase(w.ada->visits.begin());
        w.s.remove(w.books[1]);
    };
    const auto change_later = [&](world& w) {
        w.s.execute("UPDATE author SET name = name");
        change(w);
    };
    fails_whole({"flush", change, [](world& w) { w.s.flush(); }});
    fails_whole({"flush in a transaction that wrote", change_later, [](world& w) { w.s.flush(); }});
    fails_whole({"commit", change, [](world& w) { w.s.commit(); }, false, true, true});
    fails_whole({"rollback", change, [](world& w) { w.s.rollback(); }, false, true, true});
    fails_whole({"savepoint and release", change_later,
                 [](world& w) {
                     auto point = w.s.savepoint();
                     w.books[0]->title = "changed once more, in the savepoint itself";
                     point.release();
                 },
                 false, true});
    fails_whole({"clear", load_nothing,
                 [](world& w) {
                     const auto kept = w.s.get<book>(1);
                     w.s.clear();
                 },
                 true});
    fails_whole({"refresh", load_all, [](world& w) { w.s.refresh(w.books[0]); }, true});
}

struct arming {
    long n;
    bool and_all_after;
    ~arming() { allocations.arm(n, and_all_after); }
};

TEST_F(allocation, of_a_savepoint_that_is_left_by_an_error) {
    // Whatever fails in it or in its end, what was done since does not stay.
    for (const bool and_all_after : {false, true}) {
        for (long n = 0;; ++n) {
            kin::session s{db};
            const auto b = s.get<book>(1);
            s.execute("UPDATE author SET name = name");
            bool threw = false;
            try {
                const auto point = s.savepoint();
                b->title = "changed in the savepoint, and undone by its end";
                s.flush();
                const arming at_its_end{n, and_all_after};
                throw kin::test::refusal{"left"};
            } catch (const kin::test::refusal&) {
                threw = true;
            }
            const bool fired = allocations.disarm();
            EXPECT_TRUE(threw);
            (void)s.dirty();
            EXPECT_EQ(b.get()->title, "On looms and other machines");
            s.commit();
            EXPECT_EQ(s.query<book>().where(col(&book::title) == "On looms and other machines").count(), 1);
            if (!fired) break;
        }
    }
}

TEST_F(allocation, of_helpers_that_write_at_once) {
    fails_whole({"merge", load_objects,
                 [](world& w) {
                     auto changed = book{.id = {1}, .title = long_text, .motto = "merged"};
                     changed.shelves.push_back(shelf{.name = long_text});
                     (void)w.s.merge(std::move(changed));
                 },
                 true});
    fails_whole({"create", load_all, [](world& w) { (void)w.ada->books.create(new_book("created")); }});
    fails_whole({"get_or_create", load_all,
                 [](world& w) { (void)w.s.get_or_create(shelf{.id = {7}, .name = long_text}, &shelf::id); }, true});
    fails_whole(
        {"sync", load_all, [](world& w) { (void)w.books[0]->shelves.sync({w.shelves[1]}); }, true, false, false, true});
    fails_whole({"sync in a transaction that wrote",
                 [](world& w) {
                     load_all(w);
                     w.s.execute("UPDATE author SET name = name");
                 },
                 [](world& w) { (void)w.books[0]->fans.sync({w.ada}); }, true, false, false, true});
}

}  // namespace
