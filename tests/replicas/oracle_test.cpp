// Random histories of writes, reads and servers that pause, stop, die and come back, beside a plain model: a read with
// a moment is never older than it, any read shows what some commit has left, and none fails while a server may answer.
#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "servers.hpp"
#include "support/environment.hpp"

namespace {

using namespace kin::test;

/// What the servers are, as the model has it.
class world {
  public:
    world(replicated_servers& servers, kin::database& db, unsigned seed) : servers_{servers}, db_{db}, random_{seed} {}

    void step() {
        const unsigned what = random_() % 100;
        if (what < 30) return write();
        if (what < 40) return take_moment();
        if (what < 60) return read(moment{});
        if (what < 86) return read(moments_.empty() ? moment{} : moments_[random_() % moments_.size()]);
        const std::size_t i = 1 + random_() % 2;
        if (what < 92) return pause_or_resume(i);
        if (what < 97) return stop_or_start(i);
        stop_or_start_primary();
    }
    [[nodiscard]] const std::string& history() const noexcept { return history_; }

  private:
    struct moment {
        std::size_t rows = 0;
        std::string text{};
    };
    struct replica {
        bool up = true;
        bool paused = false;
        bool whole = false;  ///< where the primary is gone: it has all that there is
    };

    void note(const std::string& what) { history_ += what + '\n'; }

    void write() {
        const std::size_t rows = 1 + random_() % 3;
        note("write " + std::to_string(rows));
        kin::session s{db_};
        for (std::size_t i = 0; i < rows; ++i) s.add(Note{.text = std::to_string(committed_ + i)});
        if (!primary_up_) {
            EXPECT_THROW(s.commit(), kin::connection_lost) << history_;
            return;
        }
        s.commit();
        committed_ += rows;
        states_.push_back(committed_);
    }
    void take_moment() {
        if (!primary_up_) return;
        note("moment at " + std::to_string(committed_));
        moments_.push_back({committed_, kin::read_your_writes{db_}.text()});
    }
    void read(const moment& after) {
        note("read after " + std::to_string(after.rows));
        std::vector<std::size_t> shown;
        try {
            kin::session s{db_, kin::read_only, kin::read_your_writes{after.text}};
            const auto rows = s.query<Note>().all();
            for (const Note& n : rows) shown.push_back(std::stoul(n.text));
        } catch (const kin::error& e) {
            const bool any =
                std::any_of(replicas_.begin(), replicas_.end(), [](const replica& r) { return r.up && r.whole; });
            EXPECT_FALSE(primary_up_ || any) << e.what() << '\n' << history_;
            EXPECT_NE(dynamic_cast<const kin::connection_lost*>(&e), nullptr) << e.what() << '\n' << history_;
            return;
        }
        std::sort(shown.begin(), shown.end());
        for (std::size_t i = 0; i < shown.size(); ++i) EXPECT_EQ(shown[i], i) << history_;
        EXPECT_GE(shown.size(), after.rows) << history_;
        EXPECT_TRUE(std::find(states_.begin(), states_.end(), shown.size()) != states_.end()) << shown.size() << '\n'
                                                                                              << history_;
    }
    void pause_or_resume(std::size_t i) {
        replica& r = replicas_[i - 1];
        if (!r.up) return;
        note((r.paused ? "resume " : "pause ") + std::to_string(i));
        r.paused ? servers_.resume(i) : servers_.pause(i);
        r.paused = !r.paused;
    }
    void stop_or_start(std::size_t i) {
        replica& r = replicas_[i - 1];
        if (!r.up) {
            note("start " + std::to_string(i));
            servers_.start(i);
            r = {.up = true, .whole = r.whole};
            return;
        }
        const bool killed = random_() % 3 == 0;
        note((killed ? "kill " : "stop ") + std::to_string(i));
        killed ? servers_.kill(i) : servers_.stop(i);
        r.up = false;
    }
    void stop_or_start_primary() {
        note(primary_up_ ? "stop the primary" : "start the primary");
        if (primary_up_) {
            for (std::size_t i = 1; i <= replicas_.size(); ++i) {
                replica& r = replicas_[i - 1];
                r.whole = r.up && !r.paused;
                if (r.whole) servers_.wait_for(i);
            }
            servers_.stop(0);
        } else {
            servers_.start(0);
            for (replica& r : replicas_) r.whole = false;
        }
        primary_up_ = !primary_up_;
    }

    replicated_servers& servers_;
    kin::database& db_;
    std::mt19937 random_;
    bool primary_up_ = true;
    std::array<replica, 2> replicas_{};
    std::size_t committed_ = 0;
    std::vector<std::size_t> states_{0};
    std::vector<moment> moments_{};
    std::string history_{};
};

class replicas_oracle : public replicated {};

INSTANTIATE_TEST_SUITE_P(on, replicas_oracle, engines_with_replicas, name_of_engine);

TEST_P(replicas_oracle, agrees_with_the_model) {
    const unsigned first = number_in("KIN_DIFFERENTIAL_SEED", 1);
    const unsigned seeds = number_in("KIN_DIFFERENTIAL", 1);
    for (unsigned seed = first; seed < first + seeds && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        start_anew();
        kin::database db{servers().url(0), both({.lag_milliseconds = 60000,
                                                 .wait_milliseconds = 30,
                                                 .look_milliseconds = static_cast<std::int64_t>(seed % 3 * 20)})};
        world w{servers(), db, seed};
        for (int i = 0; i < 60 && !HasFailure(); ++i) w.step();
    }
}

}  // namespace
