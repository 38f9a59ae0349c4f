// What the program itself says and may throw: constructors, codecs, hooks. Each call of each operation fails in turn.
#include "world.hpp"

namespace {

using namespace kin::test::failing;
using namespace kin::expr;
using kin::test::calls;
using kin::test::may_refuse;

class throwing : public library_test {
  protected:
    void fails_whole(const operation& o) { fail_everywhere(o, calls, false); }
    static book new_book(const char* title) { return book{.title = title, .motto = "new"}; }
    static void change(world& w) {
        load_all(w);
        w.books[0]->title = "changed";
        w.books[0]->motto = "changed, too";
        w.books.push_back(w.s.add(new_book("added")));
        w.bob->books.push_back(w.books[3]);
        w.books[3]->shelves.push_back(w.shelves[0]);
        w.s.remove(w.books[1]);
    }
};

TEST_F(throwing, constructors_and_codecs_at_every_call) {
    fails_whole({"a change", load_objects, [](world& w) { w.books[0]->motto = "another"; }});
    fails_whole({"add", load_nothing, [](world& w) { (void)w.s.add(new_book("added")); }});
    fails_whole({"add a graph", load_all, [](world& w) {
                     auto fresh = author{.name = "fresh"};
                     fresh.books.push_back(new_book("first"));
                     fresh.books.push_back(w.books[2]);
                     fresh.books.push_back(new_book("second"));
                     (void)w.s.add(std::move(fresh));
                 }});
    fails_whole({"push_back", load_all, [](world& w) { w.bob->books.push_back(new_book("pushed")); }});
    fails_whole({"list assignment", load_all, [](world& w) { w.bob->books = {new_book("one"), new_book("two")}; }});
    fails_whole({"get", load_nothing, [](world& w) { w.said = w.s.get<book>(1).get()->title; }, true});
    fails_whole({"a load", load_nothing,
                 [](world& w) {
                     for (const author& a : w.s.query<author>().with(&author::books).all()) {
                         for (const book& b : a.books) w.said += b.motto.text();
                     }
                 },
                 true});
    fails_whole({"flush", change, [](world& w) { w.s.flush(); }});
    fails_whole({"commit", change, [](world& w) { w.s.commit(); }, false, true, true});
    fails_whole({"rollback", change, [](world& w) { w.s.rollback(); }, false, true, true});
    fails_whole({"merge", load_objects,
                 [](world& w) { (void)w.s.merge(book{.id = {1}, .title = "merged", .motto = "merged"}); }, true});
    fails_whole({"refresh", load_all, [](world& w) { w.s.refresh(w.books[0]); }, true});
    fails_whole({"to_json", load_all, [](world& w) { w.said = kin::to_json(*w.books[0].get()); }, true});
}

/// With hooks that change what they are called for and others, before and behind the call that fails.
void hook(world& w) {
    const auto ada = w.ada;
    const auto bob = w.bob;
    w.s.on<kin::before_insert>([&w, ada](book& b) {
        may_refuse();
        b.title += ", as the hook says";
        ada->name = "renamed by a hook";
        b.shelves.push_back(w.shelves[1]);
        may_refuse();
    });
    w.s.on<kin::before_update>([bob](book& b) {
        b.motto = "as the hook says";
        bob->name += "!";
        may_refuse();
    });
    w.s.on<kin::before_remove>([ada](book&) {
        ada->visits.push_back(visit{.place = "by a hook"});
        may_refuse();
    });
    w.s.on<kin::before_insert>([](visit& v) {
        v.place += "…";
        may_refuse();
    });
    w.s.on<kin::after_insert>([](const book&) { may_refuse(); });
    w.s.on<kin::after_update>([](const book&) { may_refuse(); });
    w.s.on<kin::after_remove>([](const book&) { may_refuse(); });
}

TEST_F(throwing, hooks_at_every_call) {
    const auto hooked = [](world& w) {
        change(w);
        hook(w);
    };
    fails_whole({"flush", hooked, [](world& w) { w.s.flush(); }});
    fails_whole({"flush of what was touched before",
                 [&](world& w) {
                     hooked(w);
                     w.ada->name = "Ada, changed by hand";
                     w.bob->name = "Bob, changed by hand";
                     w.s.execute("UPDATE shelf SET name = name");
                     w.books[2]->title = "changed behind it";
                 },
                 [](world& w) { w.s.flush(); }});
    fails_whole({"commit", hooked, [](world& w) { w.s.commit(); }, false, true, true});
    fails_whole({"create",
                 [&](world& w) {
                     load_all(w);
                     hook(w);
                 },
                 [](world& w) { (void)w.bob->books.create(new_book("created")); }});
    fails_whole({"after_load",
                 [](world& w) {
                     w.s.on<kin::after_load>([&w](const book& b) {
                         may_refuse();
                         const auto handle = w.s.handle(const_cast<book&>(b));
                         may_refuse();
                         w.made.push_back(handle);
                     });
                 },
                 [](world& w) {
                     (void)w.s.query<book>().all();
                     for (const auto& b : w.made) w.said += b.get()->title;
                 },
                 true});
}

TEST_F(throwing, an_object_whose_hook_failed_is_read_again) {
    kin::session s{db};
    bool refuse = true;
    int heard = 0;
    s.on<kin::after_load>([&](const book& b) {
        if (refuse && b.id == 2) throw kin::test::refusal{"not the second"};
        ++heard;
    });
    EXPECT_THROW((void)s.query<book>().order_by(&book::id).all(), kin::test::refusal);
    refuse = false;
    EXPECT_EQ(s.query<book>().order_by(&book::id).all().size(), 3u);
    EXPECT_EQ(heard, 3);
}

TEST_F(throwing, what_follows_a_commit_says_that_it_happened) {
    kin::session s{db};
    const auto b = s.get<book>(1);
    bool refuse = true;
    s.on<kin::after_commit>([&] {
        if (std::exchange(refuse, false)) throw kin::test::refusal{"no mail"};
    });
    b->title = "committed all the same";
    try {
        s.commit();
        FAIL();
    } catch (const kin::hook_error& e) {
        EXPECT_NE(e.message().find("committed"), std::string::npos);
        EXPECT_NE(e.message().find("no mail"), std::string::npos);
        EXPECT_THROW(std::rethrow_if_nested(e), kin::test::refusal);
    }
    EXPECT_FALSE(s.dirty());
    s.rollback();
    EXPECT_EQ(b.get()->title, "committed all the same");
    EXPECT_EQ(s.query<book>().where(col(&book::title) == "committed all the same").count(), 1);
}

TEST_F(throwing, listeners_change_nothing) {
    db.on_statement([](const kin::engine::statement_event&) { throw kin::test::refusal{"a listener"}; });
    kin::session s{db};
    const auto b = s.get<book>(1);
    b->title = "heard by a listener";
    s.commit();
    EXPECT_EQ(s.query<book>().where(col(&book::title) == "heard by a listener").count(), 1);
}

}  // namespace
