# SPDX-License-Identifier: MIT
# find_package(bsp): the board, class kl.drivers.BSP, and its client library. There is one program for hardware and
# QEMU images alike.
include(platform/component)
caisson_component_program(bsp::entity CLASS kl.drivers.BSP FILE bsp_hw)
caisson_component_library(bsp::client FILE libbsp_client.a ENTITY bsp::entity CONNECT bsp)
set(bsp_INCLUDE "${CAISSON_SYSROOT}/include")
set(bsp_CLIENT_LIB bsp::client)
set(BSP_CLIENT_LIB bsp::client)
set(BSP_HW_ENTITY bsp::entity)
set(BSP_QEMU_ENTITY bsp::entity)
set(bsp_HW_ENTITY bsp::entity)
set(bsp_QEMU_ENTITY bsp::entity)
