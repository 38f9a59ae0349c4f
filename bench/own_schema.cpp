// Schemas of the benchmark on servers.
#include "own_schema.hpp"

#include <algorithm>

namespace bench {

own_schema::own_schema(engine on, const std::string& server, const std::string& name)
    : on_{on}, server_{server}, name_{"kin_bench_" + name} {}

std::string own_schema::url() const {
    const std::size_t question = std::min(server_.find('?'), server_.size());
    if (on_ == engine::mariadb) {
        return server_.substr(0, server_.rfind('/', question) + 1) + name_ + server_.substr(question);
    }
    return server_ + (question == server_.size() ? '?' : '&') + "options=-c%20search_path%3D" + name_ +
           "%20-c%20client_min_messages%3Dwarning";
}

void own_schema::create(const side& by) const { script(by, "CREATE SCHEMA " + name_); }

void own_schema::drop(const side& by) const {
    script(by, "DROP SCHEMA " + name_ + (on_ == engine::postgresql ? " CASCADE" : ""));
}

void own_schema::script(const side& by, const std::string& sql) const {
    context server;
    server.on = on_;
    server.place = server_;
    by.open(server);
    by.script(server, sql);
    by.close(server);
}

}  // namespace bench
