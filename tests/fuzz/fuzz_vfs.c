/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: requests to a VFS. The input is a list of them, of several clients, as the dispatcher hands
 * them to the methods: shapes are right, and everything else is the client's word. Handles are those of
 * sessions and files, of now and of before, with rights or without, and others that come to nothing.
 *
 * When all clients have gone, nothing of the file system is in use, and no memory is left over.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ramfs.h"
#include "serve.h"
#include "vobj.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CLIENTS = 3, FILES = 40, RECORDS = 400, ROOM = 1 << 21, TEXT = 300, SPACE = 1 << 22 };

static Mounts tree;
static char in_bytes[ROOM], out_bytes[ROOM];
static struct nk_arena in, out;
static uint64_t clients[CLIENTS], files[FILES]; /* numbers, of objects that may be gone */
static const uint8_t *input;
static size_t n_left;

static void must(bool is_so) {
        if (!is_so)
                abort();
}

/* --- from bytes to requests --- */

static uint8_t next(void) {
        if (n_left == 0)
                return 0;
        n_left--;
        return *input++;
}

static uint64_t number(unsigned n_bytes) {
        uint64_t n = 0;

        while (n_bytes-- > 0)
                n = n << 8 | next();
        return n;
}

static nk_handle_desc_t object(uint8_t choice, const uint64_t *numbers, unsigned n) {
        nk_rights_t rights = choice & 0x40 ? next() : NKX_RIGHTS_ALL;

        if (choice == 0xff)
                return nk_handle_desc(INVALID_HANDLE);
        if (choice == 0xfe)
                return nk_handle_desc(77); /* one of the client's own */
        if (choice & 0x80)
                return nkx_handle_desc_dereferenced(1, rights, number(8));
        return nkx_handle_desc_dereferenced(1, rights, numbers[choice % n]);
}

/* Text in the request's arena; a zero inside is possible, the one at its end is checked before. */
static nk_ptr_t text(uint8_t choice) {
        static const char *const known[] = {"/", "a", "b", "a/b", "/a/b/c", "..", "../..", ".", "", "/a/",
                "link", "a/../b", "//a//b/", "user.x", "security.y", "system.posix_acl_access", "ramfs",
                "devfs", "auto", "size=1m", "size=1g,mode=0", "a/link/b", "../a"};
        char long_text[TEXT];
        nk_ptr_t ptr = {0};
        size_t n = number(1);

        if (choice < sizeof known / sizeof *known) {
                must(nk_arena_store(char, &in, &ptr, known[choice], strlen(known[choice]) + 1) == NK_EOK);
                return ptr;
        }
        for (size_t i = 0; i < n; i++)
                long_text[i] = choice & 1 ? (char)next() : (char)('a' + choice % 3);
        long_text[n] = '\0';
        must(nk_arena_store(char, &in, &ptr, long_text, n + 1) == NK_EOK);
        return ptr;
}

static nk_ptr_t bytes(uint32_t size) {
        static const uint8_t some[70000] = {2, 0, 0, 0, 1, 0, 6, 0};
        nk_ptr_t ptr = {0};

        size %= sizeof some;
        must(nk_arena_store(nk_uint8_t, &in, &ptr, some, size) == NK_EOK);
        return ptr;
}

/* --- one request --- */

#define OPS_VfsSession   serve_session_ops
#define OPS_VfsFile      serve_file_ops
#define OPS_VfsName      serve_name_ops
#define OPS_VfsMount     serve_mount_ops
#define OPS_VfsXattr     serve_xattr_ops
#define OPS_VfsAcl       serve_acl_ops
#define OPS_VfsSocket    serve_socket_ops
#define OPS_VfsNetConfig serve_netconfig_ops

#define CALL(interface, method, ...)                                                                         \
        case __COUNTER__: {                                                                                  \
                struct kl_##interface##_##method##_req req = {__VA_ARGS__};                                  \
                struct kl_##interface##_##method##_res res = {0};                                            \
                                                                                                             \
                must(OPS_##interface.method(NULL, &req, &in, &res, &out) == NK_EOK);                         \
                must(res.error >= 0 && res.error < 4096);                                                    \
                break;                                                                                       \
        }

typedef struct Words {
        nk_handle_desc_t client, file, other;
        nk_ptr_t path, name, value;
        uint32_t a, b;
        int64_t x;
} Words;

static Words words(void) {
        Words w;

        w.client = object(next(), clients, CLIENTS);
        w.file = object(next(), files, FILES);
        w.other = object(next(), files, FILES);
        w.path = text(next());
        w.name = text(next());
        w.a = (uint32_t)number(4);
        w.b = (uint32_t)number(2);
        w.x = (int64_t)number(next() % 9);
        w.value = bytes(w.b);
        return w;
}

static void connect_client(uint8_t place) {
        struct kl_VfsSession_Connect_req req = {0};
        struct kl_VfsSession_Connect_res res = {0};
        uint64_t number_of_it;
        nk_handle_desc_t handle;

        must(serve_session_ops.Connect(NULL, &req, &in, &res, &out) == NK_EOK);
        serve_settled(res.error != 0); /* nobody knows its number: as if the answer were lost */
        if (session_new("b", &number_of_it, &handle) == 0) {
                session_forget(clients[place % CLIENTS]);
                clients[place % CLIENTS] = number_of_it;
        }
}

static void make_files(uint8_t client, uint8_t place) {
        Session *s = vobj_get(clients[client % CLIENTS], VOBJ_SESSION);
        uint64_t numbers[4];
        nk_handle_desc_t handles[4];
        uint32_t n = 0;

        if (s)
                (void)session_new_files(s, 4, numbers, handles, &n);
        session_put(s);
        for (uint32_t i = 0; i < n; i++)
                files[(place + i) % FILES] = numbers[i];
}

/* As for a copy of a process: a session beside another, with files of anybody's. */
static void fork_client(uint8_t client, uint8_t place) {
        Session *s = vobj_get(clients[client % CLIENTS], VOBJ_SESSION), *child;
        FileSlot *from = vobj_get(files[place % FILES], VOBJ_FILE);
        uint64_t number_of_it = 0, copy = 0;
        nk_handle_desc_t handle;

        if (s && session_fork(s, &number_of_it, &handle) == 0) {
                child = vobj_get(number_of_it, VOBJ_SESSION);
                if (from && session_copy_file(child, from, &copy, &handle) == 0)
                        files[(place + 1u) % FILES] = copy;
                session_put(child);
                session_forget(clients[client % CLIENTS]); /* the copy outlives it */
                clients[client % CLIENTS] = number_of_it;
        }
        slot_put(from);
        session_put(s);
}

static void request(uint8_t choice, const Words *w) {
        uint32_t small = w->a % 8;

        switch (choice) {
                CALL(VfsSession, NewFiles, .client = w->client, .count = w->a % 20)
                CALL(VfsSession, ChDir, .client = w->client, .path = w->path)
                CALL(VfsSession, FChDir, .client = w->client, .dir = w->file)
                CALL(VfsSession, ChRoot, .client = w->client, .path = w->path)
                CALL(VfsSession, GetCwd, .client = w->client)
                CALL(VfsSession, Umask, .client = w->client, .mask = w->a)
                CALL(VfsFile, Open, .client = w->client, .dir = w->other, .file = w->file, .path = w->path,
                        .flags = w->a, .mode = w->b)
                CALL(VfsFile, Open, .client = w->client, .dir = nk_handle_desc(INVALID_HANDLE),
                        .file = w->file, .path = w->path, .flags = O_CREAT | (small & 3), .mode = 0700)
                CALL(VfsFile, Open, .client = w->client, .dir = nk_handle_desc(INVALID_HANDLE),
                        .file = w->file, .path = w->path, .flags = O_DIRECTORY)
                CALL(VfsFile, Close, .file = w->file)
                CALL(VfsFile, Pipe, .client = w->client, .reader = w->file, .writer = w->other, .flags = w->a)
                CALL(VfsFile, GetStderr, .client = w->client, .file = w->file)
                CALL(VfsFile, Read, .file = w->file, .size = w->a)
                CALL(VfsFile, PRead, .file = w->file, .size = w->a, .offset = w->x)
                CALL(VfsFile, PWrite, .file = w->file, .data = w->value, .offset = w->x)
                CALL(VfsFile, SendFile, .output = w->file, .input = w->other, .offset = w->x, .count = w->a)
                CALL(VfsFile, LSeek, .file = w->file, .offset = w->x, .whence = small)
                CALL(VfsFile, FTruncate, .file = w->file, .size = w->x)
                CALL(VfsFile, FSync, .file = w->file)
                CALL(VfsFile, FStat, .file = w->file)
                CALL(VfsFile, FStatVfs, .file = w->file)
                CALL(VfsFile, FChMod, .file = w->file, .mode = w->b)
                CALL(VfsFile, FChOwn, .file = w->file, .uid = w->a, .gid = w->b)
                CALL(VfsFile, FUtimens, .file = w->file, .atime = {.seconds = w->x, .nanoseconds = w->a},
                        .mtime = {.seconds = w->x, .nanoseconds = w->b})
                CALL(VfsFile, GetDents, .file = w->file, .size = w->a)
                CALL(VfsFile, Fcntl, .file = w->file, .command = small, .argument = w->x)
                CALL(VfsFile, Lock, .file = w->file, .command = small == F_SETLKW ? F_OFD_SETLK : small,
                        .type = w->b % 5, .start = w->x, .length = (int32_t)w->a)
                CALL(VfsFile, Lock, .file = w->file, .command = F_SETLK, .type = w->b % 3,
                        .start = w->x % 100, .length = (int64_t)w->a % 100 - 50)
                CALL(VfsFile, FLock, .file = w->file, .operation = w->a | 4 /* LOCK_NB */)
                CALL(VfsFile, Ioctl, .file = w->file, .request = w->a)
                CALL(VfsFile, Poll, .files = {w->file, w->other, w->client}, .events = {w->a, w->b, 1})
                CALL(VfsName, Stat, .client = w->client, .dir = w->file, .path = w->path, .flags = w->a)
                CALL(VfsName, StatVfs, .client = w->client, .path = w->path)
                CALL(VfsName, Access, .client = w->client, .dir = w->file, .path = w->path, .mode = w->b)
                CALL(VfsName, ChMod, .client = w->client, .dir = w->file, .path = w->path, .mode = w->b)
                CALL(VfsName, ChOwn, .client = w->client, .dir = w->file, .path = w->path, .uid = w->b)
                CALL(VfsName, Utimens, .client = w->client, .dir = w->file, .path = w->path,
                        .atime = {.seconds = w->x, .nanoseconds = w->a})
                CALL(VfsName, Truncate, .client = w->client, .path = w->path, .size = w->x)
                CALL(VfsName, ReadLink, .client = w->client, .dir = w->file, .path = w->path)
                CALL(VfsName, MkDir, .client = w->client, .dir = nk_handle_desc(INVALID_HANDLE),
                        .path = w->path, .mode = 0700)
                CALL(VfsName, MkDir, .client = w->client, .dir = w->file, .path = w->path, .mode = w->b)
                CALL(VfsName, RmDir, .client = w->client, .path = w->path)
                CALL(VfsName, SymLink, .client = w->client, .target = w->name, .path = w->path,
                        .dir = nk_handle_desc(INVALID_HANDLE))
                CALL(VfsName, Link, .client = w->client, .old_dir = w->file, .old = w->path,
                        .new_dir = w->other, .path = w->name, .flags = w->a)
                CALL(VfsName, Unlink, .client = w->client, .dir = w->file, .path = w->path, .flags = w->a)
                CALL(VfsName, Rename, .client = w->client, .old_dir = nk_handle_desc(INVALID_HANDLE),
                        .old = w->path, .new_dir = w->other, .path = w->name, .flags = small)
                CALL(VfsName, Rename, .client = w->client, .old_dir = w->file, .old = w->path,
                        .new_dir = nk_handle_desc(INVALID_HANDLE), .path = w->name, .flags = small % 3)
                CALL(VfsMount, Mount, .client = w->client, .source = w->name, .target = w->path,
                        .type = text(16), .flags = w->a % 64, .data = w->name)
                CALL(VfsMount, Mount, .client = w->client, .source = w->name, .target = w->path,
                        .type = w->name, .flags = (uint64_t)w->x, .data = w->path)
                CALL(VfsMount, GetVfsStat, .client = w->client, .first = w->a)
                CALL(VfsMount, SyncAll, .client = w->client)
                CALL(VfsXattr, SetXattr, .client = w->client, .path = w->path, .name = w->name,
                        .value = w->value, .flags = small, .nofollow = w->b)
                CALL(VfsXattr, GetXattr, .client = w->client, .path = w->path, .name = w->name)
                CALL(VfsXattr, ListXattr, .client = w->client, .path = w->path)
                CALL(VfsXattr, RemoveXattr, .client = w->client, .path = w->path, .name = w->name)
                CALL(VfsXattr, FSetXattr, .file = w->file, .name = w->name, .value = w->value)
                CALL(VfsXattr, FGetXattr, .file = w->file, .name = w->name)
                CALL(VfsXattr, FListXattr, .file = w->file)
                CALL(VfsXattr, FRemoveXattr, .file = w->file, .name = w->name)
                CALL(VfsAcl, AclSetFile, .client = w->client, .path = w->path, .type = small, .acl = w->value)
                CALL(VfsAcl, AclGetFile, .client = w->client, .path = w->path, .type = small)
                CALL(VfsAcl, AclDeleteDefFile, .client = w->client, .path = w->path)
                CALL(VfsAcl, AclSetFd, .file = w->file, .type = small, .acl = w->value)
                CALL(VfsAcl, AclGetFd, .file = w->file, .type = small)
                CALL(VfsFile, Write, .file = w->file, .data = w->value)
                CALL(VfsFile, FDataSync, .file = w->file)
                CALL(VfsFile, GetStdin, .client = w->client, .file = w->file)
                CALL(VfsFile, GetStdout, .client = w->client, .file = w->file)
                CALL(VfsFile, LSeek, .file = w->file, .offset = w->x % 70000, .whence = small % 3)
                CALL(VfsFile, Fcntl, .file = w->file, .command = F_SETFL, .argument = w->a)
                CALL(VfsSession, CopyFiles, .child = w->client, .files = {w->file, w->other, w->client},
                        .count = w->a % (kl_VfsSession_CopyFilesMax + 2))
                CALL(VfsSocket, Socket, .client = w->client, .file = w->file)
                CALL(VfsNetConfig, SysctlByName, .client = w->client, .name = w->name)
                CALL(VfsMount, Umount, .client = w->client, .target = w->path)
        default:
                break;
        }
}

enum { REQUESTS = __COUNTER__ };

/* Without a place among those that wait: what would have to says so at once, and no input takes long. */
static void request_without_waiting(uint8_t choice, const Words *w) {
        Session *s = nk_is_handle_dereferenced(&w->client) ? session_get(&w->client) : NULL;
        bool has_place = s && session_wait_begin(s) == 0;

        request(choice, w);
        if (has_place)
                session_wait_end(s);
        session_put(s);
}

/* As if the answer with the handle were lost: nobody else knows of the copy, and nothing of it stays. */
static void fork_in_vain(uint8_t client) {
        struct kl_VfsSession_Fork_req req = {.client = object(client, clients, CLIENTS)};
        struct kl_VfsSession_Fork_res res = {0};

        must(serve_session_ops.Fork(NULL, &req, &in, &res, &out) == NK_EOK);
        must(res.error >= 0 && res.error < 4096);
        serve_settled(false);
}

static void step(void) {
        uint8_t choice = next();
        Words w;

        nk_arena_reset(&in);
        nk_arena_reset(&out);
        if (choice == 0xff) {
                connect_client(next());
        } else if (choice == 0xfe) {
                uint8_t client = next();

                make_files(client, next());
        } else if (choice == 0xfc) {
                uint8_t client = next();

                fork_client(client, next());
        } else if (choice == 0xfb) {
                fork_in_vain(next());
        } else if (choice == 0xfd) {
                session_forget(files[next() % FILES]);
        } else {
                w = words();
                request_without_waiting(choice % REQUESTS, &w);
        }
        serve_settled(next() != 0xff);
}

static void begin(void) {
        static bool has_begun;
        MountPlan plan = {.device = "ramfs", .path = "/"};

        if (!has_begun)
                must(world_begin(NULL) == 0);
        has_begun = true;
        must(mounts_init(&tree) == 0 && ramfs_new(SPACE, 0777, &plan.fs) == 0);
        must(mounts_add(&tree, &PLACE_NULL, &plan) == 0 && sessions_begin(&tree, 1) == 0);
        nk_arena_init(&in, in_bytes, in_bytes + ROOM);
        nk_arena_init(&out, out_bytes, out_bytes + ROOM);
        for (uint8_t i = 0; i < CLIENTS; i++) {
                connect_client(i);
                make_files(i, (uint8_t)(4 * i));
        }
}

/* The mounts keep what they cover; nobody else keeps anything. */
static void end(void) {
        uint32_t n_covered = 0;

        for (unsigned i = 0; i < CLIENTS; i++)
                session_forget(clients[i]);
        for (const Mount *m = tree.first->next; m; m = m->next)
                n_covered += m->at.mount == tree.first;
        must(atomic_load(&tree.first->n_places) == n_covered);
        mounts_deinit(&tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        input = data;
        n_left = size;
        begin();
        for (unsigned i = 0; i < RECORDS && n_left > 0; i++)
                step();
        end();
        return 0;
}
