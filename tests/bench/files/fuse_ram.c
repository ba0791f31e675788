/* SPDX-License-Identifier: MIT */
/*
 * The peer: files and one level of directories in memory, on libfuse3's low-level interface, one thread.
 *
 *      fuse_ram MOUNTPOINT      serves until it is unmounted or terminated; every call comes here (direct_io,
 * nothing kept)
 */
#define FUSE_USE_VERSION 312
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MAX 20000u
#define BUCKETS   65536u
#define NAME_SIZE 32u

typedef struct Node {
        char name[NAME_SIZE];
        fuse_ino_t parent;
        bool is_used, is_directory;
        char *data;
        size_t size, room;
        uint32_t next; /* in its bucket, or of the free ones; 0: none */
} Node;

static Node nodes[NODES_MAX]; /* the number of a node is its place; 0 is none, FUSE_ROOT_ID the root */
static uint32_t buckets[BUCKETS];
static uint32_t first_free;

static uint32_t *bucket_of(fuse_ino_t parent, const char *name) {
        uint32_t hash = (uint32_t)parent * 2654435761u;

        for (; *name; name++)
                hash = (hash ^ (unsigned char)*name) * 16777619u;
        return &buckets[hash % BUCKETS];
}

static Node *node_at(fuse_ino_t ino) {
        return ino < NODES_MAX && nodes[ino].is_used ? &nodes[ino] : NULL;
}

static uint32_t find(fuse_ino_t parent, const char *name) {
        uint32_t i = *bucket_of(parent, name);

        while (i && (nodes[i].parent != parent || strcmp(nodes[i].name, name) != 0))
                i = nodes[i].next;
        return i;
}

/* 0: full, or the name is too long. */
static uint32_t make(fuse_ino_t parent, const char *name, bool is_directory) {
        uint32_t i = first_free, *bucket = bucket_of(parent, name);
        size_t length = strlen(name);

        if (!i || length >= NAME_SIZE)
                return 0;
        first_free = nodes[i].next;
        nodes[i] = (Node){.parent = parent, .is_used = true, .is_directory = is_directory, .next = *bucket};
        memcpy(nodes[i].name, name, length);
        *bucket = i;
        return i;
}

static void drop(uint32_t i) {
        uint32_t *at = bucket_of(nodes[i].parent, nodes[i].name);

        while (*at != i)
                at = &nodes[*at].next;
        *at = nodes[i].next;
        free(nodes[i].data);
        nodes[i] = (Node){.next = first_free};
        first_free = i;
}

static void fill_stat(fuse_ino_t ino, struct stat *ret) {
        const Node *n = &nodes[ino];

        *ret = (struct stat){.st_ino = ino, .st_nlink = n->is_directory ? 2 : 1, .st_size = (off_t)n->size};
        ret->st_mode = n->is_directory ? S_IFDIR | 0755 : S_IFREG | 0644;
}

static struct fuse_entry_param entry_of(uint32_t i) {
        struct fuse_entry_param e = {.ino = i};

        fill_stat(i, &e.attr);
        return e;
}

static void do_init(void *arg, struct fuse_conn_info *conn) {
        (void)arg;
        conn->max_write = 1u << 20;
}

static void do_lookup(fuse_req_t req, fuse_ino_t parent, const char *name) {
        uint32_t i = find(parent, name);
        struct fuse_entry_param e;

        if (!i) {
                fuse_reply_err(req, ENOENT);
                return;
        }
        e = entry_of(i);
        fuse_reply_entry(req, &e);
}

static void do_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi) {
        struct stat st;

        (void)fi;
        if (!node_at(ino)) {
                fuse_reply_err(req, ENOENT);
                return;
        }
        fill_stat(ino, &st);
        fuse_reply_attr(req, &st, 0);
}

static void do_setattr(
        fuse_req_t req, fuse_ino_t ino, struct stat *attr, int what, struct fuse_file_info *fi) {
        Node *n = node_at(ino);

        if (n && (what & FUSE_SET_ATTR_SIZE) && (size_t)attr->st_size <= n->room)
                n->size = (size_t)attr->st_size;
        do_getattr(req, ino, fi);
}

static void do_create(
        fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi) {
        uint32_t i = make(parent, name, false);
        struct fuse_entry_param e;

        (void)mode;
        if (!i) {
                fuse_reply_err(req, ENOSPC);
                return;
        }
        e = entry_of(i);
        fi->direct_io = 1;
        fuse_reply_create(req, &e, fi);
}

static void do_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode) {
        uint32_t i = find(parent, name) ? 0 : make(parent, name, true);
        struct fuse_entry_param e;

        (void)mode;
        if (!i) {
                fuse_reply_err(req, EEXIST);
                return;
        }
        e = entry_of(i);
        fuse_reply_entry(req, &e);
}

static void do_remove(fuse_req_t req, fuse_ino_t parent, const char *name) {
        uint32_t i = find(parent, name);

        if (i)
                drop(i);
        fuse_reply_err(req, i ? 0 : ENOENT);
}

static void do_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi) {
        fi->direct_io = 1;
        if (node_at(ino))
                fuse_reply_open(req, fi);
        else
                fuse_reply_err(req, ENOENT);
}

static void do_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t at, struct fuse_file_info *fi) {
        const Node *n = node_at(ino);
        size_t from = n && (size_t)at < n->size ? (size_t)at : 0;
        size_t left = n && (size_t)at < n->size ? n->size - from : 0;

        (void)fi;
        fuse_reply_buf(req, n && n->data ? n->data + from : NULL, left < size ? left : size);
}

static bool has_room(Node *n, size_t size) {
        size_t room = n->room ? n->room : 4096;
        char *data;

        if (size <= n->room)
                return true;
        while (room < size)
                room *= 2;
        data = realloc(n->data, room);
        if (!data)
                return false;
        memset(data + n->room, 0, room - n->room);
        n->data = data;
        n->room = room;
        return true;
}

static void do_write(
        fuse_req_t req, fuse_ino_t ino, const char *data, size_t size, off_t at, struct fuse_file_info *fi) {
        Node *n = node_at(ino);

        (void)fi;
        if (!n || !has_room(n, (size_t)at + size)) {
                fuse_reply_err(req, ENOSPC);
                return;
        }
        memcpy(n->data + at, data, size);
        if ((size_t)at + size > n->size)
                n->size = (size_t)at + size;
        fuse_reply_write(req, size);
}

static const struct fuse_lowlevel_ops ops = {.init = do_init,
        .lookup = do_lookup,
        .getattr = do_getattr,
        .setattr = do_setattr,
        .create = do_create,
        .mkdir = do_mkdir,
        .unlink = do_remove,
        .rmdir = do_remove,
        .open = do_open,
        .read = do_read,
        .write = do_write};

int main(int argc, char **argv) {
        struct fuse_args args = FUSE_ARGS_INIT(1, argv);
        struct fuse_session *session;
        int result = 1;

        if (argc != 2)
                return 2;
        nodes[FUSE_ROOT_ID] = (Node){.is_used = true, .is_directory = true};
        for (uint32_t i = NODES_MAX - 1; i > FUSE_ROOT_ID; i--) {
                nodes[i].next = first_free;
                first_free = i;
        }
        session = fuse_session_new(&args, &ops, sizeof(ops), NULL);
        if (session && fuse_set_signal_handlers(session) == 0 && fuse_session_mount(session, argv[1]) == 0) {
                fuse_session_loop(session);
                fuse_session_unmount(session);
                result = 0;
        }
        if (session) {
                fuse_remove_signal_handlers(session);
                fuse_session_destroy(session);
        }
        fuse_opt_free_args(&args);
        return result;
}
