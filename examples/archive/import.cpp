// Persists a parsed index through a session: objects and relations, no keys and no order of statements.
#include "import.hpp"

#include <vector>

#include "models.hpp"

namespace archive {

std::size_t build(kin::session& session, const package_index& index, progress& bar) {
    std::size_t count = 0;
    const std::size_t total = index.packages.size();

    std::vector<kin::ref<Maintainer>> maintainers;
    maintainers.reserve(index.maintainers.size());
    for (const maintainer_record& m : index.maintainers) {
        maintainers.push_back(session.add(Maintainer{.name = m.name, .email = m.email}));
    }
    std::vector<kin::ref<Section>> sections;
    sections.reserve(index.sections.size());
    for (const section_record& s : index.sections) {
        sections.push_back(session.add(Section{.name = s.name}));
        if (s.parent) sections.back()->parent = sections[*s.parent];
    }
    std::vector<kin::ref<Package>> packages;
    packages.reserve(total);
    for (const package_record& p : index.packages) {
        Package package{.name = p.name,
                        .version = p.version,
                        .architecture = p.architecture,
                        .installed_size = p.installed_size,
                        .summary = p.summary};
        if (p.maintainer) package.maintainer = maintainers[*p.maintainer];
        if (p.section) package.section = sections[*p.section];
        packages.push_back(session.add(std::move(package)));
    }
    for (std::size_t i = 0; i < total; ++i) {
        std::int64_t position = 0;
        for (const dependency_record& d : index.packages[i].dependencies) {
            packages[i]->dependencies.push_back(Dependency{.position = ++position,
                                                           .kind = std::string{d.kind},
                                                           .version = d.version,
                                                           .target = packages[d.target]});
        }
        count += static_cast<std::size_t>(position);
        if (i % 1024 == 0) bar.show("building", i, total);
    }
    return count + maintainers.size() + sections.size() + packages.size();
}

}  // namespace archive
