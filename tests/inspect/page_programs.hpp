// The two programs of docs/existing-database.md, as functions: each is its main.
#pragma once

namespace kin::test {
int first_shop(int argc, char** argv);
int second_shop(int argc, char** argv);
}  // namespace kin::test
