// Page tokens: as they come, and with the checksum that makes their content be looked at.
#include "fuzzing.hpp"

using namespace fuzzing;

namespace {

std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t sum = 2166136261u;
    for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619u;
    return sum;
}
std::string spelled(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    std::uint32_t bits = 0;
    unsigned have = 0;
    for (const char c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (have += 8; have >= 6; have -= 6) out += digits[bits >> (have - 6) & 63];
    }
    if (have > 0) out += digits[bits << (6 - have) & 63];
    return out;
}
std::string bytes_of(std::string_view token) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    std::uint32_t bits = 0;
    unsigned have = 0;
    for (const char c : token) {
        bits = bits << 6 | static_cast<std::uint32_t>(digits.find(c));
        have += 6;
        if (have < 8) continue;
        have -= 8;
        out += static_cast<char>(bits >> have & 255);
    }
    return out;
}

template <class Make>
void ask(Make make, std::string_view input) {
    (void)refused([&] { (void)make().after(input, 2); });
    // A token of the query's own, with other values in it.
    const auto first = make().after("", 1);
    require(first.has_next(), "there are three posts");
    require(!refused([&] { (void)make().after(first.next, 5); }), "its own token is taken", first.next);
    std::string content = bytes_of(first.next).substr(0, 4) + std::string{input};
    for (std::uint32_t sum = checksum(content), i = 0; i < 4; ++i) content += static_cast<char>(sum >> (8 * i) & 255);
    (void)refused([&] {
        const auto slice = make().after(spelled(content), 2);
        require(slice.items.size() <= 2, "a page has an end");
        if (slice.has_next()) (void)make().after(slice.next, 2);
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = text_of(data, size);
    kin::session s{database()};
    ask([&] { return s.query<Post>(); }, input);
    ask([&] { return s.query<Post>().order_by("-views,title,score"); }, input);
    ask([&] { return s.query<Post>().order_by("at,token,-price,day"); }, input);
    return 0;
}
