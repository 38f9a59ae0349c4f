// The MariaDB driver: connects as its URL asks for it, without blocking, and registers itself.
#include <fmt/format.h>
#include <string_view>

#include <kin/engine/registry.hpp>

#include "commits.hpp"
#include "error.hpp"
#include "link.hpp"
#include "settings.hpp"
#include "statement.hpp"

namespace kin::engine::mariadb {

namespace {

/// Says it over a connection of its own.
class mariadb_interrupter final : public interrupter {
  public:
    mariadb_interrupter(const settings& with, unsigned long thread)
        : settings_{with}, kill_{fmt::format("KILL QUERY {}", thread)} {
        settings_.isolation.clear();
        settings_.statement_timeout = 0;
        constexpr unsigned most = 5;  // seconds; others wait for their interrupters behind it
        if (settings_.connect_timeout == 0 || settings_.connect_timeout > most) settings_.connect_timeout = most;
    }
    void interrupt() noexcept override {
        try {
            link{settings_, "cannot connect", {}}.query(kill_);
        } catch (...) {
            // Then the statement goes on, until whoever waits for it loses patience.
        }
    }

  private:
    settings settings_;
    std::string kill_;
};

class mariadb_driver final : public driver {
  public:
    mariadb_driver(const url& address, const site& where)
        : settings_{read_settings(address, where)},
          link_{settings_, fmt::format("cannot connect to {}", address.printed()), where} {
        at(where);
    }

    std::unique_ptr<prepared> prepare(std::string_view sql) override {
        return std::make_unique<statement>(*this, link_, sql);
    }

    void execute(std::string_view sql) override {
        if (const std::string commits = commits_implicitly(sql, link_.in_transaction()); !commits.empty()) {
            refuse_commit(commits, sql, where());
        }
        if (!link_.query(sql)) raise(link_.handle(), link_.lost(), {"cannot run the script", sql, {}, where()});
    }

    const sql::dialect& dialect() const noexcept override { return sql::mariadb_dialect(); }
    bool alive() noexcept override { return link_.alive(); }
    bool in_transaction() noexcept override { return link_.in_transaction(); }

    std::string_view begin_to_read_sql() const noexcept override { return "START TRANSACTION READ ONLY"; }

    std::unique_ptr<interrupter> make_interrupter() override {
        return std::make_unique<mariadb_interrupter>(settings_, mysql_thread_id(link_.handle()));
    }
    /// A KILL that came late ends the next statement, whatever that is.
    void interrupted() noexcept override {
        if (!link_.lost()) link_.query("DO 0");
    }

  private:
    settings settings_;
    link link_;
};

std::unique_ptr<driver> open_mariadb(const url& address, const site& where) {
    return std::make_unique<mariadb_driver>(address, where);
}

/// Before static objects of the program, which may open a database.
struct registration {
    registration() { register_driver("mariadb", &open_mariadb, waiting::for_sockets, &sql::mariadb_dialect()); }
};
[[gnu::init_priority(200)]] const registration registered;

}  // namespace

}  // namespace kin::engine::mariadb

/// The linker is told to look for this name, so that a static library brings the registration along.
extern "C" {
extern int kin_driver_mariadb;
int kin_driver_mariadb = 1;
}
