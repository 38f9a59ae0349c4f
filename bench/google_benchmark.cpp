// The same timed functions under Google Benchmark, for its statistics and its output formats.
#include <benchmark/benchmark.h>

#include <cstdio>

#include "harness.hpp"

namespace bench {

int run_google_benchmark(const std::vector<const workload*>& selected, const plan& p, std::vector<char*> arguments) {
    for (const workload* w : selected) {
        for (const side* s : sides_on(p.on)) {
            if (!s->find(w->name)) continue;
            // A fixed number of iterations: guessing one would fill the database again for every guess.
            benchmark::RegisterBenchmark((std::string{w->name} + "/" + std::string{s->name}).c_str(),
                                         [w, s, p](benchmark::State& state) {
                                             try {
                                                 stand one{*s, *w, p};
                                                 one.run();
                                                 for (auto _ : state) state.SetIterationTime(one.run() / 1000);
                                                 if (s->statements)
                                                     state.counters["statements"] =
                                                         static_cast<double>(one.statements());
                                             } catch (const std::exception& e) {
                                                 state.SkipWithError(e.what());
                                             }
                                         })
                ->UseManualTime()
                ->Unit(benchmark::kMillisecond)
                ->Iterations(p.repetitions);
        }
    }
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

}  // namespace bench
