// Random conversations with a session, checked against plain maps: in memory after every step, in the database after
// every flush. The seed is printed with every failure.
#include <map>
#include <random>
#include <set>

#include "support/fixture.hpp"

namespace sample {

struct Badge;
struct Knot;
struct Note;
struct Owner {
    kin::key<Owner> id{};
    std::string name{};
    kin::has_many<Knot> knots{};
    kin::has_many<Note, kin::owned> notes{};
    kin::has_one<Badge> badge{};
};
struct Knot {  // a tree, and a parent that may be missing
    kin::key<Knot> id{};
    std::string name{};
    std::optional<kin::key<Owner>> owner_id{};
    std::optional<kin::key<Knot>> up_id{};
    kin::belongs_to<Owner> owner{};
    kin::belongs_to<Knot> up{};
    kin::has_many<Knot> down{};
};
struct Note {
    kin::key<Note> id{};
    std::string name{};
    kin::key<Owner> owner_id{};
    kin::belongs_to<Owner> owner{};
};
struct Badge {
    kin::key<Badge> id{};
    std::string name{};
    std::optional<kin::key<Owner>> owner_id{};
    kin::belongs_to<Owner> owner{};
};

}  // namespace sample

namespace kin::test {
namespace {

using namespace sample;

/// What the plain model knows of one object; objects are known by their names.
struct plain {
    std::string value{};
    std::string owner{};  ///< "" for none
    std::string up{};
    auto operator<=>(const plain&) const = default;
};
struct world {
    std::set<std::string> owners{};
    std::map<std::string, plain> knots{};
    std::map<std::string, plain> notes{};
    std::map<std::string, plain> badges{};
    bool operator==(const world&) const = default;
};

class random_sessions : public with_database<Owner, Knot, Note, Badge>, public ::testing::WithParamInterface<unsigned> {
  protected:
    std::mt19937 dice{GetParam()};
    session s{db};
    world now{};
    std::vector<world> saved{};  ///< committed, then one for each open savepoint
    std::vector<kin::savepoint> savepoints{};
    std::map<std::string, ref<Owner>> owners{};
    std::map<std::string, ref<Knot>> knots{};
    std::map<std::string, ref<Note>> notes{};
    std::map<std::string, ref<Badge>> badges{};
    int next = 0;
    bool cleared = false;  ///< the handles of what was removed in this transaction are lost

    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(dice); }
    std::string any_of(const auto& names) {
        return names.empty() ? "" : key(*std::next(names.begin(), long(below(names.size()))));
    }
    static const std::string& key(const std::string& s) { return s; }
    static const std::string& key(const auto& pair) { return pair.first; }
    std::string fresh(const char* prefix) { return prefix + std::to_string(++next); }

    /// Handles of everything, read anew: after a clear, or a rollback that revived what had been removed.
    void find_all() {
        owners.clear(), knots.clear(), notes.clear(), badges.clear();
        auto o = s.query<Owner>().all();
        for (std::size_t i = 0; i < o.size(); ++i) owners[o[i].name] = s.handle(o[i]);
        auto k = s.query<Knot>().all();
        for (std::size_t i = 0; i < k.size(); ++i) knots[k[i].name] = s.handle(k[i]);
        auto n = s.query<Note>().all();
        for (std::size_t i = 0; i < n.size(); ++i) notes[n[i].name] = s.handle(n[i]);
        auto b = s.query<Badge>().all();
        for (std::size_t i = 0; i < b.size(); ++i) badges[b[i].name] = s.handle(b[i]);
    }

    void find_lost() {
        if (cleared) find_all();
    }

    void drop_owner(const std::string& name) {
        std::erase_if(now.notes, [&](const auto& e) { return e.second.owner == name; });
        for (auto& [n, e] : now.knots) {
            if (e.owner == name) e.owner.clear();
        }
        for (auto& [n, e] : now.badges) {
            if (e.owner == name) e.owner.clear();
        }
        now.owners.erase(name);
    }
    void give_badge(const std::string& badge, const std::string& owner) {
        for (auto& [n, e] : now.badges) {
            if (!owner.empty() && e.owner == owner) e.owner.clear();
        }
        now.badges[badge].owner = owner;
    }

    std::string database_picture() {
        engine::connection& c = s.connection();
        return rows_of(c, "SELECT name FROM owner ORDER BY name") + "\n" +
               rows_of(c,
                       "SELECT k.name, coalesce(o.name, ''), coalesce(u.name, '') FROM knot k LEFT JOIN owner o ON "
                       "o.id = k.owner_id LEFT JOIN knot u ON u.id = k.up_id ORDER BY k.name") +
               "\n" +
               rows_of(c, "SELECT n.name, o.name FROM note n LEFT JOIN owner o ON o.id = n.owner_id ORDER BY n.name") +
               "\n" +
               rows_of(c,
                       "SELECT b.name, coalesce(o.name, '') FROM badge b LEFT JOIN owner o ON o.id = b.owner_id "
                       "ORDER BY b.name");
    }
    std::string expected_picture() const {
        std::string text;
        const auto part = [&](std::string line, bool& first) { text += (first ? "" : "; ") + line, first = false; };
        bool first = true;
        for (const auto& n : now.owners) part(n, first);
        text += "\n", first = true;
        for (const auto& [n, e] : now.knots) part(n + "|" + e.owner + "|" + e.up, first);
        text += "\n", first = true;
        for (const auto& [n, e] : now.notes) part(n + "|" + e.owner, first);
        text += "\n", first = true;
        for (const auto& [n, e] : now.badges) part(n + "|" + e.owner, first);
        return text;
    }

    static std::string name_of(const auto& relation) { return relation ? relation->name : std::string{}; }
    static std::multiset<std::string> names_in(const auto& list) {
        std::multiset<std::string> out;
        for (const auto& each : list) out.insert(each.name);
        return out;
    }
    /// Both sides of everything say what the plain maps say. Reading may load, so it may flush.
    void check_memory() {
        const auto wanted = [&](const auto& map, auto member, const std::string& owner) {
            std::multiset<std::string> out;
            for (const auto& [n, e] : map) {
                if (e.*member == owner) out.insert(n);
            }
            return out;
        };
        for (const auto& name : now.owners) {
            const Owner& o = *owners.at(name).get();
            EXPECT_EQ(names_in(o.knots), wanted(now.knots, &plain::owner, name)) << name;
            EXPECT_EQ(names_in(o.notes), wanted(now.notes, &plain::owner, name)) << name;
            const auto badge = wanted(now.badges, &plain::owner, name);
            EXPECT_EQ(name_of(o.badge), badge.empty() ? "" : *badge.begin()) << name;
        }
        for (const auto& [name, e] : now.knots) {
            const Knot& k = *knots.at(name).get();
            EXPECT_EQ(name_of(k.owner), e.owner) << name;
            EXPECT_EQ(name_of(k.up), e.up) << name;
            EXPECT_EQ(names_in(k.down), wanted(now.knots, &plain::up, name)) << name;
        }
        for (const auto& [name, e] : now.notes) EXPECT_EQ(name_of(notes.at(name).get()->owner), e.owner) << name;
        for (const auto& [name, e] : now.badges) EXPECT_EQ(name_of(badges.at(name).get()->owner), e.owner) << name;
    }

    std::string step() {
        switch (below(24)) {
            case 0:
            case 1: {
                const std::string n = fresh("o");
                owners[n] = s.add(Owner{.name = n});
                now.owners.insert(n);
                return "add " + n;
            }
            case 2: {
                const std::string n = fresh("k");
                knots[n] = s.add(Knot{.name = n});
                now.knots[n];
                return "add " + n;
            }
            case 3: {
                const std::string n = fresh("b");
                badges[n] = s.add(Badge{.name = n});
                now.badges[n];
                return "add " + n;
            }
            case 4:
            case 5: {
                if (now.owners.empty()) break;
                const std::string n = fresh("n"), o = any_of(now.owners);
                notes[n] = s.handle(owners[o]->notes.push_back(Note{.name = n}));
                now.notes[n].owner = o;
                return o + ".notes.push_back " + n;
            }
            case 6:
            case 7: {
                if (now.owners.empty() || now.knots.empty()) break;
                const std::string k = any_of(now.knots), o = any_of(now.owners);
                owners[o]->knots.push_back(knots[k]);
                now.knots[k].owner = o;
                return o + ".knots.push_back " + k;
            }
            case 8: {
                if (now.owners.empty() || now.knots.empty()) break;
                const std::string k = any_of(now.knots), o = below(4) == 0 ? "" : any_of(now.owners);
                if (o.empty()) {
                    knots[k]->owner = nullptr;
                } else {
                    knots[k]->owner = owners[o];
                }
                now.knots[k].owner = o;
                return k + ".owner = " + o;
            }
            case 9:
            case 10: {
                if (now.knots.empty()) break;
                const std::string k = any_of(now.knots), u = below(4) == 0 ? "" : any_of(now.knots);
                if (u.empty()) {
                    knots[k]->up = nullptr;
                } else {
                    knots[k]->up = knots[u];
                }
                now.knots[k].up = u;
                return k + ".up = " + u;
            }
            case 11: {
                if (now.knots.empty()) break;
                const std::string k = any_of(now.knots), o = now.knots[k].owner;
                if (o.empty()) break;
                owners[o]->knots.erase(knots[k]);
                now.knots[k].owner.clear();
                return o + ".knots.erase " + k;
            }
            case 12: {
                if (now.notes.empty()) break;
                const std::string n = any_of(now.notes), o = any_of(now.owners);
                notes[n]->owner = owners[o];
                now.notes[n].owner = o;
                return n + ".owner = " + o;
            }
            case 13: {
                if (now.notes.empty()) break;
                const std::string n = any_of(now.notes), o = now.notes[n].owner, to = any_of(now.owners);
                owners[o]->notes.erase(notes[n]);
                if (below(2) == 0) {
                    now.notes.erase(n);
                    return o + ".notes.erase " + n;
                }
                owners[to]->notes.push_back(notes[n]);  // a move in two steps
                now.notes[n].owner = to;
                return o + ".notes.erase " + n + ", " + to + ".notes.push_back";
            }
            case 14: {
                if (now.owners.empty() || now.badges.empty()) break;
                const std::string b = any_of(now.badges), o = any_of(now.owners);
                owners[o]->badge = badges[b];
                give_badge(b, o);
                return o + ".badge = " + b;
            }
            case 15: {
                if (now.owners.empty() || now.badges.empty()) break;
                const std::string b = any_of(now.badges), o = below(3) == 0 ? "" : any_of(now.owners);
                if (o.empty()) {
                    badges[b]->owner = nullptr;
                } else {
                    (void)owners[o]->badge.get();  // an unloaded one does not know whom it replaces
                    badges[b]->owner = owners[o];
                }
                give_badge(b, o);
                return b + ".owner = " + o;
            }
            case 16: {
                if (now.owners.empty()) break;
                const std::string o = any_of(now.owners);
                s.flush();  // a pending owner's children would be refused, not removed
                s.remove(owners[o]);
                s.flush();
                drop_owner(o);
                return "remove " + o;
            }
            case 17: {
                if (now.knots.empty()) break;
                const std::string k = any_of(now.knots);
                s.remove(knots[k]);
                s.flush();
                now.knots.erase(k);
                for (auto& [n, e] : now.knots) {
                    if (e.up == k) e.up.clear();
                }
                return "remove " + k;
            }
            case 18: {
                if (now.notes.empty()) break;
                const std::string n = any_of(now.notes);
                s.remove(notes[n]);
                if (below(2) == 0) {
                    s.add(notes[n]);
                    owners[now.notes[n].owner]->notes.push_back(notes[n]);
                    return "remove and add " + n;
                }
                s.flush();
                now.notes.erase(n);
                return "remove " + n;
            }
            case 19: {
                if (savepoints.size() >= 3) break;
                savepoints.push_back(s.savepoint());
                saved.push_back(now);
                return "savepoint";
            }
            case 20: {
                if (savepoints.empty()) break;
                const bool keep = below(2) == 0;
                if (keep) {
                    savepoints.back().release();
                } else {
                    savepoints.back().rollback();
                    now = saved.back();
                    find_lost();
                }
                savepoints.pop_back();
                saved.pop_back();
                return keep ? "release" : "rollback to savepoint";
            }
            case 21: {
                savepoints.clear();  // undoes them
                if (saved.size() > 1) now = saved[1], find_lost();
                saved.resize(1);
                if (below(3) == 0) {
                    s.rollback();
                    now = saved[0];
                    find_lost();
                    return "rollback";
                }
                s.commit();
                saved[0] = now;
                cleared = false;
                return "commit";
            }
            case 22: {
                s.flush();
                if (below(3) == 0) {
                    s.clear();
                    find_all();
                    cleared = true;
                    return "clear";
                }
                return "flush";
            }
            default: {
                s.flush();
                const std::string picture = database_picture();
                EXPECT_EQ(picture, expected_picture());
                return "flush";
            }
        }
        return "nothing";
    }
};

TEST_P(random_sessions, agree_with_plain_maps) {
    saved.push_back(now);
    std::string done;
    for (int i = 0; i < 400 && !HasFailure(); ++i) {
        SCOPED_TRACE("seed " + std::to_string(GetParam()) + ", step " + std::to_string(i));
        try {
            const std::string what = step();
            done += std::to_string(i) + " " + what + "\n";
            if (below(2) == 0) check_memory();
        } catch (const std::exception& e) {
            ADD_FAILURE() << e.what();
        }
        if (HasFailure()) ADD_FAILURE() << done;
    }
    savepoints.clear();
}

INSTANTIATE_TEST_SUITE_P(seeds, random_sessions, ::testing::Range(1U, 13U));

}  // namespace
}  // namespace kin::test
