# Compiles through ccache where it is installed and nobody has chosen a launcher.
if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(KIN_CCACHE ccache)
  mark_as_advanced(KIN_CCACHE)
  if(KIN_CCACHE)
    # Without the sloppiness ccache passes by everything that is compiled with a precompiled header; with paths from
    # the clone's folder on, one clone finds what another has compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${KIN_CCACHE})
  endif()
endif()
