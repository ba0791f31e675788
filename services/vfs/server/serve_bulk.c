/* SPDX-License-Identifier: MIT */
/*
 * Endpoint `file`: many at once, entries of directories and bytes from file to file.
 */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "serve.h"

/* --- directories --- */

/* struct linux_dirent64, of which glibc has no declaration. */
typedef struct Entry {
        uint64_t ino;
        int64_t off;
        uint16_t size;
        uint8_t type;
        char name[];
} Entry;

#define ENTRY_HEAD offsetof(Entry, name)

typedef struct Entries {
        char *at;
        size_t used, size;
        bool is_full;
} Entries;

static bool pack(void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next) {
        size_t size = (ENTRY_HEAD + length + 1 + 7) & ~(size_t)7;
        Entries *e = arg;
        Entry head = {.ino = ino,
                .off = (int64_t)next,
                .size = (uint16_t)size,
                .type = (uint8_t)((type & S_IFMT) >> 12)};

        e->is_full = size > e->size - e->used;
        if (e->is_full)
                return false;
        memset(e->at + e->used, 0, size);
        memcpy(e->at + e->used, &head, ENTRY_HEAD);
        memcpy(e->at + e->used + ENTRY_HEAD, name, length);
        e->used += size;
        return true;
}

nk_err_t serve_getdents(struct kl_VfsFile *self, const struct kl_VfsFile_GetDents_req *req,
        const struct nk_arena *req_arena, struct kl_VfsFile_GetDents_res *res, struct nk_arena *res_arena) {
        size_t size = req->size < kl_VfsFile_EntriesMax ? req->size : kl_VfsFile_EntriesMax;
        Entries e = {.at = answer_room(res_arena, &res->entries, &size), .size = size};
        Opened o;
        int r = opened_file(&req->file, -ENOTDIR, &o);

        (void)self;
        (void)req_arena;
        if (r == 0)
                r = e.at ? vfs_getdents(o.file, pack, &e) : -ENOMEM;
        if (r == 0 && e.is_full && e.used == 0)
                r = -EINVAL;
        if (e.at)
                answer_cut(res_arena, &res->entries, r == 0 ? e.used : 0);
        opened_end(&o);
        return answer(&res->error, r);
}

/* --- from file to file --- */

/* Reads where `at` says, or where the input's position is, which stays: it moves by what arrives. */
static int fetch(const Opened *input, int64_t at, void *buffer, size_t size, size_t *ret_got) {
        if (input->stream)
                return -EINVAL;
        if (at < -1)
                return -EINVAL;
        if (at == -1) {
                off_t here;
                int r = vfs_lseek(input->file, 0, SEEK_CUR, &here);

                if (r < 0)
                        return r;
                at = here;
        }
        return vfs_pread(input->file, buffer, size, at, ret_got);
}

static int send_some(const Opened *output, const Opened *input, int64_t at, const struct nk_arena *room,
        size_t size, size_t *ret_sent) {
        char *buffer = room->start; /* the answer has no use for it */
        size_t got = 0;
        off_t now;
        int r;

        if (size > nkx_arena_capacity(room))
                size = nkx_arena_capacity(room);
        r = fetch(input, at, buffer, size, &got);
        if (r == 0 && got > 0)
                r = opened_write(output, buffer, got, ret_sent);
        if (r == 0 && at == -1)
                r = vfs_lseek(input->file, (off_t)*ret_sent, SEEK_CUR, &now);
        return r;
}

nk_err_t serve_sendfile(struct kl_VfsFile *self, const struct kl_VfsFile_SendFile_req *req,
        const struct nk_arena *req_arena, struct kl_VfsFile_SendFile_res *res, struct nk_arena *res_arena) {
        size_t size = req->count < kl_VfsTypes_DataMax ? req->count : kl_VfsTypes_DataMax, sent = 0;
        Opened output, input;
        int r = opened_begin(&req->output, &output), other = opened_begin(&req->input, &input);

        (void)self;
        (void)req_arena;
        r = r < 0 ? r : other;
        if (r == 0)
                r = send_some(&output, &input, req->offset, res_arena, size, &sent);
        res->sent = (nk_uint32_t)sent;
        opened_end(&output);
        opened_end(&input);
        return answer(&res->error, r);
}
