// Replicas: looked at by those who read from them.
#include "engine/replica_set.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <thread>
#include <utility>

#include <kin/engine/cancellation.hpp>
#include <kin/engine/flow.hpp>
#include <kin/engine/registry.hpp>
#include <kin/engine/url.hpp>
#include <kin/sql/dialect.hpp>

namespace kin::engine {

namespace {

/// What a server says of itself.
struct answer {
    std::optional<std::string> position{};  ///< none: it is not what it was taken for
    std::string identity{};                 ///< the same on all servers of one database
};

answer ask(connection& c, std::string_view sql) {
    cursor row = c.run_aside(sql, {});
    answer result;
    if (!row.next()) return result;
    if (!row.is_null(0)) result.position = std::string{row.cell(0).bytes};
    if (!row.is_null(1)) result.identity = std::string{row.cell(1).bytes};
    return result;
}

/// Where a URL leads, whoever asks and however.
std::string place_of(const url& address) {
    std::string place = fmt::format("{}:{}/{}", address.host, address.port, address.path);
    for (const char* name : {"host", "hostaddr", "port", "socket", "service", "dbname"}) {
        if (const std::string* value = address.find(name)) place += fmt::format(" {}={}", name, *value);
    }
    return place;
}

/// The caller gave the work up: that is no fault of a server's.
bool is_cancelled() {
    const cancellation* const wish = cancellation::current();
    return wish != nullptr && wish->requested();
}

void pause(std::chrono::milliseconds length) {
    if (flow* const f = flow::current()) return f->pause(length.count() * 1000);
    std::this_thread::sleep_for(length);
}

/// Set for as long as one looks; false for those who come meanwhile.
class only_one {
  public:
    explicit only_one(std::atomic<bool>& busy) noexcept : busy_{busy}, mine_{!busy.exchange(true)} {}
    only_one(const only_one&) = delete;
    only_one& operator=(const only_one&) = delete;
    ~only_one() {
        if (mine_) busy_.store(false);
    }
    explicit operator bool() const noexcept { return mine_; }

  private:
    std::atomic<bool>& busy_;
    bool mine_;
};

[[noreturn]] void refuse(std::string message, const site& where) { throw usage_error{message, {.where = where}}; }

}  // namespace

struct replica_set::replica {
    replica(const url& address, const pool_options& options, const pool_options& alone)
        : name{address.printed()}, connections{address, options}, lookout{address, alone} {}

    const std::string name;
    pool connections;
    pool lookout;  ///< for looks alone
    std::atomic<bool> looking = false;
    // Guarded by the set's mutex.
    std::optional<clock::time_point> looked{};
    std::string out{"nobody has looked at it yet"};  ///< why it is left out; empty: it is not
    bool known = false;                              ///< it was seen as a replica of this primary
};

replica_set::replica_set(pool& primary, const replicas& how, const pool_options& options, const site& where)
    : primary_{primary}, lookout_{primary.address(), {.max = 1, .timeout_milliseconds = 1000}}, how_{how} {
    const url& first = primary.address();
    const sql::dialect* const engine = dialect_of(first, where);
    if (engine == nullptr || engine->position.empty()) {
        refuse(fmt::format("{} has no replicas that Kin could read from: leave kin::replicas out for {}",
                           engine != nullptr ? engine->name : first.scheme, first.printed()),
               where);
    }
    if (how.urls.empty()) {
        refuse("the list of replicas is empty: name one, or make the database without kin::replicas", where);
    }
    if (how.lag_milliseconds <= 0 || how.wait_milliseconds < 0 || how.look_milliseconds < 0) {
        refuse("the bounds of kin::replicas are no times: lag_milliseconds is above 0, the others are not below",
               where);
    }
    // What lies between two looks is not told apart.
    how_.look_milliseconds = std::min(how.look_milliseconds, std::max<std::int64_t>(how.lag_milliseconds / 2, 1));
    pool_options alone = options;
    alone.max = 1;
    std::vector<std::string> places{place_of(first)};
    for (const std::string& text : how.urls) {
        const url address = url::parse(text, where);
        const sql::dialect* const its = dialect_of(address, where);
        if (its != engine) {
            refuse(fmt::format("the replica {} is of another engine than its primary {}: name a {} server that "
                               "replicates it",
                               address.printed(), first.printed(), engine->name),
                   where);
        }
        const std::string* const isolation = address.find("isolation");
        if (isolation != nullptr && *isolation == "serializable" && !engine->serializable_replicas) {
            refuse(fmt::format("{} has no serializable transactions on a replica: leave isolation out of {}",
                               engine->name, address.printed()),
                   where);
        }
        std::string place = place_of(address);
        const auto same = std::find(places.begin(), places.end(), place);
        if (same == places.begin()) {
            refuse(fmt::format("the replica {} is the primary itself: leave it out of the list, as reads go to the "
                               "primary where no replica may answer",
                               address.printed()),
                   where);
        }
        if (same != places.end()) {
            refuse(fmt::format("the replica {} stands in the list twice: name it once", address.printed()), where);
        }
        places.push_back(std::move(place));
        all_.push_back(std::make_unique<replica>(address, options, alone));
    }
}

replica_set::~replica_set() = default;

// -- looking --------------------------------------------------------------------------------------------------------

void replica_set::reached(std::string position, clock::time_point when) {
    const std::lock_guard lock{mutex_};
    if (!moments_.empty() && when <= moments_.back().when) return;  // another thread has asked since
    // One moment beyond the bound tells that a replica is not.
    const auto bound = when - std::chrono::milliseconds{how_.lag_milliseconds};
    while (moments_.size() > 1 && moments_[1].when <= bound) moments_.pop_front();
    // Those who ask for every commit would fill it.
    const auto apart = std::chrono::milliseconds{std::max<std::int64_t>(how_.look_milliseconds / 2, 1)};
    if (moments_.size() > 1 && when - moments_[moments_.size() - 2].when < apart) moments_.pop_back();
    moments_.push_back({when, std::move(position)});
}

bool replica_set::look_at_primary(const site& where) {
    const only_one me{looking_at_primary_};
    if (!me) return false;
    const clock::time_point now = clock::now();
    {
        const std::lock_guard lock{mutex_};
        if (primary_looked_ && now - *primary_looked_ < std::chrono::milliseconds{how_.look_milliseconds}) return true;
        primary_looked_ = now;
    }
    answer said;
    try {
        const lease link = lookout_.acquire(where);
        said = ask(*link, link->dialect().position);
    } catch (const database_error&) {
        if (is_cancelled()) throw;
        return true;  // then replicas answer alone, and no moment is added that they would have to reach
    }
    if (!said.position || said.position->empty()) {
        bool first = false;
        {
            const std::lock_guard lock{mutex_};
            first = primary_identity_.empty();
        }
        if (!first) return true;  // it has become a replica since: who writes will hear of it
        refuse(
            fmt::format("{} is no primary (a replica itself, or it writes no log that could be replicated): give its "
                        "own primary's URL to kin::database",
                        primary_.address().printed()),
            where);
    }
    {
        const std::lock_guard lock{mutex_};
        primary_identity_ = std::move(said.identity);
    }
    reached(std::move(*said.position), now);
    return true;
}

bool replica_set::look_if_due(replica& r, const site& where) {
    const auto bound = std::chrono::milliseconds{how_.look_milliseconds};
    const auto is_newer_than = [&](clock::duration age) {
        const std::lock_guard lock{mutex_};
        return r.looked && clock::now() - *r.looked < age;
    };
    if (is_newer_than(bound)) return true;
    const only_one me{r.looking};
    if (me && look(r, where)) return true;
    return is_newer_than(2 * bound);  // as long as another thread needs to look, but not for ever
}

bool replica_set::look(replica& r, const site& where) {
    if (!look_at_primary(where)) return false;
    answer said;
    try {
        const lease link = r.lookout.acquire(where);
        said = ask(*link, link->dialect().replica_position);
    } catch (const database_error& e) {
        if (is_cancelled()) throw;
        return leave_out(r, e.message());
    }
    const clock::time_point now = clock::now();
    bool known = false;
    bool seen = false;
    std::string primary;
    {
        const std::lock_guard lock{mutex_};
        known = r.known;
        seen = !moments_.empty();
        primary = primary_identity_;
    }
    if (!said.position) {
        // One that was promoted when its primary went is no mistake of the list.
        if (known || !seen) return leave_out(r, "it is no replica any more");
        refuse(
            fmt::format("{} is no replica: it takes nothing over from another server, or is the primary itself under "
                        "another name. Leave it out of kin::replicas, or set its replication up",
                        r.name),
            where);
    }
    if (!primary.empty() && said.identity != primary) {
        if (known) return leave_out(r, "it serves another database now");
        refuse(fmt::format("{} is a replica of another database than {} is: name servers that replicate this one",
                           r.name, primary_.address().printed()),
               where);
    }
    std::string out = refusal(r, *said.position, now);
    const std::lock_guard lock{mutex_};
    r.known = r.known || !primary.empty();
    r.looked = now;
    r.out = std::move(out);
    return true;
}

/// Why a replica that stands at this position is left out; empty where it is not.
std::string replica_set::refusal(const replica& r, const std::string& position, clock::time_point now) {
    const sql::dialect& d = *dialect_of(r.connections.address(), site{});
    const std::lock_guard lock{mutex_};
    if (moments_.empty()) return {};  // the primary was never seen
    const moment* latest = nullptr;
    bool behind = false;
    for (auto m = moments_.rbegin(); m != moments_.rend() && latest == nullptr; ++m) {
        if (d.compare_positions(position, m->position) == sql::standing::reached) {
            latest = &*m;
        } else {
            behind = true;
        }
    }
    if (!behind) return {};
    if (latest == nullptr) return "how far it is behind is not known yet, or more than it may";
    const auto lag = std::chrono::duration_cast<std::chrono::milliseconds>(now - latest->when).count();
    if (lag <= how_.lag_milliseconds) return {};
    return fmt::format("it is {} ms behind, and may be {}", lag, how_.lag_milliseconds);
}

bool replica_set::may_answer(replica& r) {
    const std::lock_guard lock{mutex_};
    return r.out.empty();
}

bool replica_set::leave_out(replica& r, std::string why) {
    const std::lock_guard lock{mutex_};
    r.looked = clock::now();
    r.out = std::move(why);
    return true;
}

// -- choosing -------------------------------------------------------------------------------------------------------

/// Empty where the replica is gone, which is left out from here on, or where all its connections are in use.
lease replica_set::try_acquire(replica& r, const site& where) {
    try {
        return r.connections.acquire(where);
    } catch (const connection_lost& e) {
        leave_out(r, e.message());
        return {};
    } catch (const pool_timeout&) {
        return {};
    }
}

/// Asked each time, over the connection that will read: a server that was down may have come back to an earlier state.
bool replica_set::has_reached(replica& r, connection& c, std::string_view after, const site& where) {
    c.at(where);
    try {
        const sql::dialect& d = c.dialect();
        const answer said = ask(c, d.replica_position);
        return said.position && d.compare_positions(*said.position, after) == sql::standing::reached;
    } catch (const database_error& e) {
        if (is_cancelled()) throw;
        leave_out(r, e.message());
        return false;
    }
}

lease replica_set::wait_for(const std::vector<replica*>& behind, std::string_view after, const site& where) {
    const auto until = clock::now() + std::chrono::milliseconds{how_.wait_milliseconds};
    std::chrono::milliseconds length{1};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
        if (left.count() <= 0) return {};
        pause(std::min(length, left));
        length = std::min(length * 2, std::chrono::milliseconds{16});
        bool any = false;
        for (replica* const r : behind) {
            if (!may_answer(*r)) continue;
            lease link = try_acquire(*r, where);
            if (!link) continue;
            if (has_reached(*r, *link, after, where)) return link;
            any = true;
        }
        if (!any) return {};
    }
}

lease replica_set::acquire(std::string_view after, const site& where) {
    const std::size_t start = turn_.fetch_add(1, std::memory_order_relaxed);
    std::vector<replica*> behind;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        replica& r = *all_[(start + i) % all_.size()];
        if (!look_if_due(r, where) || !may_answer(r)) continue;
        lease link = try_acquire(r, where);
        if (!link) continue;
        if (after.empty() || has_reached(r, *link, after, where)) return link;
        behind.push_back(&r);
    }
    if (!behind.empty()) {
        if (lease link = wait_for(behind, after, where)) return link;
    }
    try {
        return primary_.acquire(where);
    } catch (const connection_lost& e) {
        if (lease link = last_resort(after, where)) return link;
        throw connection_failed{fmt::format("{}; and of its replicas none may answer: {}", e.message(), reasons()),
                                e.context()};
    }
}

/// Where the primary is gone: what is known of the replicas, however new, may be out of date.
lease replica_set::last_resort(std::string_view after, const site& where) {
    for (const auto& r : all_) {
        const only_one me{r->looking};
        if (me) look(*r, where);
        if (!may_answer(*r)) continue;
        lease link = try_acquire(*r, where);
        if (link && (after.empty() || has_reached(*r, *link, after, where))) return link;
    }
    return {};
}

std::string replica_set::reasons() {
    const std::lock_guard lock{mutex_};
    std::string text;
    for (const auto& r : all_) {
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", r->name,
                            r->out.empty() ? "it has not come to the commit that is asked for" : r->out);
    }
    return text;
}

void replica_set::on_statement(const statement_listener& listener) {
    for (const auto& r : all_) r->connections.on_statement(listener);
}

void replica_set::watch_repetitions(const repetition_listener& report, std::size_t threshold) {
    for (const auto& r : all_) r->connections.watch_repetitions(report, threshold);
}

// -- positions ------------------------------------------------------------------------------------------------------

void require_position(const url& address, std::string_view text, const site& where) {
    if (text.empty()) return;
    const sql::dialect* const d = dialect_of(address, where);
    if (d == nullptr || d->compare_positions == nullptr) return;
    if (d->compare_positions(text, text) == sql::standing::reached) return;
    refuse(fmt::format("'{}' is no moment of a {} database: give the text of a kin::read_your_writes of this one", text,
                       d->name),
           where);
}

std::string position_of(pool& primary, replica_set* told, const site& where) {
    const auto now = std::chrono::steady_clock::now();
    const lease link = primary.acquire(where);
    const std::string_view sql = link->dialect().position;
    if (sql.empty()) return {};
    answer said = ask(*link, sql);
    if (!said.position || said.position->empty()) {
        refuse(fmt::format("{} is no primary (a replica itself, or it writes no log that could be replicated): nothing "
                           "can be said of its commits",
                           primary.address().printed()),
               where);
    }
    if (told != nullptr) told->reached(*said.position, now);
    return std::move(*said.position);
}

}  // namespace kin::engine
