// The PostgreSQL driver: connects as its URL asks for it, without blocking, and registers itself.
#include <fmt/format.h>
#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

#include <kin/engine/notifications.hpp>
#include <kin/engine/registry.hpp>
#include <kin/engine/wait.hpp>

#include "settings.hpp"

namespace kin::engine::postgresql {

namespace {

struct finish_connection {
    void operator()(PGconn* c) const noexcept { PQfinish(c); }
};
using owned_connection = std::unique_ptr<PGconn, finish_connection>;

/// What one of libpq's options is, wherever it was set.
std::string option(PGconn* connection, std::string_view name) {
    struct free_options {
        void operator()(PQconninfoOption* all) const noexcept { PQconninfoFree(all); }
    };
    const std::unique_ptr<PQconninfoOption, free_options> all{PQconninfo(connection)};
    for (const PQconninfoOption* each = all.get(); each != nullptr && each->keyword != nullptr; ++each) {
        if (name == each->keyword) return each->val != nullptr ? each->val : "";
    }
    return {};
}

/// Seconds that `connect_timeout` allows for each host; 0: for ever.
int connect_timeout(PGconn* connection, const failure& what) {
    int seconds = 0;
    const std::string text = option(connection, "connect_timeout");
    if (text.empty()) return 0;
    const char* end = text.data() + text.size();
    const auto [at, problem] = std::from_chars(text.data(), end, seconds);
    if (problem != std::errc{} || at != end) {
        throw connection_failed{fmt::format("{}: connect_timeout: '{}' is no number of seconds", what.doing, text),
                                {.where = what.where}};
    }
    return seconds;
}

std::vector<std::string> parts_of(const std::string& list) {
    std::vector<std::string> parts{""};
    for (const char c : list) {
        if (c == ',') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

/// The place that is being tried: libpq takes several, and tells only which.
std::string place_of(PGconn* connection) {
    std::string place;
    for (const char* part : {PQhost(connection), PQhostaddr(connection), PQport(connection)}) {
        place.append(part != nullptr ? part : "").append(1, ',');
    }
    return place;
}

/// Takes the place that does not answer out of those that are to be tried; false where it is the only one.
bool leave_out(PGconn* connection, settings& with) {
    std::vector<std::string> hosts = parts_of(option(connection, "host"));
    std::vector<std::string> addresses = parts_of(option(connection, "hostaddr"));
    std::vector<std::string> ports = parts_of(option(connection, "port"));
    const std::size_t count = std::max(hosts.size(), addresses.size());
    if (count < 2) return false;
    const std::string host = PQhost(connection);
    const std::string port = PQport(connection);
    const auto is = [&](std::size_t i) {
        const bool here = (i < hosts.size() && hosts[i] == host) || (i < addresses.size() && addresses[i] == host);
        return here && (ports.size() < count || ports[i] == port);
    };
    std::size_t hanging = 0;
    while (hanging < count && !is(hanging)) ++hanging;
    if (hanging == count) return false;
    const auto set = [&](const char* name, std::vector<std::string>& all) {
        if (all.size() < count) return;  // not given, or one for all
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(hanging));
        std::string list;
        for (std::size_t i = 0; i < all.size(); ++i) list.append(i == 0 ? "" : ",").append(all[i]);
        with.names.emplace_back(name);  // the last one counts
        with.values.push_back(std::move(list));
    };
    set("host", hosts);
    set("hostaddr", addresses);
    set("port", ports);
    return true;
}

/// A connection, or null where the place that `with` now leaves out did not answer in time.
owned_connection try_to_connect(settings& with, const failure& what) {
    using namespace std::chrono;
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (std::size_t i = 0; i < with.names.size(); ++i) {
        names.push_back(with.names[i].c_str());
        values.push_back(with.values[i].c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    owned_connection opened{PQconnectStartParams(names.data(), values.data(), 0)};
    PGconn* c = opened.get();
    if (c == nullptr) throw std::bad_alloc{};
    const int seconds = connect_timeout(c, what);
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;  // as libpq wants it before the first poll
    auto until = steady_clock::now() + std::chrono::seconds{seconds};
    std::string place;
    while (PQstatus(c) != CONNECTION_BAD && status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
        // Each of several hosts has the whole time.
        if (std::string now_at = place_of(c); place != now_at) {
            place = std::move(now_at);
            until = steady_clock::now() + std::chrono::seconds{seconds};
        }
        int milliseconds = -1;
        if (seconds > 0) {
            milliseconds = static_cast<int>(
                std::max<std::int64_t>(ceil<std::chrono::milliseconds>(until - steady_clock::now()).count(), 0));
        }
        const readiness wanted = status == PGRES_POLLING_READING ? readiness::read : readiness::write;
        if (wait_for(PQsocket(c), wanted, milliseconds) == readiness::none) {
            if (leave_out(c, with)) return nullptr;
            throw connection_failed{fmt::format("{}: no answer within {} s", what.doing, seconds),
                                    {.where = what.where}};
        }
        status = PQconnectPoll(c);
    }
    if (PQstatus(c) != CONNECTION_OK) raise_refused(c, what);
    PQsetNoticeProcessor(
        c, [](void*, const char*) {}, nullptr);  // libpq would print them
    return opened;
}

owned_connection connect(settings with, const failure& what) {
    for (;;) {
        if (owned_connection opened = try_to_connect(with, what)) return opened;
    }
}

/// Tells the server over a line of its own, which libpq's thread-safe form of cancelling needs no connection for.
class postgresql_interrupter final : public interrupter {
  public:
    explicit postgresql_interrupter(PGconn* connection) : cancel_{PQgetCancel(connection)} {}
    ~postgresql_interrupter() override { PQfreeCancel(cancel_); }
    void interrupt() noexcept override {
        char told[256];
        if (cancel_ != nullptr) PQcancel(cancel_, told, sizeof told);
    }

  private:
    PGcancel* cancel_;
};

class postgresql_driver final : public driver {
  public:
    postgresql_driver(const url& address, const site& where)
        : postgresql_driver{read_settings(address, where), address, where} {}

    std::unique_ptr<prepared> prepare(std::string_view sql) override {
        return std::make_unique<statement>(*this, link_, sql, how_, ++statements_);
    }

    void execute(std::string_view sql) override {
        constexpr std::string_view doing = "cannot run the script";
        const result error = link_.script(std::string{sql});
        if (error) raise(error.get(), link_.lost(), {doing, sql, {}, where()});
        if (link_.lost()) raise_lost(link_.lost_message(), {doing, sql, {}, where()});
    }

    const sql::dialect& dialect() const noexcept override { return sql::postgresql_dialect(); }
    bool pipelines() const noexcept override { return true; }
    bool alive() noexcept override { return link_.alive(); }
    bool in_transaction() noexcept override { return link_.in_transaction(); }
    bool send_with_next(std::string_view sql) override { return link_.put_ahead(sql); }
    bool forget_begin() noexcept override { return link_.forget_begin(); }
    bool wait_for_notification(notification& heard, int milliseconds) override {
        if (link_.wait_for_notification(heard.channel, heard.payload, milliseconds)) return true;
        if (link_.lost()) raise_lost(link_.lost_message(), {"cannot listen", {}, {}, where()});
        return false;
    }
    std::unique_ptr<interrupter> make_interrupter() override {
        return std::make_unique<postgresql_interrupter>(link_.handle());
    }
    std::string_view begin_sql() const noexcept override { return begin_; }
    std::string_view begin_to_read_sql() const noexcept override { return begin_to_read_; }

  private:
    postgresql_driver(settings with, const url& address, const site& where)
        : begin_{std::move(with.begin)},
          begin_to_read_{begin_ + " READ ONLY"},
          how_{with.how},
          link_{connect(with, {fmt::format("cannot connect to {}", address.printed()), {}, {}, where}).release()} {
        at(where);
        if (how_ == preparing::by_name) keep_utc();
    }

    /// PGTZ, which libpq sends, counts more for the server than options do. It says what it has taken.
    void keep_utc() {
        const char* zone = PQparameterStatus(link_.handle(), "TimeZone");
        if (zone == nullptr || std::string_view{zone} != "UTC") execute("SET TimeZone TO 'UTC'");
    }

    std::string begin_;
    std::string begin_to_read_;
    preparing how_;
    link link_;
    std::uint64_t statements_ = 0;
};

std::unique_ptr<driver> open_postgresql(const url& address, const site& where) {
    return std::make_unique<postgresql_driver>(address, where);
}

/// Before static objects of the program, which may open a database.
struct registration {
    registration() {
        register_driver("postgresql", &open_postgresql, waiting::for_sockets, &sql::postgresql_dialect());
        register_driver("postgres", &open_postgresql, waiting::for_sockets, &sql::postgresql_dialect());
    }
};
[[gnu::init_priority(200)]] const registration registered;

}  // namespace

}  // namespace kin::engine::postgresql

/// The linker is told to look for this name, so that a static library brings the registration along.
extern "C" {
extern int kin_driver_postgresql;
int kin_driver_postgresql = 1;
}
