# SPDX-License-Identifier: MIT
# find_package(fs): file systems by name; all of them are in vfs::lib_fs.
include(platform/component)
find_package(vfs REQUIRED)
caisson_component_library(fs::vfat LIBRARIES vfs::lib_fs)
caisson_component_library(fs::lwext4 LIBRARIES vfs::lib_fs)
