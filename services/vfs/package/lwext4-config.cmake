# SPDX-License-Identifier: MIT
# find_package(lwext4): LWEXT4_LIB, ext2, ext3 and ext4. It comes with find_package(vfs).
find_package(vfs REQUIRED)
