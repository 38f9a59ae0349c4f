// What the numbers and names of enums say, and what is said of those that are none.
#include <kin/value/enums.hpp>

#include <kin/value/error.hpp>

namespace kin::detail {

namespace {

[[noreturn]] void refuse(const enumerator* all, std::size_t count, const std::string& what, bool names) {
    std::string there;
    for (std::size_t i = 0; i < count; ++i) {
        if (all[i].name.empty()) continue;
        if (!there.empty()) there += ", ";
        there +=
            names ? std::string{all[i].name} : std::to_string(all[i].number) + " (" + std::string{all[i].name} + ')';
    }
    throw conversion_error{what + " is none of: " + there};
}

const enumerator* find(const enumerator* all, std::size_t count, std::int64_t number) {
    const std::int64_t at = number - all[0].number;
    if (number < all[0].number || at >= static_cast<std::int64_t>(count) || all[at].name.empty()) return nullptr;
    return &all[at];
}

}  // namespace

std::int64_t enum_number(const enumerator* all, std::size_t count, std::string_view name) {
    for (std::size_t i = 0; i < count; ++i) {
        if (!name.empty() && all[i].name == name) return all[i].number;
    }
    refuse(all, count, describe(value{name}.view()), true);
}

std::string enum_name(const enumerator* all, std::size_t count, std::int64_t number) {
    if (const enumerator* e = find(all, count, number); e != nullptr) return std::string{e->name};
    refuse(all, count, std::to_string(number), false);
}

std::int64_t checked_enum_number(const enumerator* all, std::size_t count, std::int64_t number) {
    if (find(all, count, number) == nullptr) refuse(all, count, std::to_string(number), false);
    return number;
}

}  // namespace kin::detail
