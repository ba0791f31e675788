# SPDX-License-Identifier: MIT
# find_package(blkdev): the place of a driver of disks. It is none by itself: the property
# ${blkdev_ENTITY}_REPLACEMENT of a VFS program names one: ${ramdisk_ENTITY}, ${sdcard_ENTITY}, ${ata_ENTITY},
# which come with it.
include(platform/component)
foreach(driver ramdisk sdcard ata)
  find_package(${driver} REQUIRED)
endforeach()
if(NOT TARGET blkdev::entity)
  add_executable(blkdev::entity IMPORTED GLOBAL)
endif()
caisson_component_library(blkdev::client ENTITY blkdev::entity)
set(blkdev_ENTITY blkdev::entity)
set(blkdev_CLIENT_LIB blkdev::client)
