#include <cstdio>

#include <kin/schema_main.hpp>

#include "shop.hpp"

int main(int argc, char** argv) {
    if (argc > 1) return kin::schema_main<shop::all_models>(argc, argv, {.database = "sqlite:shop.db"});

    kin::database db{"sqlite:shop.db"};
    db.check<shop::all_models>();  // throws where the database does not fit, and says all that does not

    kin::session s{db};
    const auto orders = s.query<shop::Order>()
                            .with(&shop::Order::customer)
                            .with(&shop::Order::order_lines, &shop::OrderLine::product)
                            .order_by(&shop::Order::id)
                            .all();
    for (const shop::Order& order : orders) {
        std::printf("%s orders", order.customer->name.c_str());
        for (const shop::OrderLine& line : order.order_lines) {
            std::printf(" %d x %s", static_cast<int>(line.quantity), line.product->title.c_str());
        }
        std::printf("\n");
    }
    return 0;
}
