// A place where calls wait in the server for as long as the test wants.
#pragma once

#include "loop.hpp"

namespace kin::test {

/// A lock of the server's, held from outside of the loop until `open`.
class gate {
  public:
    explicit gate(const std::string& url) : holder_{url}, connection_{holder_.connect()} {
        rows_of(*connection_, take());
    }
    void open() { rows_of(*connection_, give()); }

    [[nodiscard]] static std::string_view take() {
        return engine_says("", "SELECT pg_advisory_lock(4711)", "SELECT GET_LOCK('kin 4711', 600)");
    }
    [[nodiscard]] static std::string_view give() {
        return engine_says("", "SELECT pg_advisory_unlock(4711)", "SELECT RELEASE_LOCK('kin 4711')");
    }

  private:
    kin::database holder_;
    kin::engine::lease connection_;
};

/// Waits until the gate is open.
inline void pass_gate(kin::session& s) {
    rows_of(s.connection(), gate::take());
    rows_of(s.connection(), gate::give());
}

inline bool somebody_waits_at_a_gate(kin::session& s) {
    return rows_of(s.connection(),
                   engine_says("", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
                               "SELECT count(*) FROM information_schema.processlist WHERE state = 'User lock'")) != "0";
}

/// Which connection of the server's it is.
inline std::string number_of_connection(kin::session& s) {
    return rows_of(s.connection(), engine_says("SELECT 0", "SELECT pg_backend_pid()", "SELECT CONNECTION_ID()"));
}

}  // namespace kin::test
