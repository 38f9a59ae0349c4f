// Databases that nobody here wrote, as kin-inspect writes them: the models compile without a warning, every cell that
// they read is what plain SQL reads, every relation can be loaded, the database is found to fit, and an empty database
// in which they are created is as the one that they were written from, but for what no model says. Needs ../shared (or
// KIN_SHARED), gzip, sqlite3 and psql; skipped where they are not.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "support/place.hpp"
#include "support/whole_tables.hpp"
#include "written_models.hpp"

namespace {

// Two views of which no column tells the rows apart.
constexpr const char* northwind_differs = R"(the database: view_added Invoices
the database: view_added Order Details Extended
)";
// Triggers; tables that have no key, views that no column tells the rows of apart; keys that are UNIQUE and no PRIMARY
// KEY; the triggers of a view.
constexpr const char* proj_differs = R"(the database: trigger_added ellipsoid.ellipsoid_insert_trigger
the database: table_added usage
the database: trigger_added prime_meridian.prime_meridian_insert_trigger
the database: trigger_added geodetic_datum.geodetic_datum_insert_trigger
the database: primary_key geodetic_datum_ensemble_member
the database: unique_added geodetic_datum_ensemble_member.unique_geodetic_datum_ensemble_member
the database: primary_key vertical_datum_ensemble_member
the database: unique_added vertical_datum_ensemble_member.unique_vertical_datum_ensemble_member
the database: trigger_added axis.axis_insert_trigger
the database: trigger_added geodetic_crs.geodetic_crs_insert_trigger
the database: trigger_added vertical_crs.vertical_crs_insert_trigger
the database: trigger_added conversion_method.conversion_method_insert_trigger
the database: trigger_added conversion_table.conversion_table_insert_trigger
the database: trigger_added projected_crs.projected_crs_insert_trigger
the database: trigger_added compound_crs.compound_crs_insert_trigger
the database: trigger_added helmert_transformation_table.helmert_transformation_insert_trigger
the database: trigger_added grid_transformation.grid_transformation_insert_trigger
the database: trigger_added grid_packages.grid_packages_insert_trigger
the database: trigger_added grid_alternatives.grid_alternatives_insert_trigger
the database: trigger_added other_transformation.other_transformation_insert_trigger
the database: trigger_added concatenated_operation.concatenated_operation_insert_trigger
the database: trigger_added concatenated_operation_step.concatenated_operation_step_insert_trigger
the database: trigger_added geoid_model.geoid_model_insert_trigger
the database: table_added alias_name
the database: table_added supersession
the database: table_added deprecation
the database: primary_key authority_to_authority_preference
the database: unique_added authority_to_authority_preference.unique_authority_to_authority_preference
the database: view_changed conversion
the database: view_added helmert_transformation
the database: view_added coordinate_operation_view
the database: view_added coordinate_operation_with_conversion_view
the database: view_added crs_view
the database: view_added object_view
the models: primary_key geodetic_datum_ensemble_member
the models: unique_dropped geodetic_datum_ensemble_member.unique_geodetic_datum_ensemble_member
the models: primary_key vertical_datum_ensemble_member
the models: unique_dropped vertical_datum_ensemble_member.unique_vertical_datum_ensemble_member
the models: primary_key authority_to_authority_preference
the models: unique_dropped authority_to_authority_preference.unique_authority_to_authority_preference
)";
// Triggers; a key that would set a column to NULL which takes none; tables without a key, which inherit another one.
constexpr const char* sakila_differs = R"(the database: trigger_added actor.last_updated
the database: trigger_added address.last_updated
the database: trigger_added category.last_updated
the database: trigger_added city.last_updated
the database: trigger_added country.last_updated
the database: trigger_added customer.last_updated
the database: trigger_added film.film_fulltext_trigger
the database: trigger_added film.last_updated
the database: trigger_added film_actor.last_updated
the database: trigger_added film_category.last_updated
the database: trigger_added inventory.last_updated
the database: trigger_added language.last_updated
the database: foreign_key_changed payment.payment_rental_id_fkey
the database: trigger_added rental.last_updated
the database: trigger_added staff.last_updated
the database: trigger_added store.last_updated
the database: table_added payment_p2007_01
the database: table_added payment_p2007_02
the database: table_added payment_p2007_03
the database: table_added payment_p2007_04
the database: table_added payment_p2007_05
the database: table_added payment_p2007_06
the models: foreign_key_changed payment.payment_rental_id_fkey
)";

class whole_databases : public kin::test::written_models {
  protected:
    /// The models read what there is, and make the same in an empty database, but for the differences by name, which
    /// are what docs/existing-database.md says that no model says.
    void models_stand_for(const std::string& url, const std::string& fresh, const std::string& differences) {
        write_models(url);
        has("struct ");
        runs(reading_program(url) + "TEST(models, make_what_there_is) {\n    const auto differences =" +
             " kin::test::differences_of_what_they_make<" + lists_of_models() + ">;\n    EXPECT_EQ(differences(\"" +
             url + "\", \"" + fresh + "\"), R\"(\n" + differences + ")\");\n}\n");
    }
};
using sqlite_whole_databases = whole_databases;
using postgresql_whole_databases = whole_databases;

TEST_F(sqlite_whole_databases, chinook) {
    const std::string from = kin::test::shared_file("data/databases/chinook.sqlite");
    if (from.empty()) GTEST_SKIP() << "needs ../shared";
    std::filesystem::copy_file(from, directory_.file("chinook.db"));
    models_stand_for(directory_.sqlite_url("chinook.db"), directory_.sqlite_url("fresh.db"), "");
    has("kin::belongs_to<Employee> boss{};");
    has("kin::has_many<Employee> reports{};");
    has("kin::belongs_to<Employee> support_rep{};");
    has("kin::many_to_many<Track, PlaylistTrack> tracks{};");
}

TEST_F(sqlite_whole_databases, northwind) {
    const std::string from = kin::test::shared_file("data/databases/northwind.sql.gz");
    if (from.empty()) GTEST_SKIP() << "needs ../shared";
    const std::string load =
        "gzip -dc '" + from + "' | sqlite3 " + directory_.file("northwind.db") + " > /dev/null 2>&1";
    if (std::system(load.c_str()) != 0) GTEST_SKIP() << "needs gzip and sqlite3";
    models_stand_for(directory_.sqlite_url("northwind.db"), directory_.sqlite_url("fresh.db"), northwind_differs);
    has("struct OrderDetail {");
    has("kin::belongs_to<Shipper> shipper{};");
    has("kin::many_to_many<Product, OrderDetail> products{};");
    has("/// The view Products by Category: only to be read.");
}

TEST_F(sqlite_whole_databases, proj) {
    const std::string from = "/usr/share/proj/proj.db";
    if (!std::filesystem::exists(from)) GTEST_SKIP() << "needs Debian's proj-data";
    std::filesystem::copy_file(from, directory_.file("proj.db"));
    models_stand_for(directory_.sqlite_url("proj.db"), directory_.sqlite_url("fresh.db"), proj_differs);
    has("kin::stored_as<std::string, kin::form::number_or_text> code{};");
    has("kin::belongs_to<Ellipsoid> ellipsoid{};");
}

TEST_F(postgresql_whole_databases, sakila) {
    if (kin::test::engine_name() != "postgresql") GTEST_SKIP() << "a dump of PostgreSQL's";
    const kin::test::scratch_database database;
    for (const char* part : {"schema", "data"}) {
        const std::string from = kin::test::shared_file("data/databases/sakila-" + std::string{part} + ".sql.gz");
        if (from.empty()) GTEST_SKIP() << "needs ../shared";
        const std::string load = "gzip -dc '" + from + "' | psql -q '" + database.url() + "' > /dev/null 2>&1";
        if (std::system(load.c_str()) != 0) GTEST_SKIP() << "needs gzip and psql";
    }
    const kin::test::scratch_database fresh;
    models_stand_for(database.url(), fresh.url(), sakila_differs);
    has("std::optional<MpaaRating> rating{MpaaRating::g};");
    has("kin::belongs_to<Language, kin::via<\"original_language_id\">> original_language{};");
    has("kin::many_to_many<Actor, FilmActor> actors{};");
}

}  // namespace
