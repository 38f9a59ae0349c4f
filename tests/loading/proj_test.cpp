// PROJ's database of coordinate systems, whole: codes that are numbers in one row and names in the next, keys of two
// columns, tables without a key, views, and 35 triggers that look after what is written. It comes with Debian's
// proj-data (or where KIN_PROJ_DB says); skipped where it is not.
#include <gtest/gtest.h>

#include <cstdlib>

#include <kin/kin.hpp>

#include "loading/proj_operations.hpp"
#include "support/fixture.hpp"
#include "support/whole_database.hpp"

namespace {

using namespace kin::expr;
using namespace proj;
using kin::test::changes_of_tables;
using kin::test::thrown;

class proj_database : public kin::test::whole_database {
  protected:
    void SetUp() override {
        if (kin::test::engine_name() != "sqlite") GTEST_SKIP() << "a SQLite file";
        const char* named = std::getenv("KIN_PROJ_DB");
        const std::string from = named != nullptr ? named : "/usr/share/proj/proj.db";
        if (!std::filesystem::exists(from)) GTEST_SKIP() << "needs the package proj-data";
        open_copy(from);
        // 9.1 is Debian 12's. Later ones have more columns and rows.
        kin::session s{*db_};
        const std::int64_t layout = number(s,
                                           "SELECT CAST(value AS INTEGER) FROM metadata "
                                           "WHERE key = 'DATABASE.LAYOUT.VERSION.MAJOR'");
        if (layout != 1) GTEST_SKIP() << "the layout of this proj.db is another one";
    }
    /// All rows of a table or view, and how many plain SQL counts.
    template <class T>
    void compare(kin::session& s, const std::string& table) {
        SCOPED_TRACE(table);
        EXPECT_EQ(static_cast<std::int64_t>(kin::test::compare_rows<T>(s)),
                  number(s, "SELECT count(*) FROM \"" + table + "\""));
    }
};

TEST_F(proj_database, every_cell_of_every_table_is_what_plain_sql_reads) {
    kin::session s{*db_};
    compare<AliasName>(s, "alias_name");
    compare<AuthorityPreference>(s, "authority_to_authority_preference");
    compare<Axis>(s, "axis");
    compare<CelestialBody>(s, "celestial_body");
    compare<CompoundCrs>(s, "compound_crs");
    compare<ConcatenatedOperation>(s, "concatenated_operation");
    compare<ConcatenatedStep>(s, "concatenated_operation_step");
    compare<Conversion>(s, "conversion_table");
    compare<ConversionMethod>(s, "conversion_method");
    compare<ConversionParam>(s, "conversion_param");
    compare<CoordinateSystem>(s, "coordinate_system");
    compare<Deprecation>(s, "deprecation");
    compare<Ellipsoid>(s, "ellipsoid");
    compare<EnsembleMember>(s, "geodetic_datum_ensemble_member");
    compare<Extent>(s, "extent");
    compare<GeodeticCrs>(s, "geodetic_crs");
    compare<GeodeticDatum>(s, "geodetic_datum");
    compare<GeoidModel>(s, "geoid_model");
    compare<GridAlternative>(s, "grid_alternatives");
    compare<GridPackage>(s, "grid_packages");
    compare<GridTransformation>(s, "grid_transformation");
    compare<HelmertTransformation>(s, "helmert_transformation_table");
    compare<Metadata>(s, "metadata");
    compare<OperationMethod>(s, "coordinate_operation_method");
    compare<OtherTransformation>(s, "other_transformation");
    compare<PrimeMeridian>(s, "prime_meridian");
    compare<ProjectedCrs>(s, "projected_crs");
    compare<Scope>(s, "scope");
    compare<Supersession>(s, "supersession");
    compare<UnitOfMeasure>(s, "unit_of_measure");
    compare<Usage>(s, "usage");
    compare<VersionedName>(s, "versioned_auth_name_mapping");
    compare<VerticalCrs>(s, "vertical_crs");
    compare<VerticalDatum>(s, "vertical_datum");
    compare<VerticalEnsembleMember>(s, "vertical_datum_ensemble_member");
    EXPECT_EQ(number(s, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"), 35);
}

TEST_F(proj_database, every_cell_of_every_view_is_what_plain_sql_reads) {
    kin::session s{*db_};
    compare<AnyOperationView>(s, "coordinate_operation_with_conversion_view");
    compare<AuthorityList>(s, "authority_list");
    compare<ConversionView>(s, "conversion");
    compare<CrsView>(s, "crs_view");
    compare<HelmertView>(s, "helmert_transformation");
    compare<ObjectView>(s, "object_view");
    compare<OperationView>(s, "coordinate_operation_view");
    EXPECT_EQ(number(s, "SELECT count(*) FROM sqlite_master WHERE type = 'view'"), 7);
}

TEST_F(proj_database, every_relation_leads_where_plain_sql_leads) {
    kin::session s{*db_};
    std::int64_t datums = 0, systems = 0, projected = 0, leaving = 0, arriving = 0, members = 0, consists_of = 0;
    for (const Ellipsoid& e : s.query<Ellipsoid>()
                                  .with(&Ellipsoid::datums, &GeodeticDatum::systems, &GeodeticCrs::projected)
                                  .with(&Ellipsoid::datums, &GeodeticDatum::systems, &GeodeticCrs::leaving)
                                  .with(&Ellipsoid::datums, &GeodeticDatum::systems, &GeodeticCrs::arriving)
                                  .with(&Ellipsoid::datums, &GeodeticDatum::members)
                                  .with(&Ellipsoid::datums, &GeodeticDatum::consists_of)
                                  .all()
                                  .view()) {
        for (const GeodeticDatum& d : e.datums) {
            ++datums;
            members += static_cast<std::int64_t>(d.members.size());
            consists_of += static_cast<std::int64_t>(d.consists_of.size());
            for (const GeodeticCrs& c : d.systems) {
                ++systems;
                projected += static_cast<std::int64_t>(c.projected.size());
                leaving += static_cast<std::int64_t>(c.leaving.size());
                arriving += static_cast<std::int64_t>(c.arriving.size());
            }
        }
    }
    EXPECT_EQ(datums, number(s, "SELECT count(*) FROM geodetic_datum"));
    EXPECT_EQ(systems, number(s, "SELECT count(*) FROM geodetic_crs WHERE datum_code IS NOT NULL"));
    EXPECT_EQ(members, number(s, "SELECT count(*) FROM geodetic_datum_ensemble_member"));
    EXPECT_EQ(consists_of, members);
    const std::string with_datum =
        " JOIN geodetic_crs g ON g.auth_name = {}_auth_name AND g.code = {}_code "
        "WHERE g.datum_code IS NOT NULL";
    const auto joined = [&](std::string sql, const std::string& key) {
        for (std::size_t at; (at = sql.find("{}")) != std::string::npos;) sql.replace(at, 2, key);
        return number(s, sql);
    };
    EXPECT_EQ(projected, joined("SELECT count(*) FROM projected_crs" + with_datum, "geodetic_crs"));
    EXPECT_EQ(leaving, joined("SELECT count(*) FROM helmert_transformation_table" + with_datum, "source_crs"));
    EXPECT_EQ(arriving, joined("SELECT count(*) FROM helmert_transformation_table" + with_datum, "target_crs"));

    // The other way, two and three steps up, and by name of unit.
    double metres = 0;
    std::int64_t units = 0;
    const auto all = s.query<ProjectedCrs>()
                         .with(&ProjectedCrs::geodetic, &GeodeticCrs::datum, &GeodeticDatum::ellipsoid)
                         .with(&ProjectedCrs::conversion, &Conversion::unit)
                         .all();
    for (const ProjectedCrs& p : all.view()) {
        if (p.geodetic->datum) metres += p.geodetic->datum->ellipsoid->semi_major_axis;
        if (p.conversion && p.conversion->unit) units += static_cast<std::int64_t>(p.conversion->unit->name.size());
    }
    EXPECT_EQ(static_cast<std::int64_t>(metres),
              number(s,
                     "SELECT CAST(sum(e.semi_major_axis) AS INTEGER) FROM projected_crs p "
                     "JOIN geodetic_crs g ON g.auth_name = p.geodetic_crs_auth_name AND g.code = p.geodetic_crs_code "
                     "JOIN geodetic_datum d ON d.auth_name = g.datum_auth_name AND d.code = g.datum_code "
                     "JOIN ellipsoid e ON e.auth_name = d.ellipsoid_auth_name AND e.code = d.ellipsoid_code"));
    EXPECT_EQ(units, number(s,
                            "SELECT sum(length(u.name)) FROM projected_crs p "
                            "JOIN conversion_table c ON c.auth_name = p.conversion_auth_name "
                            "AND c.code = p.conversion_code JOIN unit_of_measure u "
                            "ON u.auth_name = c.param1_uom_auth_name AND u.code = c.param1_uom_code"));
    // Numbers and names are asked for alike.
    EXPECT_EQ(s.get<GeodeticCrs>({"EPSG", "4326"})->name, "WGS 84");
    EXPECT_EQ(s.get<GeodeticCrs>({"OGC", "CRS84"})->name, "WGS 84 (CRS84)");
    EXPECT_EQ(s.query<CelestialBody>().where(col(&CelestialBody::code) == "EARTH").one()->name, "Earth");
}

TEST_F(proj_database, changes_along_relations_leave_the_rest_as_it_was) {
    kin::session s{*db_};
    const auto before = everything();
    const auto rows = [&](const std::string& sql) {
        return static_cast<std::size_t>(number(s, "SELECT count(*) FROM " + sql));
    };
    const std::string of_scope = "usage WHERE scope_auth_name = 'EPSG' AND scope_code = 1036";
    const std::size_t used = rows(of_scope);
    // A planet with all that stands on it.
    auto planet = s.add(CelestialBody{.auth_name = "KIN", .code = "7", .name = "Kin's own", .semi_major_axis = 5.5});
    planet->ellipsoids.push_back(Ellipsoid{.auth_name = "KIN",
                                           .code = "ELLIPSOID",
                                           .name = "of Kin",
                                           .semi_major_axis = 5.5,
                                           .uom_auth_name = "EPSG",
                                           .uom_code = "9001",
                                           .inv_flattening = 300.0});
    auto datum = s.add(GeodeticDatum{.auth_name = "KIN", .code = "12", .name = "datum of Kin"});
    datum->ellipsoid = planet->ellipsoids.handle(0);
    datum->meridian = s.get<PrimeMeridian>({"EPSG", "8901"});
    auto system = s.add(GeodeticCrs{.auth_name = "KIN", .code = "13", .name = "of Kin", .type = "geographic 2D"});
    system->datum = datum;
    system->system = s.get<CoordinateSystem>({"EPSG", "6422"});
    // An ensemble gets another member, through the table between, which has no key.
    auto ensemble = s.get<GeodeticDatum>({"EPSG", "6258"});
    ensemble->members.push_back(EnsembleMember{.sequence = 12, .member = datum});
    EXPECT_EQ(ensemble->consists_of.size(), 12u);
    // What belongs to others goes with them, and moves.
    s.remove(s.get<ConcatenatedOperation>({"EPSG", "9103"}));
    s.remove(s.get<Scope>({"EPSG", "1036"}));
    s.get<Axis>({"EPSG", "1"})->unit = s.get<UnitOfMeasure>({"EPSG", "9002"});
    s.add(AliasName{.table_name = "geodetic_crs", .auth_name = "KIN", .code = "13", .alt_name = "Kin", .source = "us"});
    s.commit();
    EXPECT_EQ(changed_since(before), (changes_of_tables{{"alias_name", {0, 1}},
                                                        {"axis", {1, 1}},
                                                        {"celestial_body", {0, 1}},
                                                        {"concatenated_operation", {1, 0}},
                                                        {"concatenated_operation_step", {4, 0}},
                                                        {"ellipsoid", {0, 1}},
                                                        {"geodetic_crs", {0, 1}},
                                                        {"geodetic_datum", {0, 1}},
                                                        {"geodetic_datum_ensemble_member", {0, 1}},
                                                        {"scope", {1, 0}},
                                                        {"usage", {used, 0}}}));
    EXPECT_EQ(number(s, "SELECT typeof(code) = 'integer' FROM geodetic_datum WHERE auth_name = 'KIN'"), 1)
        << "as the table's others are kept";
    // And all of it back again.
    s.remove(s.query<AliasName>().where(col(&AliasName::auth_name) == "KIN").one());
    s.remove(ensemble->members.handle(11));
    s.remove(system);
    s.remove(datum);
    s.remove(planet->ellipsoids.handle(0));
    s.remove(planet);
    s.get<Axis>({"EPSG", "1"})->unit = s.get<UnitOfMeasure>({"EPSG", "9001"});
    s.commit();
    EXPECT_EQ(changed_since(before), (changes_of_tables{{"concatenated_operation", {1, 0}},
                                                        {"concatenated_operation_step", {4, 0}},
                                                        {"scope", {1, 0}},
                                                        {"usage", {used, 0}}}));
}

TEST_F(proj_database, what_a_trigger_refuses_leaves_memory_and_rows_as_they_were) {
    kin::session s{*db_};
    const auto before = everything();
    auto datum = s.get<GeodeticDatum>({"EPSG", "6326"});
    datum->systems.push_back(GeodeticCrs{.auth_name = "EPSG",
                                         .code = "25832",  // there is a projected one
                                         .name = "twice",
                                         .type = "geographic 2D",
                                         .coordinate_system_auth_name = "EPSG",
                                         .coordinate_system_code = "6422"});
    const auto error = thrown<kin::constraint_violation>([&] { s.flush(); });
    EXPECT_TRUE(kin::test::contains(error.what(), "must not already exist in crs_view")) << error.what();
    s.rollback();
    EXPECT_EQ(changed_since(before), changes_of_tables{});
    // A row of a view, which its triggers write into three tables.
    s.add(ConversionView{.auth_name = "KIN",
                         .code = "20",
                         .name = "by Kin",
                         .method = {"KIN", "21", "method of Kin"},
                         .param1 = {"KIN", "22", "parameter of Kin", 0.5, {"EPSG", "9102"}}});
    const auto refused = thrown<kin::constraint_violation>([&] { s.flush(); });
    EXPECT_TRUE(kin::test::contains(refused.what(), "method should be known")) << refused.what();
    s.rollback();
    s.add(ConversionView{.auth_name = "KIN",
                         .code = "20",
                         .name = "by Kin",
                         .method = {"PROJ", "21", "method of Kin"},
                         .param1 = {"KIN", "22", "parameter of Kin", 0.5, {"EPSG", "9102"}}});
    s.commit();
    EXPECT_EQ(
        changed_since(before),
        (changes_of_tables{{"conversion_method", {0, 1}}, {"conversion_param", {0, 1}}, {"conversion_table", {0, 1}}}));
    EXPECT_EQ(s.get<Conversion>({"KIN", "20"})->method->name, "method of Kin");
    EXPECT_EQ(s.get<Conversion>({"KIN", "20"})->unit->name, "degree");
}

}  // namespace
