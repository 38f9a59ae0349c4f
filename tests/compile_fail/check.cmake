# Checks that a source does not compile, and that the reader is told why in few words. The source's first lines say what
# is expected:
#
#   // expect: <regex>   the compiler's output must match it; several of these lines must all match
#   // lines: <number>   the output may have at most so many lines; 40 where nothing is said
#
# With KIN_COMPILES defined the same source has to compile: else it might fail for a reason nobody meant.
cmake_minimum_required(VERSION 3.25)

separate_arguments(flags UNIX_COMMAND "${FLAGS}")
list(TRANSFORM INCLUDES PREPEND -I)
set(compile ${COMPILER} ${flags} -std=c++20 -Wall -Wextra -Wpedantic -fdiagnostics-color=never -fsyntax-only ${INCLUDES})
set(ENV{LC_ALL} C)  # messages in English, quotes in ASCII

# CMake would wrap the lines of an error message: the compiler's go before it.
function(fail what output)
  message(NOTICE "${output}")
  message(FATAL_ERROR "${SOURCE}: ${what}")
endfunction()

execute_process(COMMAND ${compile} -Werror -DKIN_COMPILES ${SOURCE}
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  fail("has to compile with KIN_COMPILES defined, but does not" "${output}")
endif()

execute_process(COMMAND ${compile} ${SOURCE} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  fail("compiles, but must not" "${output}")
endif()

# Read as one string: a list would trip over brackets and semicolons.
file(READ ${SOURCE} rest LIMIT 2000)
set(limit 40)
set(expectations 0)
while(rest MATCHES "^//[^\n]*\n")
  set(line "${CMAKE_MATCH_0}")
  string(LENGTH "${line}" length)
  string(SUBSTRING "${rest}" ${length} -1 rest)
  if(line MATCHES "^// expect: ([^\n]+)")
    set(regex "${CMAKE_MATCH_1}")
    math(EXPR expectations "${expectations} + 1")
    if(NOT output MATCHES "${regex}")
      fail("the compiler's output does not match ${regex}" "${output}")
    endif()
  elseif(line MATCHES "^// lines: ([0-9]+)")
    set(limit ${CMAKE_MATCH_1})
  endif()
endwhile()
if(expectations EQUAL 0)
  fail("has no line // expect: <regex> at its beginning" "${output}")
endif()

string(REGEX REPLACE "[^\n]" "" newlines "${output}")
string(LENGTH "${newlines}" lines)
if(lines GREATER limit)
  fail("${lines} lines of output, at most ${limit} are allowed" "${output}")
endif()
message(NOTICE "${output}${lines} lines of output")
