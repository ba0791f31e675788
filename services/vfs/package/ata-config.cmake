# SPDX-License-Identifier: MIT
# find_package(ata): SATA disks, the image's files ahci0.img and so on.
include(platform/component)
caisson_component_program(ata::entity CLASS kl.drivers.ATA FILE ata)
set_target_properties(ata::entity PROPERTIES CAISSON_GRANTS "^ahci[0-9]+[.]img$" CAISSON_GRANTS_MODE rw)
set(ata_ENTITY ata::entity)
