# SPDX-License-Identifier: MIT
#
# Templates of a solution: what the macros of init.yaml.in and security.psl.in become.
#
# Texts may hold ';' and brackets, which lists of CMake do not keep: they are worked on as texts.

cmake_policy(VERSION 3.20)

# Moves all lines of a text so that the least indented one has <indent> spaces. Blank lines go.
function(caisson_indent text indent out)
  string(REGEX REPLACE "[ \t]+(\n|$)" "\\1" text "\n${text}")
  string(REGEX REPLACE "\n+" "\n" text "${text}")
  string(REGEX REPLACE "\n$" "" text "${text}")
  if(text STREQUAL "")
    set(${out} "" PARENT_SCOPE)
    return()
  endif()
  while(NOT text MATCHES "\n[^ ]")
    string(REPLACE "\n " "\n" text "${text}")
  endwhile()
  string(REPEAT " " ${indent} spaces)
  string(REPLACE "\n" "\n${spaces}" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

# A key of a process with the YAML text of a property below it; nothing when the property is empty.
function(caisson_key key value indent out)
  caisson_indent("${value}" ${indent} body)
  if(body STREQUAL "")
    set(${out} "" PARENT_SCOPE)
    return()
  endif()
  if(key STREQUAL "env")
    math(EXPR deeper "${indent} + 2")
    caisson_indent("${value}" ${deeper} body)
  endif()
  string(REPEAT " " ${indent} spaces)
  set(${out} "${spaces}${key}:${body}\n" PARENT_SCOPE)
endfunction()

# Columns in which an init description has its processes and their keys.
function(caisson_columns text out_list out_keys)
  set(list 0)
  set(keys 2)
  if("\n${text}" MATCHES "\n( *)-( +)name *:")
    string(LENGTH "${CMAKE_MATCH_1}" list)
    string(LENGTH "${CMAKE_MATCH_2}" gap)
    math(EXPR keys "${list} + 1 + ${gap}")
  endif()
  set(${out_list} ${list} PARENT_SCOPE)
  set(${out_keys} ${keys} PARENT_SCOPE)
endfunction()

# Writes a template, a file whose name ends in `.in`, expanded: @NAME@ from the caller's variables, and generator
# expressions. Macros of their own line are moved to its beginning: what they stand for brings its indentation
# along. Any other file stays as it is. An init description gets its grants, if caisson_granting names programs.
macro(caisson_expand template output)
  file(READ "${template}" caisson_text)
  if("${template}" MATCHES "\\.in$")
    string(REGEX REPLACE "\n[ \t]*(@INIT_[^@\n]*@)[ \t]*\n" "\n\\1\n" caisson_text "${caisson_text}")
    file(CONFIGURE OUTPUT "${output}.tmp" CONTENT "${caisson_text}" @ONLY)
    file(READ "${output}.tmp" caisson_text)
  else()
    string(REPLACE "$<" "$<1:$><" caisson_text "${caisson_text}")
  endif()
  if(caisson_granting)
    caisson_grant_files(caisson_text)
  endif()
  file(GENERATE OUTPUT "${output}" CONTENT "${caisson_text}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${template}")
endmacro()
