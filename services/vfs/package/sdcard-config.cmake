# SPDX-License-Identifier: MIT
# find_package(sdcard): SD cards, the image's files mmc0.img and so on.
include(platform/component)
caisson_component_program(sdcard::entity CLASS kl.drivers.SDCard FILE sdcard)
set_target_properties(sdcard::entity PROPERTIES CAISSON_GRANTS "^mmc[0-9]+[.]img$" CAISSON_GRANTS_MODE rw)
set(sdcard_ENTITY sdcard::entity)
