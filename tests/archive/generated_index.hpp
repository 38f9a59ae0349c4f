// A package index for tests, of any size.
#pragma once

#include <string>

namespace kin::test {

inline std::string generated_name(int i) { return (i % 4 == 3 ? "tool" : "lib") + std::to_string(i); }

/// Packages that depend on each other in both directions, on themselves and on what is not there, with alternatives and
/// versions of every form, without one field or another, and some of them twice.
inline std::string generated_index(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += "Package: " + generated_name(i) + "\n";
        if (i % 11 != 0)
            text += "Version: " + std::string{i % 9 == 0 ? "2:" : ""} + "1." + std::to_string(i) +
                    (i % 5 == 0 ? "" : "-2") + "\n";
        if (i % 29 == 0) {
            text += "Maintainer: nobody\n";
        } else if (i % 13 != 0) {
            const std::string n = std::to_string(i % 17);
            text += "Maintainer: Zoë \\ \"" + n + "\" <m" + n + "@x.org>\n";
        }
        text += "Architecture: " + std::string{i % 3 == 0 ? "all" : "amd64"} + "\n";
        if (i % 7 != 0)
            text += "Section: " + std::string{i % 5 == 0 ? "contrib/shells" : i % 2 == 0 ? "utils" : "libs"} + "\n";
        if (i % 4 != 0) text += "Installed-Size: " + std::to_string(i * 1000L) + "\n";
        if (i % 2 == 0) text += "Pre-Depends: " + generated_name((i * 7 + 1) % count) + " (>= 2:1.0~rc1)\n";
        text += "Depends: " + generated_name(count - 1 - i) + " | " + generated_name((i * 3) % count) +
                " (= 1), not-there:any, " + generated_name((i + 1) % count) + " [amd64] <!nocheck>\n";
        if (i % 6 == 0) text += "Suggests: " + generated_name(i) + ", " + generated_name(i / 2) + "\n";
        text += "Description: a tab\there, 漢字 and \\N\n more\n .\n\n";
    }
    return text + "Package: lib5\nVersion: twice\n\n";
}

}  // namespace kin::test
