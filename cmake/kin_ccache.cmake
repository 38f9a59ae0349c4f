# Compiles through ccache where it is installed and nobody has chosen a launcher.
if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(KIN_CCACHE ccache)
  mark_as_advanced(KIN_CCACHE)
  if(KIN_CCACHE)
    # Without these ccache passes by everything that is compiled with a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${KIN_CCACHE})
  endif()
endif()
