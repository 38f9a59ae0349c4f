// The text of an error: the message, then each part of the context on a line of its own.
#include <atomic>

#include <fmt/format.h>

#include <kin/value/error.hpp>

namespace kin {

namespace {

std::atomic<bool> parameters_shown{true};

std::string full_text(std::string_view message, const error_context& context) {
    std::string text{message};
    auto add = [&text](std::string_view label, std::string_view part) {
        if (!part.empty()) fmt::format_to(std::back_inserter(text), "\n  {}: {}", label, part);
    };
    add("statement", context.sql);
    if (error::shows_parameters()) add("parameters", context.parameters);
    add("code", context.code);
    if (const std::string_view file = context.where.file_name(); !file.empty()) {
        add("at", fmt::format("{}:{}", file, context.where.line()));
    }
    return text;
}

}  // namespace

void error::show_parameters(bool yes) noexcept { parameters_shown.store(yes, std::memory_order_relaxed); }
bool error::shows_parameters() noexcept { return parameters_shown.load(std::memory_order_relaxed); }

error::error(std::string_view message, error_context context)
    : std::runtime_error{full_text(message, context)}, message_{message}, context_{std::move(context)} {}

}  // namespace kin
