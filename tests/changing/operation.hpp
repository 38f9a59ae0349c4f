// One step of a history, as data: so that a history can be run again with some of its steps left out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schemas/schema.hpp"

namespace changing {

enum class does {
    add,         ///< with columns alone
    add_with,    ///< with a parent in the literal
    add_by_key,  ///< with the keys of its parents, by hand
    push,
    push_new,
    erase,
    clear_list,
    assign_list,
    copy_relation,  ///< of another object's
    swap_lists,
    set_one,
    set_new,
    set_key,  ///< by hand
    set_value,
    merge,  ///< a value with the object's key: a column, and perhaps a parent
    remove,
    remove_for_good,
    add_again,
    restore,
    touch,
    get,
    query,
    look_back,  ///< what columns were before
    refresh,
    expire,
    expunge,    ///< with all that loaded relations lead to, and that lead to it
    write_set,  ///< by a query's update, remove, restore, or SQL, and then read again
    expire_all,
    clear,
    flush,
    commit,
    rollback,
    savepoint,
    release,
    rollback_to,
    autoflush,
    arm_hook,
    other_session,
};

struct operation {
    does what = does::flush;
    int relation = -1;  ///< of add_with, add_by_key and set_key a foreign key
    int model = -1;
    int object = 0;
    int other = 0;
    int fresh = 0;  ///< the number of an object that the step makes
    int column = -1;
    int fresh_parent = 0;  ///< of write_set by SQL: whom a key names from then on
    std::vector<int> list{};
    cell value{};
    bool at_once = false;  ///< by the write helper: with a flush
    int how = 0;           ///< of a query its way; of touch by touch, load, load_missing, refresh; of refresh by
                           ///< object, column; of rollback_to by destructor; of write_set a set_write::what
    int mode = 0;          ///< how closely memory is looked at afterwards; whether the look is mutable; on or off
};

/// Numbers that are the same with every compiler.
class dice {
  public:
    /// Scrambled: seeds that follow each other would else see the same numbers, one draw later.
    explicit dice(std::uint64_t seed) : state_{seed} { state_ = next(); }
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    int below(std::size_t n) { return n == 0 ? 0 : int(next() % n); }
    bool chance(int percent) { return below(100) < percent; }

  private:
    std::uint64_t state_;
};

/// As a line of a program.
std::string text_of(const operation&, const std::vector<int>& models_of_objects);

}  // namespace changing
