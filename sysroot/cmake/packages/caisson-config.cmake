# SPDX-License-Identifier: MIT
#
# find_package(caisson): for a project of any kind, without the toolchain file. Gives caisson::kos, what a
# program of a solution links, and the variables CAISSON_NKC and CAISSON_INCLUDE for rules of one's own.

get_filename_component(caisson_sysroot "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(CAISSON_NKC "${caisson_sysroot}/../toolchain/bin/nkc")
set(CAISSON_INCLUDE "${caisson_sysroot}/include")
if(NOT TARGET caisson::kos)
  find_package(Threads REQUIRED)
  add_library(caisson::kos STATIC IMPORTED)
  set_target_properties(caisson::kos PROPERTIES IMPORTED_LOCATION "${caisson_sysroot}/lib/libkos.a"
    INTERFACE_INCLUDE_DIRECTORIES "${CAISSON_INCLUDE}" INTERFACE_LINK_OPTIONS "LINKER:-u,kos_start")
  target_link_libraries(caisson::kos INTERFACE Threads::Threads)
endif()
