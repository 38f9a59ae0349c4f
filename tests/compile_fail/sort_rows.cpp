// Sorting rows would swap what the objects hold, keys too: queries sort, and lists of handles.
// expect: error: .*deleted
// lines: 30
#include <algorithm>
#include <vector>

#include "support/blog.hpp"

void sorted(kin::rows<blog::User>& users) {
    const auto by_name = [](const blog::User& a, const blog::User& b) { return a.name < b.name; };
#ifdef KIN_COMPILES
    for (blog::User& u : users) u.name += "!";
    (void)std::find_if(users.begin(), users.end(), [](const blog::User& u) { return u.name == "Ada"; });
    (void)std::count_if(users.begin(), users.end(), [](const blog::User& u) { return u.name == "Ada"; });
    (void)std::max_element(users.begin(), users.end(), by_name);
    (void)std::ranges::find(users, "Ada", &blog::User::name);
    (void)std::is_sorted(users.view().begin(), users.view().end(), by_name);
    (void)std::ranges::max_element(users.view(), {}, &blog::User::name);
    std::vector<std::string> names(users.size());
    std::transform(users.begin(), users.end(), names.begin(), [](const blog::User& u) { return u.name; });
#else
    std::sort(users.begin(), users.end(), by_name);
#endif
}
