// What Kin needs of a compiler, in one line where it is not there.
#pragma once

#if defined(__clang__) && !defined(__apple_build_version__) && __clang_major__ < 16
#error "kin: clang 16 or later is needed (or g++ 12)"
#include <kin/a_later_compiler>  // stops here: what follows would say nothing more
#elif !defined(__clang__) && defined(__GNUC__) && __GNUC__ < 12
#error "kin: g++ 12 or later is needed (or clang 16)"
#include <kin/a_later_compiler>
#elif !defined(__GNUC__)
#error "kin: this compiler is not known to work: use g++ 12 or clang 16, or a later one"
#include <kin/a_known_compiler>
#elif __cplusplus < 202002L
#error "kin: C++20 is needed: compile with -std=c++20"
#include <kin/a_later_standard>
#endif
