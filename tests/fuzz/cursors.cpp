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

kin::query<Post> ordered(kin::session& s, int which) {
    if (which == 0) return s.query<Post>();
    return s.query<Post>().order_by(which == 1 ? "-views,title,score" : "at,token,-price,day");
}
/// A token of the query's own: the same for all inputs.
const std::string& own_token(int which) {
    static const std::vector<std::string> tokens = [] {
        std::vector<std::string> all;
        kin::session s{database()};
        for (int i = 0; i < 3; ++i) {
            const auto first = ordered(s, i).after("", 1);
            require(first.has_next(), "there are three posts");
            require(!refused([&] { (void)ordered(s, i).after(first.next, 5); }), "its own token is taken", first.next);
            all.push_back(first.next);
        }
        return all;
    }();
    return tokens[static_cast<std::size_t>(which)];
}

}  // namespace

// The first byte says which order is asked for: one for each input, as a statement costs most of its time.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const int which = data[0] % 3;
    const std::string_view input = text_of(data + 1, size - 1);
    kin::session s{database()};
    (void)refused([&] { (void)ordered(s, which).after(input, 2); });
    // The same with other values in a token of the query's own.
    std::string content = bytes_of(own_token(which)).substr(0, 4) + std::string{input};
    for (std::uint32_t sum = checksum(content), i = 0; i < 4; ++i) content += static_cast<char>(sum >> (8 * i) & 255);
    (void)refused([&] {
        const auto slice = ordered(s, which).after(spelled(content), 2);
        require(slice.items.size() <= 2, "a page has an end");
        if (slice.has_next()) (void)ordered(s, which).after(slice.next, 2);
    });
    return 0;
}
