# SPDX-License-Identifier: Apache-2.0
# Everything comes from Debian packages; README.md names each with what it is for.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(simdjson REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(spdlog REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CURL 7.88 REQUIRED)

# CAF, LMDB and argon2 ship no CMake config in Debian 12.
function(ringmaster_plain_library name header library)
  find_path(${name}_INCLUDE ${header} REQUIRED)
  find_library(${name}_LIBRARY ${library} REQUIRED)
  add_library(${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${name} SYSTEM INTERFACE ${${name}_INCLUDE})
  target_link_libraries(${name} INTERFACE ${${name}_LIBRARY} Threads::Threads)
endfunction()
ringmaster_plain_library(deps_caf caf/actor.hpp caf_core)
ringmaster_plain_library(deps_lmdb lmdb.h lmdb)
ringmaster_plain_library(deps_argon2 argon2.h argon2)
target_compile_definitions(deps_caf INTERFACE CAF_ENABLE_TYPE_ID_CHECKS)

add_library(deps_asio INTERFACE IMPORTED GLOBAL)
target_link_libraries(deps_asio INTERFACE Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
target_compile_definitions(deps_asio INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_CONCEPTS)

if(RINGMASTER_TESTS)
  find_package(GTest REQUIRED)
endif()
if(RINGMASTER_BENCH)
  find_package(benchmark REQUIRED)
endif()
