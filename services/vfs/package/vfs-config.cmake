# SPDX-License-Identifier: MIT
# find_package(vfs): file calls of a program.
#
#   vfs::client   they go to a VFS program, by default kl.VfsEntity; the property ${vfs_ENTITY}_REPLACEMENT of the
#                 program names another one, or none
#   vfs::local    the file systems are in the program itself
#   vfs::server   a VFS program of one's own (vfs/basic.h), with vfs::lib_fs
include(platform/component)
find_package(blkdev REQUIRED)
# Without a variable it serves the channels kl.VfsEntity and, as older solutions have it, VFS.
caisson_component_program(vfs::entity CLASS kl.VfsEntity FILE VfsEntity LIBRARIES blkdev::client)
set_target_properties(vfs::entity PROPERTIES CAISSON_GRANTS "romfs")
set(vfs_calls "-Wl,-u,nkx_at_closing" "-Wl,-u,posix_start")
caisson_component_library(vfs::client FILE libvfs_remote.a ENTITY vfs::entity CONNECT vfs LIBRARIES ${vfs_calls})
caisson_component_library(vfs::lib_fs FILE libvfs_fs.a LIBRARIES "-L${CAISSON_SYSROOT}/lib" blkdev::client)
set_target_properties(vfs::lib_fs PROPERTIES CAISSON_GRANTS "romfs")
caisson_component_library(fs::vfat LIBRARIES vfs::lib_fs) # all file systems are in it
caisson_component_library(fs::lwext4 LIBRARIES vfs::lib_fs)
caisson_component_library(vfs::lib_net LIBRARIES vfs::lib_fs)
caisson_component_library(vfs::implementation LIBRARIES vfs::lib_fs)
caisson_component_library(vfs::local FILE libvfs_local.a LIBRARIES ${vfs_calls} vfs::lib_fs)
caisson_component_library(vfs::server FILE libvfs_server.a LIBRARIES "-Wl,-u,vfs_server_attach" vfs::local)
unset(vfs_calls)
set(vfs_INCLUDE "${CAISSON_SYSROOT}/include")
set(vfs_IMPLEMENTATION_INCLUDE "${CAISSON_SYSROOT}/include")
set(vfs_ENTITY vfs::entity)
set(vfs_CLIENT_LIB vfs::client)
set(vfs_SERVER_LIB vfs::server)
set(vfs_LOCAL_LIB vfs::local)
set(vfs_FS_LIB vfs::lib_fs)
set(vfs_NET_LIB vfs::lib_net)
set(vfs_IMPLEMENTATION_LIB vfs::implementation)
set(LWEXT4_LIB fs::lwext4)
