// A proxy's second name is a member of the model that its collection leads to.
// expect: error: .*kin: the proxy's name is no member of the model that its relation leads to
#include "support/blog.hpp"

struct Reader {
    kin::key<Reader> id{};
    kin::many_to_many<blog::Post> posts{};
#ifdef KIN_COMPILES
    kin::proxy<std::string, &Reader::posts, "title"> titles{};
#else
    kin::proxy<std::string, &Reader::posts, "titel"> titles{};
#endif
};

std::size_t read(const Reader& reader) {
    std::size_t letters = 0;
    for (const auto& title : reader.titles) letters += title.size();
    return letters;
}
