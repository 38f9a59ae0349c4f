// JSON: what is read is written and read again as the same; what is written is JSON, whatever the object holds.
#include <algorithm>

#include <kin/json.hpp>
#include <kin/value/transfer.hpp>

#include "fuzzing.hpp"

using namespace fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto all_of = [](const Post& p) { return kin::to_json(p); };
    Post read{};
    if (!refused([&] { read = kin::from_json<Post>(text); })) {
        const std::string once = all_of(read);
        const std::string twice = all_of(kin::from_json<Post>(once));
        require(once == twice, "it comes back as it went", once + "\n" + twice);
        kin::session s{database()};
        (void)refused([&] {
            const auto stored = s.add(Post{kin::from_json<Post>(text)});
            s.flush();
            (void)kin::from_json<Post>(kin::to_json(stored));
        });
        s.rollback();
    }
    Post kept{.title = "kept", .views = 3};
    const std::string before = all_of(kept);
    if (refused([&] { kin::assign_json(kept, text, {.except = {"id", "place.x"}}); })) {
        require(all_of(kept) == before, "all or nothing", all_of(kept));
    }
    (void)refused([&] { (void)kin::list_from_json<Author>(text); });
    // What a database may hold.
    const Post stored{.title = std::string{text}, .document = {std::string{text}}};
    const std::string written = all_of(stored);
    require(kin::valid_utf8(written), "it is UTF-8");
    const std::string again = all_of(kin::from_json<Post>(kin::to_json(stored, {.only = {"title"}})));
    require(!again.empty(), "a text is read again");
    bool repeats = false;  // a name: that is JSON, but nothing that is read
    const bool is_refused = refused([&] {
        try {
            (void)kin::from_json<Post>(written);
        } catch (const kin::error& e) {
            repeats = e.message().find("which is there already") != std::string::npos;
            throw;
        }
    });
    if (is_refused && !repeats) {
        // Only what stands deeper than is read.
        require(std::count(text.begin(), text.end(), '[') + std::count(text.begin(), text.end(), '{') > 190,
                "what is written is JSON", written);
    }
    return 0;
}
