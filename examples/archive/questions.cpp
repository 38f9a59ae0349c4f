// The questions that the example asks its database, each through relations.
#include "questions.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "models.hpp"

namespace archive {
namespace {

using namespace kin::expr;

/// One question in a session of its own: prints the title, and at the end what the answer cost.
class question {
  public:
    question(kin::database& db, std::string_view title) : session{db}, started_{std::chrono::steady_clock::now()} {
        fmt::print("\n{}\n", title);
    }
    ~question() {
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started_;
        const auto statements = session.statements();
        fmt::print("  [{} statement{}, {:.1f} ms]\n", statements, statements == 1 ? "" : "s", took.count());
    }
    question(const question&) = delete;
    question& operator=(const question&) = delete;

    kin::session session;

  private:
    std::chrono::steady_clock::time_point started_;
};

std::string cut(std::string_view text, std::size_t length) {
    return text.size() <= length ? std::string{text} : std::string{text.substr(0, length - 1)} + "…";
}

void maintainers_with_most_packages(kin::database& db) {
    question q{db, "Maintainers with most packages"};
    const auto rows = q.session.query<Maintainer>()
                          .join(&Maintainer::packages)
                          .group_by(&Maintainer::id, &Maintainer::name)
                          .order_by(desc(count_all()), &Maintainer::name)
                          .limit(10)
                          .select(&Maintainer::name, count_all())
                          .all();
    for (const auto& [name, packages] : rows) fmt::print("  {:>6}  {}\n", packages, cut(name, 70));
}

void most_needed_packages(kin::database& db) {
    question q{db, "The ten packages that most others depend on"};
    // A package may name the same target in several alternatives: packages are counted, not rows.
    const auto rows = q.session.query<Package>()
                          .join(&Package::dependents)
                          .where(col(&Dependency::kind).in({"depends", "pre-depends"}))
                          .group_by(&Package::id, &Package::name)
                          .order_by(desc(count_distinct(col(&Dependency::package_id))), &Package::name)
                          .limit(10)
                          .select(&Package::name, count_distinct(col(&Dependency::package_id)))
                          .all();
    for (const auto& [name, dependents] : rows) fmt::print("  {:>6}  {}\n", dependents, name);
}

void a_section(kin::database& db) {
    question q{db, "A section with its packages and their maintainers"};
    const auto sections = q.session.query<Section>()
                              .where(col(&Section::name).in({"shells", "contrib/shells", "utils"}))
                              .order_by(&Section::name)
                              .limit(1)
                              .with(selectin(&Section::packages).order_by(&Package::name).with(&Package::maintainer))
                              .all();
    for (const Section& section : sections) {
        fmt::print("  {}: {} packages\n", section.name, section.packages.size());
        std::size_t shown = 0;
        for (const Package& p : section.packages) {
            if (++shown > 8) break;
            fmt::print("    {:<20} {:<40} {}\n", cut(p.name, 20), cut(p.summary, 40),
                       p.maintainer ? cut(p.maintainer->name, 40) : "");
        }
        if (section.packages.size() > 8) fmt::print("    … and {} more\n", section.packages.size() - 8);
    }
}

void two_levels_deep(kin::database& db, std::string_view name) {
    question q{db, fmt::format("Everything that {} depends on, two levels deep", name)};
    const kin::ref<const Package> package =
        q.session.query<Package>()
            .where(col(&Package::name) == name)
            .with(&Package::dependencies, &Dependency::target, &Package::dependencies, &Dependency::target)
            .first();
    if (!package) {
        fmt::print("  it is not in this index\n");
        return;
    }
    for (const Dependency& d : package->dependencies) {
        fmt::print("  {} {}{}\n", d.kind, d.target->name, d.version ? " (" + *d.version + ")" : "");
        std::string below;
        for (const Dependency& next : d.target->dependencies) {
            if (next.kind != "depends" && next.kind != "pre-depends") continue;
            below += (below.empty() ? "" : ", ") + next.target->name;
        }
        if (!below.empty()) fmt::print("      {}\n", cut(below, 100));
    }
}

}  // namespace

void ask(kin::database& db) {
    maintainers_with_most_packages(db);
    most_needed_packages(db);
    a_section(db);
    two_levels_deep(db, "bash");
}

}  // namespace archive
