# SPDX-License-Identifier: MIT
#
# include(platform): what a solution says first. The functions and variables are those of
# KasperskyOS Community Edition 1.0 to 1.4; docs/reference/cmake.md has all of them.

cmake_policy(VERSION 3.20)

if(NOT KL_SDK_ROOT_PATH)
  message(FATAL_ERROR "include(platform) needs the SDK's toolchain file: run cmake with "
    "-D CMAKE_TOOLCHAIN_FILE=<SDK>/toolchain/share/toolchain-x86_64-kos.cmake")
endif()

# Tools, under the names that build files of solutions use.
set(NK "${KL_SDK_ROOT_PATH}/toolchain/bin/nk-gen-c")
set(NK_PSL "${KL_SDK_ROOT_PATH}/toolchain/bin/nk-psl-gen-c")
set(EINIT "${KL_SDK_ROOT_PATH}/toolchain/bin/einit")
set(MAKEKSS "${KL_SDK_ROOT_PATH}/toolchain/bin/makekss")
set(MAKEIMG "${KL_SDK_ROOT_PATH}/toolchain/bin/makeimg")
set(NK_PLATFORM_FILE "${CAISSON_SYSROOT}/include/system.platform")
set(CAISSON "${KL_SDK_ROOT_PATH}/toolchain/bin/caisson")

set(PLATFORM_SUPPORTS_DYNAMIC_LINKING TRUE)

# initialize_platform([FORCE_STATIC] [NO_NEW_VERSION_CHECK])
# A macro: it sets variables of its caller. FORCE_STATIC makes libraries static; the C library stays the
# machine's shared one.
macro(initialize_platform)
  if("FORCE_STATIC" IN_LIST ARGN OR "${ARGN}" STREQUAL "FORCE_STATIC")
    set(PLATFORM_SUPPORTS_DYNAMIC_LINKING FALSE)
    set(BUILD_SHARED_LIBS OFF)
  endif()
  include_directories("${CMAKE_BINARY_DIR}/_headers_")
endmacro()

# project_header_default("FLAG:YES" …): how the files of this folder and those below are compiled.
# Flags: STANDARD_GNU_11, STANDARD_GNU_14, STANDARD_GNU_17, STRICT_WARNINGS.
function(project_header_default)
  include_directories("${CMAKE_BINARY_DIR}/_headers_" "${CMAKE_BINARY_DIR}/_headers_/${PROJECT_NAME}")
  foreach(flag IN LISTS ARGN)
    if(NOT flag MATCHES "^([A-Z0-9_]+):(YES|NO)$")
      message(FATAL_ERROR "project_header_default: '${flag}' is not \"FLAG:YES\" or \"FLAG:NO\"")
    endif()
    if(CMAKE_MATCH_2 STREQUAL "NO")
      continue()
    endif()
    if(CMAKE_MATCH_1 STREQUAL "STANDARD_GNU_11" OR CMAKE_MATCH_1 STREQUAL "STANDARD_GNU_14")
      string(REPLACE "STANDARD_GNU_" "" year "${CMAKE_MATCH_1}")
      add_compile_options($<$<COMPILE_LANGUAGE:C>:-std=gnu11> $<$<COMPILE_LANGUAGE:CXX>:-std=gnu++${year}>)
    elseif(CMAKE_MATCH_1 STREQUAL "STANDARD_GNU_17")
      add_compile_options($<$<COMPILE_LANGUAGE:C>:-std=gnu17> $<$<COMPILE_LANGUAGE:CXX>:-std=gnu++17>)
    elseif(CMAKE_MATCH_1 STREQUAL "STRICT_WARNINGS")
      add_compile_options(-Wall -Wextra)
    else()
      message(WARNING "project_header_default: ${CMAKE_MATCH_1} is not known here and changes nothing; known are "
        "STANDARD_GNU_11, STANDARD_GNU_14, STANDARD_GNU_17 and STRICT_WARNINGS")
    endif()
  endforeach()
endfunction()

# All programs that follow are static: here, as far as initialize_platform(FORCE_STATIC) goes.
macro(project_static_executable_header_default)
  set(PLATFORM_SUPPORTS_DYNAMIC_LINKING FALSE)
  set(BUILD_SHARED_LIBS OFF)
endmacro()

# One program is static: accepted; a program of a solution has its runtime in itself anyway.
function(platform_target_force_static target)
  if(NOT TARGET "${target}")
    message(FATAL_ERROR "platform_target_force_static: there is no target '${target}'")
  endif()
endfunction()
