/* SPDX-License-Identifier: MIT */
/*
 * A VFS program of one's own: how its main() gets the loop that serves clients.
 *
 *      #define _VFS_SERVER_INTERFACE
 *      #include <vfs/basic.h>
 *
 *      static _vfs_server_thread_routine_t routine;
 *      static void *routine_arg;
 *
 *      void _vfs_server_set_main_thread_routine(_vfs_server_thread_routine_t func, void *arg) {
 *              routine = func;
 *              routine_arg = arg;
 *      }
 *
 *      int main(void) {
 *              ... mount what is to be served ...
 *              routine(routine_arg);
 *      }
 *
 * Source: names observed in public programs; the result type is our choice.
 */
#ifndef VFS_BASIC_H
#define VFS_BASIC_H

#ifdef _VFS_SERVER_INTERFACE

#ifdef __cplusplus
extern "C" {
#endif

/* Serves the channels that VFS_FILESYSTEM_BACKEND and VFS_NETWORK_BACKEND ("server:NAME") name. Returns only
 * when it can't serve, which it says on standard error: EXIT_FAILURE is then the right end. arg: as it was
 * given. */
typedef void *(*_vfs_server_thread_routine_t)(void *arg);

/* To be defined by the program. The library vfs_server calls it before main(), in the same thread: keep both.
 */
void _vfs_server_set_main_thread_routine(_vfs_server_thread_routine_t func, void *arg);

#ifdef __cplusplus
}
#endif

#endif

#endif
