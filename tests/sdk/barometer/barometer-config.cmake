# SPDX-License-Identifier: MIT
# find_package(barometer): a component as services of the SDK declare theirs.
include(platform/component)
caisson_component_program(barometer::entity CLASS test.Barometer FILE barometer
  ENV "  BAROMETER_BASE: \"100000\"" ARGS "  - \"13\"")
caisson_component_library(barometer::client FILE libbarometer_client.a ENTITY barometer::entity CONNECT barometer)
set(barometer_INCLUDE "${CAISSON_SYSROOT}/include")
set(barometer_CLIENT_LIB barometer::client)
set(barometer_ENTITY barometer::entity)
