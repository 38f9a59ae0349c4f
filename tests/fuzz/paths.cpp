// Dotted names and operators, as the text forms of queries, loads and JSON take them.
#include <kin/json.hpp>

#include "fuzzing.hpp"

using namespace fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = text_of(data, size);
    const std::string name{cut(rest, '\n')};
    const std::string op{cut(rest, '\n')};
    const std::string text{rest};
    kin::session s{database()};
    (void)refused([&] { (void)s.query<Post>().where(name, op, text).all(); });
    (void)refused([&] { (void)s.query<Post>().where(name, "=", std::int64_t{3}).all(); });
    (void)refused([&] { (void)s.query<Post>().where_has(name).count(); });
    (void)refused([&] { (void)s.query<Author>().where_has(name, op, 2).count(); });
    (void)refused([&] { (void)s.query<Post>().order_by(name).limit(2).all(); });
    (void)refused([&] {
        const auto posts = s.query<Post>().with(name).all();
        require(posts.size() == 3, "loading leaves nobody out", name);
        (void)kin::to_json(posts);
    });
    std::vector<std::string> names;
    for (std::string_view all = text; !all.empty();) names.emplace_back(cut(all, '\n'));
    names.push_back(name);
    const auto authors = s.query<Author>().with(&Author::posts).with(&Author::staff).all();
    (void)refused([&] {
        const std::string json = kin::to_json(authors, {.only = names});
        require(json.find("secret") == std::string::npos, "what is hidden is never written", name);
    });
    (void)refused([&] { (void)kin::to_json(authors, {.except = names, .indent = 2}); });
    (void)refused([&] { (void)kin::from_json<Post>(R"({"title":"x"})", {.only = names}); });
    return 0;
}
