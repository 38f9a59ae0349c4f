// Where the tables of one side are on a server: a schema (PostgreSQL) or a database (MariaDB) of their own.
#pragma once

#include <string>

#include "workloads.hpp"

namespace bench {

class own_schema {
  public:
    /// `server` is the URL that others use as well.
    own_schema(engine on, const std::string& server, const std::string& name);
    /// The URL of a connection that finds names in it.
    [[nodiscard]] std::string url() const;
    /// Made and dropped by a connection of its own.
    void create(const side&) const;
    void drop(const side&) const;

  private:
    void script(const side&, const std::string& sql) const;

    engine on_;
    std::string server_;
    std::string name_;
};

}  // namespace bench
