// A small library of books in a database, a session with some of it, and each operation on it made to fail at every
// step: memory is as it was, the operation can be tried again, and nothing leaks.
#pragma once

#include <gtest/gtest.h>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/json.hpp>
#include <kin/kin.hpp>

#include "support/sanitizer.hpp"
#include "trap.hpp"

namespace kin::test::failing {

/// A word that its codec, and whoever makes, copies or moves it, may refuse.
class word {
  public:
    word() { may_refuse(); }
    word(const char* text) : text_{text} { may_refuse(); }
    word(const word& other) : text_{other.text_} { may_refuse(); }
    word(word&& other) : text_{other.text_} { may_refuse(); }
    word& operator=(const word& other) {
        may_refuse();
        text_ = other.text_;
        return *this;
    }
    word& operator=(word&& other) {
        may_refuse();
        text_ = other.text_;
        return *this;
    }
    ~word() = default;
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_ = "a word that is too long for the string itself";
};

struct shelf;
struct author;
struct book;
struct mark;
struct cover;
struct visit;

struct shelf {
    kin::key<shelf> id{};
    std::string name{};
    kin::many_to_many<book> books{};
};
struct author {
    kin::key<author> id{};
    std::string name{};
    kin::has_many<book> books{};
    kin::has_many<visit, kin::owned> visits{};
};
struct book {
    kin::key<book> id{};
    std::string title{};
    word motto{};
    std::optional<kin::key<author>> author_id{};
    kin::belongs_to<author> by{};
    kin::has_one<cover, kin::owned> front{};
    kin::many_to_many<shelf> shelves{};
    kin::many_to_many<author, mark> fans{};
    kin::has_many<mark, kin::owned> marks{};
};
struct mark {
    kin::key<mark> id{};
    kin::key<book> book_id{};
    kin::key<author> author_id{};
    int stars{};
    kin::belongs_to<book> of{};
    kin::belongs_to<author> from{};
};
struct cover {
    kin::key<cover> id{};
    std::string colour{};
    kin::key<book> book_id{};
    kin::belongs_to<book> of{};
};
struct visit {
    kin::key<visit> id{};
    std::string place{};
    kin::key<author> author_id{};
};
using library = kin::models<shelf, author, book, mark, cover, visit>;

}  // namespace kin::test::failing

template <>
struct kin::codec<kin::test::failing::word> {
    using stored = std::string;
    static std::string to_stored(const kin::test::failing::word& w) {
        kin::test::may_refuse();
        return w.text();
    }
    static kin::test::failing::word from_stored(const std::string& s) {
        kin::test::may_refuse();
        return s.c_str();
    }
};

namespace kin::test::failing {

inline constexpr const char* long_text = "a text that is longer than the string itself holds";

/// What one run of an operation works on.
struct world {
    explicit world(kin::database& db) : s{db} {}

    kin::session s;
    kin::ref<author> ada{}, bob{};
    std::vector<kin::ref<book>> books{};
    std::vector<kin::ref<shelf>> shelves{};
    std::string said{};  ///< what the operation gave back
    std::vector<kin::ref<book>> made{};

    /// What memory says of all of it, without loading anything.
    [[nodiscard]] std::string memory() const {
        std::string out;
        const auto add = [&](const std::string& text) { out += text + " "; };
        const auto list = [&](const auto& relation, const auto& name) {
            if (!relation.loaded()) return add("?");
            add("[");
            for (const auto& each : relation) add(name(each));
            add("]");
        };
        const auto title = [](const book& b) { return b.title; };
        const auto name = [](const auto& any) { return any.name; };
        for (const auto* a : {&ada, &bob}) {
            if (a->get() == nullptr) continue;
            add("\nauthor " + std::to_string((*a).get()->id.value) + a->get()->name);
            list(a->get()->books, title);
            list(a->get()->visits, [](const visit& v) { return v.place; });
        }
        for (const auto& b : books) {
            const book& of = *b.get();
            add("\nbook " + std::to_string(of.id.value) + of.title + of.motto.text());
            add(of.author_id ? std::to_string(of.author_id->value) : "-");
            add(!of.by.loaded() ? "?" : of.by ? of.by->name : "none");
            add(!of.front.loaded() ? "?" : of.front ? of.front->colour : "none");
            list(of.shelves, name);
            list(of.fans, name);
            list(of.marks, [](const mark& m) { return std::to_string(m.stars); });
        }
        for (const auto& each : shelves) {
            add("\nshelf " + each.get()->name);
            list(each.get()->books, title);
        }
        return out;
    }

    [[nodiscard]] std::string tables() {
        std::string out;
        for (const char* table : {"author", "book", "shelf", "book_shelf", "mark", "cover", "visit"}) {
            out += std::string{"\n"} + table + ":";
            auto row = s.connection().run(std::string{"SELECT * FROM "} + table);
            while (row.next()) {
                out += ' ';
                for (int i = 0; i < row.columns(); ++i) {
                    const kin::value_view cell = row.cell(i);
                    out += (i == 0 ? "" : "|") + (cell.is_null()                 ? "-"
                                                  : cell.bytes.data() != nullptr ? std::string{cell.bytes}
                                                                                 : std::to_string(cell.integer));
                }
            }
        }
        return out;
    }
};

using step = std::function<void(world&)>;

/// An operation, and what comes before it.
struct operation {
    const char* name;
    step prepare;
    step act;
    bool reads = false;    ///< what it had loaded before it failed may stay loaded
    bool halves = false;   ///< half of it may be done when it fails; it is tried again
    bool ends = false;     ///< it ends the transaction
    bool answers = false;  ///< it may be done where only its answer failed
};

class library_test : public ::testing::Test {
  protected:
    library_test() {
        db.create<library>();
        db.script(seed);
    }

    static constexpr const char* seed =
        "INSERT INTO author VALUES (1, 'Ada of a name that is too long'), (2, 'Bob of a name that is too long');"
        "INSERT INTO book VALUES (1, 'On looms and other machines', 'one', 1),"
        " (2, 'On cards and their holes', 'two', 1), (3, 'On numbers of Bernoulli', 'three', NULL);"
        "INSERT INTO shelf VALUES (1, 'the shelf of machines, old'), (2, 'the shelf of machines, new');"
        "INSERT INTO book_shelf(book_id, shelf_id) VALUES (1, 1), (2, 1);"
        "INSERT INTO mark VALUES (1, 1, 2, 5);"
        "INSERT INTO cover VALUES (1, 'red as no other cover there is', 1);"
        "INSERT INTO visit VALUES (1, 'London, the one at the Thames', 1), (2, 'Turin, the one at the Po river', 1);";
    static constexpr const char* emptied =
        "DELETE FROM visit; DELETE FROM cover; DELETE FROM mark; DELETE FROM book_shelf; DELETE FROM shelf;"
        "DELETE FROM book; DELETE FROM author;";

    /// All objects, and all of their relations.
    static void load_all(world& w) {
        load_objects(w);
        for (const auto& a : {w.ada, w.bob}) {
            w.s.load(a, &author::books);
            w.s.load(a, &author::visits);
        }
        for (const auto& b : w.books) {
            w.s.load(b, &book::by);
            w.s.load(b, &book::front);
            w.s.load(b, &book::shelves);
            w.s.load(b, &book::fans);
            w.s.load(b, &book::marks);
        }
        for (const auto& each : w.shelves) w.s.load(each, &shelf::books);
    }
    static void load_objects(world& w) {
        w.ada = w.s.get<author>(1);
        w.bob = w.s.get<author>(2);
        for (int i = 1; i <= 3; ++i) w.books.push_back(w.s.get<book>(i));
        for (int i = 1; i <= 2; ++i) w.shelves.push_back(w.s.get<shelf>(i));
    }
    static void load_nothing(world&) {}

    /// Runs the operation with a failure at every step of the trap, until it comes to its end without.
    void fail_everywhere(const operation& o, trap& at, bool and_all_after) {
        // As it goes without a failure; twice, so that what the program keeps from a first time is there.
        picture done, left_out;
        for (int i = 0; i < 2; ++i) {
            done = run(o, true);
            left_out = run(o, false);
        }
        // The sanitizer makes all of it eight times as slow: there every fifth step has to do.
        for (long n = 0;; n += keeps_freed_memory && n > 20 ? 5 : 1) {
            SCOPED_TRACE(std::string{o.name} + ", step " + std::to_string(n) + (and_all_after ? " and all after" : ""));
            bool fired = false;
            long kept = 1;
            // Where something stays, once more: a statement that only failures need is kept prepared from then on.
            for (int turn = 0; turn < 3 && kept != 0; ++turn) {
                const long before = live_allocations();
                for (const ending e : {ending::tried_again, ending::left, ending::rolled_back})
                    fired = fail(o, at, n, and_all_after, e, done, left_out);
                if (HasFailure()) return;
                kept = live_allocations() - before;
            }
            EXPECT_EQ(kept, 0) << "memory leaks";
            if (!fired) {
                EXPECT_GT(n, 0) << "nothing could fail";
                return;
            }
        }
    }

    kin::database db{"sqlite::memory:"};

  private:
    enum class ending { tried_again, left, rolled_back };
    struct picture {
        std::string before{}, memory{}, said{}, tables{}, memory_after_rollback{};
        bool operator==(const picture&) const = default;
    };

    picture run(const operation& o, bool acts) {
        picture p;
        {
            world w{db};
            o.prepare(w);
            p.before = w.memory();
            if (acts) o.act(w);
            end_flushed(w, p);
        }
        begin_anew();
        {
            world w{db};
            o.prepare(w);
            if (acts) o.act(w);
            w.s.rollback();
            p.memory_after_rollback = w.memory();
        }
        begin_anew();
        return p;
    }
    static void end_flushed(world& w, picture& p) {
        p.said = w.said;
        p.memory = w.memory();
        w.s.flush();
        p.tables = w.tables();
    }
    /// Some operations commit.
    void begin_anew() {
        world w{db};
        const std::string now = w.tables();
        if (start_.empty()) start_ = now;
        if (now == start_) return;
        w.s.rollback();
        db.script(emptied);
        db.script(seed);
    }

    /// Whether the step was reached.
    bool fail(const operation& o, trap& at, long n, bool and_all_after, ending e, const picture& done,
              const picture& left_out) {
        bool threw = false;
        bool fired = false;
        {
            world w{db};
            o.prepare(w);
            const std::string before = w.memory();
            at.arm(n, and_all_after);
            try {
                o.act(w);
            } catch (const std::exception&) {
                threw = true;
            }
            fired = at.disarm();
            EXPECT_TRUE(fired || !threw);
            (void)w.s.dirty();  // any call finishes what memory was too small to undo
            if (threw && !o.reads && !o.halves) {
                EXPECT_EQ(w.memory(), before) << "memory is not as it was";
            }
            if (threw && (e == ending::tried_again || o.halves)) {
                w.said.clear();
                o.act(w);
                threw = false;
            }
            const picture& expected = threw ? left_out : done;
            if (e != ending::rolled_back) {
                picture p;
                end_flushed(w, p);
                if (!threw || !o.reads) {
                    EXPECT_EQ(p.memory, expected.memory);
                }
                if (!threw || !o.answers || p.tables != done.tables) {
                    EXPECT_EQ(p.tables, expected.tables);
                }
                if (!threw) {
                    EXPECT_EQ(p.said, expected.said);
                }
            } else {
                if (!o.ends) w.s.rollback();
                if (!o.reads) {
                    EXPECT_EQ(w.memory(), expected.memory_after_rollback);
                }
            }
        }
        begin_anew();
        return fired;
    }

    std::string start_{};
};

}  // namespace kin::test::failing
