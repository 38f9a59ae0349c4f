#include <cstdio>

#include <kin/schema_main.hpp>

#include "shop.hpp"

int main(int argc, char** argv) {
    if (argc > 1) return kin::schema_main<shop::all_models>(argc, argv, {.database = "sqlite:shop.db"});

    kin::database db{"sqlite:shop.db"};
    db.check<shop::all_models>();

    kin::session s{db};
    const auto ada = s.query<shop::Customer>().where(kin::expr::col(&shop::Customer::name) == "Ada").one();
    ada->phone = "555 0100";
    ada->orders.push_back(shop::Order{.ordered_on = std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}});
    s.commit();
    std::printf("%s, %s, has %d orders\n", ada->name.c_str(), ada->phone->c_str(),
                static_cast<int>(ada->orders.size()));
    return 0;
}
