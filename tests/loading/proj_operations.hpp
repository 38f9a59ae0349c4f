// The rest of PROJ's database as models: operations between systems of coordinates, grids, and the views over all of
// it.
#pragma once

#include "proj_models.hpp"

namespace proj {

struct GridPackage;
struct GridAlternative {
    std::string original_grid_name{};
    std::string proj_grid_name{};
    text old_proj_grid_name{};
    std::string proj_grid_format{};
    std::string proj_method{};
    bool inverse_direction{};
    text package_name{};
    text url{};
    std::optional<bool> direct_download{};
    std::optional<bool> open_license{};
    text directory{};
    kin::belongs_to<GridPackage> package{};
    static constexpr auto table = kin::table("grid_alternatives")
                                      .primary_key("original_grid_name")
                                      .foreign_key<GridPackage>(kin::columns("package_name"));
};
struct GridPackage {
    std::string package_name{};
    text description{};
    text url{};
    std::optional<bool> direct_download{};
    std::optional<bool> open_license{};
    kin::has_many<GridAlternative> grids{};
    static constexpr auto table = kin::table("grid_packages").primary_key("package_name");
};
struct GeoidModel {
    std::string name{};
    Reference operation{};
    static constexpr auto table =
        kin::table("geoid_model").primary_key("name", "operation_auth_name", "operation_code");
};
struct NamedParameter {
    text auth_name{};
    std::optional<code_text> code{};
    text name{};
};
struct GridTransformation {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    std::string method_auth_name{};
    code_text method_code{};
    std::string method_name{};
    Reference source_crs{};
    Reference target_crs{};
    real accuracy{};
    NamedParameter grid_param{};
    std::string grid_name{};
    NamedParameter grid2_param{};
    text grid2_name{};
    text interpolation_crs_auth_name{};
    std::optional<code_text> interpolation_crs_code{};
    text operation_version{};
    bool deprecated{};
    kin::belongs_to<GeodeticCrs> interpolation{};
    static constexpr auto table =
        named("grid_transformation")
            .foreign_key<GeodeticCrs>(kin::columns("interpolation_crs_auth_name", "interpolation_crs_code"));
};
struct HelmertParameters {
    real tx{};
    real ty{};
    real tz{};
};
struct HelmertTransformation {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    std::string method_auth_name{};
    code_text method_code{};
    std::string source_crs_auth_name{};
    code_text source_crs_code{};
    std::string target_crs_auth_name{};
    code_text target_crs_code{};
    real accuracy{};
    double tx{};
    double ty{};
    double tz{};
    Reference translation_uom{};
    real rx{};
    real ry{};
    real rz{};
    MaybeReference rotation_uom{};
    real scale_difference{};
    MaybeReference scale_difference_uom{};
    HelmertParameters rate{};
    MaybeReference rate_translation_uom{};
    real rate_rx{};
    real rate_ry{};
    real rate_rz{};
    MaybeReference rate_rotation_uom{};
    real rate_scale_difference{};
    MaybeReference rate_scale_difference_uom{};
    real epoch{};
    MaybeReference epoch_uom{};
    real px{};
    real py{};
    real pz{};
    MaybeReference pivot_uom{};
    text operation_version{};
    bool deprecated{};
    kin::belongs_to<OperationMethod> method{};
    kin::belongs_to<GeodeticCrs, kin::via<"source_crs_auth_name", "source_crs_code">> source{};
    kin::belongs_to<GeodeticCrs, kin::via<"target_crs_auth_name", "target_crs_code">> target{};
    static constexpr auto table =
        named("helmert_transformation_table")
            .foreign_key<OperationMethod>(kin::columns("method_auth_name", "method_code"))
            .foreign_key<GeodeticCrs>(kin::columns("source_crs_auth_name", "source_crs_code"))
            .foreign_key<GeodeticCrs>(kin::columns("target_crs_auth_name", "target_crs_code"));
};
struct ParameterWithName {
    text auth_name{};
    std::optional<code_text> code{};
    text name{};
    real value{};
    MaybeReference uom{};
};
struct OtherTransformation {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    std::string method_auth_name{};
    code_text method_code{};
    std::string method_name{};
    Reference source_crs{};
    Reference target_crs{};
    real accuracy{};
    ParameterWithName param1{};
    ParameterWithName param2{};
    ParameterWithName param3{};
    ParameterWithName param4{};
    ParameterWithName param5{};
    ParameterWithName param6{};
    ParameterWithName param7{};
    MaybeReference interpolation_crs{};
    text operation_version{};
    bool deprecated{};
    static constexpr auto table = named("other_transformation");
};
struct ConcatenatedStep;
struct ConcatenatedOperation {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    Reference source_crs{};
    Reference target_crs{};
    real accuracy{};
    text operation_version{};
    bool deprecated{};
    kin::has_many<ConcatenatedStep, kin::owned, kin::order_by<"step_number">> steps{};
    static constexpr auto table = named("concatenated_operation");
};
/// The table declares no foreign key; the model does.
struct ConcatenatedStep {
    std::string operation_auth_name{};
    code_text operation_code{};
    int step_number{};
    Reference step{};
    kin::belongs_to<ConcatenatedOperation> operation{};
    static constexpr auto table =
        kin::table("concatenated_operation_step")
            .primary_key("operation_auth_name", "operation_code", "step_number")
            .foreign_key<ConcatenatedOperation>(kin::columns("operation_auth_name", "operation_code"));
};

// -- views

/// INSTEAD OF triggers write a row of it into up to nine tables.
struct ConversionView {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    NamedParameter method{};
    ParameterWithName param1{};
    ParameterWithName param2{};
    ParameterWithName param3{};
    ParameterWithName param4{};
    ParameterWithName param5{};
    ParameterWithName param6{};
    ParameterWithName param7{};
    bool deprecated{};
    static constexpr auto table = named("conversion");
};
struct HelmertView {
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    NamedParameter method{};
    Reference source_crs{};
    Reference target_crs{};
    real accuracy{};
    HelmertParameters rate{};
    double tx{};
    double ty{};
    double tz{};
    Reference translation_uom{};
    real rx{};
    real ry{};
    real rz{};
    MaybeReference rotation_uom{};
    real scale_difference{};
    MaybeReference scale_difference_uom{};
    MaybeReference rate_translation_uom{};
    real rate_rx{};
    real rate_ry{};
    real rate_rz{};
    MaybeReference rate_rotation_uom{};
    real rate_scale_difference{};
    MaybeReference rate_scale_difference_uom{};
    real epoch{};
    MaybeReference epoch_uom{};
    real px{};
    real py{};
    real pz{};
    MaybeReference pivot_uom{};
    text operation_version{};
    bool deprecated{};
    static constexpr auto table = named("helmert_transformation");
};
struct OperationView {
    std::string table_name{};
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text description{};
    NamedParameter method{};
    Reference source_crs{};
    Reference target_crs{};
    real accuracy{};
    bool deprecated{};
    static constexpr auto table =
        kin::table("coordinate_operation_view").primary_key("table_name", "auth_name", "code");
};
struct AnyOperationView {
    std::string auth_name{};
    code_text code{};
    std::string type{};
    static constexpr auto table =
        kin::table("coordinate_operation_with_conversion_view").primary_key("type", "auth_name", "code");
};
struct CrsView {
    std::string table_name{};
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text type{};
    text description{};
    bool deprecated{};
    static constexpr auto table = kin::table("crs_view").primary_key("table_name", "auth_name", "code");
};
struct ObjectView {
    std::string table_name{};
    std::string auth_name{};
    code_text code{};
    std::string name{};
    text type{};
    bool deprecated{};
    static constexpr auto table = kin::table("object_view").primary_key("table_name", "auth_name", "code");
};
struct AuthorityList {
    std::string auth_name{};
    static constexpr auto table = kin::table("authority_list").primary_key("auth_name");
};

}  // namespace proj
