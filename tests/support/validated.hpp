// A catalogue whose constraints hold of the rows that were there before them: that is nothing that is taken back.
#pragma once

#include <kin/schema/catalogue.hpp>

namespace kin::test {

inline schema::catalogue validated(schema::catalogue all) {
    for (sql::table_definition& t : all.tables) {
        for (sql::foreign_key_definition& k : t.foreign_keys) k.validated = true;
        for (sql::check_definition& c : t.checks) c.validated = true;
    }
    return all;
}

}  // namespace kin::test
