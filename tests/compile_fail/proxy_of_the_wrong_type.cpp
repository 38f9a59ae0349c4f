// A proxy shows what stands at its end.
// expect: error: .*kin: the proxy's type is not the type of the member that it leads to
#include "support/blog.hpp"

struct Reader {
    kin::key<Reader> id{};
    kin::many_to_many<blog::Post> posts{};
#ifdef KIN_COMPILES
    kin::proxy<std::string, &Reader::posts, "title"> titles{};
#else
    kin::proxy<int, &Reader::posts, "title"> titles{};
#endif
};

bool read(const Reader& reader) { return reader.titles.empty() || sizeof(reader.titles[0]) > 1; }
