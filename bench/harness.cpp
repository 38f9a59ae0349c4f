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
#include "round_trips.hpp"

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Made once, at the first use: both sides start from the same objects. A program has one plan.
const dataset* data_of(table_set tables, const plan& p) {
    if (tables == table_set::archive) return nullptr;
    if (tables == table_set::association) {
        static const dataset association = association_data(p.size);
        return &association;
    }
    static const dataset standard = standard_data(p.size);
    return &standard;
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

/// The heap of the first run of a new process. It inherits what this one has: so nothing may have run in here, or
/// blocks that earlier runs left to be used again would hide a part of the growth.
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
    context_.data = data_of(w.tables, p);
    context_.on = p.on;
    context_.place = ":memory:";
    const std::string name = std::to_string(::getpid()) + "_" + std::string{s.name};
    if (p.on != engine::sqlite) {
        schema_.emplace(p.on, p.server, name);
        context_.place = schema_->url();
    } else if (w.tables == table_set::archive) {
        context_.packages = packages_of(p);
        file_ = (std::filesystem::temp_directory_path() / ("kin-bench-" + name + ".db")).string();
        context_.place = file_;
    }
    expected_ = w.expected(context_);
    expected_state_ = w.expected_state(context_);
    if (file_.empty()) connect();
}

stand::~stand() {
    if (open_) side_.close(context_);
    try {
        if (open_ && schema_) schema_->drop(side_);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "kin_bench: %s\n", e.what());
    }
    if (!file_.empty()) remove_database(file_);
}

void stand::script(const std::string& sql) {
    if (!sql.empty()) side_.script(context_, sql);
}

void stand::connect() {
    if (schema_) schema_->create(side_);
    side_.open(context_);
    open_ = true;
    script(setup_script(workload_, context_));
    script(settle_script(workload_, context_));
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
    const std::uint64_t trips_before = bench::round_trips();
    std::uint64_t sum = 0;
    const auto figure = measure(sum);
    round_trips_ = bench::round_trips() - trips_before;
    if (side_.statements) statements_ = side_.statements(context_) - before;

    const std::string who = std::string{workload_.name} + " (" + std::string{side_.name} + ")";
    if (sum != expected_) {
        throw std::runtime_error{who + ": checksum " + std::to_string(sum) + ", expected " + std::to_string(expected_)};
    }
    const std::int64_t state = side_.scalar(context_, state_query_of(workload_, context_.on));
    if (state != expected_state_) {
        throw std::runtime_error{who + ": the database has state " + std::to_string(state) + ", expected " +
                                 std::to_string(expected_state_)};
    }
    if (workload_.restore != restoring::nothing) {
        script(restore_script(workload_, context_));
        script(settle_script(workload_, context_));
    }
    return figure;
}

double stand::run() {
    return guarded([this](std::uint64_t& sum) {
        const auto start = clock::now();
        sum = function_(context_);
        return std::chrono::duration<double, std::milli>(clock::now() - start).count();
    });
}

std::uint64_t counted(timed_function run, context& c) {
    const std::uint64_t sum = run(c);
    asm volatile("" ::: "memory");  // or the call would be a jump, and the function be left before it has begun
    return sum;
}

void stand::run_counted() {
    guarded([this](std::uint64_t& sum) {
        sum = counted(function_, context_);
        return 0;
    });
}

std::size_t stand::run_counting_heap() {
    return guarded([this](std::uint64_t& sum) {
        start_counting_heap();
        sum = function_(context_);
        return stop_counting_heap();
    });
}

result measure_heap(const workload& w, const plan& p) {
    result r{.of = &w, .on = p.on};
    for (const side* each : sides_on(p.on)) {
        if (each->find(w.name)) r.sides.push_back({.of = each});
    }
    data_of(w.tables, p);
    if (w.tables == table_set::archive) packages_of(p);
    if (p.heap) {
        for (side_result& each : r.sides) each.peak_bytes = peak_in_child(*each.of, w, p);
    }
    return r;
}

void measure_time(result& r, const plan& p) {
    const workload& w = *r.of;
    std::vector<std::unique_ptr<stand>> stands;
    for (const side_result& each : r.sides) stands.push_back(std::make_unique<stand>(*each.of, w, p));
    for (const auto& s : stands) s->run();
    std::vector<std::vector<double>> times(stands.size());
    for (int i = 0; i < p.repetitions; ++i) {
        for (std::size_t k = 0; k < stands.size(); ++k) times[k].push_back(stands[k]->run());
    }
    for (std::size_t k = 0; k < stands.size(); ++k) {
        side_result& each = r.sides[k];
        each.median_ms = median(times[k]);
        each.statements = stands[k]->statements();
        each.round_trips = stands[k]->round_trips();
        if (each.of == &kin_side() || !r.find(kin_side())) continue;
        each.ratio = r.sides[0].median_ms / each.median_ms;
        std::vector<double> ratios;
        for (std::size_t i = 0; i < times[k].size(); ++i) ratios.push_back(times[0][i] / times[k][i]);
        each.paired = median(std::move(ratios));
    }
}

const side_result* result::find(const side& s) const noexcept {
    for (const side_result& each : sides) {
        if (each.of == &s) return &each;
    }
    return nullptr;
}

std::string table_heading(engine on) {
    std::string line = label(8, "") + label(34, "") + cell(10, "kin ms");
    std::string trips;
    std::string memory;
    for (const side* s : sides_on(on)) {
        const std::string name{s->name};
        if (s != &kin_side()) line += cell(14, name + " ms") + cell(8, "ratio") + cell(8, "paired") + cell(7, "aim");
        trips += cell(12, name);
        memory += cell(14, name + " MB");
    }
    line += cell(12, "statements");
    if (on == engine::postgresql) line += "  trips:" + trips;
    return line + memory;
}

std::string table_line(const result& r) {
    const auto number = [](const char* format, double value) {
        return value != 0 ? formatted(format, value) : std::string{"-"};
    };
    const side_result* kin = r.find(kin_side());
    std::string line =
        label(8, r.of->name) + label(34, r.of->what) + cell(10, number("%.2f", kin ? kin->median_ms : 0));
    std::string trips;
    std::string memory;
    for (const side* s : sides_on(r.on)) {
        const side_result* found = r.find(*s);
        const side_result each = found ? *found : side_result{};
        if (s != &kin_side()) {
            line += cell(14, number("%.2f", each.median_ms)) + cell(8, number("%.3f", each.ratio)) +
                    cell(8, number("%.3f", each.paired)) + cell(7, number("%.2f", r.of->aim(*s)));
        }
        trips += cell(12, number("%.0f", static_cast<double>(each.round_trips)));
        memory += cell(14, number("%.2f", megabytes(each.peak_bytes)));
    }
    line += cell(12, number("%.0f", kin ? static_cast<double>(kin->statements) : 0));
    if (r.on == engine::postgresql) line += "        " + trips;
    return line + memory;
}

std::string json_line(const result& r) {
    const auto number = [](const char* format, double value) {
        return value != 0 ? formatted(format, value) : std::string{"null"};
    };
    const char* db = r.on == engine::postgresql           ? "postgresql"
                     : r.on == engine::mariadb            ? "mariadb"
                     : r.of->tables == table_set::archive ? "sqlite-file"
                                                          : "sqlite-memory";
    std::string line = "{\"workload\":\"" + std::string{r.of->name} + "\",\"db\":\"" + db + '"';
    // One twin has `ratio` and `peak_mb` is Kin's; where there are several, their names say whose.
    const bool several = sides_on(r.on).size() > 2;
    for (const side_result& each : r.sides) {
        const std::string name{each.of->name};
        const std::string suffix = several ? "_" + name : "";
        line += ",\"" + name + "_ms\":" + number("%.3f", each.median_ms);
        if (each.of != &kin_side()) line += ",\"ratio" + suffix + "\":" + number("%.4f", each.ratio);
        if (r.on == engine::postgresql) {
            line += ",\"round_trips" + suffix + "\":" + std::to_string(each.round_trips);
        }
        if (each.of != &kin_side()) continue;
        line += ",\"statements\":" + std::to_string(each.statements);
        line += ",\"peak_mb\":" + number("%.2f", megabytes(each.peak_bytes));
    }
    return line + "}";
}

}  // namespace bench
