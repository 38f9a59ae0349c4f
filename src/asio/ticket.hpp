// A call as those speak of it who may end it before it is done.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>

#include <kin/asio/work.hpp>
#include <kin/engine/cancellation.hpp>

namespace kin::asio::detail {

class coroutine;

using moment = std::chrono::steady_clock::time_point;

struct waiting_work {
    std::unique_ptr<work> what;
    moment until;
};

/// Why a call was ended.
enum class reason : unsigned char { cancelled, deadline };

class ticket final : public engine::cancellation {
  public:
    enum class state : unsigned char { made, waiting, running, done };

    // For the dispatcher, under its lock:
    state where = state::made;
    unsigned char lane = 0;
    std::list<waiting_work>::iterator place{};  ///< where it waits
    std::multimap<moment, std::shared_ptr<ticket>>::iterator due{};
    bool has_deadline = false;
    coroutine* runner = nullptr;  ///< where it runs in one
    reason why = reason::cancelled;
    moment asked{};
    moment began{};                ///< if it did
    int attempts = 0;              ///< for whoever runs it
    std::size_t interrupters = 0;  ///< of its connections, at work; for its runner

    [[nodiscard]] bool settle() noexcept override;
};

}  // namespace kin::asio::detail
