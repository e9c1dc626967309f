# SPDX-License-Identifier: Apache-2.0
# Unpacks the recordings into the build tree, once for each change of the archives, and makes the target
# `ami_recordings`, which tells a program where they are. Tests and benchmarks both include this.
if(NOT TARGET ami_recordings)
  set(recordings ${CMAKE_BINARY_DIR}/recordings)
  foreach(archive scenarios telephone load)
    set(packed ${CMAKE_CURRENT_LIST_DIR}/${archive}.tar.xz)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${packed})
    if(NOT EXISTS ${recordings}/${archive}.stamp OR ${packed} IS_NEWER_THAN ${recordings}/${archive}.stamp)
      file(MAKE_DIRECTORY ${recordings})
      file(ARCHIVE_EXTRACT INPUT ${packed} DESTINATION ${recordings})
      file(TOUCH ${recordings}/${archive}.stamp)
    endif()
  endforeach()
  add_library(ami_recordings INTERFACE)
  target_compile_definitions(ami_recordings INTERFACE RINGMASTER_RECORDINGS="${recordings}")
endif()
