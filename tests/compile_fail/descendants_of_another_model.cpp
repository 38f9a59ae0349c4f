// A tree is one of a single model.
// expect: error: .*kin: descendants and ancestors are of the model that they stand in
#include <kin/tree.hpp>

struct Shop;
struct Category {
    kin::key<Category> id{};
    std::optional<kin::key<Category>> parent_id{};
    std::optional<kin::key<Shop>> shop_id{};
#ifdef KIN_COMPILES
    kin::descendants<Category> all{};
#endif
};
struct Shop {
    kin::key<Shop> id{};
#ifndef KIN_COMPILES
    kin::descendants<Category> all{};
#endif
};

#ifdef KIN_COMPILES
void ask(kin::session& s) { (void)s.query<Category>().with(&Category::all).all(); }
#else
void ask(kin::session& s) { (void)s.query<Shop>().with(&Shop::all).all(); }
#endif
