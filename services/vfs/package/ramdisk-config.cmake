# SPDX-License-Identifier: MIT
# find_package(ramdisk): RAM disks, copies of the image's files ramdisk0.img and so on.
include(platform/component)
caisson_component_program(ramdisk::entity CLASS kl.drivers.RAMDisk FILE ramdisk)
set_target_properties(ramdisk::entity PROPERTIES CAISSON_GRANTS "^ramdisk[0-9]+[.]img$")
set(ramdisk_ENTITY ramdisk::entity)
