// The other translation unit: where the model is defined that the tests only know by name.
#include "mapping/two_units.hpp"

namespace two_units {

struct Elsewhere {
    kin::key<Elsewhere> id{};
    kin::key<Shared> shared_id{};
    kin::belongs_to<Shared> shared{};
};

const kin::mapping::model& shared_there() { return kin::mapping::model_of<Shared>(); }
const kin::mapping::model& elsewhere_there() { return kin::mapping::model_of<Elsewhere>(); }

}  // namespace two_units
