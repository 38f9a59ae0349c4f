// The statement cache, the statement log and the state of the transaction.
#include <atomic>
#include <chrono>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/engine/describe.hpp>
#include <kin/engine/driver.hpp>
#include <kin/sql/compiler.hpp>

namespace kin::engine {

namespace {

constexpr std::uint32_t no_number = 0xFFFFFFFF;

std::atomic<std::uint32_t> next_number{0};

/// Whether the exception that is being handled says that the connection is gone.
bool is_loss() noexcept {
    if (std::current_exception() == nullptr) return false;
    try {
        throw;
    } catch (const connection_lost&) {
        return true;
    } catch (...) {
        return false;
    }
}

std::int64_t now() {
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

/// A prepared statement. Those that are cached form a list from the newest use to the oldest.
struct cache_entry {
    std::string text{};
    std::unique_ptr<prepared> statement{};
    cache_entry* newer = nullptr;
    cache_entry* older = nullptr;
    std::uint32_t number = no_number;  ///< of its fixed statement
    bool cached = false;               ///< else it goes when its run is over
    bool busy = false;
};

struct connection::cache {
    /// As many bytes of text for each statement on average: those of long lists have far more, and the database needs
    /// some fifty times as much for them.
    static constexpr std::size_t usual_text = 2048;

    explicit cache(std::size_t most) : limit{most > 0 ? most : 1} {}
    ~cache() {
        while (newest) {
            cache_entry* gone = newest;
            newest = gone->older;
            delete gone;
        }
    }
    cache(const cache&) = delete;
    cache& operator=(const cache&) = delete;

    [[nodiscard]] cache_entry* find(std::string_view text) const {
        const auto found = by_text.find(text);
        return found == by_text.end() ? nullptr : found->second;
    }
    [[nodiscard]] cache_entry* find(std::uint32_t number) const noexcept {
        return number < by_number.size() ? by_number[number] : nullptr;
    }

    void add(std::unique_ptr<cache_entry> entry) {
        make_room(entry->text.size());
        if (entry->number == no_number) {
            by_text.emplace(entry->text, entry.get());
        } else {
            if (by_number.size() <= entry->number) by_number.resize(entry->number + 1);
            by_number[entry->number] = entry.get();
        }
        entry->cached = true;
        push(entry.release());
    }

    void use(cache_entry* entry) noexcept {
        if (entry == newest) return;
        unlink(entry);
        push(entry);
    }

  private:
    /// Statements that are running stay, even if the cache is larger than its limit for a while.
    void make_room(std::size_t text) {
        for (cache_entry* at = oldest; at && (size >= limit || bytes + text > limit * usual_text);) {
            cache_entry* entry = std::exchange(at, at->newer);
            if (entry->busy) continue;
            unlink(entry);
            if (entry->number == no_number) {
                by_text.erase(entry->text);
            } else {
                by_number[entry->number] = nullptr;
            }
            delete entry;
        }
    }
    void push(cache_entry* entry) noexcept {
        entry->newer = nullptr;
        entry->older = newest;
        (newest ? newest->newer : oldest) = entry;
        newest = entry;
        ++size;
        bytes += entry->text.size();
    }
    void unlink(cache_entry* entry) noexcept {
        (entry->newer ? entry->newer->older : newest) = entry->older;
        (entry->older ? entry->older->newer : oldest) = entry->newer;
        --size;
        bytes -= entry->text.size();
    }

    std::unordered_map<std::string_view, cache_entry*> by_text;  // keys look into the entries
    std::vector<cache_entry*> by_number;
    cache_entry* newest = nullptr;
    cache_entry* oldest = nullptr;
    std::size_t size = 0;
    std::size_t bytes = 0;  ///< of all texts
    std::size_t limit;
};

fixed_statement::fixed_statement(std::string sql)
    : sql_{std::move(sql)}, number_{next_number.fetch_add(1, std::memory_order_relaxed)} {}

// -- watching one thread --------------------------------------------------------------------------------------------

thread_local constinit thread_watch* thread_watch::innermost_ = nullptr;

thread_watch::thread_watch(statement_listener listener) : listener_{std::move(listener)}, outer_{innermost_} {
    innermost_ = this;
}

thread_watch::~thread_watch() { innermost_ = outer_; }

// Never inlined, as flow.cpp says.
[[gnu::noinline]] bool thread_watch::any() noexcept { return innermost_ != nullptr; }

[[gnu::noinline]] thread_watch* thread_watch::exchange(thread_watch* innermost) noexcept {
    return std::exchange(innermost_, innermost);
}

void thread_watch::tell(const statement_event& event) {
    for (const thread_watch* each = innermost_; each != nullptr; each = each->outer_) each->listener_(event);
}

// -- cursor ---------------------------------------------------------------------------------------------------------

struct cursor::extras {
    std::vector<value> held{};
    std::int64_t started = 0;  ///< nanoseconds of a steady clock; 0: not logged
    std::size_t runs = 1;
    site where{};
    std::string described{};
};

cursor::extras& cursor::more() {
    if (more_ == nullptr) more_ = new extras;
    return *more_;
}

cursor::cursor(cursor&& from) noexcept
    : statement_{std::exchange(from.statement_, nullptr)},
      connection_{from.connection_},
      entry_{from.entry_},
      rows_{from.rows_},
      more_{std::exchange(from.more_, nullptr)},
      control_{from.control_} {}

cursor& cursor::operator=(cursor&& from) noexcept {
    if (this != &from) {
        finish();
        statement_ = std::exchange(from.statement_, nullptr);
        connection_ = from.connection_;
        entry_ = from.entry_;
        rows_ = from.rows_;
        std::swap(more_, from.more_);
        control_ = from.control_;
    }
    return *this;
}

void cursor::close() noexcept {
    finish();
    delete more_;
}

bool cursor::next() {
    if (!statement_) return false;
    try {
        if (!statement_->next()) return false;
    } catch (...) {
        failed();
        throw;
    }
    ++rows_;
    return true;
}

void cursor::failed() noexcept { connection_->end(*this, true); }

void cursor::finish() noexcept {
    if (statement_) connection_->end(*this, false);
}

// -- connection -----------------------------------------------------------------------------------------------------

connection::connection(driver* owned, std::size_t cache_size) {
    std::unique_ptr<driver> guard{owned};
    cache_ = new cache{cache_size};
    driver_ = guard.release();
}

connection::~connection() {
    if (driver_->in_transaction()) rollback();
    heed(nullptr);
    delete cache_;  // its statements are the driver's
    delete driver_;
}

void connection::at(const site& where) noexcept { driver_->at(where); }
const site& connection::where() const noexcept { return driver_->where(); }
const sql::dialect& connection::dialect() const noexcept { return driver_->dialect(); }
bool connection::fills_key(const std::string& schema, const std::string& table, const std::string& column) {
    return driver_->fills_key(schema, table, column);
}
bool connection::pipelines() const noexcept { return driver_->pipelines(); }
bool connection::alive() noexcept { return driver_->alive(); }
bool connection::wait_for_notification(notification& heard, int milliseconds) {
    refuse_if_cancelled();
    const cancellation::during idling{cancellation_, cancellation::phase::idling};
    if (driver_->wait_for_notification(heard, milliseconds)) return true;
    refuse_if_cancelled();
    return false;
}

// -- work that may no longer be wanted ------------------------------------------------------------------------------

/// Called before anything is begun.
void connection::refuse_if_cancelled() const {
    if (cancellation_ != nullptr) cancellation_->throw_if_requested(where());
}

void connection::heed(cancellation* wish) {
    if (wish == cancellation_) return;
    if (wish != nullptr) wish->connections_.push_back(this);
    cancellation* const before = std::exchange(cancellation_, wish);
    if (before != nullptr) std::erase(before->connections_, this);
    driver_->heed(wish != nullptr ? &wish->flag() : nullptr);
}

std::unique_ptr<interrupter> connection::make_interrupter() {
    return cancellation_ != nullptr ? driver_->make_interrupter() : nullptr;
}

namespace {

/// No server is asked to end what runs meanwhile; the driver heeds the wish all the same, where it knows what it ends.
class unasked {
  public:
    explicit unasked(cancellation*& wish) noexcept : wish_{wish}, was_{std::exchange(wish, nullptr)} {}
    unasked(const unasked&) = delete;
    unasked& operator=(const unasked&) = delete;
    ~unasked() { wish_ = was_; }

  private:
    cancellation*& wish_;
    cancellation* was_;
};

}  // namespace

connection::undisturbed::undisturbed(connection& c) noexcept
    : connection_{c}, was_{std::exchange(c.cancellation_, nullptr)} {
    if (was_ == nullptr) return;
    c.driver_->heed(nullptr);
    if (!was_->requested()) return;
    if (!was_->settle()) c.spoiled_ = true;
    c.driver_->interrupted();
}

connection::undisturbed::~undisturbed() {
    if (was_ == nullptr) return;
    connection_.cancellation_ = was_;
    connection_.driver_->heed(&was_->flag());
}

cache_entry& connection::entry(std::string_view sql, std::uint32_t number) {
    cache_entry* found = number == no_number ? cache_->find(sql) : cache_->find(number);
    if (found && !found->busy) {
        cache_->use(found);
        return *found;
    }
    auto made = std::make_unique<cache_entry>();
    made->text = sql;
    made->number = number;
    made->statement = driver_->prepare(made->text);
    if (found) return *made.release();  // the cached one is running: `end` deletes this one
    cache_entry& result = *made;
    cache_->add(std::move(made));
    return result;
}

/// What the log says of a run is noted before it starts.
[[gnu::noinline]] void connection::listen(cursor& run, const parameters& with) {
    cursor::extras& more = run.more();
    more.started = now();
    more.where = where();
    more.described = describe(with);
    if (!with.objects.empty()) more.runs = with.objects.size();
}

/// The entry of a statement that is not ready: it is prepared, or cannot be.
[[gnu::noinline]] cache_entry& connection::entry_of(cursor& run, std::string_view sql, std::uint32_t number) {
    try {
        return entry(sql, number);
    } catch (...) {
        look_at_transaction();
        if (heard() && run.more_ != nullptr)
            report({.sql = sql,
                    .parameters = std::move(run.more_->described),
                    .where = run.more_->where,
                    .failed = true,
                    .control = run.control_},
                   run.more_->started);
        throw;
    }
}

void connection::start(cursor& run, std::string_view sql, std::uint32_t number, const parameters& with) {
    refuse_if_cancelled();
    if (heard()) [[unlikely]]
        listen(run, with);
    cache_entry* chosen = number == no_number ? cache_->find(sql) : cache_->find(number);
    if (chosen == nullptr || chosen->busy) {
        chosen = &entry_of(run, sql, number);
    } else {
        cache_->use(chosen);
    }
    run.connection_ = this;
    run.entry_ = chosen;
    run.statement_ = chosen->statement.get();
    chosen->busy = true;
    try {
        run.statement_->start(with);
    } catch (...) {
        end(run, true);
        throw;
    }
}

void connection::end(cursor& run, bool failed) noexcept {
    prepared* statement = std::exchange(run.statement_, nullptr);
    cache_entry* used = run.entry_;
    const bool logged = run.more_ != nullptr && run.more_->started != 0 && heard();
    const std::int64_t affected = logged && !failed ? statement->affected() : 0;
    statement->finish();
    used->busy = false;
    // A failed statement may have taken the whole transaction with it.
    if (failed) look_at_transaction();
    if (logged) [[unlikely]]
        report_end(run, affected, failed);
    if (!used->cached) delete used;
}

[[gnu::noinline]] void connection::report_end(cursor& run, std::int64_t affected, bool failed) noexcept {
    report({.sql = run.entry_->text,
            .parameters = std::move(run.more_->described),
            .runs = run.more_->runs,
            .rows = run.rows_,
            .affected = affected,
            .where = run.more_->where,
            .failed = failed,
            .control = run.control_},
           run.more_->started);
}

void connection::report(statement_event&& event, std::int64_t started) noexcept {
    event.nanoseconds = now() - started;
    event.on = this;
    try {
        if (listener_) listener_(event);
        if (thread_watch::any()) thread_watch::tell(event);
    } catch (...) {
        // A listener watches; what goes wrong in it must not change what it watches.
    }
}

cursor connection::run(std::string_view sql, const parameters& with) {
    cursor result;
    ++statements_;
    start(result, sql, no_number, with);
    return result;
}

cursor connection::run_aside(std::string_view sql, std::vector<value> values) {
    cursor result;
    result.control_ = true;
    result.more().held = std::move(values);
    start(result, sql, no_number, {.values = result.more_->held});
    return result;
}

cursor connection::run_holding(std::string_view sql, std::vector<value> values, std::size_t at_a_time) {
    cursor result;
    result.more().held = std::move(values);
    ++statements_;
    start(result, sql, no_number, {.values = result.more_->held, .at_a_time = at_a_time});
    return result;
}

// With `start` in it: a get is little beside its frames.
[[gnu::flatten]] cursor connection::run(const fixed_statement& statement, const parameters& with) {
    cursor result;
    ++statements_;
    start(result, statement.sql(), statement.number(), with);
    return result;
}

std::int64_t connection::execute(std::string_view sql, std::span<const value> values) {
    cursor rows = run(sql, {.values = values});
    while (rows.next()) {
    }
    const std::int64_t affected = rows.affected();
    rows.finish();
    in_transaction_ = driver_->in_transaction();  // the text may have been transaction control
    return affected;
}

std::int64_t connection::execute(const fixed_statement& statement, const parameters& with) {
    cursor rows = run(statement, with);
    while (rows.next()) {
    }
    return rows.affected();
}

void connection::run_each(const fixed_statement& statement, std::span<const field> fields,
                          std::span<const void* const> objects, each_result result) {
    if (objects.empty()) return;
    refuse_if_cancelled();
    ++statements_;
    const std::int64_t started = heard() ? now() : 0;
    const site caller = where();
    std::unique_ptr<cache_entry> own;  // where the cached one is running
    bool failed = true;
    auto log = [&] {
        if (!heard()) return;
        std::int64_t affected = 0;
        if (result.affected && !failed) {
            for (std::size_t i = 0; i < objects.size(); ++i) affected += result.affected[i];
        }
        report(
            {.sql = statement.sql(), .runs = objects.size(), .affected = affected, .where = caller, .failed = failed},
            started);
    };
    try {
        cache_entry& chosen = entry(statement.sql(), statement.number());
        if (!chosen.cached) own.reset(&chosen);
        chosen.busy = true;
        try {
            chosen.statement->run_each(fields, objects, result);
        } catch (...) {
            chosen.busy = false;
            throw;
        }
        chosen.busy = false;
    } catch (...) {
        look_at_transaction();
        log();
        throw;
    }
    failed = false;
    log();
}

/// Called where a statement has failed, by whoever handles that. Some drivers have to ask the server.
void connection::look_at_transaction() noexcept {
    if (is_loss()) spoiled_ = true;
    const undisturbed whatever_is_wanted{*this};
    in_transaction_ = driver_->in_transaction();
}

void connection::script(std::string_view sql) {
    refuse_if_cancelled();
    ++statements_;
    logged_execute(sql);
    in_transaction_ = driver_->in_transaction();
}

void connection::logged_execute(std::string_view sql) {
    const std::int64_t started = heard() ? now() : 0;
    const site caller = where();
    try {
        driver_->execute(sql);
    } catch (...) {
        look_at_transaction();
        if (heard()) report({.sql = sql, .where = caller, .failed = true}, started);
        throw;
    }
    if (heard()) report({.sql = sql, .where = caller}, started);
}

void connection::control(std::string_view sql) {
    cursor done;
    done.control_ = true;
    start(done, sql, no_number, {});
    while (done.next()) {
    }
}

void connection::control_ahead(std::string_view sql) {
    refuse_if_cancelled();
    const std::int64_t started = heard() ? now() : 0;
    if (!driver_->send_with_next(sql)) return control(sql);
    if (heard()) report({.sql = sql, .where = where(), .control = true}, started);
}

void connection::begin(bool to_write) {
    if (in_transaction_) throw usage_error{"a transaction is already open", {.where = where()}};
    control_ahead(to_write ? driver_->begin_to_write_sql() : driver_->begin_sql());
    in_transaction_ = true;
}

void connection::begin_to_read() {
    if (in_transaction_) throw usage_error{"a transaction is already open", {.where = where()}};
    only_reads_ = true;  // before it is: what fails half way is taken back
    driver_->only_reads(true);
    control_ahead(driver_->begin_to_read_sql());
    in_transaction_ = true;
}

/// A connection that cannot be told so is no use to anybody.
void connection::may_write_again() noexcept {
    only_reads_ = false;
    try {
        driver_->only_reads(false);
    } catch (...) {
        spoiled_ = true;
    }
}

void connection::commit() {
    if (!in_transaction_) throw usage_error{"no transaction is open", {.where = where()}};
    refuse_if_cancelled();
    // Else nobody would know what became of it.
    const unasked until_it_is_answered{cancellation_};
    try {
        control("COMMIT");
    } catch (const connection_lost& e) {
        throw connection_lost{e.message() + ": whether it was committed is not known", e.context()};
    }
    in_transaction_ = false;
    if (only_reads_) may_write_again();
}

void connection::rollback() noexcept {
    const undisturbed whatever_is_wanted{*this};
    if (driver_->forget_begin()) {
        // Nothing was sent since, so there is nothing to undo.
    } else if (driver_->in_transaction()) {
        try {
            control("ROLLBACK");
        } catch (...) {
            // Nothing is left to undo: the connection is gone, or the database rolled back on its own. Or memory is
            // out, and the connection with its open transaction is no use to anybody: see lease::release.
        }
    }
    in_transaction_ = driver_->in_transaction();
    if (only_reads_) may_write_again();
}

void connection::savepoint(std::string_view name) { control_ahead(savepoint_sql("SAVEPOINT ", name)); }
void connection::release(std::string_view name) { control_ahead(savepoint_sql("RELEASE SAVEPOINT ", name)); }
void connection::rollback_to(std::string_view name) {
    const undisturbed whatever_is_wanted{*this};
    control(savepoint_sql("ROLLBACK TO SAVEPOINT ", name));
}

void connection::undo_to(std::string_view name) {
    const undisturbed whatever_is_wanted{*this};
    rollback_to(name);
    release(name);
}

std::string connection::savepoint_sql(std::string_view verb, std::string_view name) const {
    if (!in_transaction_) throw usage_error{"no transaction is open", {.where = where()}};
    return std::string{verb} + sql::quote(name, dialect());
}

}  // namespace kin::engine
