// Names and texts of a request, a line each, `views__ge=3`, as filters: read and, where they are taken, asked.
#include <kin/repository.hpp>

#include "fuzzing.hpp"

using namespace fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto rules =
        kin::filter_rules<Post>{}
            .every_column()
            .search(&Post::title)
            .related(&Post::author, kin::filter_rules<Author>{}
                                        .columns(&Author::name, &Author::bio)
                                        .related(&Author::boss, kin::filter_rules<Author>{}.every_column()));
    std::vector<std::pair<std::string, std::string>> said;
    for (std::string_view rest = text_of(data, size); !rest.empty();) {
        std::string_view line = cut(rest, '\n');
        const std::string_view name = cut(line, '=');
        said.emplace_back(name, line);
    }
    bool secret = false;
    bool conditions = false;
    for (const auto& [name, text] : said) {
        secret = secret || name.find("password") != std::string::npos;
        conditions = conditions || (name != "page" && name != "page_size" && name != "limit" && name != "offset" &&
                                    (name != "order_by" || !text.empty()));
    }
    const bool closed = refused([&] { (void)kin::read_filters<Post>(said); });
    require(closed || !conditions, "without rules nothing is open", text_of(data, size));
    kin::filter_of<Post> filter;
    if (refused([&] { filter = kin::read_filters<Post>(said, rules); })) return 0;
    require(!secret, "what is hidden is never asked for", text_of(data, size));
    kin::session s{database()};
    kin::repository<Post> posts{s};
    (void)refused([&] { require(posts.list(filter).size() <= 100, "a page has an end"); });
    return 0;
}
