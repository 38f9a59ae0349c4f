// Addresses of databases: parsed and printed again, without the password.
#include <kin/engine/url.hpp>

#include "fuzzing.hpp"

using namespace fuzzing;
using kin::engine::url;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    url address;
    if (refused([&] { address = url::parse(text); })) return 0;
    (void)address.is_private_memory();
    (void)address.is_shared_memory();
    const std::string printed = address.printed();
    url again;
    require(!refused([&] { again = url::parse(printed); }), "what is printed is an address", printed);
    require(again.scheme == address.scheme && again.host == address.host && again.port == address.port &&
                again.user == address.user && again.path == address.path,
            "it leads to the same place", printed);
    require(again.password.empty() || again.password == "***", "no password is printed", printed);
    require(again.options.size() == address.options.size(), "its options are there", printed);
    // The driver itself, where nothing of it can reach a file.
    if (!text.starts_with("sqlite::memory:")) return 0;
    if (text.find("mode") != std::string_view::npos || text.find('%') != std::string_view::npos) return 0;
    if (address.path != ":memory:" || !address.host.empty()) return 0;
    (void)refused([&] {
        kin::database db{text};
        kin::session s{db};
        s.execute("SELECT 1");
    });
    return 0;
}
