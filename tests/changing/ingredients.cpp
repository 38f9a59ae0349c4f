#include "ingredients.hpp"

#include <algorithm>
#include <cstdlib>

namespace changing {

bool with(const char* ingredient) {
    static const auto list = [](const char* name) {
        std::vector<std::string> all;
        const char* text = std::getenv(name);
        for (std::string each; text != nullptr; ++text) {
            if (*text != ',' && *text != '\0') {
                each += *text;
                continue;
            }
            all.push_back(each);
            each.clear();
            if (*text == '\0') break;
        }
        return all;
    };
    static const std::vector<std::string> out = list("KIN_CHANGING_WITHOUT");
    return std::ranges::count(out, ingredient) == 0;
}

}  // namespace changing
