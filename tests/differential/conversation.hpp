// Runs a sequence of graph operations with Kin, as driver.py does with SQLAlchemy. An operation is a line of text; one
// that makes no sense where it stands is left out, so that any part of a sequence is a sequence too.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/mapping/model.hpp>

#include "models.hpp"

namespace differential {

/// What a sequence did: the lines that made sense, and after each flush the rows of all tables (or "refused").
struct outcome {
    std::vector<std::string> done{};
    std::vector<std::string> seen{};
};

inline constexpr const char* tables[] = {"team",     "player",  "orders",   "line",      "users", "profile",
                                         "node",     "student", "course",   "enrolment", "post",  "tag",
                                         "post_tag", "citizen", "passport", "account"};

/// The objects of one model, by key.
template <class T>
struct shelf {
    std::set<int> live{};                ///< rows of the last flush, and what was added since
    std::set<int> fresh{};               ///< added since
    std::map<int, kin::ref<T>> known{};  ///< handles that are here already; others are looked up when they are needed

    std::set<int> moved{};   ///< given another parent since
    std::set<int> gained{};  ///< given a child since
};

class conversation {
  public:
    explicit conversation(kin::database& db) : db_{db} { open(); }

    outcome run(const std::vector<std::string>& lines) {
        for (const std::string& line : lines) {
            try {
                if (step(line)) result_.done.push_back(line);
            } catch (const kin::error& e) {
                result_.done.push_back(line);
                result_.seen.push_back("error at " + line + ": " + e.message());
                break;
            }
        }
        return std::move(result_);
    }

  private:
    using words = std::vector<std::string>;

    void open() {
        s_ = std::make_unique<kin::session>(db_);
        s_->autoflush(false);  // the sequence says when
    }

    // -- objects

    template <class T>
    kin::ref<T> find(shelf<T>& in, int id) {
        if (!in.live.contains(id)) return {};
        kin::ref<T>& r = in.known[id];
        if (!r) r = s_->get<T>(id);
        return r;
    }
    template <class T>
    void keep(shelf<T>& in, int id, const kin::ref<T>& r) {
        in.live.insert(id), in.fresh.insert(id);
        in.known[id] = r;
    }

    template <class Action>
    void each_shelf(Action action) {
        action(team_), action(player_), action(order_), action(line_), action(user_), action(profile_), action(node_);
        action(student_), action(course_), action(post_), action(tag_);
        action(citizen_), action(passport_), action(account_);
    }
    template <class Action>
    bool with_shelf(const std::string& model, Action action) {
        if (model == "team") return action(team_);
        if (model == "player") return action(player_);
        if (model == "order") return action(order_);
        if (model == "line") return action(line_);
        if (model == "user") return action(user_);
        if (model == "profile") return action(profile_);
        if (model == "node") return action(node_);
        if (model == "student") return action(student_);
        if (model == "course") return action(course_);
        if (model == "post") return action(post_);
        if (model == "tag") return action(tag_);
        if (model == "citizen") return action(citizen_);
        if (model == "passport") return action(passport_);
        return action(account_);
    }
    /// Models that relations join: where one of their objects is deleted, nothing else is done until the flush.
    static char family(const std::string& name) {
        if (name == "team" || name == "player" || name == "players") return 't';
        if (name == "order" || name == "line" || name == "lines") return 'o';
        if (name == "user" || name == "profile") return 'u';
        if (name == "node" || name == "children") return 'n';
        if (name == "student" || name == "course") return 's';
        if (name == "post" || name == "posts" || name == "tag" || name == "tags") return 'p';
        if (name == "citizen" || name == "passport") return 'c';
        return 'a';
    }

    // -- writing

    /// All rows to the outcome, and their keys to the shelves.
    void look(bool show) {
        std::map<std::string, std::set<int>> keys;
        enrolled_.clear();
        kin::engine::connection& c = s_->connection();
        for (const char* table : tables) {
            std::string text;
            kin::engine::cursor row = c.run(std::string{"SELECT * FROM "} + table + " ORDER BY 1, 2");
            while (row.next()) {
                text += text.empty() ? std::string{table} + ": " : "; ";
                for (int i = 0; i < row.columns(); ++i) {
                    const kin::value_view cell = row.cell(i);
                    text += i == 0 ? "" : "|";
                    text += cell.is_null()                  ? "NULL"
                            : cell.type == kin::kind::int64 ? std::to_string(cell.integer)
                                                            : std::string{cell.bytes};
                }
                const int first = static_cast<int>(row.cell(0).integer);
                keys[table].insert(first);
                if (std::string_view{table} == "enrolment") {
                    enrolled_.insert({first, static_cast<int>(row.cell(1).integer)});
                }
            }
            if (show && !text.empty()) result_.seen.push_back(text);
        }
        each_shelf([&]<class T>(shelf<T>& in) {
            in.live = keys[std::string{table_of<T>()}];
            in.fresh.clear(), in.moved.clear(), in.gained.clear();
            std::erase_if(in.known, [&](const auto& e) { return !in.live.contains(e.first); });
        });
        deleted_.clear(), former_.clear();
    }
    template <class T>
    static std::string table_of() {
        return kin::mapping::model_of<T>().table;
    }
    void forget_handles() {
        each_shelf([](auto& in) { in.known.clear(); });
    }

    template <class Action>
    bool write(Action then) {
        try {
            s_->flush();
        } catch (const kin::error&) {
            result_.seen.push_back("refused");
            s_->rollback();
            forget_handles();
            look(false);
            return true;
        }
        result_.seen.push_back("flushed");
        look(true);
        then();
        return true;
    }

    // -- operations

    bool step(const std::string& line) {
        std::istringstream in{line};
        words w;
        for (std::string word; in >> word;) w.push_back(word);
        const std::string& verb = w[0];
        if (verb == "flush") return write([] {});
        if (verb == "commit") return write([&] { s_->commit(); });
        if (verb == "reload") return write([&] { s_->expire_all(), forget_handles(); });
        if (verb == "renew") return write([&] { s_->commit(), forget_handles(), open(); });
        if (verb == "rollback") {
            s_->rollback();
            forget_handles();
            look(false);
            return true;
        }
        if (verb == "delete") return with_shelf(w[1], [&](auto& from) { return remove(from, w); });
        if (verb == "enrol" || verb == "unenrol" || verb == "grade" || verb == "take" || verb == "drop") {
            return !deleted_.contains('s') && enrolling(w);
        }
        if (verb == "add") return with_shelf(w[1], [&](auto& to) { return add(to, w); });
        if (deleted_.contains(family(w[1]))) return false;
        if (verb == "set") return with_shelf(w[1], [&](auto& of) { return set(of, w); });
        if (w[1] == "players") return collection<&Team::players, &Player::team>(team_, player_, w);
        if (w[1] == "lines") return collection<&Order::lines, &Line::order>(order_, line_, w);
        if (w[1] == "children") return collection<&Node::children, &Node::parent>(node_, node_, w);
        if (w[1] == "tags") return linking<&Post::tags>(post_, tag_, w);
        if (w[1] == "posts") return linking<&Tag::posts>(tag_, post_, w);
        if (w[1] == "profile") return one<&User::profile, &Profile::user>(user_, profile_, w);
        return one<&Citizen::passport, &Passport::citizen>(citizen_, passport_, w);
    }

    template <class T>
    bool add(shelf<T>& to, const words& w) {
        const int id = std::stoi(w[2]);
        keep(to, id, s_->add(T{.id = {id}, .name = w[3]}));
        return true;
    }
    template <class T>
    bool set(shelf<T>& of, const words& w) {
        const kin::ref<T> object = find(of, std::stoi(w[2]));
        if (object) object->name = w[3];
        return bool(object);
    }
    template <class T>
    bool remove(shelf<T>& from, const words& w) {
        const int id = std::stoi(w[2]);
        const kin::ref<T> object = find(from, id);
        // SQLAlchemy deletes nothing that has no row, takes a delete back if its object joined a collection before,
        // and lets children that have just come keep the key of a parent that it deletes. With Kin what was said last
        // holds.
        if (!object || from.fresh.contains(id) || from.moved.contains(id) || from.gained.contains(id)) return false;
        s_->remove(object);
        from.live.erase(id), from.known.erase(id);
        deleted_.insert(family(w[1]));
        return true;
    }

    template <class P, class C>
    static void moved(shelf<P>& parents, int parent, shelf<C>& children, int child) {
        children.moved.insert(child);
        parents.gained.insert(parent);
    }
    template <auto Parent, class C>
    static auto parent_of(const kin::ref<C>& child) {
        const C& c = *kin::ref<const C>{child};
        return (c.*Parent).get();
    }
    /// SQLAlchemy refuses a flush in which a node has been above and below another one, Kin does not.
    bool below(int id, const Node* parent) {
        for (std::vector<const Node*> open{parent}; !open.empty();) {
            const Node* at = open.back();
            open.pop_back();
            if (at == nullptr) continue;
            if (int(at->id.value) == id) return true;
            open.push_back(at->parent.get());
            for (const int f : former_[int(at->id.value)]) {
                if (const auto n = find(node_, f)) open.push_back(n.get());
            }
        }
        return false;
    }
    template <auto Parent, class P, class C>
    bool may_move(const kin::ref<C>& child, const kin::ref<P>& parent) {
        if constexpr (std::is_same_v<C, Node>) {
            if (parent && below(int(child->id.value), parent.get())) return false;
            if (const Node* before = parent_of<Parent>(child))
                former_[int(child->id.value)].insert(int(before->id.value));
        }
        return true;
    }

    template <auto Collection, auto Parent, class P, class C>
    bool collection(shelf<P>& parents, shelf<C>& children, const words& w) {
        const std::string& verb = w[0];
        const int first = std::stoi(w[2]);
        if (verb == "parent") {
            const kin::ref<C> child = find(children, first);
            const kin::ref<P> parent = find(parents, std::stoi(w[3]));
            if (!child || (!parent && w[3] != "0") || !may_move<Parent>(child, parent)) return false;
            if (parent) {
                (*child).*Parent = parent;
                moved(parents, std::stoi(w[3]), children, first);
            } else {
                (*child).*Parent = nullptr;
            }
            return true;
        }
        const kin::ref<P> parent = find(parents, first);
        if (!parent) return false;
        auto& list = (*parent).*Collection;
        if (verb == "replace") {
            std::vector<kin::ref<C>> wanted;
            for (std::size_t i = 3; i < w.size(); ++i) {
                if (w[i] == w[2] && std::is_same_v<P, C>) return false;
                wanted.push_back(find(children, std::stoi(w[i])));
                if (!wanted.back() || !may_move<Parent>(wanted.back(), parent)) return false;
            }
            if constexpr (std::is_same_v<C, Node>) {
                for (const Node& n : std::as_const(list)) former_[int(n.id.value)].insert(first);
            }
            list.clear();
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                list.push_back(wanted[i]);
                moved(parents, first, children, std::stoi(w[i + 3]));
            }
            return true;
        }
        const int id = std::stoi(w[3]);
        if (verb == "push") {
            keep(children, id, s_->handle(list.push_back(C{.id = {id}, .name = w[4]})));
            moved(parents, first, children, id);
            return true;
        }
        const kin::ref<C> child = find(children, id);
        if (!child) return false;
        const bool there = parent_of<Parent>(child) == parent.get();
        if (verb == "erase") {
            if (!there) return false;
            if (!may_move<Parent>(child, kin::ref<P>{})) return false;
            list.erase(child);
            return true;
        }
        if (there || !may_move<Parent>(child, parent)) return false;
        list.push_back(child);
        moved(parents, first, children, id);
        return true;
    }

    template <auto One, auto Holder, class P, class C>
    bool one(shelf<P>& holders, shelf<C>& children, const words& w) {
        const std::string& verb = w[0];
        const int first = std::stoi(w[2]), second = std::stoi(w[3]);
        if (verb == "holder") {
            const kin::ref<C> child = find(children, first);
            const kin::ref<P> holder = find(holders, second);
            if (!child || (!holder && second != 0)) return false;
            if (holder) {
                (void)((*holder).*One).get();  // an unloaded one does not know whom it replaces
                (*child).*Holder = holder;
                moved(holders, second, children, first);
            } else {
                (*child).*Holder = nullptr;
            }
            return true;
        }
        const kin::ref<P> holder = find(holders, first);
        if (!holder) return false;
        auto& slot = (*holder).*One;
        if (verb == "give") {
            slot = C{.id = {second}, .name = w[4]};
            keep(children, second, slot.handle());
            moved(holders, first, children, second);
            return true;
        }
        const kin::ref<C> child = find(children, second);
        if (!child && second != 0) return false;
        if (child) {
            slot = child;
            moved(holders, first, children, second);
        } else {
            slot = nullptr;
        }
        return true;
    }

    /// A many to many, from one of its sides. A pair may be added that is there already.
    template <auto Collection, class P, class C>
    bool linking(shelf<P>& owners, shelf<C>& targets, const words& w) {
        const std::string& verb = w[0];
        const int first = std::stoi(w[2]);
        const kin::ref<P> owner = find(owners, first);
        if (!owner) return false;
        auto& list = (*owner).*Collection;
        const auto linked = [&](int id) {
            owners.gained.insert(first);
            targets.gained.insert(id);
        };
        if (verb == "replace") {
            std::vector<kin::ref<C>> wanted;
            for (std::size_t i = 3; i < w.size(); ++i) {
                wanted.push_back(find(targets, std::stoi(w[i])));
                if (!wanted.back()) return false;
                linked(std::stoi(w[i]));
            }
            list.clear();
            for (const kin::ref<C>& each : wanted) list.push_back(each);
            return true;
        }
        const int id = std::stoi(w[3]);
        if (verb == "push") {
            keep(targets, id, s_->handle(list.push_back(C{.id = {id}, .name = w[4]})));
            linked(id);
            return true;
        }
        const kin::ref<C> target = find(targets, id);
        if (!target) return false;
        if (verb == "erase") {
            if (!list.contains(target)) return false;
            list.erase(target);
            return true;
        }
        list.push_back(target);
        if (verb == "twice") list.push_back(target);
        linked(id);
        return true;
    }

    bool enrolling(const words& w) {
        const bool sided = w[0] == "unenrol" || w[0] == "take" || w[0] == "drop";
        const bool by_student = w[1] == "student";
        const int student = std::stoi(w[sided ? 2 : 1]), course = std::stoi(w[sided ? 3 : 2]);
        const auto who = find(student_, student);
        const auto where = find(course_, course);
        if (!who || !where) return false;
        const std::pair<int, int> key{student, course};
        if (w[0] == "enrol" || w[0] == "take") {
            const bool fresh = enrolled_.insert(key).second;
            if (w[0] == "take") {  // may be there already
                by_student ? who->courses.push_back(where) : where->students.push_back(who);
            } else if (fresh) {
                who->enrolments.push_back(Enrolment{.grade = std::stoi(w[3]), .course = where});
            } else {
                return false;
            }
            student_.gained.insert(student), course_.gained.insert(course);
            return true;
        }
        if (!enrolled_.contains(key)) return false;
        if (w[0] == "grade") {
            enrolment(who, where)->grade = std::stoi(w[3]);
            return true;
        }
        if (w[0] == "drop") {
            by_student ? who->courses.erase(where) : where->students.erase(who);
        } else {
            (by_student ? who->enrolments : where->enrolments).erase(enrolment(who, where));
        }
        enrolled_.erase(key);
        return true;
    }
    static kin::ref<Enrolment> enrolment(const kin::ref<Student>& who, const kin::ref<Course>& where) {
        const auto& all = std::as_const(*who).enrolments;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all.handle(i)->course == where) return all.handle(i);
        }
        throw kin::not_found{"no enrolment where there must be one"};
    }

    kin::database& db_;
    std::unique_ptr<kin::session> s_{};
    outcome result_{};
    shelf<Team> team_{};
    shelf<Player> player_{};
    shelf<Order> order_{};
    shelf<Line> line_{};
    shelf<User> user_{};
    shelf<Profile> profile_{};
    shelf<Node> node_{};
    shelf<Student> student_{};
    shelf<Course> course_{};
    shelf<Post> post_{};
    shelf<Tag> tag_{};
    shelf<Citizen> citizen_{};
    shelf<Passport> passport_{};
    shelf<Account> account_{};
    std::set<std::pair<int, int>> enrolled_{};
    std::set<char> deleted_{};               ///< families in which something is deleted by the next flush
    std::map<int, std::set<int>> former_{};  ///< parents that nodes had since the last flush
};

}  // namespace differential
