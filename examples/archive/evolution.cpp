// The list of the steps, and the one that is written in C++.
#include "evolution.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>
#include <kin/sql/dialect.hpp>

#include "version.hpp"

namespace archive {

namespace {

using kin::expr::col;

/// The tables as they are at step 4: a step must not change when models.hpp does.
struct PackageThen {
    kin::key<PackageThen> id{};
    std::string version{};

    static constexpr auto table = kin::table("package");
};
struct VersionThen {
    kin::key<PackageThen> package_id{};
    std::optional<std::int64_t> epoch{};
    std::string upstream{};
    std::optional<std::string> revision{};

    static constexpr auto table = kin::table("package_version").primary_key("package_id");
};

/// `package.version` goes into a table of its own, taken apart. Batches are committed by ascending keys: where the
/// process ends in the middle (`mark 4 undone`), the next run begins behind the last row that is there.
void split_versions(kin::session& s, const evolution_options& options) {
    const bool sqlite = s.connection().dialect().name == "sqlite";
    const std::string number = sqlite ? "INTEGER" : "bigint";
    s.connection().script("CREATE TABLE IF NOT EXISTS package_version (package_id " + number +
                          " NOT NULL PRIMARY KEY REFERENCES package (id), epoch " + number +
                          ", upstream text NOT NULL, revision text)");
    kin::key<PackageThen> last{};
    if (const auto done = s.query<VersionThen>().order_by(kin::expr::desc(&VersionThen::package_id)).first()) {
        last = done->package_id;
    }
    const std::size_t total =
        static_cast<std::size_t>(s.query<PackageThen>().where(col(&PackageThen::id) > last).count());
    s.commit();
    for (std::size_t done = 0;;) {
        const auto packages = s.query<PackageThen>()
                                  .where(col(&PackageThen::id) > last)
                                  .order_by(&PackageThen::id)
                                  .limit(static_cast<std::int64_t>(std::max<std::size_t>(options.batch, 1)))
                                  .select(&PackageThen::id, &PackageThen::version)
                                  .all();
        if (packages.empty()) return;
        for (const auto& [id, version] : packages) {
            version_parts parts = split_version(version);
            s.add(VersionThen{.package_id = id,
                              .epoch = parts.epoch,
                              .upstream = std::move(parts.upstream),
                              .revision = std::move(parts.revision)});
            last = id;
        }
        s.commit();
        s.clear();  // an archive has more packages than memory wants to hold
        done += packages.size();
        if (options.on_batch) options.on_batch(done, total);
    }
}

void join_versions(kin::session& s) { s.connection().script("DROP TABLE IF EXISTS package_version"); }

}  // namespace

kin::migrations evolution(const std::string& folder, const evolution_options& options, const kin::site& where) {
    return kin::migrations{folder,
                           {{.number = 4,
                             .name = "versions of their own",
                             .up = [options](kin::session& s) { split_versions(s, options); },
                             // Until step 6 the package's own column has all of it.
                             .down = join_versions,
                             .in_batches = true}},
                           where};
}

}  // namespace archive
