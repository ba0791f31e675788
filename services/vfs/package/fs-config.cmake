# SPDX-License-Identifier: MIT
# find_package(fs): fs::vfat and fs::lwext4, file systems by name. They come with find_package(vfs).
find_package(vfs REQUIRED)
