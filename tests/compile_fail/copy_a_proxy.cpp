// A proxy is found by its place in its model: alone it is nothing.
// expect: error: .*private
#include "support/blog.hpp"

struct Reader {
    kin::key<Reader> id{};
    kin::many_to_many<blog::Post> posts{};
    kin::proxy<std::string, &Reader::posts, "title"> titles{};
};

std::size_t read(Reader& reader) {
#ifdef KIN_COMPILES
    auto& titles = reader.titles;
#else
    auto titles = reader.titles;
#endif
    return titles.size();
}
