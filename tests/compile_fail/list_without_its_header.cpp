// A list of texts is a column once its header is there.
// expect: error: .*kin: a list of numbers or texts is a column with #include <kin/value/list.hpp>
#include <kin/kin.hpp>
#ifdef KIN_COMPILES
#include <kin/value/list.hpp>
#endif

struct Post {
    kin::key<Post> id{};
    std::vector<std::string> words{};
};

void add(kin::session& s) { s.add(Post{}); }
