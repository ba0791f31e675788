/* SPDX-License-Identifier: MIT */
/*
 * Calls of the VFS as they are: see raw.h.
 */
#include "raw.h"

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_SIZE (kl_VfsTypes_DataMax + 65536u)

void check(int is_true, const char *what) {
        fprintf(stderr, "%s %s\n", is_true ? "ok" : "not ok", what);
}

struct RawMemory {
        NkKosTransport transport;
        char req[ARENA_SIZE], res[ARENA_SIZE];
};

void raw_reset(Raw *raw) {
        nk_arena_reset(&raw->req);
        nk_arena_reset(&raw->res);
}

static void connect_to(Raw *raw, const char *channel) {
        struct RawMemory *memory = malloc(sizeof *memory);
        Handle handle = ServiceLocatorConnect(channel);
        NkKosTransport *transport;

        if (handle == INVALID_HANDLE || memory == NULL) {
                fprintf(stderr, "not ok there is no channel %s\n", channel);
                exit(EXIT_FAILURE);
        }
        transport = &memory->transport;
        NkKosTransport_Init(transport, handle, NK_NULL, 0);
        kl_VfsSession_proxy_init(
                &raw->session, &transport->base, ServiceLocatorGetRiid(handle, "vfs.session"));
        kl_VfsFile_proxy_init(&raw->file, &transport->base, ServiceLocatorGetRiid(handle, "vfs.file"));
        kl_VfsName_proxy_init(&raw->name, &transport->base, ServiceLocatorGetRiid(handle, "vfs.name"));
        kl_VfsMount_proxy_init(&raw->mount, &transport->base, ServiceLocatorGetRiid(handle, "vfs.mount"));
        kl_VfsXattr_proxy_init(&raw->xattr, &transport->base, ServiceLocatorGetRiid(handle, "vfs.xattr"));
        kl_VfsAcl_proxy_init(&raw->acl, &transport->base, ServiceLocatorGetRiid(handle, "vfs.acl"));
        kl_VfsSocket_proxy_init(&raw->socket, &transport->base, ServiceLocatorGetRiid(handle, "vfs.socket"));
        nk_arena_init(&raw->req, memory->req, memory->req + ARENA_SIZE);
        nk_arena_init(&raw->res, memory->res, memory->res + ARENA_SIZE);
        raw->memory = memory;
}

void raw_end(Raw *raw) {
        free(raw->memory);
        raw->memory = NULL;
}

void raw_share(Raw *raw, const Raw *other, const char *channel) {
        connect_to(raw, channel);
        raw->client = other->client;
}

void raw_begin(Raw *raw, const char *channel) {
        connect_to(raw, channel);
        if (raw_connect(raw, &raw->client) != 0) {
                fprintf(stderr, "not ok there is no session\n");
                exit(EXIT_FAILURE);
        }
}

nk_ptr_t raw_bytes(Raw *raw, const void *data, size_t size) {
        nk_ptr_t ptr;

        if (nk_arena_store(nk_uint8_t, &raw->req, &ptr, (const nk_uint8_t *)data, size) != NK_EOK)
                abort();
        return ptr;
}

nk_ptr_t raw_text(Raw *raw, const char *text) {
        return raw_bytes(raw, text, strlen(text) + 1);
}

int raw_connect(Raw *raw, Handle *ret) {
        kl_VfsSession_Connect_req req = {.base_ = {.iid = 0}};
        kl_VfsSession_Connect_res res;

        raw_reset(raw);
        if (kl_VfsSession_Connect(&raw->session.base, &req, NULL, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        *ret = nk_get_handle(&res.client);
        return res.error;
}

int raw_fork(Raw *raw, Handle *ret_child) {
        kl_VfsSession_Fork_req req = {.client = nk_handle_desc(raw->client)};
        kl_VfsSession_Fork_res res;

        raw_reset(raw);
        if (kl_VfsSession_Fork(&raw->session.base, &req, NULL, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        *ret_child = nk_get_handle(&res.child);
        return res.error;
}

int raw_copy_files(Raw *raw, Handle child, const Handle *files, uint32_t count, Handle *ret_copies) {
        kl_VfsSession_CopyFiles_req req = {.child = nk_handle_desc(child), .count = count};
        kl_VfsSession_CopyFiles_res res;

        for (uint32_t i = 0; i < kl_VfsSession_CopyFilesMax; i++)
                req.files[i] = nk_handle_desc(i < count ? files[i] : INVALID_HANDLE);
        raw_reset(raw);
        if (kl_VfsSession_CopyFiles(&raw->session.base, &req, NULL, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        for (uint32_t i = 0; i < count && i < kl_VfsSession_CopyFilesMax; i++)
                ret_copies[i] = nk_get_handle(&res.copies[i]);
        return res.error;
}

int raw_new_files(Raw *raw, uint32_t count, Handle files[kl_VfsSession_NewFilesMax]) {
        kl_VfsSession_NewFiles_req req = {.client = nk_handle_desc(raw->client), .count = count};
        kl_VfsSession_NewFiles_res res;

        raw_reset(raw);
        if (kl_VfsSession_NewFiles(&raw->session.base, &req, NULL, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        for (uint32_t i = 0; i < kl_VfsSession_NewFilesMax; i++)
                files[i] = nk_get_handle(&res.files[i]);
        return res.error;
}

Handle raw_new_file(Raw *raw) {
        Handle files[kl_VfsSession_NewFilesMax];

        return raw_new_files(raw, 1, files) == 0 ? files[0] : INVALID_HANDLE;
}

int raw_open_bytes(Raw *raw, Handle dir, Handle file, const void *path, size_t size, uint32_t flags) {
        kl_VfsFile_Open_req req = {.client = nk_handle_desc(raw->client),
                .dir = nk_handle_desc(dir),
                .file = nk_handle_desc(file),
                .flags = flags,
                .mode = 0644};
        kl_VfsFile_Open_res res;

        raw_reset(raw);
        req.path = raw_bytes(raw, path, size);
        if (kl_VfsFile_Open(&raw->file.base, &req, &raw->req, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        return res.error;
}

int raw_open(Raw *raw, Handle file, const char *path, int flags, unsigned mode) {
        kl_VfsFile_Open_req req = {.client = nk_handle_desc(raw->client),
                .dir = nk_handle_desc(INVALID_HANDLE),
                .file = nk_handle_desc(file),
                .flags = (uint32_t)flags,
                .mode = mode};
        kl_VfsFile_Open_res res;

        raw_reset(raw);
        req.path = raw_text(raw, path);
        if (kl_VfsFile_Open(&raw->file.base, &req, &raw->req, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        return res.error;
}

int raw_close(Raw *raw, Handle file) {
        kl_VfsFile_Close_req req = {.file = nk_handle_desc(file)};
        kl_VfsFile_Close_res res;

        raw_reset(raw);
        return kl_VfsFile_Close(&raw->file.base, &req, NULL, &res, NULL) == NK_EOK ? res.error : RAW_FAILED;
}

static void take_data(Raw *raw, const nk_ptr_t *ptr, void *buffer, uint32_t *ret_got) {
        const nk_uint8_t *data = nk_arena_get(nk_uint8_t, &raw->res, ptr, ret_got);

        if (data != NULL)
                memcpy(buffer, data, *ret_got);
}

int raw_read(Raw *raw, Handle file, void *buffer, uint32_t size, uint32_t *ret_got, uint32_t *ret_nodata) {
        kl_VfsFile_Read_req req = {.file = nk_handle_desc(file), .size = size};
        kl_VfsFile_Read_res res;

        raw_reset(raw);
        if (kl_VfsFile_Read(&raw->file.base, &req, NULL, &res, &raw->res) != NK_EOK)
                return RAW_FAILED;
        take_data(raw, &res.data, buffer, ret_got);
        *ret_nodata = res.nodata;
        return res.error;
}

int raw_pread(Raw *raw, Handle file, int64_t at, void *buffer, uint32_t size, uint32_t *ret_got) {
        kl_VfsFile_PRead_req req = {.file = nk_handle_desc(file), .offset = at, .size = size};
        kl_VfsFile_PRead_res res;

        raw_reset(raw);
        if (kl_VfsFile_PRead(&raw->file.base, &req, NULL, &res, &raw->res) != NK_EOK)
                return RAW_FAILED;
        take_data(raw, &res.data, buffer, ret_got);
        return res.error;
}

int raw_write(Raw *raw, Handle file, const void *data, size_t size, uint32_t *ret_put) {
        kl_VfsFile_Write_req req = {.file = nk_handle_desc(file)};
        kl_VfsFile_Write_res res;

        raw_reset(raw);
        req.data = raw_bytes(raw, data, size);
        if (kl_VfsFile_Write(&raw->file.base, &req, &raw->req, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        *ret_put = res.written;
        return res.error;
}

int raw_lock(Raw *raw, Handle file, uint32_t command, uint32_t type, int64_t start, int64_t length,
        uint32_t *ret_held) {
        kl_VfsFile_Lock_req req = {.file = nk_handle_desc(file),
                .command = command,
                .type = type,
                .start = start,
                .length = length};
        kl_VfsFile_Lock_res res;

        raw_reset(raw);
        if (kl_VfsFile_Lock(&raw->file.base, &req, NULL, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        *ret_held = res.held_type;
        return res.error;
}

int raw_poll(Raw *raw, Handle file, uint32_t events, uint32_t timeout_ms, uint32_t *ret_ready) {
        kl_VfsFile_Poll_req req = {.timeout_ms = timeout_ms};
        kl_VfsFile_Poll_res res;

        raw_reset(raw);
        req.files[0] = nk_handle_desc(file);
        req.events[0] = events;
        for (uint32_t i = 1; i < kl_VfsFile_PollMax; i++)
                req.files[i] = nk_handle_desc(INVALID_HANDLE);
        if (kl_VfsFile_Poll(&raw->file.base, &req, NULL, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        *ret_ready = res.revents[0];
        return res.error;
}

int raw_mkdir(Raw *raw, const char *path) {
        kl_VfsName_MkDir_req req = {
                .client = nk_handle_desc(raw->client), .dir = nk_handle_desc(INVALID_HANDLE), .mode = 0755};
        kl_VfsName_MkDir_res res;

        raw_reset(raw);
        req.path = raw_text(raw, path);
        if (kl_VfsName_MkDir(&raw->name.base, &req, &raw->req, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        return res.error;
}

int raw_stat(Raw *raw, const char *path, struct kl_VfsTypes_Stat *ret) {
        kl_VfsName_Stat_req req = {
                .client = nk_handle_desc(raw->client), .dir = nk_handle_desc(INVALID_HANDLE)};
        kl_VfsName_Stat_res res;

        raw_reset(raw);
        req.path = raw_text(raw, path);
        if (kl_VfsName_Stat(&raw->name.base, &req, &raw->req, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        *ret = res.stat;
        return res.error;
}
