/* SPDX-License-Identifier: MIT */
/*
 * The device's calls, its log, and what a log leaves behind when the power goes.
 */
#include "memblk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512u

static void must(bool is_so, const char *what) {
        if (is_so)
                return;
        perror(what);
        abort();
}

/* Counts a call; its error. */
static int call(MemBlk *m) {
        int error = m->error;

        if (m->error == 0)
                return 0;
        if (m->good_calls > 0) {
                m->good_calls--;
                return 0;
        }
        if (m->forgets && m->safe)
                memcpy(m->bytes, m->safe, m->head.size);
        if (m->fails_once)
                m->error = 0;
        return error;
}

static void note(MemBlk *m, const void *data, size_t size, uint64_t at) {
        MemEvent *e;

        if (!m->has_log)
                return;
        if ((m->n_log & (m->n_log - 1)) == 0) {
                m->log = realloc(m->log, (m->n_log ? m->n_log * 2 : 1) * sizeof(*m->log));
                must(m->log != NULL, "log");
        }
        e = &m->log[m->n_log++];
        *e = (MemEvent){.at = at, .size = size};
        if (size > 0) {
                e->data = malloc(size);
                must(e->data != NULL, "log");
                memcpy(e->data, data, size);
        }
}

static int mem_read(Blk *blk, void *buffer, size_t size, uint64_t at) {
        MemBlk *m = (MemBlk *)blk;
        int r = call(m);

        m->n_reads++;
        if (r < 0)
                return r;
        m->read_bytes += size;
        memcpy(buffer, m->bytes + at, size);
        return 0;
}

static int mem_write(Blk *blk, const void *data, size_t size, uint64_t at) {
        MemBlk *m = (MemBlk *)blk;
        int r = call(m);

        m->n_writes++;
        if (r < 0)
                return r;
        memcpy(m->bytes + at, data, size);
        note(m, data, size, at);
        return 0;
}

static int mem_flush(Blk *blk) {
        MemBlk *m = (MemBlk *)blk;
        int r = call(m);

        m->n_flushes++;
        if (r < 0)
                return r;
        if (m->forgets) {
                if (!m->safe)
                        m->safe = malloc(m->head.size);
                must(m->safe != NULL, "safe");
                memcpy(m->safe, m->bytes, m->head.size);
        }
        note(m, NULL, 0, 0);
        return 0;
}

static void mem_close(Blk *blk) {
        (void)blk;
}

static const BlkOps mem_ops = {.read = mem_read, .write = mem_write, .flush = mem_flush, .close = mem_close};

void memblk_init(MemBlk *m, uint64_t size) {
        *m = (MemBlk){.head = {.ops = &mem_ops, .size = size}};
        m->bytes = calloc(1, size ? size : 1);
        must(m->bytes != NULL, "contents");
}

void memblk_init_file(MemBlk *m, const char *path) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat st;

        must(fd >= 0 && fstat(fd, &st) == 0, path);
        memblk_init(m, (uint64_t)st.st_size);
        for (uint64_t at = 0; at < m->head.size;) {
                ssize_t n = pread(fd, m->bytes + at, m->head.size - at, (off_t)at);

                must(n > 0, path);
                at += (uint64_t)n;
        }
        (void)close(fd);
}

void memblk_save(const MemBlk *m, const char *path) {
        FILE *f = fopen(path, "we");

        must(f && fwrite(m->bytes, 1, m->head.size, f) == m->head.size && fclose(f) == 0, path);
}

static void drop_log(MemBlk *m) {
        for (size_t i = 0; i < m->n_log; i++)
                free(m->log[i].data);
        free(m->log);
        m->log = NULL;
        m->n_log = 0;
}

void memblk_deinit(MemBlk *m) {
        drop_log(m);
        free(m->bytes);
        free(m->safe);
}

void memblk_start_log(MemBlk *m, uint8_t **start) {
        drop_log(m);
        m->has_log = true;
        *start = malloc(m->head.size);
        must(*start != NULL, "copy");
        memcpy(*start, m->bytes, m->head.size);
}

static void apply(uint8_t *to, const MemEvent *e) {
        if (e->size > 0)
                memcpy(to + e->at, e->data, e->size);
}

static uint32_t dice(uint32_t *seed) {
        *seed = *seed * 1664525u + 1013904223u;
        return *seed >> 8;
}

/* Each sector of what was not flushed is there or not, the newest of what was written there before it. */
static void apply_some(uint8_t *to, const MemEvent *e, uint32_t *seed) {
        for (size_t done = 0; done < e->size;) {
                size_t n = SECTOR - (e->at + done) % SECTOR;

                if (n > e->size - done)
                        n = e->size - done;
                if (dice(seed) & 1)
                        memcpy(to + e->at + done, e->data + done, n);
                done += n;
        }
}

void memblk_cut(
        const MemBlk *m, const uint8_t *start, size_t cut, bool reordered, uint32_t seed, uint8_t *ret) {
        size_t safe = 0;

        memcpy(ret, start, m->head.size);
        for (size_t i = 0; i < cut; i++)
                if (m->log[i].size == 0)
                        safe = i;
        for (size_t i = 0; i < cut; i++) {
                if (i < safe || !reordered)
                        apply(ret, &m->log[i]);
                else
                        apply_some(ret, &m->log[i], &seed);
        }
}
