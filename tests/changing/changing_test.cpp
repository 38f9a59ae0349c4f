// Random histories of changes against a model in memory: tables, and all of memory, after every flush, commit and
// rollback, and both sides of every relation after every step. KIN_DIFFERENTIAL=10000 runs that many seeds,
// KIN_DIFFERENTIAL_SEED=… begins at that one; KIN_CHANGING_SHAPE=name takes one schema alone.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "history.hpp"
#include "ingredients.hpp"
#include "schemas/shapes.hpp"
#include "support/environment.hpp"
#include "support/place.hpp"

namespace changing {

const schema& schema::get() {
    static const schema all = [] {
        schema s;
        collector c{s};
        add_lists(c);
        add_links(c);
        add_keys(c);
        return s;
    }();
    return all;
}

namespace {

struct recipe {
    std::vector<int> shapes{};
    bool hooks = false;
    bool autoflush = true;
    int steps = 0;
};

class changing : public ::testing::Test {
  protected:
    changing() {
        create_lists(db);
        create_links(db);
        create_keys(db);
        const schema& s = schema::get();
        for (const pivot& p : s.pivots) {
            if (p.rows < 0) wipe_ += "DELETE FROM " + p.table + ";";
        }
        // What refers to others stands behind them.
        for (std::size_t m = s.models.size(); m-- > 0;) wipe_ += "DELETE FROM " + s.models[m].table + ";";
        wipe_ = kin::test::emptied_by(wipe_);
    }

    recipe recipe_of(dice& d) const {
        const schema& s = schema::get();
        recipe r;
        const char* only = std::getenv("KIN_CHANGING_SHAPE");
        for (std::size_t i = 0; only != nullptr && i < s.shapes.size(); ++i) {
            if (s.shapes[i].name == only) r.shapes = {int(i)};
        }
        std::vector<int> all;
        for (std::size_t i = 0; i < s.shapes.size(); ++i) {
            if (with(s.shapes[i].name.c_str())) all.push_back(int(i));
        }
        const int first = all[std::size_t(d.below(all.size()))], second = all[std::size_t(d.below(all.size()))];
        const bool two = d.chance(25) && first != second;
        if (r.shapes.empty()) r.shapes = two ? std::vector<int>{first, second} : std::vector<int>{first};
        r.hooks = d.chance(30) && with("hooks");
        r.autoflush = d.chance(75);
        r.steps = 15 + d.below(60);
        return r;
    }

    /// What differs, or nothing; `done` are the steps that were possible.
    std::string run(const recipe& r, const std::vector<operation>& steps, std::vector<operation>& done) {
        db.script(wipe_);
        history h{db, r.shapes, r.hooks};
        try {
            if (!r.autoflush) h.run({.what = does::autoflush, .mode = 0});
            for (const operation& op : steps) {
                if (!h.possible(op)) continue;
                done.push_back(op);
                h.run(op);
                if (std::getenv("KIN_CHANGING_TRACE") != nullptr) std::cerr << text_of(op, h.models()) << "\n";
            }
            h.finish();
        } catch (const difference& d) {
            models_ = h.models();
            return d.what;
        } catch (const std::exception& e) {
            models_ = h.models();
            return std::string{"an error: "} + e.what();
        }
        return {};
    }

    /// Leaves out what can be left out while the two still differ.
    std::string shrink(const recipe& r, std::vector<operation>& steps) {
        std::string what;
        for (int round = 0; round < 12; ++round) {
            bool shorter = false;
            for (std::size_t size = std::max<std::size_t>(steps.size() / 2, 1); size > 0; size /= 2) {
                for (std::size_t at = 0; at < steps.size();) {
                    std::vector<operation> fewer = steps, done;
                    const auto from = fewer.begin() + std::ptrdiff_t(at);
                    fewer.erase(from, from + std::ptrdiff_t(std::min(size, fewer.size() - at)));
                    const std::string says = run(r, fewer, done);
                    if (says.empty() || done.size() >= steps.size()) {
                        at += size;
                        continue;
                    }
                    what = says;
                    steps = done;
                    shorter = true;
                }
            }
            if (!shorter) break;
        }
        std::vector<operation> done;
        return run(r, steps, done);
    }

    kin::test::place place_{};
    kin::database db{place_.patient_url(), {.max = 4}};
    std::string wipe_{};
    std::vector<int> models_{};
};

TEST_F(changing, memory_and_tables_are_those_of_the_oracle_after_every_step) {
    // Each engine has histories of its own.
    const std::string_view engine = kin::test::engine_name();
    const unsigned usual = engine == "sqlite" ? 1 : engine == "postgresql" ? 100001 : 200001;
    const unsigned first = kin::test::number_in("KIN_DIFFERENTIAL_SEED", usual);
    const unsigned count = kin::test::number_in("KIN_DIFFERENTIAL", 200);
    const unsigned shown = kin::test::number_in("KIN_CHANGING_SHOWN", 3);
    std::size_t operations = 0, flushes = 0, refused = 0;
    unsigned wrong = 0;
    for (unsigned seed = first; seed < first + count; ++seed) {
        dice d{seed};
        const recipe r = recipe_of(d);
        std::vector<operation> steps;
        std::string what;
        db.script(wipe_);
        {
            history h{db, r.shapes, r.hooks};
            try {
                if (!r.autoflush) h.run({.what = does::autoflush, .mode = 0});
                while (int(steps.size()) < r.steps) {
                    steps.push_back(h.any(d));
                    h.run(steps.back());
                    if (std::getenv("KIN_CHANGING_TRACE") != nullptr)
                        std::cerr << text_of(steps.back(), h.models()) << "\n";
                }
                h.finish();
            } catch (const difference& e) {
                what = e.what;
            } catch (const std::exception& e) {
                what = std::string{"an error: "} + e.what();
            }
            flushes += h.flushes;
            refused += h.refused;
        }
        operations += steps.size();
        if (what.empty()) continue;
        ++wrong;
        if (wrong > shown) continue;
        const std::string least = shrink(r, steps);
        std::string program;
        if (!r.autoflush) program += "    s.autoflush(false);\n";
        if (r.hooks) program += "    // with hooks\n";
        for (const operation& op : steps) program += "    " + text_of(op, models_) + "\n";
        std::string shapes;
        for (const int each : r.shapes)
            shapes += (shapes.empty() ? "" : " + ") + schema::get().shapes[std::size_t(each)].name;
        ADD_FAILURE() << "seed " << seed << " (" << shapes << "): " << (least.empty() ? what : least) << "\n"
                      << program;
    }
    EXPECT_EQ(wrong, 0u) << "histories differ";
    std::cout << "seeds " << first << " to " << first + count - 1 << ": " << operations << " operations, " << flushes
              << " flushes, " << refused << " refused\n";
    EXPECT_GT(operations, count * 15u);
}

}  // namespace
}  // namespace changing
