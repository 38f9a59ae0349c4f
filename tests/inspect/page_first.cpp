// The first program of docs/existing-database.md, under other names: the page's two are one program that grows.
#include <chrono>

#include <kin/schema_main.hpp>

#include "inspect/page_programs.hpp"

#define shop shop_first
#define main shop_first_main
#include "inspect/shop/first/main.cpp"
#undef main
#undef shop

int kin::test::first_shop(int argc, char** argv) { return shop_first_main(argc, argv); }
