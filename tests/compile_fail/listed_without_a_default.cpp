// Kin makes the objects that it reads: a model described outside needs a default constructor.
// expect: error: .*kin: a model needs a default constructor and a move constructor
#include <kin/kin.hpp>

class Place {
  public:
#ifdef KIN_COMPILES
    Place() = default;
#endif
    explicit Place(std::string n) : name{std::move(n)} {}

    int id = 0;
    std::string name;
};
template <>
inline constexpr auto kin::members_of<Place> =
    kin::members<kin::member<"id", &Place::id>, kin::member<"name", &Place::name>>{};

auto model() { return kin::models<Place>::list(); }
