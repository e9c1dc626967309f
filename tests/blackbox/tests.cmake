# SPDX-License-Identifier: Apache-2.0
# ringmaster_python_tests(LABEL): one CTest test for each test_*.py of this folder; those that fill the machine or its
# disk are labelled slow as well.
include_guard()
function(ringmaster_python_tests label)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/test_*.py)
  foreach(file IN LISTS files)
    get_filename_component(module ${file} NAME_WE)
    string(REPLACE "test_" "${label}_" name ${module})
    set(labels ${label})
    if(module MATCHES "kill|disk_full|faults|restarts|mishaps|damaged")
      list(APPEND labels slow)
    endif()
    add_test(NAME ${name} COMMAND /usr/bin/python3 ${CMAKE_SOURCE_DIR}/tests/blackbox/main.py ${module})
    set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT 1200 SKIP_RETURN_CODE 77
      ENVIRONMENT "RINGMASTER_BUILD=${CMAKE_BINARY_DIR};PYTHONUNBUFFERED=1;PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endfunction()
