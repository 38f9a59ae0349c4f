// What Kin's side keeps between repetitions, and the session of each.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <kin/kin.hpp>

#include "workloads.hpp"

namespace bench {

struct kin_state {
    explicit kin_state(const std::string& url) : db{url} {}
    kin::database db;
    std::atomic<std::uint64_t> statements{};
};

inline kin_state& state_of(context& c) { return *static_cast<kin_state*>(c.state); }

/// A session for one timed call; counts what it sent.
class timed_session : public kin::session {
  public:
    explicit timed_session(context& c) : kin::session{state_of(c).db}, state_{state_of(c)} {}
    void finish() {
        commit();
        state_.statements += statements();
    }

  private:
    kin_state& state_;
};

}  // namespace bench
