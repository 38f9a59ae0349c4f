// Random databases whose names are words of C++, of SQL, of Kin and of nobody, as kin-inspect writes them: the models
// compile without a warning, the database is found to fit, every cell is what plain SQL reads, and every relation can
// be loaded. KIN_DIFFERENTIAL=30 makes that many, KIN_DIFFERENTIAL_SEED=… begins at that one.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/sql/compiler.hpp>

#include "support/environment.hpp"
#include "support/place.hpp"
#include "written_models.hpp"

namespace {

constexpr const char* names[] = {"table",
                                 "class",
                                 "user",
                                 "users",
                                 "User_",
                                 "USERS 2",
                                 "order",
                                 "select",
                                 "group",
                                 "kin",
                                 "std",
                                 "errno",
                                 "NULL",
                                 "EOF",
                                 "INT_MAX",
                                 "EINVAL",
                                 "2fa",
                                 "4",
                                 "\xC3\xBCn\xC3\xAF",
                                 "\xE6\x97\xA5\xE6\x9C\xAC",
                                 "a\"b",
                                 "it's",
                                 "back\\slash",
                                 "what?\?/",
                                 "a b",
                                 "a-b",
                                 "a.b",
                                 "x__y",
                                 "_under",
                                 "_Upper",
                                 "id",
                                 "Id ",
                                 "all_models",
                                 "AllModels",
                                 "all models",
                                 "template",
                                 "new",
                                 "person",
                                 "people",
                                 "children",
                                 "child",
                                 "key",
                                 "value",
                                 "operator",
                                 "main",
                                 "T",
                                 "Model",
                                 "string",
                                 "optional",
                                 "int",
                                 "vector",
                                 "has_many",
                                 "belongs_to",
                                 "scope",
                                 "table_2",
                                 "tab\tname",
                                 "per%cent",
                                 "semi;colon",
                                 "-- comment",
                                 "/* c */",
                                 "*/",
                                 "new\nline",
                                 "$dollar",
                                 "{brace}",
                                 "R\"(raw)\"",
                                 "void",
                                 "auto",
                                 "concept",
                                 "co_await",
                                 "xor",
                                 "final",
                                 "override",
                                 "import",
                                 "module",
                                 "size",
                                 "begin",
                                 "end",
                                 "session",
                                 "ref",
                                 "rows",
                                 "many",
                                 "one",
                                 "boss",
                                 "reports",
                                 "parent",
                                 "parent_id",
                                 "parents",
                                 "data",
                                 "datum",
                                 "CamelCase",
                                 "camelCase",
                                 "HTTPHeader",
                                 "ends\\",
                                 "series",
                                 "TEST",
                                 "I",
                                 "linux",
                                 "unix",
                                 "minor",
                                 "assert",
                                 "stdin",
                                 "data type",
                                 "data_type",
                                 "dataType",
                                 "\xF0\x9F\x90\x8C",
                                 "bool",
                                 "true",
                                 "string_view",
                                 "int64_t",
                                 "chrono",
                                 "uuid",
                                 "decimal",
                                 "moment",
                                 "date",
                                 "blob",
                                 "a_very_long_name_that_goes_on_up_to_the_limit_of_postgresql_63"};

std::string in_lower_case(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

/// What a generator takes from a seed.
class chance {
  public:
    explicit chance(unsigned seed) : random_{seed} {}
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    bool one_in(unsigned n) { return below(n) == 0; }
    /// A name that no other one of these is, whatever the case of its letters.
    std::string name(std::set<std::string>& taken, const char* behind = "") {
        for (;;) {
            const std::string made =
                std::string{names[below(std::size(names))]}.substr(0, 63 - std::strlen(behind)) + behind;
            if (taken.insert(in_lower_case(made)).second) return made;
        }
    }

  private:
    std::mt19937 random_;
};

/// A table as far as others refer to it.
struct made_table {
    std::string name{};
    std::vector<std::string> key{};  ///< its columns; none where the table has no key
    std::vector<std::string> key_types{};
};

class hostile_database {
  public:
    hostile_database(unsigned seed, const kin::sql::dialect& dialect) : chance_{seed}, dialect_{dialect} {
        const unsigned tables = 4 + chance_.below(6);
        for (unsigned i = 0; i < tables; ++i) add_table();
        if (chance_.one_in(2)) add_pivot();
        add_view();
    }
    [[nodiscard]] const std::vector<std::string>& statements() const { return statements_; }

  private:
    [[nodiscard]] std::string quoted(const std::string& name) const { return kin::sql::quote(name, dialect_); }
    [[nodiscard]] static std::string text(const std::string& value) {
        std::string out{"'"};
        for (const char c : value) out.append(c == '\'' ? 2 : 1, c);
        return out + "'";
    }
    [[nodiscard]] std::string list(const std::vector<std::string>& columns) const {
        std::string out{};
        for (const std::string& c : columns) out += (out.empty() ? "" : ", ") + quoted(c);
        return out;
    }

    /// A column of any type; its values in the three rows are told by their number.
    struct column {
        std::string name{};
        std::string definition{};
        std::string values[3]{};
    };
    column plain(std::set<std::string>& taken) {
        column c{chance_.name(taken), "", {}};
        static constexpr const char* types[] = {"integer", "text",         "double precision", "boolean",
                                                "date",    "numeric(8,2)", "varchar(40)",      "smallint"};
        const unsigned type = chance_.below(std::size(types));
        c.definition = types[type];
        if (chance_.one_in(2)) c.definition += " NOT NULL";
        for (unsigned row = 0; row < 3; ++row) {
            const std::string n = std::to_string(row + 1);
            static constexpr const char* truth[] = {"true", "false", "true"};
            c.values[row] = type == 1 || type == 6   ? text(names[chance_.below(30)] + n)
                            : type == 3              ? truth[row]
                            : type == 4              ? "'2026-11-0" + n + "'"
                            : type == 2 || type == 5 ? n + ".25"
                                                     : n;
        }
        if ((type == 1 || type == 6) && chance_.one_in(3))
            c.definition += " DEFAULT " + text(names[chance_.below(60)]).substr(0, 39);
        return c;
    }

    void add_table() {
        made_table t{chance_.name(tables_taken_), {}, {}};
        std::set<std::string> taken;
        std::vector<column> columns;
        const unsigned kind = chance_.below(6);  // of key: a number, a text, two columns, none
        if (kind < 3) {
            columns.push_back({chance_.one_in(2) ? "id" : chance_.name(taken), "integer", {"1", "2", "3"}});
            taken.insert(in_lower_case(columns[0].name));
        } else if (kind == 3) {
            columns.push_back({chance_.name(taken), "varchar(20) NOT NULL", {"'a'", "'b'", "'c'"}});
        } else if (kind == 4) {
            columns.push_back({chance_.name(taken), "integer NOT NULL", {"1", "1", "2"}});
            columns.push_back({chance_.name(taken), "varchar(20) NOT NULL", {"'a'", "'b'", "'a'"}});
        }
        for (const column& c : columns) {
            t.key.push_back(c.name);
            t.key_types.push_back(c.definition.substr(0, c.definition.find(" NOT")));
        }
        std::string constraints{};
        if (!t.key.empty()) constraints += ",\n  PRIMARY KEY (" + list(t.key) + ")";
        tables_.push_back(t);
        for (unsigned i = 1 + chance_.below(5); i > 0; --i) columns.push_back(plain(taken));
        for (unsigned i = chance_.below(4); i > 0; --i) {
            const made_table& to = tables_[chance_.below(static_cast<unsigned>(tables_.size()))];
            if (to.key.empty()) continue;
            std::vector<std::string> from;
            const bool unique = chance_.one_in(4);
            for (std::size_t k = 0; k < to.key.size(); ++k) {
                static constexpr const char* ends[] = {"_id", "", "_code", "Id"};
                column c{chance_.name(taken, ends[chance_.below(4)]), to.key_types[k], {}};
                const bool number = to.key_types[k] == "integer";
                for (unsigned row = 0; row < 3; ++row) {
                    const bool second = to.key.size() == 2 && k == 0;
                    c.values[row] = row == 2   ? "NULL"
                                    : number   ? (row == 1 && !second ? "2" : "1")
                                    : row == 1 ? "'b'"
                                               : "'a'";
                }
                from.push_back(c.name);
                columns.push_back(c);
            }
            constraints +=
                ",\n  FOREIGN KEY (" + list(from) + ") REFERENCES " + quoted(to.name) + " (" + list(to.key) + ")";
            if (unique) constraints += ",\n  UNIQUE (" + list(from) + ")";
        }
        std::string sql{};
        std::string into{};
        std::string rows[3]{};
        for (const column& c : columns) {
            sql += (sql.empty() ? "  " : ",\n  ") + quoted(c.name) + " " + c.definition;
            into += (into.empty() ? "" : ", ") + quoted(c.name);
            for (unsigned r = 0; r < 3; ++r) rows[r] += (rows[r].empty() ? "" : ", ") + c.values[r];
        }
        statements_.push_back("CREATE TABLE " + quoted(t.name) + " (\n" + sql + constraints + ")");
        for (const std::string& r : rows)
            statements_.push_back("INSERT INTO " + quoted(t.name) + " (" + into + ") VALUES (" + r + ")");
        if (dialect_.comments == kin::sql::comment_style::statement && chance_.one_in(2)) {
            statements_.push_back(
                "COMMENT ON TABLE " + quoted(t.name) + " IS " +
                text(std::string{"a comment \\ */ "} + names[chance_.below(std::size(names))] + "\\"));
            statements_.push_back("COMMENT ON COLUMN " + quoted(t.name) + "." + quoted(columns[0].name) + " IS " +
                                  text("two\nlines \\"));
        }
    }

    void add_pivot() {
        const made_table& one = tables_[chance_.below(static_cast<unsigned>(tables_.size()))];
        const made_table& other = tables_[chance_.below(static_cast<unsigned>(tables_.size()))];
        if (one.key.size() != 1 || other.key.size() != 1) return;
        std::set<std::string> taken;
        const std::string name = chance_.name(tables_taken_);
        const std::string a = chance_.name(taken, "_id");
        const std::string b = chance_.name(taken, "_id");
        const auto first = [](const made_table& t) {
            return t.key_types[0] == "integer" ? std::string{"1"} : std::string{"'a'"};
        };
        statements_.push_back("CREATE TABLE " + quoted(name) + " (\n  " + quoted(a) + " " + one.key_types[0] +
                              " NOT NULL REFERENCES " + quoted(one.name) + ",\n  " + quoted(b) + " " +
                              other.key_types[0] + " NOT NULL REFERENCES " + quoted(other.name) + ",\n  PRIMARY KEY (" +
                              quoted(a) + ", " + quoted(b) + "))");
        statements_.push_back("INSERT INTO " + quoted(name) + " VALUES (" + first(one) + ", " + first(other) + ")");
    }

    void add_view() {
        const made_table& of = tables_[chance_.below(static_cast<unsigned>(tables_.size()))];
        statements_.push_back("CREATE VIEW " + quoted(chance_.name(tables_taken_)) + " AS SELECT * FROM " +
                              quoted(of.name));
    }

    chance chance_;
    const kin::sql::dialect& dialect_;
    std::set<std::string> tables_taken_{};
    std::vector<made_table> tables_{};
    std::vector<std::string> statements_{};
};

class hostile_names : public kin::test::written_models {
  protected:
    void is_right(unsigned seed) {
        const bool sqlite = kin::test::engine_name() == "sqlite";
        std::unique_ptr<kin::test::scratch_database> database;
        if (!sqlite) database = std::make_unique<kin::test::scratch_database>();
        const std::string url = sqlite ? directory_.sqlite_url(std::to_string(seed) + ".db") : database->url();
        std::string script;
        {
            kin::engine::connection to{kin::engine::open_driver(kin::engine::url::parse(url))};
            const hostile_database made{seed, to.dialect()};
            for (const std::string& statement : made.statements()) {
                script += statement + ";\n";
                ASSERT_NO_THROW(to.script(statement)) << statement;
            }
        }
        write_models(url);
        if (HasFatalFailure()) return;
        runs(reading_program(url) + "TEST(models, fit) {\n    kin::database db{\"" + url +
             "\"};\n    const auto fits = [&]<class... M>() { (db.check<M>(), ...); };\n" +
             "    EXPECT_NO_THROW((fits.template operator()<" + lists_of_models() + ">()));\n}\n");
        if (HasFailure()) ADD_FAILURE() << "seed " << seed << "\n" << script << "\n" << models_;
    }
};

TEST_F(hostile_names, become_models_that_compile_and_read_every_row) {
    if (kin::test::engine_name() == "mariadb") GTEST_SKIP() << "its random names are not asked of MariaDB yet";
    const unsigned first = kin::test::number_in("KIN_DIFFERENTIAL_SEED", kin::test::engine_name() == "sqlite" ? 1 : 2);
    const unsigned count = kin::test::number_in("KIN_DIFFERENTIAL", 1);
    for (unsigned seed = first; seed < first + count && !HasFailure(); ++seed) is_right(seed);
}

}  // namespace
