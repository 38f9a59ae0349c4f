// Listening.
#include <kin/engine/connection.hpp>
#include <kin/engine/notifications.hpp>
#include <kin/sql/compiler.hpp>

namespace kin::engine {

notifications::notifications(lease connection, const std::vector<std::string>& channels, const site& where)
    : connection_{std::move(connection)} {
    connection_->at(where);
    if (!connection_->dialect().notifications) {
        throw usage_error{std::string{connection_->dialect().name} + " has no notifications", {.where = where}};
    }
    for (const std::string& each : channels) connection_->script("LISTEN " + sql::quote(each, connection_->dialect()));
}

notifications::~notifications() {
    const connection::undisturbed whatever_is_wanted{*connection_};
    try {
        connection_->script("UNLISTEN *");  // the pool gives the connection to somebody else
    } catch (...) {
        // A connection that is lost hears nothing.
    }
}

std::optional<notification> notifications::next(int milliseconds, const site& where) {
    connection_->at(where);
    notification heard;
    if (!connection_->wait_for_notification(heard, milliseconds)) return std::nullopt;
    return heard;
}

}  // namespace kin::engine
