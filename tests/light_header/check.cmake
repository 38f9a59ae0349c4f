# Fails if SOURCE, which includes kin.hpp, brings in a header that everybody who uses Kin would wait for.
cmake_minimum_required(VERSION 3.25)
set(heavy
  algorithm any atomic bitset chrono condition_variable deque filesystem format fstream functional future iomanip ios
  iostream istream list locale map memory mutex numeric ostream queue random ranges regex set shared_mutex span sstream
  stack streambuf thread unordered_map unordered_set valarray variant
  kin/engine/connection.hpp kin/mapping/model.hpp kin/sql/statement.hpp)

execute_process(COMMAND ${COMPILER} -std=c++20 -I ${INCLUDE} -M ${SOURCE}
  OUTPUT_VARIABLE rule ERROR_VARIABLE errors RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${COMPILER} -M failed:\n${errors}")
endif()
string(REGEX REPLACE "[\\ \n]+" ";" files "${rule}")

set(seen FALSE)
set(found "")
foreach(file IN LISTS files)
  if(file MATCHES "/kin/kin\\.hpp$")
    set(seen TRUE)
  endif()
  # A standard header has no ending and stands right in the library's folder.
  if(file MATCHES "/c\\+\\+/(v?[0-9.]+/)?([a-z_]+)$" AND CMAKE_MATCH_2 IN_LIST heavy)
    list(APPEND found "<${CMAKE_MATCH_2}>")
  elseif(file MATCHES "/include/(kin/.*\\.hpp)$" AND CMAKE_MATCH_1 IN_LIST heavy)
    list(APPEND found "<${CMAKE_MATCH_1}>")
  endif()
endforeach()
if(NOT seen)
  message(FATAL_ERROR "kin.hpp is not among what ${SOURCE} includes")
endif()
if(found)
  list(JOIN found ", " names)
  message(FATAL_ERROR "kin.hpp must stay quick to compile, but brings in ${names}")
endif()
