# SPDX-License-Identifier: MIT
# find_package(ns): the name server. Its client side is in libkos; a program that links ns::client has a static
# channel to it.
include(platform/component)
caisson_component_program(ns::entity CLASS kl.core.NameServer FILE ns)
caisson_component_library(ns::client ENTITY ns::entity CONNECT ns)
set(ns_INCLUDE "${CAISSON_SYSROOT}/include")
set(ns_CLIENT_LIB ns::client)
set(ns_ENTITY ns::entity)
