// The same random operations on the same graph, with Kin on the engine of this run and with SQLAlchemy on SQLite: all
// tables must be the same after every flush. KIN_DIFFERENTIAL=10000 runs that many sequences, KIN_DIFFERENTIAL_SEED=…
// begins at that seed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>

#include "conversation.hpp"
#include "support/environment.hpp"
#include "support/place.hpp"
#include "support/source_folder.hpp"
#include "support/temporary_directory.hpp"

namespace differential {
namespace {

using lines = std::vector<std::string>;

// -- sequences --------------------------------------------------------------------------------------------------------

class generator {
  public:
    explicit generator(unsigned seed) : dice_{seed} {}

    lines operations(std::size_t count) {
        for (std::size_t families = 1 + below(3); families > 0; --families) families_.push_back("tounsp"[below(6)]);
        for (const char f : families_) {
            for (std::size_t i = 2 + below(3); i > 0; --i) found(f);
        }
        while (out_.size() < count) any();
        out_.push_back("commit");
        return std::move(out_);
    }

  private:
    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(dice_); }
    bool chance(std::size_t percent) { return below(100) < percent; }
    template <class... Words>
    void say(const Words&... words) {
        std::string line;
        ((line += (line.empty() ? "" : " ") + std::string{words}), ...);
        out_.push_back(line);
    }
    std::string fresh(const std::string& model) {
        made_[model].push_back(std::to_string(++next_));
        return made_[model].back();
    }
    std::string any(const std::string& model) {
        const auto& ids = made_[model];
        return ids.empty() ? "0" : ids[below(ids.size())];
    }
    std::string any_or_none(const std::string& model) { return chance(20) ? "0" : any(model); }
    std::string name() { return chance(2) ? "refused" : std::string(1, "abcdef"[below(6)]); }

    void found(char family) {
        switch (family) {
            case 't':
                return say("add", "team", fresh("team"), name());
            case 'o':
                return say("add", "order", fresh("order"), name());
            case 'u':
                return say("add", "user", fresh("user"), name());
            case 'n':
                return say("add", "node", fresh("node"), name());
            case 'p':
                say("add", "post", fresh("post"), name());
                return say("add", "tag", fresh("tag"), name());
            default:
                say("add", "student", fresh("student"), name());
                return say("add", "course", fresh("course"), name());
        }
    }

    void any() {
        const std::size_t roll = below(100);
        if (roll < 12) return say("flush");
        if (roll < 16) return say("commit");
        if (roll < 18) return say("rollback");
        if (roll < 21) return say("reload");
        if (roll < 24) return say("renew");
        const char family = families_[below(families_.size())];
        switch (family) {
            case 't':
                if (chance(15)) return say("add", "player", fresh("player"), name());
                return collection(family, "players", "team", "player");
            case 'o':
                return collection(family, "lines", "order", "line");
            case 'u':
                return one(family, "profile", "user", "profile");
            case 'n':
                return collection(family, "children", "node", "node");
            case 'p':
                return links();
            default:
                return enrolments();
        }
    }
    void common(char family, const std::string& parent, const std::string& child) {
        if (chance(25)) return found(family);
        const std::string& model = chance(40) ? parent : child;
        if (chance(50)) return say("set", model, any(model), name());
        say("delete", model, any(model));
        if (chance(50)) say("flush");
    }
    void collection(char family, const std::string& name_of, const std::string& parent, const std::string& child) {
        const std::size_t roll = below(100);
        if (roll < 25) return common(family, parent, child);
        if (roll < 45) {
            const std::string owner = any(parent);
            return say("push", name_of, owner, fresh(child), name());
        }
        if (roll < 60) return say("append", name_of, any(parent), any(child));
        if (roll < 72) return say("erase", name_of, any(parent), any(child));
        if (roll < 90) return say("parent", name_of, any(child), any_or_none(parent));
        say("replace", name_of, any(parent) + some(child));
    }
    /// Some of them, none twice.
    std::string some(const std::string& model) {
        std::string list;
        std::set<std::string> there;
        for (std::size_t i = below(4); i > 0; --i) {
            if (const std::string id = any(model); there.insert(id).second) list += " " + id;
        }
        return list;
    }
    /// From either side; sometimes the same pair from both.
    void links() {
        const bool forward = chance(50);
        const std::string name_of = forward ? "tags" : "posts", back = forward ? "posts" : "tags";
        const std::string owners = forward ? "post" : "tag", targets = forward ? "tag" : "post";
        const std::size_t roll = below(100);
        if (roll < 20) return common('p', "post", "tag");
        const std::string owner = any(owners);
        if (roll < 32) return say("push", name_of, owner, fresh(targets), name());
        const std::string target = any(targets);
        if (roll < 55) return say("append", name_of, owner, target);
        if (roll < 62) {
            say("append", name_of, owner, target);
            return say("append", back, target, owner);
        }
        if (roll < 82) return say("erase", name_of, owner, target);
        if (roll < 90) {  // to another owner
            say("erase", name_of, owner, target);
            return say("append", name_of, any(owners), target);
        }
        say("replace", name_of, owner + some(targets));
    }
    void one(char family, const std::string& name_of, const std::string& parent, const std::string& child) {
        const std::size_t roll = below(100);
        if (roll < 25) return common(family, parent, child);
        if (roll < 50) {
            const std::string owner = any(parent);
            return say("give", name_of, owner, fresh(child), name());
        }
        if (roll < 75) return say("one", name_of, any(parent), any_or_none(child));
        say("holder", name_of, any(child), any_or_none(parent));
    }
    void enrolments() {
        const std::size_t roll = below(100);
        if (roll < 15) return common('s', "student", "course");
        const std::string student = any("student"), course = any("course");
        const std::string side = chance(50) ? "student" : "course";
        if (roll < 40) return say("enrol", student, course, std::to_string(below(10)));
        if (roll < 60) return say("take", side, student, course);
        if (roll < 75) return say("unenrol", side, student, course);
        if (roll < 87) return say("drop", side, student, course);
        say("grade", student, course, std::to_string(below(10)));
    }

    std::mt19937 dice_;
    std::vector<char> families_{};
    std::map<std::string, lines> made_{};
    int next_ = 0;
    lines out_{};
};

// -- both -------------------------------------------------------------------------------------------------------------

std::string text_of(const lines& all) {
    std::string text;
    for (const std::string& line : all) text += line + "\n";
    return text;
}

/// A python that has SQLAlchemy; empty if there is none.
const std::string& python() {
    static const std::string found = [] {
        for (const char* name : {"python3", "/usr/bin/python3"}) {
            if (std::system((std::string{name} + " -c 'import sqlalchemy' >/dev/null 2>&1").c_str()) == 0) return name;
        }
        return "";
    }();
    return found;
}

class differential : public ::testing::Test {
  protected:
    void SetUp() override {
        if (python().empty()) GTEST_SKIP() << "python3-sqlalchemy is not installed";
        db.create<Everything>();
    }

    outcome with_kin(const lines& sequence) {
        std::string wipe;
        for (std::size_t i = std::size(tables); i-- > 0;) wipe += std::string{"DELETE FROM "} + tables[i] + ";";
        db.script(kin::test::emptied_by(wipe));
        return conversation{db}.run(sequence);
    }
    /// What SQLAlchemy saw, for each of the sequences.
    std::vector<lines> with_sqlalchemy(const std::vector<lines>& sequences) {
        const std::string in = directory.file("sequences"), out = directory.file("dumps");
        {
            std::ofstream file{in};
            for (const lines& each : sequences) file << "sequence\n" << text_of(each) << "end\n";
        }
        const std::string command = python() + " " + kin::test::source_file("tests/differential/driver.py") + " " + in +
                                    " " + out + " " + directory.file("sqlalchemy.db");
        if (std::system(command.c_str()) != 0) {
            ADD_FAILURE() << "driver.py failed";
            return std::vector<lines>(sequences.size());
        }
        std::vector<lines> seen;
        std::ifstream file{out};
        for (std::string line; std::getline(file, line);) {
            if (line == "sequence") {
                seen.emplace_back();
            } else if (line != "end") {
                seen.back().push_back(line);
            }
        }
        return seen;
    }

    struct pair {
        outcome kin{};
        lines other{};
        [[nodiscard]] bool differ() const { return kin.seen != other; }
    };
    std::vector<pair> both(const std::vector<lines>& sequences) {
        std::vector<pair> all;
        std::vector<lines> done;
        for (const lines& each : sequences) {
            all.push_back({.kin = with_kin(each)});
            done.push_back(all.back().kin.done);
        }
        auto seen = with_sqlalchemy(done);
        for (std::size_t i = 0; i < all.size(); ++i) all[i].other = std::move(seen[i]);
        return all;
    }

    /// Leaves out what can be left out while the two still differ.
    pair shrink(pair worst) {
        for (int round = 0; round < 60; ++round) {
            const lines& now = worst.kin.done;
            std::vector<lines> shorter;
            for (std::size_t size = now.size() / 2; size > 0; size /= 2) {
                for (std::size_t at = 0; at + size <= now.size(); at += size) {
                    shorter.push_back(now);
                    shorter.back().erase(shorter.back().begin() + long(at), shorter.back().begin() + long(at + size));
                }
            }
            bool found = false;
            for (pair& each : both(shorter)) {
                if (!each.differ() || (found && each.kin.done.size() >= worst.kin.done.size())) continue;
                worst = std::move(each);
                found = true;
            }
            if (!found) break;
        }
        return worst;
    }

    kin::test::temporary_directory directory{};
    kin::test::place place_{};
    kin::database db{place_.url(), {.max = 2}};
};

TEST_F(differential, the_tables_are_those_of_sqlalchemy_after_every_flush) {
    // Each engine has sequences of its own; fewer where SQLite has seen most of what can go wrong.
    const std::string_view engine = kin::test::engine_name();
    const unsigned usual = engine == "sqlite" ? 1 : engine == "postgresql" ? 301 : 401;
    const unsigned first = kin::test::number_in("KIN_DIFFERENTIAL_SEED", usual);
    const unsigned count = kin::test::number_in("KIN_DIFFERENTIAL", engine == "sqlite" ? 300 : 100);
    std::cout << "seeds " << first << " to " << first + count - 1 << "\n";
    std::size_t operations = 0, flushes = 0, refused = 0, wrong = 0;
    for (unsigned from = first; from < first + count; from += 500) {
        std::vector<lines> sequences;
        for (unsigned seed = from; seed < first + count && seed < from + 500; ++seed) {
            sequences.push_back(generator{seed}.operations(45));
        }
        const std::vector<pair> all = both(sequences);
        for (std::size_t i = 0; i < all.size(); ++i) {
            operations += all[i].kin.done.size();
            for (const std::string& line : all[i].kin.seen) flushes += line == "flushed", refused += line == "refused";
            if (!all[i].differ()) continue;
            if (++wrong > 3) continue;
            const pair least = shrink(all[i]);
            ADD_FAILURE() << "seed " << from + i << "; the shortest sequence:\n"
                          << text_of(least.kin.done) << "-- Kin:\n"
                          << text_of(least.kin.seen) << "-- SQLAlchemy:\n"
                          << text_of(least.other);
        }
    }
    EXPECT_EQ(wrong, 0u) << "sequences differ";
    std::cout << operations << " operations, " << flushes << " flushes, " << refused << " refused by both\n";
    EXPECT_GT(operations, count * 20u);
}

// -- what SQLAlchemy refuses and Kin writes ---------------------------------------------------------------------------

/// Its unit of work sends every INSERT and UPDATE of a table before any DELETE, in the order of the keys.
class only_kin : public differential {
  protected:
    void expect_only_kin(const std::vector<lines>& sequences, const char* last_row) {
        for (const pair& each : both(sequences)) {
            EXPECT_EQ(each.kin.seen.back(), last_row) << text_of(each.kin.done);
            EXPECT_EQ(each.other.back(), "refused") << text_of(each.kin.done) << "-- SQLAlchemy:\n"
                                                    << text_of(each.other);
        }
    }
};

TEST_F(only_kin, replaces_a_one_to_one_under_unique) {
    const lines before{"add citizen 1 ada", "give passport 1 2 old", "commit"};
    std::vector<lines> sequences;
    for (const char* between : {"flush", "renew", "reload", "set passport 2 lost"}) {
        sequences.push_back(before);
        sequences.back().insert(sequences.back().end(), {between, "give passport 1 3 new", "flush"});
    }
    expect_only_kin(sequences, "passport: 3|new|1");
}

TEST_F(only_kin, gives_a_unique_child_away_while_another_one_comes) {
    expect_only_kin({{"add citizen 1 ada", "add citizen 2 bob", "give passport 1 3 a", "give passport 2 4 b", "commit",
                      "one passport 1 4", "flush"}},
                    "passport: 4|b|1");
}

TEST_F(only_kin, adds_a_unique_value_again_that_it_deletes) {
    const lines before{"add account 1 ada", "add account 2 bob", "commit"};
    std::vector<lines> sequences;
    for (const char* between : {"flush", "renew", "reload", "set account 1 cid"}) {
        sequences.push_back(before);
        sequences.back().insert(sequences.back().end(), {between, "delete account 2", "add account 3 bob", "flush"});
    }
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        expect_only_kin({sequences[i]}, i == 3 ? "account: 1|cid; 3|bob" : "account: 1|ada; 3|bob");
    }
}

TEST_F(only_kin, swaps_and_rotates_unique_values) {
    expect_only_kin(
        {{"add account 1 ada", "add account 2 bob", "commit", "set account 1 bob", "set account 2 ada", "flush"}},
        "account: 1|bob; 2|ada");
    expect_only_kin({{"add account 1 a", "add account 2 b", "add account 3 c", "commit", "set account 1 b",
                      "set account 2 c", "set account 3 a", "flush"}},
                    "account: 1|b; 2|c; 3|a");
}

TEST_F(only_kin, links_a_pair_once_that_is_added_twice) {
    const lines before{"add post 1 a", "add tag 2 b", "flush"};
    std::vector<lines> sequences;
    for (const char* last : {"twice tags 1 2", "twice posts 2 1"}) {
        sequences.push_back(before);
        sequences.back().insert(sequences.back().end(), {last, "flush"});
    }
    expect_only_kin(sequences, "post_tag: 1|2");
}

TEST_F(only_kin, takes_a_value_that_a_later_row_frees) {
    expect_only_kin({{"add account 1 a", "add account 2 b", "commit", "set account 2 c", "set account 1 b", "flush"}},
                    "account: 1|b; 2|c");
}

}  // namespace
}  // namespace differential
