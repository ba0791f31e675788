# SPDX-License-Identifier: MIT
# find_package(gpio [COMPONENTS CLIENT_LIB ENTITY]): the GPIO driver, class kl.drivers.GPIO, and its client library.
# EXTRA_ARGS of gpio::entity are lines of its configuration.
include(platform/component)
caisson_component_program(gpio::entity CLASS kl.drivers.GPIO FILE gpio_hw)
caisson_component_library(gpio::client FILE libgpio_client.a ENTITY gpio::entity CONNECT gpio)
set(gpio_INCLUDE "${CAISSON_SYSROOT}/include")
set(gpio_CLIENT_LIB gpio::client)
set(gpio_HW_ENTITY gpio::entity)
