// Compares the text of every statement in every dialect with tests/golden_sql/<group>.sql. To accept new text, run
// with KIN_UPDATE_GOLDEN set and read the difference.
#include "golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <kin/sql/compiler.hpp>
#include <kin/value/error.hpp>

#include "support/source_folder.hpp"

namespace {

using kin::sql::dialect;

std::string text_of(const golden::statement& s, const dialect& d) {
    return std::visit(
        [&](const auto& one) -> std::string {
            auto result = kin::sql::compile(one, d);
            if constexpr (requires { result.text; }) {
                std::string text = std::move(result.text);
                if (!result.parameters.empty()) text += "  --";
                for (const kin::value& v : result.parameters) text += ' ' + kin::describe(v.view());
                return text;
            } else {
                return result;
            }
        },
        s);
}

/// What a dialect has no words for is refused.
std::string text_or_refusal(const golden::statement& s, const dialect& d) {
    try {
        const std::string text = text_of(s, d);
        return text.empty() ? "-- nothing" : text;
    } catch (const kin::mapping_error& e) {
        return std::string{"-- refused: "} + e.what();
    }
}

using statements_in = std::vector<golden::named> (*)(const dialect&);

std::string compiled_group(statements_in statements) {
    const dialect* const dialects[] = {&kin::sql::sqlite_dialect(), &kin::sql::postgresql_dialect(),
                                       &kin::sql::mariadb_dialect()};
    std::vector<golden::named> groups[] = {statements(*dialects[0]), statements(*dialects[1]),
                                           statements(*dialects[2])};
    std::string all;
    for (std::size_t i = 0; i < groups[0].size(); ++i) {
        all += "-- " + groups[0][i].name + '\n';
        for (std::size_t d = 0; d < 3; ++d) {
            all += "/* " + std::string{dialects[d]->name} + " */ " + text_or_refusal(groups[d][i].what, *dialects[d]) +
                   '\n';
        }
        all += '\n';
    }
    return all;
}

/// Of statements that do not depend on the dialect.
template <std::vector<golden::named> (*Statements)()>
std::vector<golden::named> in_any(const dialect&) {
    return Statements();
}

struct group {
    const char* file;
    statements_in statements;
};

void PrintTo(const group& g, std::ostream* out) { *out << g.file; }

class golden_sql : public testing::TestWithParam<group> {};

TEST_P(golden_sql, reads_as_written) {
    const std::string path = kin::test::source_file("tests/golden_sql/" + std::string{GetParam().file} + ".sql");
    const std::string now = compiled_group(GetParam().statements);
    if (std::getenv("KIN_UPDATE_GOLDEN") != nullptr) std::ofstream{path, std::ios::binary} << now;

    std::ifstream in{path, std::ios::binary};
    ASSERT_TRUE(in) << path;
    std::istringstream actual{now};
    std::string want;
    std::string got;
    std::string statement;
    for (int line = 1; std::getline(in, want); ++line) {
        ASSERT_TRUE(std::getline(actual, got)) << path << ':' << line << ": no longer compiled: " << want;
        if (want.starts_with("-- ")) statement = want;
        EXPECT_EQ(got, want) << path << ':' << line << ' ' << statement;
    }
    EXPECT_FALSE(std::getline(actual, got)) << "not in " << path << ": " << got;
}

INSTANTIATE_TEST_SUITE_P(all, golden_sql,
                         testing::Values(group{"queries", in_any<golden::queries>},
                                         group{"compounds", in_any<golden::compounds>},
                                         group{"conditions", in_any<golden::conditions>},
                                         group{"writes", in_any<golden::writes>}, group{"schemas", golden::schemas}),
                         [](const auto& info) { return std::string{info.param.file}; });

}  // namespace
