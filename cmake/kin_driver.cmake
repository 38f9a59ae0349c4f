# kin_add_driver: what a database driver's library looks like, so that a new one is a few lines in CMakeLists.txt.
#
#   kin_add_driver(<name> SOURCES <file>… LIBRARIES <target>…
#                  PACKAGES <what find_package needs to provide LIBRARIES>…
#                  PKG_CONFIG <the same for pkg-config>… PKG_CONFIG_LIBS <or what the linker is told>…)
#
# makes the library kin_<name>, known as kin::<name>, and installs it as the component <name>. The driver's sources have
# to define `extern "C"` kin_driver_<name> beside the object that registers the driver.
function(kin_add_driver name)
  cmake_parse_arguments(PARSE_ARGV 1 driver "" "" "SOURCES;LIBRARIES;PACKAGES;PKG_CONFIG;PKG_CONFIG_LIBS")
  kin_add_component(${name} SOURCES ${driver_SOURCES} LIBRARIES ${driver_LIBRARIES})
  # Nobody calls a driver by name: without this the linker would leave its registration in the archive.
  # In a shared library it is there as a whole, but a linker told --as-needed would drop the library.
  if(BUILD_SHARED_LIBS)
    target_link_options(kin_${name} INTERFACE LINKER:--no-as-needed)
  else()
    target_link_options(kin_${name} INTERFACE LINKER:-u,kin_driver_${name})
  endif()
  if(KIN_INSTALL)
    kin_install_driver(${name} PACKAGES ${driver_PACKAGES}
      PKG_CONFIG ${driver_PKG_CONFIG} PKG_CONFIG_LIBS ${driver_PKG_CONFIG_LIBS})
  endif()
endfunction()

# kin_add_part(<name> DESCRIPTION <text> SOURCES <file>… LIBRARIES <target>…
#              PUBLIC <target that its headers need>… PACKAGES <what find_package is told to provide both>…
#              PKG_CONFIG_LIBS <what the linker is told for LIBRARIES>…)
#
# makes the library kin_<name>, known as kin::<name>: a part that not everybody wants, whose users call it by name.
# Installed as the component <name>.
function(kin_add_part name)
  cmake_parse_arguments(PARSE_ARGV 1 part "" "DESCRIPTION" "SOURCES;LIBRARIES;PUBLIC;PACKAGES;PKG_CONFIG_LIBS")
  kin_add_component(${name} SOURCES ${part_SOURCES} LIBRARIES ${part_LIBRARIES} PUBLIC ${part_PUBLIC})
  if(KIN_INSTALL)
    string(REPLACE "_" "-" file ${name})
    kin_install_component(${name} DESCRIPTION "${part_DESCRIPTION}" LIBS "-lkin-${file}"
      PUBLIC_PACKAGES ${part_PACKAGES} PKG_CONFIG_LIBS ${part_PKG_CONFIG_LIBS})
  endif()
endfunction()

# What both are: the library kin_<name> over the core, in the file libkin-<name>.
function(kin_add_component name)
  cmake_parse_arguments(PARSE_ARGV 1 component "" "" "SOURCES;LIBRARIES;PUBLIC")
  set(target kin_${name})
  add_library(${target} ${component_SOURCES})
  add_library(kin::${name} ALIAS ${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC kin ${component_PUBLIC}
    PRIVATE ${component_LIBRARIES} fmt::fmt $<BUILD_INTERFACE:kin_warnings> $<BUILD_INTERFACE:kin_code>)
  string(REPLACE "_" "-" file ${name})
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
    EXPORT_NAME ${name} OUTPUT_NAME kin-${file}
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endfunction()
