/* SPDX-License-Identifier: MIT */
/*
 * A VFS that other processes use: from what the environment says to threads that serve.
 */
#pragma once

#define SERVER_CHANNELS_MAX 8u /* names of channels that one VFS program serves */

/* Hands the loop to the program's _vfs_server_set_main_thread_routine(), before main(). Whoever links the
 * library names this symbol (-u), so that it is there. */
void vfs_server_attach(void);
