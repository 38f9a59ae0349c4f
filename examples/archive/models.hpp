// The archive as models: packages, who maintains them, and what they depend on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <kin/kin.hpp>

namespace archive {

struct Package;
struct Dependency;

struct Maintainer {
    kin::key<Maintainer> id{};
    std::string name{};
    std::optional<std::string> email{};
    kin::has_many<Package> packages{};
};

struct Section {
    kin::key<Section> id{};
    std::string name{};
    std::optional<kin::key<Section>> parent_id{};
    kin::belongs_to<Section> parent{};
    kin::has_many<Section> children{};
    kin::has_many<Package> packages{};
};

struct Package {
    kin::key<Package> id{};
    std::string name{};
    std::string version{};
    std::string architecture{};
    std::optional<std::int64_t> installed_size{};
    std::string summary{};
    std::optional<kin::key<Maintainer>> maintainer_id{};
    std::optional<kin::key<Section>> section_id{};
    kin::belongs_to<Maintainer> maintainer{};
    kin::belongs_to<Section> section{};
    kin::has_many<Dependency, kin::via<"package_id">, kin::order_by<"position">> dependencies{};
    kin::has_many<Dependency, kin::via<"target_id">> dependents{};

    static constexpr auto table = kin::table("package").unique("name");
};

/// One alternative of one dependency field.
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

using Archive = kin::models<Maintainer, Section, Package, Dependency>;

}  // namespace archive
