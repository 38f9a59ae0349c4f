// The measuring part of the benchmark.
#include "harness.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "../examples/archive/package_index.hpp"
#include "heap.hpp"

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Made once, at the first use: both sides start from the same objects.
const dataset* data_of(table_set tables) {
    if (tables == table_set::archive) return nullptr;
    static const dataset standard = standard_data();
    if (tables != table_set::association) return &standard;
    static const dataset association = association_data();
    return &association;
}

const archive::package_index* packages_of(const plan& p) {
    static const archive::package_index index = [&] {
        const archive::index_source source = archive::read_source(p.index);
        return archive::parse_index(source.text, source.name);
    }();
    return &index;
}

void remove_database(const std::string& file) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        std::error_code ignored;
        std::filesystem::remove(file + suffix, ignored);
    }
}

/// The heap of the first run of a fresh process: nothing recycled from earlier runs hides in it.
std::size_t peak_in_child(const side& s, const workload& w, const plan& p) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error{"no pipe for the memory measurement"};
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error{"no process for the memory measurement"};
    if (child == 0) {
        ::close(ends[0]);
        int status = 1;
        try {
            stand one{s, w, p};
            const std::size_t peak = one.run_counting_heap();
            if (::write(ends[1], &peak, sizeof peak) == sizeof peak) status = 0;
        } catch (const std::exception& e) {
            std::fprintf(stderr, "kin_bench: %s\n", e.what());
        }
        ::_exit(status);
    }
    ::close(ends[1]);
    std::size_t peak = 0;
    const bool received = ::read(ends[0], &peak, sizeof peak) == sizeof peak;
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!received || status != 0) throw std::runtime_error{std::string{w.name} + ": the memory measurement failed"};
    return peak;
}

std::string formatted(const char* format, double value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

double megabytes(std::size_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); }

/// Right-aligned.
std::string cell(std::size_t width, const std::string& text) {
    return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

/// Left-aligned.
std::string label(std::size_t width, std::string_view text) {
    std::string result{text};
    result.resize(std::max(width, result.size()), ' ');
    return result;
}

}  // namespace

stand::stand(const side& s, const workload& w, const plan& p) : side_{s}, workload_{w}, function_{s.find(w.name)} {
    context_.data = data_of(w.tables);
    context_.path = ":memory:";
    if (w.tables == table_set::archive) {
        context_.packages = packages_of(p);
        const std::string name = "kin-bench-" + std::to_string(::getpid()) + (&s == &kin_side() ? "-kin" : "-twin");
        file_ = (std::filesystem::temp_directory_path() / (name + ".db")).string();
        context_.path = file_;
    }
    expected_ = w.expected(context_);
    expected_state_ = w.expected_state(context_);
    if (file_.empty()) connect();
}

stand::~stand() {
    if (open_) side_.close(context_);
    if (!file_.empty()) remove_database(file_);
}

void stand::connect() {
    side_.open(context_);
    open_ = true;
    side_.script(context_, setup_script(workload_, context_));
}

template <class Measure>
auto stand::guarded(Measure measure) {
    if (!file_.empty()) {
        if (open_) side_.close(context_);
        open_ = false;
        remove_database(file_);
        connect();
    }
    const std::uint64_t before = side_.statements ? side_.statements(context_) : 0;
    std::uint64_t sum = 0;
    const auto figure = measure(sum);
    if (side_.statements) statements_ = side_.statements(context_) - before;

    const std::string who = std::string{workload_.name} + (&side_ == &kin_side() ? " (kin)" : " (twin)");
    if (sum != expected_) {
        throw std::runtime_error{who + ": checksum " + std::to_string(sum) + ", expected " + std::to_string(expected_)};
    }
    const std::int64_t state = side_.scalar(context_, state_query_of(workload_));
    if (state != expected_state_) {
        throw std::runtime_error{who + ": the database has state " + std::to_string(state) + ", expected " +
                                 std::to_string(expected_state_)};
    }
    if (*workload_.restore != '\0') side_.script(context_, workload_.restore);
    return figure;
}

double stand::run() {
    return guarded([this](std::uint64_t& sum) {
        const auto start = clock::now();
        sum = function_(context_);
        return std::chrono::duration<double, std::milli>(clock::now() - start).count();
    });
}

std::size_t stand::run_counting_heap() {
    return guarded([this](std::uint64_t& sum) {
        start_counting_heap();
        sum = function_(context_);
        return stop_counting_heap();
    });
}

result measure(const workload& w, const plan& p) {
    result r{.of = &w};
    std::vector<const side*> sides;
    std::vector<std::optional<side_result>*> places;
    for (const auto& [s, place] : {std::pair{&kin_side(), &r.kin}, std::pair{&twin_side(), &r.twin}}) {
        if (!s->open || !s->find(w.name)) continue;
        sides.push_back(s);
        places.push_back(place);
        place->emplace();
    }
    data_of(w.tables);
    if (w.tables == table_set::archive) packages_of(p);
    if (p.heap) {
        for (std::size_t i = 0; i < sides.size(); ++i) (*places[i])->peak_bytes = peak_in_child(*sides[i], w, p);
    }

    std::vector<std::unique_ptr<stand>> stands;
    for (const side* s : sides) stands.push_back(std::make_unique<stand>(*s, w, p));
    for (const auto& s : stands) s->run();
    std::vector<std::vector<double>> times(stands.size());
    for (int i = 0; i < p.repetitions; ++i) {
        for (std::size_t k = 0; k < stands.size(); ++k) times[k].push_back(stands[k]->run());
    }
    for (std::size_t k = 0; k < stands.size(); ++k) {
        (*places[k])->median_ms = median(times[k]);
        (*places[k])->statements = stands[k]->statements();
    }
    if (r.kin && r.twin) {
        r.ratio = r.kin->median_ms / r.twin->median_ms;
        std::vector<double> ratios;
        for (std::size_t i = 0; i < times[0].size(); ++i) ratios.push_back(times[0][i] / times[1][i]);
        r.paired = median(std::move(ratios));
    }
    return r;
}

std::string table_heading() {
    return label(8, "") + label(34, "") + cell(10, "kin ms") + cell(10, "twin ms") + cell(8, "ratio") +
           cell(8, "paired") + cell(7, "aim") + cell(12, "statements") + cell(9, "kin MB") + cell(9, "twin MB");
}

std::string table_line(const result& r) {
    const auto number = [](bool known, const char* format, double value) {
        return known ? formatted(format, value) : std::string{"-"};
    };
    const side_result kin = r.kin.value_or(side_result{});
    const side_result twin = r.twin.value_or(side_result{});
    return label(8, r.of->name) + label(34, r.of->what) + cell(10, number(r.kin.has_value(), "%.2f", kin.median_ms)) +
           cell(10, number(r.twin.has_value(), "%.2f", twin.median_ms)) +
           cell(8, number(r.ratio.has_value(), "%.3f", r.ratio.value_or(0))) +
           cell(8, number(r.paired.has_value(), "%.3f", r.paired.value_or(0))) + cell(7, formatted("%.2f", r.of->aim)) +
           cell(12, number(r.kin.has_value(), "%.0f", static_cast<double>(kin.statements))) +
           cell(9, number(kin.peak_bytes != 0, "%.2f", megabytes(kin.peak_bytes))) +
           cell(9, number(twin.peak_bytes != 0, "%.2f", megabytes(twin.peak_bytes)));
}

std::string json_line(const result& r) {
    const auto number = [](bool known, const char* format, double value) {
        return known ? formatted(format, value) : std::string{"null"};
    };
    const side_result kin = r.kin.value_or(side_result{});
    return "{\"workload\":\"" + std::string{r.of->name} + "\",\"db\":\"" +
           (r.of->tables == table_set::archive ? "sqlite-file" : "sqlite-memory") +
           "\",\"kin_ms\":" + number(r.kin.has_value(), "%.3f", kin.median_ms) +
           ",\"twin_ms\":" + number(r.twin.has_value(), "%.3f", r.twin ? r.twin->median_ms : 0) +
           ",\"ratio\":" + number(r.ratio.has_value(), "%.4f", r.ratio.value_or(0)) +
           ",\"statements\":" + number(r.kin.has_value(), "%.0f", static_cast<double>(kin.statements)) +
           ",\"peak_mb\":" + number(kin.peak_bytes != 0, "%.2f", megabytes(kin.peak_bytes)) + "}";
}

}  // namespace bench
