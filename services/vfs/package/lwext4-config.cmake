# SPDX-License-Identifier: MIT
# find_package(lwext4): ext2, ext3 and ext4; they are in vfs::lib_fs.
find_package(fs REQUIRED)
set(LWEXT4_LIB fs::lwext4)
