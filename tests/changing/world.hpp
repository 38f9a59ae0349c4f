// The oracle: what objects and tables have to be. Plain values, copied where the session would remember; knows the
// schema and nothing of the library.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "schemas/schema.hpp"

namespace changing {

enum class life {
    transient,  ///< a plain value: never written, or rolled back
    pending,    ///< written by the next flush
    live,       ///< has a row
    doomed,     ///< its row goes with the next flush
    gone,       ///< had a row
};

struct object {
    int model = -1;
    life is = life::transient;
    std::vector<cell> cells{};
    std::map<int, int> staged{};           ///< by foreign key: the parent that was set by a relation, 0 for none
    std::set<int> said{};                  ///< foreign keys whose relation was assigned since the last flush
    std::set<int> displaced{};             ///< foreign keys whose parent was given another child
    std::map<int, std::set<int>> named{};  ///< by foreign key: whom its column named by hand since the last flush
    cell key{};                            ///< the primary key that the database gave
    bool orphan = false;                   ///< doomed because it was taken out of its owner
    bool for_good = false;
    bool kept = false;             ///< gone, but its row stays
    bool restoring = false;        ///< a kept row that comes back
    std::vector<cell> returned{};  ///< what it said when it came back
    bool unclear = false;          ///< what it would say if it came back nobody says
    bool let_go = false;           ///< its key named by hand one that went, and became NULL when it was written
    bool spoiled = false;          ///< what its relations are nobody says
};
struct row {
    int model = -1;
    std::vector<cell> cells{};
    bool removed = false;  ///< but kept
    int together = 0;      ///< which removal that was
    cell version{};        ///< as it was read last
};
/// What is wrong with the version of a row, if it was written in between.
std::string follows(const row& before, const row& now);
using pair_of_objects = std::array<int, 3>;  ///< the pivot, its first, its second

/// What a relation has to show.
struct members {
    std::set<int> must{};
    std::set<int> may{};  ///< before the next flush nobody says
};

class world;
struct outcome;

class world {
  public:
    explicit world(const schema& s) : s_{&s} {}

    std::map<int, object> objects{};
    std::map<int, row> rows{};
    std::set<pair_of_objects> pairs{};      ///< of pivots without objects
    std::set<pair_of_objects> row_pairs{};  ///< those that the table has
    int clock = 0;
    std::set<int> unread{};  ///< parents whose one child nobody has read, while a step is told

    // -- looking
    [[nodiscard]] const object& at(int o) const { return objects.at(o); }
    [[nodiscard]] bool alive(int o) const;  ///< in the session, and not about to leave
    [[nodiscard]] bool is(int o, life what) const { return objects.contains(o) && at(o).is == what; }
    [[nodiscard]] std::vector<int> keys_of(int model) const;       ///< foreign keys
    [[nodiscard]] std::vector<int> relations_of(int model) const;  ///< that it has
    [[nodiscard]] bool leaf(int model) const;                      ///< nothing refers to it
    [[nodiscard]] int parent(int child, int key) const;            ///< by what was said last; 0 for none
    [[nodiscard]] bool by_hand(int child, int key) const;          ///< the column says something else than the relation
    [[nodiscard]] bool shares_a_column(int key) const;             ///< with another key
    [[nodiscard]] bool changed(int o) const;                       ///< since the last flush, and not by a removal
    [[nodiscard]] bool clean() const;                              ///< nothing to flush
    [[nodiscard]] members of(int owner, int relation) const;
    [[nodiscard]] int link_between(int pivot, int first, int second) const;  ///< the association object, or 0
    [[nodiscard]] int former_link(int pivot, int first, int second) const;   ///< one that is about to go, or is kept
    [[nodiscard]] cell raw(int o, int column, const std::vector<cell>& cells) const;  ///< as the database has it
    [[nodiscard]] int named(int key, const std::vector<cell>& cells) const;

    // -- changing, as the calls of the same names do
    void add(int o, int model, std::vector<cell> cells);
    void set_parent(int child, int key, int parent);
    void displace();
    void renamed_since(const std::map<int, row>& before);
    void take_out(int child, int key);  ///< of the parent that it has
    void remove(int o);
    void add_again(int o);
    void restore(int o);
    void set_value(int o, int column, const cell& to);
    void forget_changes(int o);
    void link(int pivot, int first, int second, int new_link);
    void unlink(int pivot, int first, int second);

    [[nodiscard]] outcome flushed() const;
    /// A part of what is pending was written: says what contradicts it.
    std::string observe(const std::map<int, row>& now, const std::set<pair_of_objects>& pairs_now);

  private:
    const schema* s_;

    [[nodiscard]] const model& model_of(const object& o) const { return s_->models[std::size_t(o.model)]; }
    [[nodiscard]] const foreign_key& key_at(int k) const { return s_->keys[std::size_t(k)]; }
    [[nodiscard]] bool called(int key, std::size_t column, int parent, const std::vector<cell>& of_parent,
                              const cell& by) const;
    [[nodiscard]] cell referred(int key, std::size_t column, int parent, const std::vector<cell>& of_parent) const;
    void revive(int o, int key);
    void withdraw(int o);
    friend struct flushing;
};

struct outcome {
    bool ok = true;
    bool unsure = false;  ///< either is right
    std::string why{};
    world after;
};

}  // namespace changing
