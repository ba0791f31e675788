# SPDX-License-Identifier: MIT
#
# include(platform/image): images. An image is one file, a tar archive that `caisson run` starts:
#
#   init.yaml      the init description, expanded
#   ksm.module     the compiled policy
#   bin/           the programs
#   lib/           shared libraries of the project that they link
#   romfs/         the other files of IMAGE_FILES
#   *.?dl          descriptions of the solution; folder = package

include(platform)
include(platform/template)
include(platform/component)
cmake_policy(VERSION 3.20)

# build_kos_qemu_image(NAME keywords… files…): the image NAME, and the targets sim, gdbsim and gdb to run it.
# A solution's second image has sim-NAME and so on.
function(build_kos_qemu_image name)
  caisson_image("${name}" ${ARGN})
  caisson_run_targets("${name}")
endfunction()

# build_kos_hw_image(NAME keywords… files…): the same image; sim-NAME runs it.
function(build_kos_hw_image name)
  caisson_image("${name}" ${ARGN})
  caisson_run_targets_named("${name}" "-${name}")
endfunction()

# Splits IMAGE_FILES into programs (targets) and files, both in the caller.
macro(caisson_split_files)
  set(programs)
  set(files)
  foreach(item IN LISTS ARG_IMAGE_FILES ARG_UNPARSED_ARGUMENTS)
    if(TARGET "${item}")
      list(APPEND programs "${item}")
    elseif(item MATCHES "^\\$<")
      list(APPEND files "${item}")
    else()
      get_filename_component(item "${item}" ABSOLUTE)
      list(APPEND files "${item}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES programs)
  if(NOT programs)
    message(FATAL_ERROR "image ${name}: name the programs (targets) behind the word IMAGE_FILES")
  endif()
endmacro()

# All programs that the image needs: the named ones, and what they need, to the end of it. Programs of the
# SDK among them, which the templates' macros name, go to `external`.
macro(caisson_complete_programs)
  set(open ${programs})
  set(external)
  set(programs)
  while(open)
    list(POP_FRONT open program)
    if(program IN_LIST programs OR NOT TARGET "${program}")
      continue()
    endif()
    list(APPEND programs "${program}")
    get_target_property(class "${program}" CAISSON_CLASS)
    if(class)
      list(APPEND external "${program}")
    endif()
    caisson_needs("${program}" needed connections)
    list(APPEND open ${needed})
  endwhile()
endmacro()

# Variables of the templates' macros: INIT_<program>_… and INIT_EXTERNAL_ENTITIES.
macro(caisson_set_macros init)
  file(READ "${init}" caisson_text)
  caisson_columns("${caisson_text}" list keys)
  foreach(program IN LISTS programs)
    caisson_needs("${program}" needed connections)
    caisson_indent("${connections}" ${keys} "INIT_${program}_ENTITY_CONNECTIONS+")
    string(REGEX REPLACE "^\n" "" "INIT_${program}_ENTITY_CONNECTIONS+" "${INIT_${program}_ENTITY_CONNECTIONS+}")
    caisson_key(connections "${connections}" ${keys} INIT_${program}_ENTITY_CONNECTIONS)
    foreach(pair "args ARGS" "env ENV")
      separate_arguments(pair)
      list(GET pair 0 key)
      list(GET pair 1 word)
      get_target_property(value "${program}" EXTRA_${word})
      if(NOT value)
        set(value "")
      endif()
      caisson_key(${key} "${value}" ${keys} INIT_${program}_ENTITY_${word})
    endforeach()
    set(INIT_${program}_PATH "${program}")
  endforeach()
  set(INIT_EXTERNAL_ENTITIES "")
  set(caisson_uses "")
  foreach(program IN LISTS external)
    caisson_entry("${program}" ${list} ${keys} entry)
    string(APPEND INIT_EXTERNAL_ENTITIES "${entry}")
    get_target_property(class "${program}" CAISSON_CLASS)
    string(APPEND caisson_uses "use EDL ${class}\n")
  endforeach()
endmacro()

# The policy's C code and the module: what makekss makes. Its path goes to <out>.
function(caisson_policy name policy folders out)
  set(module "${CMAKE_CURRENT_BINARY_DIR}/${name}.dir/ksm.module")
  get_filename_component(here "${policy}" DIRECTORY)
  set(flags)
  foreach(folder IN LISTS folders)
    string(APPEND flags " -I '${folder}'")
  endforeach()
  file(GLOB_RECURSE parts CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.psl")
  get_property(descriptions GLOBAL PROPERTY CAISSON_DESCRIPTIONS)
  add_custom_command(OUTPUT "${module}" VERBATIM
    DEPENDS "${policy}" ${parts} ${descriptions} "${KL_SDK_ROOT_PATH}/toolchain/bin/makekss"
      "${KL_SDK_ROOT_PATH}/toolchain/bin/nk-psl-gen-c"
    COMMAND "${KL_SDK_ROOT_PATH}/toolchain/bin/makekss" "--target=${CAISSON_TARGET}" --with-nktype=psl
      "--with-nk=${KL_SDK_ROOT_PATH}/toolchain/bin/nk-psl-gen-c" "--with-cc=${CMAKE_C_COMPILER}"
      "--with-nkflags=${flags}" "--output=${module}" "${policy}")
  set(${out} "${module}" PARENT_SCOPE)
endfunction()

# The program Einit: the init description, checked, with every name resolved, as einit writes it. The
# image gets the description from it.
function(caisson_einit name target init folders)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${name}.dir/einit.c")
  set(flags)
  foreach(folder IN LISTS folders)
    if(IS_DIRECTORY "${folder}")
      list(APPEND flags -I "${folder}")
    endif()
  endforeach()
  get_property(descriptions GLOBAL PROPERTY CAISSON_DESCRIPTIONS)
  add_custom_command(OUTPUT "${source}" VERBATIM
    DEPENDS "${init}" ${descriptions} "${KL_SDK_ROOT_PATH}/toolchain/bin/einit"
    COMMAND "${KL_SDK_ROOT_PATH}/toolchain/bin/einit" ${flags} -o "${source}" "${init}")
  add_executable("${target}" "${source}")
endfunction()

# The image <name>: templates, policy, and the target that puts everything into one file.
function(caisson_image name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG
    "PERFCNT_KERNEL;GDBSTUB_KERNEL;NO_AUTO_BLOB_CONTAINER;PACK_DEPS"
    "EINIT_ENTITY;CONNECTIONS_CFG;SECURITY_PSL;KLOG_ENTITY;IMAGE_BINARY_DIR_BIN;PACK_DEPS_COPY_ONLY;PACK_DEPS_LIBS_PATH;PACK_DEPS_COPY_TARGET;QEMU_USER_NETWORK_FLAGS"
    "EXTRA_XDL_DIR;IMAGE_FILES;QEMU_FLAGS;QEMU_ENV;QEMU_DEPENDENCIES;PACK_DEPS_EXTRA_LIBRARIES")
  # Free words may come behind a keyword that takes several: programs are never its values.
  foreach(keyword EXTRA_XDL_DIR QEMU_FLAGS QEMU_ENV)
    foreach(item IN LISTS ARG_${keyword})
      get_filename_component(path "${item}" ABSOLUTE)
      if(TARGET "${item}" OR (EXISTS "${path}" AND NOT IS_DIRECTORY "${path}"))
        list(APPEND ARG_IMAGE_FILES "${item}")
        list(REMOVE_ITEM ARG_${keyword} "${item}")
      endif()
    endforeach()
  endforeach()
  if(NOT ARG_CONNECTIONS_CFG)
    message(FATAL_ERROR "image ${name}: name the init description behind the word CONNECTIONS_CFG")
  endif()
  get_filename_component(init "${ARG_CONNECTIONS_CFG}" ABSOLUTE)
  if(NOT EXISTS "${init}")
    message(FATAL_ERROR "image ${name}: there is no init description ${init}")
  endif()
  if(NOT ARG_IMAGE_BINARY_DIR_BIN)
    set(ARG_IMAGE_BINARY_DIR_BIN "${CMAKE_CURRENT_BINARY_DIR}")
  endif()
  get_filename_component(folder "${ARG_IMAGE_BINARY_DIR_BIN}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  set(work "${CMAKE_CURRENT_BINARY_DIR}/${name}.dir")
  if(ARG_KLOG_ENTITY)
    list(APPEND ARG_IMAGE_FILES "${ARG_KLOG_ENTITY}")
  endif()
  set(search "${CMAKE_BINARY_DIR}/_headers_")
  foreach(item IN LISTS ARG_EXTRA_XDL_DIR)
    get_filename_component(item "${item}" ABSOLUTE)
    list(APPEND search "${item}")
  endforeach()

  caisson_split_files()
  caisson_complete_programs()
  caisson_set_macros("${init}")
  caisson_expand("${init}" "${work}/init.yaml")
  get_property(includes DIRECTORY PROPERTY INCLUDE_DIRECTORIES)
  if(NOT ARG_EINIT_ENTITY)
    set(ARG_EINIT_ENTITY "${name}-einit")
  endif()
  if(NOT TARGET "${ARG_EINIT_ENTITY}")
    caisson_einit("${name}" "${ARG_EINIT_ENTITY}" "${work}/init.yaml"
      "${search};${includes};${CMAKE_CURRENT_SOURCE_DIR};${PROJECT_SOURCE_DIR};${CAISSON_SYSROOT}/include")
  endif()

  set(module)
  if(ARG_SECURITY_PSL)
    get_filename_component(policy "${ARG_SECURITY_PSL}" ABSOLUTE)
    get_filename_component(policy_folder "${policy}" DIRECTORY)
    set(INIT_EXTERNAL_ENTITIES "${caisson_uses}")
    caisson_expand("${policy}" "${work}/security.psl")
    caisson_policy("${name}" "${work}/security.psl" "${search};${policy_folder};${CAISSON_SYSROOT}/include" module)
  endif()
  caisson_image_target()
endfunction()

# Words of makeimg for the shared libraries of the project that the programs link, which then look for them
# beside themselves in the image.
function(caisson_shared_libraries programs others out)
  set(libraries ${others})
  foreach(program IN LISTS programs)
    caisson_linked("${program}" linked)
    set(own)
    foreach(library IN LISTS linked)
      get_target_property(type "${library}" TYPE)
      get_target_property(is_imported "${library}" IMPORTED)
      if(type STREQUAL "SHARED_LIBRARY" AND NOT is_imported)
        list(APPEND own "${library}")
      endif()
    endforeach()
    if(own)
      set_property(TARGET "${program}" APPEND PROPERTY BUILD_RPATH "\$ORIGIN/../lib")
      set_property(TARGET "${program}" PROPERTY ENABLE_EXPORTS TRUE) # the libraries call the program's runtime
      list(APPEND libraries ${own})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES libraries)
  set(words)
  foreach(library IN LISTS libraries)
    if(TARGET "${library}")
      list(APPEND words "--with-library=$<TARGET_FILE:${library}>")
    else()
      get_filename_component(library "${library}" ABSOLUTE)
      list(APPEND words "--with-library=${library}")
    endif()
  endforeach()
  set(${out} "${words}" PARENT_SCOPE)
endfunction()

# The target <name>. Everything in it is the caller's.
macro(caisson_image_target)
  caisson_shared_libraries("${programs}" "${ARG_PACK_DEPS_EXTRA_LIBRARIES}" libraries)
  set(parts)
  foreach(program IN LISTS programs)
    list(APPEND parts "$<TARGET_FILE:${program}>")
  endforeach()
  add_custom_target("${name}" VERBATIM DEPENDS ${files} ${module}
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${folder}"
    COMMAND "${KL_SDK_ROOT_PATH}/toolchain/bin/makeimg" "--target=${CAISSON_TARGET}" "--img-dst=${folder}/${name}"
      "--with-init=$<TARGET_FILE:${ARG_EINIT_ENTITY}>" "--with-descriptions=${search}" ${libraries}
      ${parts} ${files} ${module})
  set(policy_flags "--policy=none")
  if(module)
    set(policy_flags "")
  endif()
  set_target_properties("${name}" PROPERTIES CAISSON_IMAGE "${folder}/${name}" CAISSON_POLICY_FLAGS "${policy_flags}")
  list(GET programs 0 first)
  set_target_properties("${name}" PROPERTIES CAISSON_FIRST_PROGRAM "${first}")
  foreach(other IN LISTS ARG_QEMU_DEPENDENCIES)
    if(TARGET "${other}")
      add_dependencies("${name}" "${other}")
    endif()
  endforeach()
endmacro()

# sim, gdbsim and gdb for the first image, sim-NAME and so on for others.
function(caisson_run_targets name)
  if(TARGET sim)
    caisson_run_targets_named("${name}" "-${name}")
  else()
    caisson_run_targets_named("${name}" "")
  endif()
endfunction()

# gdbsim lets one process wait before its main(): CAISSON_GDB names it or its program, the first program of the
# image if it is not set. gdb attaches to it, and has to be called while gdbsim runs.
function(caisson_run_targets_named name suffix)
  get_target_property(image "${name}" CAISSON_IMAGE)
  get_target_property(flags "${name}" CAISSON_POLICY_FLAGS)
  get_target_property(program "${name}" CAISSON_FIRST_PROGRAM)
  set(run "${KL_SDK_ROOT_PATH}/toolchain/bin/caisson" run ${flags} ${CAISSON_RUN_FLAGS})
  add_custom_target("sim${suffix}" DEPENDS "${name}" USES_TERMINAL VERBATIM COMMAND ${run} "${image}")
  if(TARGET "${CAISSON_GDB}")
    set(program "${CAISSON_GDB}")
  endif()
  if(NOT program)
    return()
  endif()
  set(task "${program}")
  if(CAISSON_GDB)
    set(task "${CAISSON_GDB}")
  endif()
  add_custom_target("gdbsim${suffix}" DEPENDS "${name}" USES_TERMINAL VERBATIM
    COMMAND ${run} "--stop=${task}" "${image}")
  add_custom_target("gdb${suffix}" USES_TERMINAL VERBATIM
    COMMAND "${KL_SDK_ROOT_PATH}/toolchain/bin/kos-gdb" "$<TARGET_FILE:${program}>" ${CAISSON_GDB_FLAGS})
endfunction()
