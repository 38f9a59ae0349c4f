// Numbers for whoever watches.
#include <cxxabi.h>
#include <cstdlib>
#include <memory>
#include <typeinfo>

#include <kin/asio/errors.hpp>
#include <kin/asio/metrics.hpp>

#include "asio/dispatcher.hpp"

namespace kin::asio::detail {

namespace {

struct kind_of_error {
    bool cancelled = false;
    bool refused = false;
    bool late = false;  ///< for a connection
    std::string name{};
};

std::string name_of(const std::type_info& type) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name{abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                      &std::free};
    return name != nullptr ? name.get() : type.name();
}

kind_of_error kind_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return {.cancelled = dynamic_cast<const canceled*>(&e) != nullptr,
                .refused = dynamic_cast<const overloaded*>(&e) != nullptr,
                .late = dynamic_cast<const pool_timeout*>(&e) != nullptr,
                .name = name_of(typeid(e))};
    } catch (...) {
        return {.name = "an exception of no class of std::exception"};
    }
}

std::string_view name_of(manner how) {
    switch (how) {
        case manner::read:
            return "read";
        case manner::transact:
            return "transact";
        case manner::run:
            break;
    }
    return "run";
}

std::int64_t nanoseconds(moment from, moment to) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count();
}

}  // namespace

void dispatcher::count(work& w, const std::exception_ptr& error) noexcept {
    try {
        const ticket& its = *w.its_ticket();
        const moment now = std::chrono::steady_clock::now();
        const bool begun = its.began != moment{};
        kind_of_error failed;
        if (error != nullptr) failed = kind_of(error);
        call_event event{.operation = name_of(w.how()), .where = w.where(), .attempts = its.attempts};
        if (its.asked != moment{}) event.wait_nanoseconds = nanoseconds(its.asked, begun ? its.began : now);
        if (begun) event.use_nanoseconds = nanoseconds(its.began, now);
        {
            const std::lock_guard lock{mutex_};
            ++measured_.calls;
            if (error != nullptr) ++measured_.failures;
            if (failed.cancelled) ++measured_.cancellations;
            if (failed.refused) ++measured_.refusals;
            if (failed.late) ++measured_.timeouts;
            if (its.attempts > 1) measured_.retries += static_cast<std::uint64_t>(its.attempts) - 1;
            measured_.wait_nanoseconds += event.wait_nanoseconds;
            measured_.use_nanoseconds += event.use_nanoseconds;
        }
        if (!options_.on_call) return;
        event.error_type = std::move(failed.name);
        options_.on_call(event);
    } catch (...) {
        // Who watches changes nothing.
    }
}

metrics dispatcher::measured() noexcept {
    const std::lock_guard lock{mutex_};
    metrics now = measured_;
    now.pending_requests = count_waiting();
    const std::size_t open = database_.pool().size();
    now.connections_idle = database_.pool().idle();
    now.connections_used = open > now.connections_idle ? open - now.connections_idle : 0;
    now.connections_max = (database_.pool().max)();
    return now;
}

}  // namespace kin::asio::detail
