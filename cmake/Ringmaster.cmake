# SPDX-License-Identifier: Apache-2.0
# What every target of the product is compiled with, and the helpers that the folders use.
add_library(ringmaster_options INTERFACE)
target_compile_options(ringmaster_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Werror=switch -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang") # for the fuzzers; these two it sees where GCC rightly does not
  target_compile_options(ringmaster_options INTERFACE -Wno-shadow -Wno-missing-braces)
endif()
target_include_directories(ringmaster_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(ringmaster_options INTERFACE RINGMASTER_VERSION="${PROJECT_VERSION}")

# What makes attacks on memory hard; scripts/check-hardening looks whether a program has it.
# -fPIE for libraries too, since they are parts of programs alone: CMake's own POSITION_INDEPENDENT_CODE says -fPIC for them, by which
# the compiler must take every function that others can call for one that may be replaced, and inlines none of them.
add_compile_options(-fPIE -fstack-protector-strong -fstack-clash-protection)
add_link_options(-pie)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-fcf-protection)
endif()
add_link_options(LINKER:-z,relro,-z,now,-z,noexecstack)
if(NOT RINGMASTER_SANITIZE AND NOT CMAKE_CXX_FLAGS_DEBUG MATCHES "-O0") # sanitizers check more, and meet with it badly
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

if(RINGMASTER_SANITIZE)
  # CAF 0.17 calls members through null on purpose: leave that check out.
  add_compile_options(-fsanitize=${RINGMASTER_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RINGMASTER_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # GCC 12 sees uninitialized optionals where there are none
    add_compile_options(-Wno-maybe-uninitialized)
    if(RINGMASTER_SANITIZE MATCHES "thread") # and moved strings that are written past their end; and fences, which Asio has beside its mutexes
      add_compile_options(-Wno-array-bounds -Wno-stringop-overflow -Wno-restrict -Wno-tsan)
    endif()
  endif()
  if(RINGMASTER_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=null)
  endif()
endif()

find_program(RINGMASTER_CCACHE ccache)
if(RINGMASTER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${RINGMASTER_CCACHE})
endif()
find_program(RINGMASTER_MOLD mold)
if(RINGMASTER_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Third-party headers that nearly every file of a folder reads. Worth it where everything is built from
# nothing (./check); for daily work it would rebuild a folder whenever a flag changes.
set(ringmaster_pch_base <simdjson.h> <boost/system/result.hpp> <fmt/format.h> <chrono> <functional> <memory>
    <optional> <string> <unordered_map> <variant> <vector>)
set(ringmaster_pch_asio <boost/asio.hpp>)
set(ringmaster_pch_actors ${ringmaster_pch_asio} <caf/actor.hpp> <caf/event_based_actor.hpp>
    <caf/stateful_actor.hpp> <caf/send.hpp> <spdlog/spdlog.h>)

# Where the headers of a source are many times its own size (CAF, Beast), several sources are compiled as one: most of
# the time goes into what they share. Names in anonymous namespaces meet then, and GCC takes such a namespace for that of
# a header.
function(ringmaster_together name)
  if(RINGMASTER_UNITY)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${name} PRIVATE -Wno-subobject-linkage)
    endif()
  endif()
endfunction()

# ringmaster_library(NAME [TOGETHER] LINKS... ) : one static library of all *.cpp in this folder and below,
# leaving out the folders named after EXCEPT and files named main.cpp. PCH names further headers to precompile.
function(ringmaster_library name)
  cmake_parse_arguments(ARG "TOGETHER" "" "LINKS;EXCEPT;PCH" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  foreach(folder IN LISTS ARG_EXCEPT)
    list(FILTER sources EXCLUDE REGEX "/${folder}/")
  endforeach()
  if(NOT sources) # headers alone
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ringmaster_options ${ARG_LINKS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC ringmaster_options ${ARG_LINKS})
  if(ARG_TOGETHER)
    ringmaster_together(${name})
  endif()
  if(RINGMASTER_LIBRARY_PCH)
    target_precompile_headers(${name} PRIVATE ${ringmaster_pch_base} ${ARG_PCH})
  endif()
endfunction()

# ringmaster_tests(NAME [TOGETHER] LINKS...): one GoogleTest program, and one CTest test, of all *_test.cpp in this folder.
function(ringmaster_tests name)
  cmake_parse_arguments(ARG "TOGETHER" "" "LINKS;PCH" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  if(ARG_TOGETHER)
    ringmaster_together(${name})
  endif()
  target_compile_definitions(${name} PRIVATE RINGMASTER_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
  if(RINGMASTER_LIBRARY_PCH)
    target_precompile_headers(${name} PRIVATE <gtest/gtest.h> <gmock/gmock.h> ${ringmaster_pch_base} ${ARG_PCH})
  elseif(RINGMASTER_PCH)
    target_precompile_headers(${name} PRIVATE <gtest/gtest.h> <gmock/gmock.h>)
  endif()
  # One CTest entry per program: starting a sanitized process per case costs more than the cases.
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES TIMEOUT 1500)
endfunction()
