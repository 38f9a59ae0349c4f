// kin-inspect: a database as models of Kin, or as a diagram. `kin-inspect --help` says how.
#include <iostream>

#include "../src/inspect/program.hpp"

int main(int argc, char** argv) { return kin::reverse::inspect_program(argc, argv, std::cout, std::cerr); }
