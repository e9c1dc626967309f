# SPDX-License-Identifier: Apache-2.0
# Configures a release, builds a program of a few lines with what every source of the product is compiled with, and looks
# whether it is hardened.
file(REMOVE_RECURSE ${BINARY})
execute_process(COMMAND ${CMAKE_COMMAND} --preset release -B ${BINARY} -D RINGMASTER_HARDENING_PROBE=ON
  WORKING_DIRECTORY ${SOURCE} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(failed)
  message(FATAL_ERROR "the release cannot be configured:\n${said}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BINARY} --target hardening_probe
  RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(failed)
  message(FATAL_ERROR "the probe cannot be built:\n${said}")
endif()
execute_process(COMMAND ${SOURCE}/scripts/check-hardening ${BINARY}/hardening_probe RESULT_VARIABLE failed ERROR_VARIABLE said)
if(failed)
  message(FATAL_ERROR "${said}")
endif()
