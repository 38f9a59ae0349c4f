# Documentation that compiles: every block of C++ in README.md and docs/*.md that stands right below a line
#
#   <!-- compiled: <name> -->
#
# becomes ${PROJECT_BINARY_DIR}/snippets/<name>.cpp. Where it has a `main` it is also run, as the test snippet.<name>.
# A block of the name `each` stands in front of every block further down the page, so that a page says its includes once.

# Makes the test for one block; `text` is its source, with the directives that say where it stands in `file`.
function(kin_test_snippet name file text)
  if(text MATCHES "<kin/asio" AND NOT TARGET kin::asio)
    return()
  endif()
  set(target snippet_${name})
  if(TARGET ${target})
    message(FATAL_ERROR "${file}: there are two snippets of the name ${name}")
  endif()
  set(source ${PROJECT_BINARY_DIR}/snippets/${name}.cpp)
  file(GENERATE OUTPUT ${source} CONTENT "${text}")
  if(text MATCHES "int main\\(")
    add_executable(${target} ${source})
    add_test(NAME snippet.${name} COMMAND ${CMAKE_COMMAND}
      -DPROGRAM=$<TARGET_FILE:${target}> -DFOLDER=${PROJECT_BINARY_DIR}/snippets/${name}.run
      -P ${PROJECT_SOURCE_DIR}/cmake/run_in_empty_folder.cmake)
    set_tests_properties(snippet.${name} PROPERTIES LABELS snippet TIMEOUT 60)
  else()
    add_library(${target} OBJECT ${source})
  endif()
  target_link_libraries(${target} PRIVATE kin::kin fmt::fmt kin_warnings)
  if(KIN_SQLITE)
    target_link_libraries(${target} PRIVATE kin::sqlite)
  endif()
  if(text MATCHES "<kin/asio")
    target_link_libraries(${target} PRIVATE kin::asio)
  endif()
endfunction()

# Reads every page as one string: CMake's lists would trip over the brackets and semicolons of C++.
function(kin_test_snippets)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/docs/*.md)
  foreach(page IN LISTS pages)
    set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
    file(READ ${page} rest)
    set(line 1)
    set(each "")
    while(rest MATCHES "(^|\n)<!-- compiled: ([^\n]*) -->\n")
      set(marker "${CMAKE_MATCH_0}")
      set(name "${CMAKE_MATCH_2}")
      string(FIND "${rest}" "${marker}" start)
      string(LENGTH "${marker}" length)
      math(EXPR start "${start} + ${length}")
      string(SUBSTRING "${rest}" 0 ${start} before)
      string(SUBSTRING "${rest}" ${start} -1 rest)
      string(REGEX REPLACE "[^\n]" "" newlines "${before}")
      string(LENGTH "${newlines}" count)
      math(EXPR line "${line} + ${count}")

      string(FIND "${rest}" "```cpp\n" open)
      string(FIND "${rest}" "\n```" close)
      if(NOT name MATCHES "^[a-z0-9_]+$" OR NOT open EQUAL 0 OR close LESS 7)
        message(FATAL_ERROR "${page}:${line}: a marker <!-- compiled: snake_case_name --> needs a block ```cpp right below it")
      endif()
      math(EXPR length "${close} - 7")
      string(SUBSTRING "${rest}" 7 ${length} text)
      math(EXPR first "${line} + 1")
      # The compiler's messages then point into the documentation.
      # Relative, so that every clone compiles the same text.
      cmake_path(RELATIVE_PATH page BASE_DIRECTORY ${PROJECT_BINARY_DIR} OUTPUT_VARIABLE shown)
      set(text "#line ${first} \"${shown}\"\n${text}\n")
      if(name STREQUAL "each")
        set(each "${text}")
      else()
        kin_test_snippet(${name} ${page} "${each}${text}")
      endif()
    endwhile()
  endforeach()
endfunction()
