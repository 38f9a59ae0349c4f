# One step of the test of the installation: STEP is prefix, find_package, pkg_config or command_line.
cmake_minimum_required(VERSION 3.25)

set(prefix ${WORK}/prefix)
set(components sqlite)
set(unreachable)
if(POSTGRESQL)
  # No server is needed: the driver that is linked in has to say that there is none.
  list(APPEND components postgresql)
  set(unreachable postgresql://joe@/none?host=/nowhere)
endif()

if(ASIO)
  list(APPEND components asio)
endif()

# Runs a command and stops with its output where it fails.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(NOTICE "${output}")
    message(FATAL_ERROR "failed (${result}): ${command}")
  endif()
  message(NOTICE "${output}")
endfunction()

if(STEP STREQUAL "prefix")
  file(REMOVE_RECURSE ${WORK})
  # Moved after the installation: what is installed must not know where it was put.
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/elsewhere)
  file(RENAME ${WORK}/elsewhere ${prefix})

elseif(STEP STREQUAL "find_package")
  list(JOIN components "," expected)
  run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/find_package -G ${GENERATOR}
    -DCMAKE_BUILD_TYPE=${BUILD_TYPE} -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS}
    -DCMAKE_PREFIX_PATH=${prefix} -DKIN_EXPECTED_VERSION=${VERSION}
    -DKIN_EXPECTED_COMPONENTS=${expected})
  run(${CMAKE_COMMAND} --build ${WORK}/find_package)
  run(${WORK}/find_package/consumer ${unreachable})
  if(ASIO)
    run(${WORK}/find_package/event_loop)
  endif()

elseif(STEP STREQUAL "pkg_config")
  find_program(PKG_CONFIG NAMES pkg-config pkgconf REQUIRED)
  set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBDIR}/pkgconfig)
  set(static --static)
  if(SHARED)
    set(static)
  endif()
  list(TRANSFORM components PREPEND kin- OUTPUT_VARIABLE modules)
  execute_process(COMMAND ${PKG_CONFIG} --cflags --libs ${static} ${modules}
    OUTPUT_VARIABLE package OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(package UNIX_COMMAND "${package}")
  separate_arguments(flags UNIX_COMMAND "${FLAGS}")
  file(GLOB sources ${CONSUMER}/*.cpp)
  file(MAKE_DIRECTORY ${WORK}/pkg_config)
  run(${COMPILER} ${flags} -std=c++20 ${sources} -o ${WORK}/pkg_config/consumer ${package})
  set(ENV{LD_LIBRARY_PATH} ${prefix}/${LIBDIR})
  run(${WORK}/pkg_config/consumer ${unreachable})
  if(ASIO)
    run(${COMPILER} ${flags} -std=c++20 ${CONSUMER}/event_loop/main.cpp -o ${WORK}/pkg_config/event_loop ${package})
    run(${WORK}/pkg_config/event_loop)
  endif()

elseif(STEP STREQUAL "command_line")
  # The program of docs/existing-database.md: its steps make a database, of which kin-inspect writes its models again.
  set(shop ${WORK}/shop)
  file(REMOVE_RECURSE ${shop})
  file(COPY ${PAGE}/CMakeLists.txt ${PAGE}/first/main.cpp ${PAGE}/first/shop.hpp DESTINATION ${shop})
  run(${CMAKE_COMMAND} -S ${shop} -B ${shop}/build -G ${GENERATOR} -DCMAKE_BUILD_TYPE=${BUILD_TYPE}
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS} -DCMAKE_PREFIX_PATH=${prefix})
  run(${CMAKE_COMMAND} --build ${shop}/build)
  run(${CMAKE_COMMAND} -E chdir ${shop} ${shop}/build/shop make start --db sqlite:empty.db)
  run(${CMAKE_COMMAND} -E chdir ${shop} ${shop}/build/shop up)
  run(${CMAKE_COMMAND} -E chdir ${shop} ${shop}/build/shop check)
  if(SHARED)
    set(ENV{LD_LIBRARY_PATH} ${prefix}/${LIBDIR})
  endif()
  run(${CMAKE_COMMAND} -E chdir ${shop} ${prefix}/${BINDIR}/kin-inspect sqlite:shop.db --namespace shop -o again.hpp)
  file(READ ${shop}/shop.hpp models)
  file(READ ${shop}/again.hpp again)
  if(NOT models STREQUAL again)
    message(FATAL_ERROR "kin-inspect writes other models of what they made:\n${again}")
  endif()

else()
  message(FATAL_ERROR "no step ${STEP}")
endif()
