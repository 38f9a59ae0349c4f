// A history: steps that are done to a session and to the oracle alike, and compared after each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <kin/kin.hpp>

#include "operation.hpp"
#include "world.hpp"

namespace changing {

/// One session's view: handles by the numbers of the objects.
struct view_of_session {
    kin::session s;
    std::map<int, any_object> handles{};
    std::set<int> expired{};   ///< their columns are read again when they are looked at
    std::set<int> outdated{};  ///< of those: written past the objects since they were read
    bool autoflush = true;
};

struct difference {
    std::string what{};
};

class history {
  public:
    /// The shapes that it is about; with hooks that can throw.
    history(kin::database&, std::vector<int> shapes, bool hooks);

    [[nodiscard]] bool possible(const operation&) const;
    /// Does it, and throws `difference` where the two disagree.
    void run(const operation&);
    /// Any step that is possible now.
    operation any(dice&);
    /// Commits, and compares with what a fresh session reads.
    void finish();

    std::size_t flushes = 0, refused = 0;  ///< so many were asked for, and so many could not be done

    [[nodiscard]] const std::vector<int>& models() const { return models_of_; }

  private:
    // -- looking at both
    void observe(const std::string& sent);
    std::map<int, row> rows_in(kin::engine::connection&, std::set<pair_of_objects>& pairs);
    void compare_tables(kin::engine::connection&, const std::map<int, row>& before);
    void compare_memory(view_of_session&, int mode);
    void compare_relation(view_of_session&, int object, int relation, const void* at, bool exact);
    void look_at_places();
    void both_sides_agree();
    int number_of(view_of_session&, const any_object&);
    [[nodiscard]] bool is_pivot_row(int model) const;
    any_object& handle(int o);
    void* change(int o);
    std::string name(int o) const;
    std::string names(const std::set<int>&) const;

    // -- doing
    bool find_again(const operation&);
    [[nodiscard]] outcome at_once(const operation&) const;
    void call(const operation&);
    void tell(world&, const operation&) const;
    [[nodiscard]] std::set<int> places_unread(const operation&) const;
    void keep_made(const operation&);
    void compare_found(const operation&, const outcome& flushed);
    void look_back(int object);
    void write_set(const operation&);
    outcome tell_write(world&, const operation&) const;
    [[nodiscard]] bool may_write(const operation&) const;
    /// All that is connected with the object by what is loaded, if it could leave the session unnoticed.
    [[nodiscard]] std::set<int> neighbours(int object) const;
    void fill(void* object, int model, int number, const cell& value) const;
    void rolled_back(const world& to);

    // -- choosing
    int any_object_of(dice&, int model, bool live_only = false);
    int any_of(dice&, const std::set<int>&);
    operation suggest(dice&);
    operation any_write(dice&, int model);
    [[nodiscard]] bool might(const operation&) const;
    [[nodiscard]] bool can_be_at_once(const operation&) const;
    [[nodiscard]] bool takes_a_place(const operation&) const;
    [[nodiscard]] bool leaves_new_children(const operation&) const;
    [[nodiscard]] bool steady(int key, int parent) const;
    [[nodiscard]] bool may_be_adopted(int child, int key, int parent) const;

    kin::database& db_;
    const schema& s_ = schema::get();
    std::vector<int> in_{};  ///< models
    bool hooks_;
    std::vector<std::unique_ptr<view_of_session>> sessions_{};
    std::size_t at_ = 0;
    std::vector<kin::savepoint> points_{};
    world now_;
    world committed_;
    std::vector<world> saved_{};
    std::vector<int> models_of_{0};
    int roll_of_ = 0;
    int armed_ = 0;
    bool hook_threw_ = false;
    bool fresh_ = true;                      ///< nothing happened since the transaction began
    bool cleared_ = false;                   ///< since then
    std::set<std::array<int, 2>> pushed_{};  ///< an owner, whom was pushed under it: shown also where nothing is loaded
    any_object made_{};
    answer found_{};

    view_of_session& here() { return *sessions_[at_]; }
    const view_of_session& here() const { return *sessions_[at_]; }
    void open();
    int next_number() { return int(models_of_.size()); }
};

struct hook_failed {};

}  // namespace changing
