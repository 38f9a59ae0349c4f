// Models that two translation units use; one of them is only declared here.
#pragma once

#include <kin/kin.hpp>
#include <kin/mapping/model.hpp>

namespace two_units {

struct Elsewhere;

struct Shared {
    kin::key<Shared> id{};
    std::string name{};
    kin::has_many<Elsewhere> things{};
};

/// As the other translation unit sees it.
const kin::mapping::model& shared_there();
const kin::mapping::model& elsewhere_there();

}  // namespace two_units
