// The second program of docs/existing-database.md, under other names: the page's two are one program that grows.
#include <chrono>

#include <kin/schema_main.hpp>

#include "inspect/page_programs.hpp"

#define shop shop_second
#define main shop_second_main
#include "inspect/shop/second/main.cpp"
#undef main
#undef shop

int kin::test::second_shop(int argc, char** argv) { return shop_second_main(argc, argv); }
