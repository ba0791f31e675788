/* SPDX-License-Identifier: MIT */
/*
 * Calls of the VFS without a client library, as they are: for what no library would ever send.
 *
 * Each returns the method's `error`, or RAW_FAILED when the call itself failed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <handle/handletype.h>
#include <kl/VfsAcl.idl.h>
#include <kl/VfsFile.idl.h>
#include <kl/VfsMount.idl.h>
#include <kl/VfsName.idl.h>
#include <kl/VfsSession.idl.h>
#include <kl/VfsSocket.idl.h>
#include <kl/VfsXattr.idl.h>

#define RAW_FAILED (-1)

/* One connection to the VFS: proxies, and what was said last time. Of one thread. */
typedef struct Raw {
        struct kl_VfsSession_proxy session;
        struct kl_VfsFile_proxy file;
        struct kl_VfsName_proxy name;
        struct kl_VfsMount_proxy mount;
        struct kl_VfsXattr_proxy xattr;
        struct kl_VfsAcl_proxy acl;
        struct kl_VfsSocket_proxy socket;
        struct nk_arena req, res; /* of the call under way */
        Handle client;
        struct RawMemory *memory;
} Raw;

/* Prints a case. */
void check(int is_true, const char *what);

/* Connects to the channel; a session. Ends the process if that fails. */
void raw_begin(Raw *raw, const char *channel);

/* The same session for another thread. */
void raw_share(Raw *raw, const Raw *other, const char *channel);

/* Its memory; session and channel stay. */
void raw_end(Raw *raw);

nk_ptr_t raw_text(Raw *raw, const char *text);
nk_ptr_t raw_bytes(Raw *raw, const void *data, size_t size);

int raw_connect(Raw *raw, Handle *ret);
int raw_fork(Raw *raw, Handle *ret_child);
/* The first `count` of CopyFilesMax. */
int raw_copy_files(Raw *raw, Handle child, const Handle *files, uint32_t count, Handle *ret_copies);
int raw_new_files(Raw *raw, uint32_t count, Handle files[kl_VfsSession_NewFilesMax]);
Handle raw_new_file(Raw *raw);
int raw_open(Raw *raw, Handle file, const char *path, int flags, unsigned mode);
/* The same for bytes that need not be a string. */
int raw_open_bytes(Raw *raw, Handle dir, Handle file, const void *path, size_t size, uint32_t flags);
int raw_close(Raw *raw, Handle file);
int raw_read(Raw *raw, Handle file, void *buffer, uint32_t size, uint32_t *ret_got, uint32_t *ret_nodata);
int raw_pread(Raw *raw, Handle file, int64_t at, void *buffer, uint32_t size, uint32_t *ret_got);
int raw_write(Raw *raw, Handle file, const void *data, size_t size, uint32_t *ret_put);
int raw_lock(Raw *raw, Handle file, uint32_t command, uint32_t type, int64_t start, int64_t length,
        uint32_t *ret_held);
int raw_poll(Raw *raw, Handle file, uint32_t events, uint32_t timeout_ms, uint32_t *ret_ready);
int raw_mkdir(Raw *raw, const char *path);
int raw_stat(Raw *raw, const char *path, struct kl_VfsTypes_Stat *ret);

/* For calls that are made once: nk_arena_reset() of both, and then P_M with &raw->req and &raw->res. */
void raw_reset(Raw *raw);
