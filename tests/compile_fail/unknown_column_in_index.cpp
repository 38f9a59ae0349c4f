// The names in a table description are checked: this one is misspelt.
// expect: error: .*kin: the table description names a column that the model does not have
// expect: emial|'e', 'm', 'i', 'a', 'l'
#include <kin/kin.hpp>

struct User {
    kin::key<User> id{};
    std::optional<kin::key<User>> parent_id{};
    std::string email{};
#ifdef KIN_COMPILES
    static constexpr auto table = kin::table("users").index("id", "email");
#else
    static constexpr auto table = kin::table("users").index("id", "emial");
#endif
};

void find(kin::session& s) { (void)s.query<User>().all(); }
