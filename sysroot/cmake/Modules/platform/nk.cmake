# SPDX-License-Identifier: MIT
#
# include(platform/nk): headers from descriptions.
#
# Each description is copied to ${CMAKE_BINARY_DIR}/_headers_/<NK_MODULE as path>/, where its header is made
# beside it: one search folder serves the compiler of descriptions, the C compiler and the image.

include(platform)
cmake_policy(VERSION 3.20)

# Copies one description when cmake runs, or while building when it is itself a product. The copy's path
# goes to <out>.
function(caisson_copy_description source folder out)
  get_filename_component(name "${source}" NAME)
  set(copy "${folder}/${name}")
  if(EXISTS "${source}")
    configure_file("${source}" "${copy}" COPYONLY)
  else()
    add_custom_command(OUTPUT "${copy}" DEPENDS "${source}" VERBATIM
      COMMAND "${CMAKE_COMMAND}" -E copy "${source}" "${copy}")
  endif()
  set_property(GLOBAL APPEND PROPERTY CAISSON_DESCRIPTIONS "${copy}")
  set(${out} "${copy}" PARENT_SCOPE)
endfunction()

# The rule that makes a header. WORKING_DIRECTORY, DEPENDS and flags come from the caller's ARG_….
function(caisson_header_rule description header flags)
  string(SHA1 key "${header}")
  add_custom_command(OUTPUT "${header}" DEPENDS "${description}" ${ARG_DEPENDS} "${KL_SDK_ROOT_PATH}/toolchain/bin/nkc"
    DEPFILE "${CMAKE_BINARY_DIR}/CMakeFiles/nk-${key}.d"
    COMMAND "${KL_SDK_ROOT_PATH}/toolchain/bin/nkc" gen ${flags} -I "${CMAKE_BINARY_DIR}/_headers_" -I "${CMAKE_INSTALL_PREFIX}/include"
      -I "${CAISSON_SYSROOT}/include" -o "${CMAKE_BINARY_DIR}/_headers_"
      --depfile "${CMAKE_BINARY_DIR}/CMakeFiles/nk-${key}.d" "${description}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${header}"
    WORKING_DIRECTORY "${ARG_WORKING_DIRECTORY}" VERBATIM)
endfunction()

# What all nk_build_…_files do; <kind> is IDL, CDL or EDL.
function(caisson_build_descriptions kind name)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "NOINSTALL" "NK_MODULE;WORKING_DIRECTORY"
    "DEPENDS;IDL;CDL;EDL;IDL_TARGET;CDL_TARGET;NK_FLAGS")
  if(NOT ARG_${kind})
    message(FATAL_ERROR "'${name}': name the files behind the word ${kind}")
  endif()
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "'${name}': unknown words: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_WORKING_DIRECTORY)
    set(ARG_WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  endif()
  string(REPLACE "." "/" module "${ARG_NK_MODULE}")
  string(JOIN " " flags ${ARG_NK_FLAGS})
  separate_arguments(flags UNIX_COMMAND "${flags}")
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/_headers_/${module}")

  set(headers)
  set(others)
  foreach(source IN LISTS ARG_${kind})
    get_filename_component(there "${source}" ABSOLUTE BASE_DIR "${ARG_WORKING_DIRECTORY}")
    get_filename_component(source "${source}" ABSOLUTE)
    if(EXISTS "${there}" AND NOT EXISTS "${source}")
      set(source "${there}")
    endif()
    get_filename_component(base "${source}" NAME)
    if(module)
      set(header "${CMAKE_BINARY_DIR}/_headers_/${module}/${base}.h")
    else()
      set(header "${CMAKE_BINARY_DIR}/_headers_/${base}.h")
    endif()
    # A file that several folders name is made once; the others wait for that target.
    get_property(owner GLOBAL PROPERTY "CAISSON_HEADER_${header}")
    if(owner)
      list(APPEND others "${owner}")
      continue()
    endif()
    get_filename_component(folder "${header}" DIRECTORY)
    caisson_copy_description("${source}" "${folder}" copy)
    caisson_header_rule("${copy}" "${header}" "${flags}")
    list(APPEND headers "${header}")
    if(NOT ARG_NOINSTALL)
      install(FILES "${header}" "${copy}" DESTINATION "include/${module}")
    endif()
  endforeach()

  caisson_description_target("${name}" "${headers}" "${others};${ARG_IDL_TARGET};${ARG_CDL_TARGET};${ARG_DEPENDS}")
endfunction()

# The target <name>, made when it is absent, whose users wait for the headers and for the other targets.
function(caisson_description_target name headers others)
  string(SHA1 key "${headers};${others}")
  string(SUBSTRING "${key}" 0 12 key)
  set(worker "${name}_nk_${key}")
  add_custom_target("${worker}" DEPENDS ${headers})
  foreach(header IN LISTS headers)
    set_property(GLOBAL PROPERTY "CAISSON_HEADER_${header}" "${worker}")
  endforeach()
  if(NOT TARGET "${name}")
    add_library("${name}" INTERFACE)
    target_include_directories("${name}" INTERFACE "${CMAKE_BINARY_DIR}/_headers_")
  endif()
  add_dependencies("${name}" "${worker}")
  foreach(other IN LISTS others)
    if(TARGET "${other}")
      add_dependencies("${worker}" "${other}")
    endif()
  endforeach()
endfunction()

# nk_build_idl_files(NAME [NOINSTALL] [NK_MODULE m] [WORKING_DIRECTORY d] [DEPENDS t…] [NK_FLAGS "…"] IDL f…)
function(nk_build_idl_files name)
  caisson_build_descriptions(IDL "${name}" ${ARGN})
endfunction()

# As before, with CDL f… and [IDL_TARGET t…]
function(nk_build_cdl_files name)
  caisson_build_descriptions(CDL "${name}" ${ARGN})
endfunction()

# As before, with EDL f… and [CDL_TARGET t…] [IDL_TARGET t…]
function(nk_build_edl_files name)
  caisson_build_descriptions(EDL "${name}" ${ARGN})
endfunction()

# generate_edl_file(NAME [PREFIX p] [EDL_COMPONENTS "inst: comp"…] [SECURITY iface] [OUTPUT_DIR d] [OUTPUT_FILE f])
# Writes the description of the class [p.]NAME; its path is EDL_FILE in the caller.
function(generate_edl_file name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "PREFIX;SECURITY;OUTPUT_DIR;OUTPUT_FILE" "EDL_COMPONENTS")
  if(NOT ARG_OUTPUT_DIR)
    set(ARG_OUTPUT_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  endif()
  if(NOT ARG_OUTPUT_FILE)
    set(ARG_OUTPUT_FILE "${name}.edl")
  endif()
  set(class "${name}")
  if(ARG_PREFIX)
    set(class "${ARG_PREFIX}.${name}")
  endif()
  set(text "entity ${class}\n")
  if(ARG_SECURITY)
    string(APPEND text "security ${ARG_SECURITY}\n")
  endif()
  if(ARG_EDL_COMPONENTS)
    string(APPEND text "components {\n")
    foreach(component IN LISTS ARG_EDL_COMPONENTS)
      string(APPEND text "    ${component}\n")
    endforeach()
    string(APPEND text "}\n")
  endif()
  get_filename_component(file "${ARG_OUTPUT_FILE}" ABSOLUTE BASE_DIR "${ARG_OUTPUT_DIR}")
  file(CONFIGURE OUTPUT "${file}" CONTENT "${text}" @ONLY)
  set(EDL_FILE "${file}" PARENT_SCOPE)
endfunction()

# add_nk_idl/add_nk_cdl/add_nk_edl(NAME FILE NK_MODULE m [LANG C|CXX] [NOINSTALL] [WORKING_DIRECTORY d])
# The C headers, which are usable from C++. There is no C++ transport layer (*.cpp.h) here.
function(caisson_add_nk kind name file)
  cmake_parse_arguments(PARSE_ARGV 3 ARG "NOINSTALL" "NK_MODULE;WORKING_DIRECTORY;LANG" "DEPENDS;NK_FLAGS")
  if(ARG_LANG STREQUAL "CXX")
    message(STATUS "${name}: no ${kind} header of the C++ transport layer is made here; the C header "
      "can be used from C++")
  endif()
  set(words)
  if(ARG_NOINSTALL)
    list(APPEND words NOINSTALL)
  endif()
  foreach(word NK_MODULE WORKING_DIRECTORY DEPENDS NK_FLAGS)
    if(ARG_${word})
      list(APPEND words ${word} ${ARG_${word}})
    endif()
  endforeach()
  caisson_build_descriptions(${kind} "${name}" ${words} ${kind} "${file}")
endfunction()

function(add_nk_idl name file)
  caisson_add_nk(IDL "${name}" "${file}" ${ARGN})
endfunction()

function(add_nk_cdl name file)
  caisson_add_nk(CDL "${name}" "${file}" ${ARGN})
endfunction()

function(add_nk_edl name file)
  caisson_add_nk(EDL "${name}" "${file}" ${ARGN})
endfunction()

# bind_nk_targets(<target> <nk target>…): the headers are made before the target.
function(bind_nk_targets target)
  add_dependencies("${target}" ${ARGN})
endfunction()
