# SPDX-License-Identifier: MIT
# include(platform/nk2): another name of platform/nk.
include(platform/nk)
