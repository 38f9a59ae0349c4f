// Random load trees over random rows, in sessions of every history, compared with a plain evaluation over vectors.
// KIN_DIFFERENTIAL=20000 runs that many programs, KIN_DIFFERENTIAL_SEED=… begins at that seed; what differs is shrunk
// and printed. KIN_READING_WITHOUT=strict,parts leaves ingredients out.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "generate.hpp"
#include "run.hpp"
#include "support/environment.hpp"

namespace reading {
namespace {

TEST(reading, shows_what_was_asked_for) {
    const std::uint64_t first = kin::test::number_in("KIN_DIFFERENTIAL_SEED", 1);
    const std::uint64_t count = kin::test::number_in("KIN_DIFFERENTIAL", 200);
    const std::uint64_t most = kin::test::number_in("KIN_READING_FAILURES", 3);
    const char* said = std::getenv("KIN_READING_WITHOUT");
    std::string without = said != nullptr ? said : "";
    if (!kin::test::can(kin::test::capability::rows_around_in_with)) without += ",trees_in_conditions";
    const ingredients with{without};
    std::vector<std::unique_ptr<stage>> stages;
    for (const family* f : families()) stages.push_back(std::make_unique<stage>(*f));
    tally counted;
    std::uint64_t failures = 0;
    for (std::uint64_t seed = first; seed < first + count && failures < most; ++seed) {
        stage& on = *stages[seed % stages.size()];
        const program p = generated(*on.models().shape, seed % stages.size(), seed, with);
        if (std::getenv("KIN_READING_PRINT") != nullptr) std::cout << printed(*on.models().shape, p) << std::endl;
        if (difference(on, p, counted).empty()) continue;
        ++failures;
        const program small = shrunk(on, p);
        tally ignored;
        ADD_FAILURE() << printed(*on.models().shape, small) << difference(on, small, ignored);
    }
    std::cout << counted.programs << " programs of " << counted.steps << " steps: " << counted.objects
              << " objects and " << counted.relations << " relations compared\n";
}

}  // namespace
}  // namespace reading
