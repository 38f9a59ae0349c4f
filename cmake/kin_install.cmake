# The installed package: headers, libraries, find_package(kin COMPONENTS …) and pkg-config files.
include(CMakePackageConfigHelpers)

set(KIN_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/kin)
set(KIN_PKG_CONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# How a .pc file finds an installed folder: relative to itself, so that the prefix can be moved.
function(kin_pkg_config_path folder result)
  if(IS_ABSOLUTE ${folder} OR IS_ABSOLUTE ${KIN_PKG_CONFIG_DIR})
    cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} NORMALIZE)
    set(${result} ${folder} PARENT_SCOPE)
  else()
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${KIN_PKG_CONFIG_DIR} OUTPUT_VARIABLE relative)
    set(${result} \${pcfiledir}/${relative} PARENT_SCOPE)
  endif()
endfunction()

function(kin_install_pkg_config)
  cmake_parse_arguments(PARSE_ARGV 0 KIN_PC "" "NAME;DESCRIPTION;REQUIRES;REQUIRES_PRIVATE;LIBS;LIBS_PRIVATE" "")
  kin_pkg_config_path(${CMAKE_INSTALL_INCLUDEDIR} KIN_PC_INCLUDEDIR)
  kin_pkg_config_path(${CMAKE_INSTALL_LIBDIR} KIN_PC_LIBDIR)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/kin.pc.in ${PROJECT_BINARY_DIR}/pkgconfig/${KIN_PC_NAME}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/pkgconfig/${KIN_PC_NAME}.pc DESTINATION ${KIN_PKG_CONFIG_DIR})
endfunction()

function(kin_install_core)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/kin DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
  install(TARGETS kin EXPORT kin-targets)
  install(EXPORT kin-targets NAMESPACE kin:: DESTINATION ${KIN_PACKAGE_DIR})
  set(KIN_SHARED OFF)
  if(BUILD_SHARED_LIBS)
    set(KIN_SHARED ON)
  endif()
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/kinConfig.cmake.in ${PROJECT_BINARY_DIR}/kinConfig.cmake
    INSTALL_DESTINATION ${KIN_PACKAGE_DIR} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  # Before 1.0 a minor version may break its users.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/kinConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/kinConfig.cmake ${PROJECT_BINARY_DIR}/kinConfigVersion.cmake
    DESTINATION ${KIN_PACKAGE_DIR})
  kin_install_pkg_config(NAME kin DESCRIPTION "${PROJECT_DESCRIPTION}"
    LIBS "-lkin" REQUIRES_PRIVATE "fmt" LIBS_PRIVATE "-pthread")
endfunction()

# kin_install_component(<name> DESCRIPTION <text> LIBS <flags>
#                       PACKAGES <find_package name>… PUBLIC_PACKAGES <the same where headers need it>…
#                       PKG_CONFIG <module>… PKG_CONFIG_LIBS <flag>…)
function(kin_install_component name)
  cmake_parse_arguments(PARSE_ARGV 1 component "" "DESCRIPTION;LIBS" "PACKAGES;PUBLIC_PACKAGES;PKG_CONFIG;PKG_CONFIG_LIBS")
  install(TARGETS kin_${name} EXPORT kin-${name}-targets)
  install(EXPORT kin-${name}-targets NAMESPACE kin:: DESTINATION ${KIN_PACKAGE_DIR})
  set(text "# The component ${name}.\n")
  if(BUILD_SHARED_LIBS)
    set(component_PACKAGES)
  endif()
  foreach(package IN LISTS component_PACKAGES component_PUBLIC_PACKAGES)
    string(APPEND text "find_dependency(${package})\n")
  endforeach()
  string(APPEND text "include(\"\${CMAKE_CURRENT_LIST_DIR}/kin-${name}-targets.cmake\")\nset(kin_${name}_FOUND TRUE)\n")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/kin-component-${name}.cmake CONTENT "${text}" @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/kin-component-${name}.cmake DESTINATION ${KIN_PACKAGE_DIR})
  list(JOIN component_PKG_CONFIG " " modules)
  list(JOIN component_PKG_CONFIG_LIBS " " flags)
  string(REPLACE "_" "-" file ${name})
  kin_install_pkg_config(NAME kin-${file} DESCRIPTION "${component_DESCRIPTION}"
    REQUIRES "kin = ${PROJECT_VERSION}" REQUIRES_PRIVATE "${modules}" LIBS "${component_LIBS}" LIBS_PRIVATE "${flags}")
endfunction()

# kin_install_driver(<name> PACKAGES … PKG_CONFIG … PKG_CONFIG_LIBS …): as above; the linker is told to keep it.
function(kin_install_driver name)
  set(libs "-Wl,-u,kin_driver_${name} -lkin-${name}")
  if(BUILD_SHARED_LIBS)
    set(libs "-Wl,--push-state,--no-as-needed -lkin-${name} -Wl,--pop-state")
  endif()
  kin_install_component(${name} DESCRIPTION "The ${name} driver of Kin" LIBS "${libs}" ${ARGN})
endfunction()
