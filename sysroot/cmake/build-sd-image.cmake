# SPDX-License-Identifier: MIT
#
# build_sd_image(NAME KOS_IMAGE_TARGET image [IMAGE_FS folder]): what a solution for a board calls for its card.
# There is no card here: the target builds the image.
function(build_sd_image name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "KOS_IMAGE_TARGET;IMAGE_FS" "")
  if(NOT TARGET "${ARG_KOS_IMAGE_TARGET}")
    message(FATAL_ERROR "build_sd_image: there is no image target '${ARG_KOS_IMAGE_TARGET}'")
  endif()
  add_custom_target("${name}" DEPENDS "${ARG_KOS_IMAGE_TARGET}")
endfunction()
