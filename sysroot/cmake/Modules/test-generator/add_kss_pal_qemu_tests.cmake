# SPDX-License-Identifier: MIT
#
# include(test-generator/add_kss_pal_qemu_tests): tests of policies (PAL) as targets.

include(platform)
include(platform/template)
cmake_policy(VERSION 3.20)

# add_kss_pal_qemu_tests(PSL_FILES f… [DEPENDS t…] [ENTITIES p…] [CUSTOM_VFS …] [ENV_VARS …])
# For each file the target kos-qemu-image-PalTest<N>-sim, which runs its tests; pal-tests runs all. Nothing of the
# solution is started, so programs and VFS don't matter.
function(add_kss_pal_qemu_tests)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "CUSTOM_VFS" "PSL_FILES;DEPENDS;ENTITIES;ENV_VARS")
  if(NOT ARG_PSL_FILES)
    message(FATAL_ERROR "add_kss_pal_qemu_tests: name the policies behind the word PSL_FILES")
  endif()
  if(NOT TARGET pal-tests)
    add_custom_target(pal-tests)
  endif()
  get_property(number GLOBAL PROPERTY CAISSON_PAL_TESTS)
  if(NOT number)
    set(number 0)
  endif()
  foreach(file IN LISTS ARG_PSL_FILES)
    get_filename_component(file "${file}" ABSOLUTE)
    get_filename_component(folder "${file}" DIRECTORY)
    set(policy "${CMAKE_CURRENT_BINARY_DIR}/PalTest${number}.dir/security.psl")
    set(INIT_EXTERNAL_ENTITIES "")
    caisson_expand("${file}" "${policy}")
    file(READ "${file}" text)
    set(flags)
    if(text MATCHES "{%")
      set(flags --enable-preprocessor)
    endif()
    add_custom_target("kos-qemu-image-PalTest${number}-sim" USES_TERMINAL VERBATIM
      COMMAND "${KL_SDK_ROOT_PATH}/toolchain/bin/caisson" policy test ${flags} -I "${CMAKE_BINARY_DIR}/_headers_"
        -I "${folder}" "${policy}")
    foreach(other IN LISTS ARG_DEPENDS)
      if(TARGET "${other}")
        add_dependencies("kos-qemu-image-PalTest${number}-sim" "${other}")
      endif()
    endforeach()
    add_dependencies(pal-tests "kos-qemu-image-PalTest${number}-sim")
    math(EXPR number "${number} + 1")
  endforeach()
  set_property(GLOBAL PROPERTY CAISSON_PAL_TESTS ${number})
endfunction()
