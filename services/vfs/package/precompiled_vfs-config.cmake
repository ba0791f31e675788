# SPDX-License-Identifier: MIT
# find_package(precompiled_vfs): VFS programs that are ready. EXTRA_ENV and EXTRA_ARGS of a program replace what stands
# here; its property ${blkdev_ENTITY}_REPLACEMENT names another driver, or none.
include(platform/component)
find_package(blkdev REQUIRED)
caisson_component_program(precompiled_vfs::VfsRamFs CLASS kl.VfsRamFs FILE VfsRamFs LIBRARIES blkdev::client
  ENV "  ROOTFS: ramdisk0,0 / ext4 0\n  VFS_FILESYSTEM_BACKEND: server:kl.VfsRamFs")
caisson_component_program(precompiled_vfs::VfsSdCardFs CLASS kl.VfsSdCardFs FILE VfsSdCardFs LIBRARIES blkdev::client
  ENV "  ROOTFS: mmc0,0 / fat32 0\n  VFS_FILESYSTEM_BACKEND: server:kl.VfsSdCardFs"
  ARGS "  - -l\n  - nodev /tmp ramfs 0\n  - -l\n  - nodev /var ramfs 0")
caisson_component_program(precompiled_vfs::VfsNet CLASS kl.VfsNet FILE VfsNet LIBRARIES blkdev::client
  ENV "  VFS_NETWORK_BACKEND: server:kl.VfsNet\n  VFS_FILESYSTEM_BACKEND: server:kl.VfsNet"
  ARGS "  - -l\n  - devfs /dev devfs 0")
set_target_properties(precompiled_vfs::VfsRamFs PROPERTIES CAISSON_GRANTS "romfs"
  blkdev::entity_REPLACEMENT ramdisk::entity)
set_target_properties(precompiled_vfs::VfsSdCardFs PROPERTIES CAISSON_GRANTS "romfs"
  blkdev::entity_REPLACEMENT sdcard::entity)
set_target_properties(precompiled_vfs::VfsNet PROPERTIES CAISSON_GRANTS "romfs" blkdev::entity_REPLACEMENT "")
set(precompiled_vfs_INCLUDE "${CAISSON_SYSROOT}/include")
set(precompiled_vfsVfsRamFs precompiled_vfs::VfsRamFs)
set(precompiled_vfsVfsSdCardFs precompiled_vfs::VfsSdCardFs)
set(precompiled_vfsVfsNet precompiled_vfs::VfsNet)
