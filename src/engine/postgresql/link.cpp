// Sending, and reading the answers in order.
#include "link.hpp"

#include <algorithm>
#include <chrono>

#include <kin/engine/wait.hpp>

namespace kin::engine::postgresql {

link::link(PGconn* connection) : connection_{connection}, socket_{PQsocket(connection)} {
    if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1) lose();
}

link::~link() {
    socket_.watched_by.reset();
    PQfinish(connection_);
}

void link::lose() noexcept {
    if (lost_) return;
    lost_ = true;
    try {
        message_ = one_line(PQerrorMessage(connection_));
        if (message_.empty()) message_ = "the connection is closed";
    } catch (...) {
        // Lost it is, even if nobody can say why.
    }
    pending_.clear();
    socket_.watched_by.reset();  // libpq may have closed the socket, or nobody will
}

void link::abandon() noexcept {
    if (refused_.empty()) return;
    lose();
    try {
        message_ = refused_ + " was refused";
    } catch (...) {
        // Lost it is, even if nobody can say why.
    }
}

void link::sent(int done) noexcept {
    if (done != 1) lose();
}

// -- sending --------------------------------------------------------------------------------------------------------

void link::open(receiver& to) {
    // What belongs into a transaction must not be run where the transaction was refused.
    while (beginning_ && receive(true)) {
    }
    if (!refused_.empty()) abandon();
    if (lost_) return;
    if (!dead_.empty()) send_deallocations();
    opener_ = nullptr;
    pending_.push_back({&to});
    if (!ahead_.empty()) send_ahead();
}

bool link::put_ahead(std::string_view sql) {
    if (lost_) return false;
    if (ahead_.empty()) {
        // Whether a statement on its way fails, and the transaction with it, is not known yet.
        const bool sure = pending_.empty() && PQtransactionStatus(connection_) != PQTRANS_INERROR;
        if (!sure) return false;
    }
    ahead_.emplace_back(sql);
    return true;
}

bool link::forget_begin() noexcept {
    if (ahead_.empty() || !ahead_.front().starts_with("BEGIN")) return false;
    ahead_.clear();
    return true;
}

void link::send_ahead() {
    for (const std::string& sql : ahead_) {
        sent(PQsendQueryParams(connection_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0));
        if (lost_) return;
        beginning_ = beginning_ || sql.starts_with("BEGIN");
    }
    if (beginning_) {
        opener_ = pending_.back().to;
        opening_ = ahead_;
    }
    std::reverse(ahead_.begin(), ahead_.end());
    pending_.back().ahead = std::exchange(ahead_, {});
}

void link::prepare(const std::string& name, const std::string& sql, const std::vector<Oid>& types) {
    if (lost_) return;
    sent(PQsendPrepare(connection_, name.c_str(), sql.c_str(), static_cast<int>(types.size()), types.data()));
}

void link::describe(const std::string& name) {
    if (lost_) return;
    sent(PQsendDescribePrepared(connection_, name.c_str()));
}

void link::run(const std::string& name, const packet& with) {
    if (lost_) return;
    sent(PQsendQueryPrepared(connection_, name.c_str(), with.count(), with.values.data(), with.lengths.data(),
                             with.formats.data(), 1));
}

void link::close() {
    if (lost_) return;
    sent(PQpipelineSync(connection_));
    flush(false);
}

void link::deallocate(std::string name) { dead_.push_back(std::move(name)); }

void link::close_cursor(const std::string& name) noexcept {
    drain();
    if (lost_ || PQtransactionStatus(connection_) != PQTRANS_INTRANS) return;
    opener_ = nullptr;
    pending_.push_back({nullptr});
    send_alone("CLOSE " + name);
    flush(false);
}

/// The one statement of the batch that was begun.
void link::send_alone(const std::string& sql) {
    sent(PQsendQueryParams(connection_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0));
    if (!lost_) sent(PQpipelineSync(connection_));
}

void link::outdate(bool lost) noexcept {
    ++era_;
    if (lost) gone_before_ = era_;
}

bool link::begin_again(const receiver& to) {
    drain();
    if (lost_ || opener_ != &to || !ahead_.empty()) return false;
    opener_ = nullptr;
    ahead_ = opening_;
    pending_.push_back({nullptr});
    send_alone("ROLLBACK");
    return !lost_;
}

void link::send_deallocations() {
    // A failed transaction refuses everything.
    if (PQtransactionStatus(connection_) == PQTRANS_INERROR) return;
    for (std::string& name : dead_) {
        pending_.push_back({nullptr, name});
        send_alone("DEALLOCATE " + name);
        if (lost_) break;
    }
    dead_.clear();
}

/// Gives false where something is left to be sent.
bool link::flush(bool wait) noexcept {
    while (!lost_) {
        const int left = PQflush(connection_);
        if (left == 0) return true;
        if (left < 0) {
            lose();
            break;
        }
        if (!wait) return false;
        // The server may wait for us to read before it reads on.
        const readiness came = wait_for(socket_, readiness::either);
        if (has(came, readiness::read) && PQconsumeInput(connection_) != 1) lose();
    }
    return true;
}

// -- receiving ------------------------------------------------------------------------------------------------------

/// Whether the next answer has yet to come. Where the connection is broken libpq has its last words at once.
bool link::busy() noexcept { return PQisBusy(connection_) != 0 && PQstatus(connection_) != CONNECTION_BAD; }

/// Takes in what has come; false where nothing has.
bool link::read(bool wait) noexcept {
    if (wait_for(socket_, readiness::read, wait ? -1 : 0) == readiness::none) return false;
    if (PQconsumeInput(connection_) != 1 && PQstatus(connection_) != CONNECTION_BAD) lose();
    return true;
}

/// A statement is prepared for the tables of its time. Where this connection itself changes them, nothing that it has
/// prepared is run before it is prepared again: inside of the transaction the server would refuse it.
void link::note(const PGresult* r) noexcept {
    const std::string_view tag = PQcmdStatus(const_cast<PGresult*>(r));
    if (tag.starts_with("ALTER") || tag.starts_with("DROP") || tag == "DO") {
        altered_ = true;
        outdate(false);
    } else if (tag == "DISCARD ALL" || tag == "DEALLOCATE ALL") {
        outdate(true);
    } else if (altered_ && tag == "ROLLBACK") {  // the tables are again as they were; or it was one to a savepoint
        outdate(false);
    } else if (altered_ && (tag == "COMMIT" || tag == "BEGIN")) {
        altered_ = false;
    }
}

void link::take(result r) noexcept {
    if (pending_.empty()) return;
    batch& front = pending_.front();
    const ExecStatusType status = PQresultStatus(r.get());
    if (status == PGRES_PIPELINE_SYNC) {
        pending_.pop_front();
        return;
    }
    if (!front.ahead.empty()) {
        std::string control = std::move(front.ahead.back());
        front.ahead.pop_back();
        beginning_ = false;  // a BEGIN is the first there is
        if (status != PGRES_FATAL_ERROR) return;
        front.ahead.clear();
        refused_ = std::move(control);
    }
    if (status == PGRES_COMMAND_OK) note(r.get());
    if (front.to != nullptr) {
        front.to->receive(std::move(r));
    } else if (status == PGRES_FATAL_ERROR && !front.deallocated.empty() && !is_outdated(r.get())) {
        dead_.push_back(std::move(front.deallocated));  // the transaction had failed: later, then
    }
}

/// Takes the next answer; false where there is none, or none without waiting.
bool link::receive(bool wait) noexcept {
    bool ended = false;  // the nothing between the answers to two commands
    while (!lost_ && !pending_.empty()) {
        if (busy()) {
            if (!flush(wait) || lost_) return false;
            if (busy() && !read(wait)) return false;  // flushing may have read
            ended = false;
            continue;
        }
        result r{PQgetResult(connection_)};
        if (r) {
            take(std::move(r));
            // The message of the error that ended the connection has been delivered by now.
            if (PQstatus(connection_) == CONNECTION_BAD) lose();
            return true;
        }
        if (ended || PQstatus(connection_) == CONNECTION_BAD) lose();  // nothing more will come
        ended = true;
    }
    return false;
}

void link::keep_moving() {
    flush(true);
    while (receive(false)) {
    }
}

void link::await(const receiver& to) noexcept {
    const auto waits = [&] {
        return std::any_of(pending_.begin(), pending_.end(), [&](const batch& each) { return each.to == &to; });
    };
    while (waits() && receive(true)) {
    }
}

void link::drain() noexcept {
    while (receive(true)) {
    }
}

void link::forget(const receiver& to) noexcept {
    for (batch& each : pending_) {
        if (each.to == &to) each.to = nullptr;
    }
}

result link::script(const std::string& sql) {
    drain();
    if (lost_) return {};
    opener_ = nullptr;
    std::string all;
    for (const std::string& control : std::exchange(ahead_, {})) all.append(control).append("; ");
    all += sql;
    if (PQexitPipelineMode(connection_) != 1 || PQsendQuery(connection_, all.c_str()) != 1) {
        lose();
        return {};
    }
    result failed;
    while (flush(true) && !lost_) {
        if (busy()) {
            read(true);
            continue;
        }
        result r{PQgetResult(connection_)};
        if (!r) break;
        switch (PQresultStatus(r.get())) {
            case PGRES_FATAL_ERROR:
            case PGRES_BAD_RESPONSE:
                if (!failed) failed = std::move(r);
                break;
            case PGRES_COPY_IN:
                PQputCopyEnd(connection_, "a script has no data to copy");
                break;
            case PGRES_COPY_OUT: {
                char* line = nullptr;
                while (PQgetCopyData(connection_, &line, 0) > 0) PQfreemem(line);
                break;
            }
            default:
                note(r.get());
                break;
        }
    }
    if (PQstatus(connection_) == CONNECTION_BAD || (!lost_ && PQenterPipelineMode(connection_) != 1)) lose();
    return failed;
}

bool link::wait_for_notification(std::string& channel, std::string& payload, int milliseconds) {
    using namespace std::chrono;
    drain();
    const auto until = steady_clock::now() + std::chrono::milliseconds{std::max(milliseconds, 0)};
    while (!lost_) {
        if (PGnotify* heard = PQnotifies(connection_); heard != nullptr) {
            channel = heard->relname;
            payload = heard->extra;
            PQfreemem(heard);
            return true;
        }
        int left = -1;
        if (milliseconds >= 0) {
            left = std::max(static_cast<int>(ceil<std::chrono::milliseconds>(until - steady_clock::now()).count()), 0);
        }
        if (wait_for(socket_, readiness::read, left) == readiness::none) return false;
        if (PQconsumeInput(connection_) != 1 || PQstatus(connection_) == CONNECTION_BAD) lose();
    }
    return false;
}

// -- state ----------------------------------------------------------------------------------------------------------

bool link::in_transaction() noexcept {
    drain();
    if (lost_) return false;
    if (!ahead_.empty()) return true;
    const PGTransactionStatusType status = PQtransactionStatus(connection_);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

bool link::alive() noexcept {
    drain();
    if (lost_) return false;
    // An idle server sends nothing but notices, and its farewell, behind which the end of the line is found.
    while (!lost_ && PQstatus(connection_) == CONNECTION_OK && read(false)) {
        PQisBusy(connection_);  // reads the messages
    }
    if (PQstatus(connection_) == CONNECTION_BAD) lose();
    return !lost_;
}

}  // namespace kin::engine::postgresql
