// PROJ's database of coordinate systems as models, each of its tables and views: keys of two columns, of which one
// holds numbers and names; a dozen keys onto one table; tables without a key, which SQLite numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <kin/kin.hpp>
#include <kin/value/stored_as.hpp>

namespace proj {

using text = std::optional<std::string>;
using real = std::optional<double>;
using code_text = kin::stored_as<std::string, kin::form::number_or_text>;

/// Where a table refers to an object of any authority: `uom` is the columns uom_auth_name and uom_code.
struct Reference {
    std::string auth_name{};
    code_text code{};
};
struct MaybeReference {
    text auth_name{};
    std::optional<code_text> code{};
};
constexpr auto named = [](const char* table) { return kin::table(table).primary_key("auth_name", "code"); };

struct AliasName {
    kin::key<AliasName> rowid{};
    std::string table_name{};
    std::string auth_name{};
    code_text code{};
    std::string alt_name{};
    text source{};
    static constexpr auto table = kin::table("alias_name");
};
struct AuthorityPreference {
    std::string source_auth_name{};
    std::string target_auth_name{};
    std::string allowed_authorities{};
    static constexpr auto table =
        kin::table("authority_to_authority_preference").primary_key("source_auth_name", "target_auth_name");
};
struct Metadata {
    std::string key{};
    std::string value{};
    static constexpr auto table = kin::table("metadata").primary_key("key");
};
struct VersionedName {
    std::string versioned_auth_name{};
    std::string auth_name{};
    std::string version{};
    int priority{};
    static constexpr auto table = kin::table("versioned_auth_name_mapping").primary_key("versioned_auth_name");
};
struct Deprecation {
    kin::key<Deprecation> rowid{};
    std::string table_name{};
    Reference deprecated{};
    Reference replacement{};
    text source{};
    static constexpr auto table = kin::table("deprecation");
};
struct Supersession {
    kin::key<Supersession> rowid{};
    std::string superseded_table_name{};
    Reference superseded{};
    std::string replacement_table_name{};
    Reference replacement{};
    text source{};
    bool same_source_target_crs{};
    static constexpr auto table = kin::table("supersession");
};

struct Axis;
struct CelestialBody;
struct CompoundCrs;
struct Ellipsoid;
struct EnsembleMember;
struct GeodeticCrs;
struct GeodeticDatum;
struct HelmertTransformation;
struct PrimeMeridian;
struct ProjectedCrs;
struct Usage;
struct VerticalCrs;
struct VerticalEnsembleMember;

struct UnitOfMeasure {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    std::string type{};
    real conv_factor{};
    text proj_short_name{};
    bool deprecated{};
    kin::has_many<Axis> axes{};
    kin::has_many<Ellipsoid> ellipsoids{};
    kin::has_many<PrimeMeridian> meridians{};
    static constexpr auto table = named("unit_of_measure");
};
struct CelestialBody {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    double semi_major_axis{};
    kin::has_many<Ellipsoid> ellipsoids{};
    static constexpr auto table = named("celestial_body");
};
struct Ellipsoid {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    std::string celestial_body_auth_name{};
    code_text celestial_body_code{};
    double semi_major_axis{};
    std::string uom_auth_name{};
    code_text uom_code{};
    real inv_flattening{};
    real semi_minor_axis{};
    bool deprecated{};
    kin::belongs_to<CelestialBody> body{};
    kin::belongs_to<UnitOfMeasure> unit{};
    kin::has_many<GeodeticDatum, kin::passive_deletes> datums{};
    static constexpr auto table =
        named("ellipsoid")
            .foreign_key<CelestialBody>(kin::columns("celestial_body_auth_name", "celestial_body_code"))
            .foreign_key<UnitOfMeasure>(kin::columns("uom_auth_name", "uom_code"));
};
struct Extent {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    std::string description{};
    real south_lat{};
    real north_lat{};
    real west_lon{};
    real east_lon{};
    bool deprecated{};
    kin::has_many<Usage> usages{};
    static constexpr auto table = named("extent");
};
struct Scope {
    std::string auth_name{};
    code_text code{};
    std::string scope{};
    bool deprecated{};
    kin::has_many<Usage, kin::owned> usages{};
    static constexpr auto table = named("scope");
};
/// Its primary key may be NULL, as SQLite has it.
struct Usage {
    kin::key<Usage> rowid{};
    text auth_name{};
    std::optional<code_text> code{};
    std::string object_table_name{};
    Reference object{};
    std::string extent_auth_name{};
    code_text extent_code{};
    std::string scope_auth_name{};
    code_text scope_code{};
    kin::belongs_to<Extent> extent{};
    kin::belongs_to<Scope> scope{};
    static constexpr auto table = kin::table("usage")
                                      .foreign_key<Extent>(kin::columns("extent_auth_name", "extent_code"))
                                      .foreign_key<Scope>(kin::columns("scope_auth_name", "scope_code"));
};
struct PrimeMeridian {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    double longitude{};
    std::string uom_auth_name{};
    code_text uom_code{};
    bool deprecated{};
    kin::belongs_to<UnitOfMeasure> unit{};
    kin::has_many<GeodeticDatum> datums{};
    static constexpr auto table =
        named("prime_meridian").foreign_key<UnitOfMeasure>(kin::columns("uom_auth_name", "uom_code"));
};
struct GeodeticDatum {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    std::string ellipsoid_auth_name{};
    code_text ellipsoid_code{};
    std::string prime_meridian_auth_name{};
    code_text prime_meridian_code{};
    text publication_date{};
    real frame_reference_epoch{};
    real ensemble_accuracy{};
    text anchor{};
    bool deprecated{};
    kin::belongs_to<Ellipsoid> ellipsoid{};
    kin::belongs_to<PrimeMeridian> meridian{};
    kin::has_many<GeodeticCrs> systems{};
    kin::has_many<EnsembleMember, kin::via<"ensemble_auth_name", "ensemble_code">, kin::owned> members{};
    kin::many_to_many<GeodeticDatum, EnsembleMember,
                      kin::via<"ensemble_auth_name", "ensemble_code", "member_auth_name", "member_code">>
        consists_of{};
    static constexpr auto table =
        named("geodetic_datum")
            .foreign_key<Ellipsoid>(kin::columns("ellipsoid_auth_name", "ellipsoid_code"), {}, kin::on_delete::cascade)
            .foreign_key<PrimeMeridian>(kin::columns("prime_meridian_auth_name", "prime_meridian_code"));
};
struct EnsembleMember {
    std::string ensemble_auth_name{};
    code_text ensemble_code{};
    std::string member_auth_name{};
    code_text member_code{};
    int sequence{};
    kin::belongs_to<GeodeticDatum, kin::via<"ensemble_auth_name", "ensemble_code">> ensemble{};
    kin::belongs_to<GeodeticDatum, kin::via<"member_auth_name", "member_code">> member{};
    static constexpr auto table = kin::table("geodetic_datum_ensemble_member")
                                      .primary_key("ensemble_auth_name", "ensemble_code", "sequence")
                                      .foreign_key<GeodeticDatum>(kin::columns("ensemble_auth_name", "ensemble_code"))
                                      .foreign_key<GeodeticDatum>(kin::columns("member_auth_name", "member_code"));
};
struct VerticalDatum {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    text publication_date{};
    real frame_reference_epoch{};
    real ensemble_accuracy{};
    text anchor{};
    bool deprecated{};
    kin::has_many<VerticalCrs> systems{};
    kin::has_many<VerticalEnsembleMember, kin::via<"ensemble_auth_name", "ensemble_code">> members{};
    static constexpr auto table = named("vertical_datum");
};
struct VerticalEnsembleMember {
    std::string ensemble_auth_name{};
    code_text ensemble_code{};
    std::string member_auth_name{};
    code_text member_code{};
    int sequence{};
    kin::belongs_to<VerticalDatum, kin::via<"ensemble_auth_name", "ensemble_code">> ensemble{};
    kin::belongs_to<VerticalDatum, kin::via<"member_auth_name", "member_code">> member{};
    static constexpr auto table = kin::table("vertical_datum_ensemble_member")
                                      .primary_key("ensemble_auth_name", "ensemble_code", "sequence")
                                      .foreign_key<VerticalDatum>(kin::columns("ensemble_auth_name", "ensemble_code"))
                                      .foreign_key<VerticalDatum>(kin::columns("member_auth_name", "member_code"));
};
struct CoordinateSystem {
    std::string auth_name{};
    code_text code{};
    std::string type{};
    std::int16_t dimension{};
    kin::has_many<Axis, kin::owned, kin::order_by<"coordinate_system_order">> axes{};
    kin::has_many<GeodeticCrs> geodetic{};
    kin::has_many<ProjectedCrs> projected{};
    static constexpr auto table = named("coordinate_system");
};
struct Axis {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    std::string abbrev{};
    std::string orientation{};
    std::string coordinate_system_auth_name{};
    code_text coordinate_system_code{};
    std::int16_t coordinate_system_order{};
    text uom_auth_name{};
    std::optional<code_text> uom_code{};
    kin::belongs_to<CoordinateSystem> system{};
    kin::belongs_to<UnitOfMeasure> unit{};
    static constexpr auto table =
        named("axis")
            .foreign_key<CoordinateSystem>(kin::columns("coordinate_system_auth_name", "coordinate_system_code"))
            .foreign_key<UnitOfMeasure>(kin::columns("uom_auth_name", "uom_code"));
};
struct GeodeticCrs {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    std::string type{};
    text coordinate_system_auth_name{};
    std::optional<code_text> coordinate_system_code{};
    text datum_auth_name{};
    std::optional<code_text> datum_code{};
    text text_definition{};
    bool deprecated{};
    kin::belongs_to<CoordinateSystem> system{};
    kin::belongs_to<GeodeticDatum> datum{};
    kin::has_many<ProjectedCrs> projected{};
    kin::has_many<HelmertTransformation, kin::via<"source_crs_auth_name", "source_crs_code">> leaving{};
    kin::has_many<HelmertTransformation, kin::via<"target_crs_auth_name", "target_crs_code">> arriving{};
    static constexpr auto table =
        named("geodetic_crs")
            .foreign_key<CoordinateSystem>(kin::columns("coordinate_system_auth_name", "coordinate_system_code"))
            .foreign_key<GeodeticDatum>(kin::columns("datum_auth_name", "datum_code"));
};
struct VerticalCrs {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    std::string coordinate_system_auth_name{};
    code_text coordinate_system_code{};
    std::string datum_auth_name{};
    code_text datum_code{};
    bool deprecated{};
    kin::belongs_to<CoordinateSystem> system{};
    kin::belongs_to<VerticalDatum> datum{};
    kin::has_many<CompoundCrs> compounds{};
    static constexpr auto table =
        named("vertical_crs")
            .foreign_key<CoordinateSystem>(kin::columns("coordinate_system_auth_name", "coordinate_system_code"))
            .foreign_key<VerticalDatum>(kin::columns("datum_auth_name", "datum_code"));
};
struct ConversionMethod {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    static constexpr auto table = named("conversion_method");
};
struct ConversionParam {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    static constexpr auto table = named("conversion_param");
};
struct OperationMethod {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    static constexpr auto table = named("coordinate_operation_method");
};
struct Parameter {
    text auth_name{};
    std::optional<code_text> code{};
    real value{};
    MaybeReference uom{};
};
struct Conversion {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    text method_auth_name{};
    std::optional<code_text> method_code{};
    Parameter param1{};
    Parameter param2{};
    Parameter param3{};
    Parameter param4{};
    Parameter param5{};
    Parameter param6{};
    Parameter param7{};
    bool deprecated{};
    kin::belongs_to<ConversionMethod> method{};
    kin::belongs_to<UnitOfMeasure, kin::via<"param1_uom_auth_name", "param1_uom_code">> unit{};
    kin::belongs_to<UnitOfMeasure, kin::via<"param7_uom_auth_name", "param7_uom_code">> last_unit{};
    kin::has_many<ProjectedCrs> systems{};
    static constexpr auto table =
        named("conversion_table")
            .foreign_key<ConversionMethod>(kin::columns("method_auth_name", "method_code"))
            .foreign_key<UnitOfMeasure>(kin::columns("param1_uom_auth_name", "param1_uom_code"))
            .foreign_key<UnitOfMeasure>(kin::columns("param7_uom_auth_name", "param7_uom_code"));
};
struct ProjectedCrs {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    text coordinate_system_auth_name{};
    std::optional<code_text> coordinate_system_code{};
    std::string geodetic_crs_auth_name{};
    code_text geodetic_crs_code{};
    text conversion_auth_name{};
    std::optional<code_text> conversion_code{};
    text text_definition{};
    bool deprecated{};
    kin::belongs_to<CoordinateSystem> system{};
    kin::belongs_to<GeodeticCrs> geodetic{};
    kin::belongs_to<Conversion> conversion{};
    static constexpr auto table =
        named("projected_crs")
            .foreign_key<CoordinateSystem>(kin::columns("coordinate_system_auth_name", "coordinate_system_code"))
            .foreign_key<GeodeticCrs>(kin::columns("geodetic_crs_auth_name", "geodetic_crs_code"))
            .foreign_key<Conversion>(kin::columns("conversion_auth_name", "conversion_code"));
};
struct CompoundCrs {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    Reference horiz_crs{};
    std::string vertical_crs_auth_name{};
    code_text vertical_crs_code{};
    bool deprecated{};
    kin::belongs_to<VerticalCrs> vertical{};
    static constexpr auto table =
        named("compound_crs").foreign_key<VerticalCrs>(kin::columns("vertical_crs_auth_name", "vertical_crs_code"));
};

}  // namespace proj
