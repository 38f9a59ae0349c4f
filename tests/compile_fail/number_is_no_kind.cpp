// A column's kind is named, not numbered: drivers store what they are told.
// expect: error: .*(kin::)?kind
// lines: 5
#include <kin/value/value.hpp>

#ifdef KIN_COMPILES
const kin::value due{std::int64_t{20778}, kin::kind::date};
#else
const kin::kind due = 9;
#endif
