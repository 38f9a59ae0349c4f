// The archive as models would have it behind the last step of its evolution.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <kin/kin.hpp>

namespace evolved {

struct Package;

struct Maintainer {
    kin::key<Maintainer> id{};
    std::string name{};
    std::optional<std::string> email{};
};

struct Section {
    kin::key<Section> id{};
    std::string name{};
    std::optional<kin::key<Section>> parent_id{};
    kin::belongs_to<Section> parent{};
};

struct PackageVersion {
    kin::key<Package> package_id{};
    std::optional<std::int64_t> epoch{};
    std::string upstream{};
    std::optional<std::string> revision{};
    kin::belongs_to<Package> package{};

    static constexpr auto table = kin::table("package_version").primary_key("package_id").index("upstream");
};

struct Package {
    kin::key<Package> id{};
    std::string name{};
    std::string architecture{};
    std::optional<std::int64_t> installed_size{};
    std::string description{};
    std::optional<kin::key<Maintainer>> maintainer_id{};
    std::optional<kin::key<Section>> section_id{};
    bool is_library{};
    kin::belongs_to<Maintainer> maintainer{};
    kin::belongs_to<Section> section{};
    kin::has_one<PackageVersion> version{};

    static constexpr auto table = kin::table("package").unique("name").default_value("is_library", "false");
};

struct Dependency {
    kin::key<Package> package_id{};
    std::int64_t position{};
    kin::key<Package> target_id{};
    std::string kind{};
    std::optional<std::string> version{};
    kin::belongs_to<Package, kin::via<"package_id">> package{};
    kin::belongs_to<Package, kin::via<"target_id">> target{};

    static constexpr auto table = kin::table("dependency").primary_key("package_id", "position");
};

using Archive = kin::models<Maintainer, Section, Package, PackageVersion, Dependency>;

}  // namespace evolved
