// archive: reads a Debian package index, persists it through one session, and asks it questions through relations.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "import.hpp"
#include "models.hpp"
#include "options.hpp"
#include "package_index.hpp"
#include "progress.hpp"
#include "questions.hpp"

namespace {

using clock_type = std::chrono::steady_clock;

double seconds_since(clock_type::time_point start) {
    return std::chrono::duration<double>(clock_type::now() - start).count();
}

/// A failed import leaves no half-filled database: all rows are one transaction, and until it is committed the file is
/// another one, beside the one that it replaces.
struct fresh_file {
    explicit fresh_file(const std::optional<std::string>& file) {
        if (!file) return;
        final = *file;
        partial = *file + ".partial";
        if (final.has_parent_path()) std::filesystem::create_directories(final.parent_path());
        discard();
    }
    ~fresh_file() { discard(); }
    fresh_file(const fresh_file&) = delete;
    fresh_file& operator=(const fresh_file&) = delete;

    void keep() {
        if (partial.empty()) return;
        for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(final.string() + suffix);
        std::filesystem::rename(partial, final);
        partial.clear();
    }

    std::filesystem::path final{};
    std::filesystem::path partial{};

  private:
    void discard() noexcept {
        if (partial.empty()) return;
        std::error_code ignored;
        for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(partial.string() + suffix, ignored);
    }
};

/// The URL of the file while it is being filled: another path, the same options.
std::string url_of(const std::string& url, const fresh_file& file) {
    if (file.partial.empty()) return url;
    const std::size_t options = url.find('?');
    return "sqlite:" + file.partial.string() + (options == std::string::npos ? "" : url.substr(options));
}

void run(const archive::options& options) {
    archive::progress bar{options.quiet};
    const auto started = clock_type::now();
    const archive::index_source source = archive::read_source(options.index);
    const archive::package_index index = archive::parse_index(
        source.text, source.name, [&](std::size_t done, std::size_t total) { bar.show("parsing", done, total); });
    const double parsing = seconds_since(started);

    fresh_file file{archive::database_file(options.database)};
    double importing = 0;
    std::uint64_t statements = 0;
    const auto report = [&] {
        fmt::print("{}: {} maintainers, {} sections, {} packages, {} dependencies\n", source.name,
                   index.maintainers.size(), index.sections.size(), index.packages.size(), index.dependency_count());
        fmt::print(
            "parsed in {:.2f} s, built and persisted in {:.2f} s with {} batched statements in one transaction\n",
            parsing, importing, statements);
    };
    {
        kin::database db{url_of(options.database, file)};
        if (file.partial.empty()) db.drop<archive::Archive>();
        db.create<archive::Archive>();
        const auto import_started = clock_type::now();
        kin::session session{db};
        archive::build(session, index, bar);
        bar.show("writing", 1, 2);
        session.commit();
        statements = session.statements();
        importing = seconds_since(import_started);
        bar.finish();
        if (file.partial.empty()) {
            report();
            archive::ask(db);
        }
    }
    if (!file.partial.empty()) {
        file.keep();
        report();
        kin::database db{options.database};
        archive::ask(db);
    }
}

}  // namespace

int main(int count, char** arguments) {
    try {
        const std::vector<const char*> rest(arguments + 1, arguments + count);
        const archive::options options = archive::parse_options(rest);
        if (options.help) {
            fmt::print("{}", archive::usage());
            return 0;
        }
        run(options);
        return 0;
    } catch (const archive::usage_error& e) {
        fmt::print(stderr, "archive: {}\n", e.what());
        return 2;
    } catch (const kin::error& e) {
        fmt::print(stderr, "archive: {}\n", e.message());
        return 1;
    } catch (const std::exception& e) {
        fmt::print(stderr, "archive: {}\n", e.what());
        return 1;
    }
}
