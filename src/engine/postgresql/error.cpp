// PostgreSQL's SQLSTATEs as Kin's errors.
#include "error.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <new>

namespace kin::engine::postgresql {

namespace {

std::string_view field_of(const PGresult* r, int code) {
    const char* text = r != nullptr ? PQresultErrorField(r, code) : nullptr;
    return text != nullptr ? std::string_view{text} : std::string_view{};
}

/// Never returns for a state that is known.
void raise_state(std::string_view state, const std::string& message, error_context& context) {
    const auto is = [state](std::string_view other) { return state == other; };
    if (is("23505") || is("23P01")) throw unique_violation{message, std::move(context)};
    if (is("23503")) throw foreign_key_violation{message, std::move(context)};
    if (is("23502")) throw not_null_violation{message, std::move(context)};
    // A text that is too long for its column: other databases have a check for it.
    if (is("23514") || is("22001")) throw check_violation{message, std::move(context)};
    if (is("40001")) throw serialization_failure{message, std::move(context)};
    if (is("40P01")) throw deadlock{message, std::move(context)};
    if (is("55P03")) throw database_locked{message, std::move(context)};
    if (is("57014")) throw statement_canceled{message, std::move(context)};
    if (is("25006")) throw read_only_database{message, std::move(context)};
    if (is("53100")) throw disk_full{message, std::move(context)};
    if (is("53200")) throw std::bad_alloc{};
    if (is("08P01")) throw usage_error{message, std::move(context)};  // a wrong number of parameters
    // What ends the connection: an administrator, a crash, a time limit for idling.
    if (is("57P01") || is("57P02") || is("57P03") || is("57P04") || is("57P05") || is("25P03")) {
        throw connection_lost{message, std::move(context)};
    }
    if (state.starts_with("23")) throw constraint_violation{message, std::move(context)};
    if (state.starts_with("08")) throw connection_lost{message, std::move(context)};
    if (state.starts_with("22")) throw conversion_error{message, std::move(context)};
    if (state.starts_with("40")) throw serialization_failure{message, std::move(context)};
    if (is("XX001") || is("XX002")) throw corrupt_database{message, std::move(context)};
}

/// Of `Key (tenant, "Token"`: whether a column of the list is hidden.
bool names_hidden(std::string_view key) {
    key.remove_prefix(std::min(key.size(), key.find('(') + 1));
    while (!key.empty()) {
        const std::size_t comma = key.find(", ");
        std::string_view name = key.substr(0, comma);
        key = comma == std::string_view::npos ? std::string_view{} : key.substr(comma + 2);
        if (name.size() > 1 && name.front() == '"') name = name.substr(1, name.size() - 2);
        if (is_hidden_column(name)) return true;
    }
    return false;
}

/// Without the values of a whole row, and where values are not to be shown without those of a key.
std::string detail_of(const PGresult* r) {
    std::string text = one_line(std::string{field_of(r, PG_DIAG_MESSAGE_DETAIL)}.c_str());
    if (text.starts_with("Failing row contains")) return {};
    // Key (email)=(ada@example.org) already exists. In another language the brackets are the same.
    const std::size_t first = text.find(")=(");
    const std::size_t last = text.rfind(')');
    if (first == std::string::npos || last <= first) return text;
    if (!error::shows_parameters() || names_hidden(std::string_view{text}.substr(0, first))) {
        text.erase(first + 1, last - first);
    }
    return text;
}

error_context context_of(failure& what, std::string_view state) {
    return {.sql = std::string{what.sql},
            .parameters = std::move(what.parameters),
            .code = std::string{state},
            .where = what.where};
}

}  // namespace

bool is_outdated(const PGresult* r) {
    const std::string_view state = field_of(r, PG_DIAG_SQLSTATE);
    if (state == "26000") return field_of(r, PG_DIAG_MESSAGE_PRIMARY).find("kin_") != std::string_view::npos;
    if (state != "0A000") return false;
    // Other features that are not supported have the same state; the message comes in the server's language.
    return field_of(r, PG_DIAG_SOURCE_FUNCTION) == "RevalidateCachedQuery" ||
           field_of(r, PG_DIAG_MESSAGE_PRIMARY).starts_with("cached plan must not change");
}

std::string one_line(const char* message) {
    std::string text{message};
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    for (char& c : text) {
        if (c == '\n' || c == '\t') c = ' ';
    }
    return text;
}

void raise(const PGresult* r, bool lost, failure what) {
    const std::string_view state = field_of(r, PG_DIAG_SQLSTATE);
    std::string text{field_of(r, PG_DIAG_MESSAGE_PRIMARY)};
    if (text.empty()) text = one_line(PQresultErrorMessage(r));
    if (const std::string detail = detail_of(r); !detail.empty()) text += fmt::format(" ({})", detail);
    if (const auto hint = field_of(r, PG_DIAG_MESSAGE_HINT); !hint.empty()) text += fmt::format("; {}", hint);
    const std::string message = fmt::format("{}: {}", what.doing, text);
    error_context context = context_of(what, state);
    if (lost) throw connection_lost{message, std::move(context)};
    if (is_outdated(r)) throw serialization_failure{message, std::move(context)};
    raise_state(state, message, context);
    throw database_error{message, std::move(context)};
}

void raise_lost(std::string_view message, failure what) {
    error_context context = context_of(what, {});
    throw connection_lost{fmt::format("{}: {}", what.doing, message), std::move(context)};
}

void raise_refused(PGconn* connection, failure what) {
    error_context context = context_of(what, {});
    throw connection_failed{fmt::format("{}: {}", what.doing, one_line(PQerrorMessage(connection))),
                            std::move(context)};
}

}  // namespace kin::engine::postgresql
