// Uses the installed package: a header, a compiled function, and the driver that nobody names.
#include <cstdio>
#include <string>
#include <string_view>

#if __has_include(<kin/kin.hpp>)
#include <kin/kin.hpp>
#endif
#include <kin/engine/registry.hpp>
#include <kin/engine/url.hpp>
#include <kin/sql/compiler.hpp>

std::string quoted(std::string_view name);

int main() {
    if (quoted("a\"b") != "\"a\"\"b\"") return std::puts("quoting is wrong"), 1;
    return 0;
}
