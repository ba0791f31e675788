/* SPDX-License-Identifier: MIT */
/*
 * Source map: files in the order they were added, which is the order of their offsets, so finding
 * the file of an offset is a binary search. Line starts are indexed when the first message needs them.
 */
#include "base/srcmap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/utf8.h"

#define FIRST_FILES 16u
#define READ_STEP   ((size_t)64 * 1024)

/* What is known about a file beyond the public part. */
typedef struct Entry {
        SrcFile file; /* first, so that a SrcFile leads back to its entry */
        uint32_t *lines;
        uint32_t n_lines; /* 0: not indexed yet */
} Entry;

struct SrcMap {
        Arena *arena;
        Entry **entries;
        size_t n_entries;
        size_t n_slots;
        uint64_t next_base;
        size_t space;
};

SrcMap *src_new(Arena *a, size_t space) {
        SrcMap *m = ARENA_NEW(a, SrcMap);

        m->arena = a;
        m->space = space;
        m->next_base = 1; /* 0 is "no place" */
        return m;
}

static void add_entry(SrcMap *m, Entry *entry) {
        if (m->n_entries == m->n_slots) {
                Entry **old = m->entries;

                m->n_slots = m->n_slots ? m->n_slots * 2 : FIRST_FILES;
                m->entries = ARENA_ARRAY(m->arena, Entry *, m->n_slots);
                if (old)
                        memcpy(m->entries, old, m->n_entries * sizeof *old);
        }
        m->entries[m->n_entries++] = entry;
}

static bool has_byte_order_mark(const char *text, size_t size) {
        return size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
}

int src_add(SrcMap *m, const char *path, const char *text, size_t size, const SrcFile **out) {
        Entry *entry;

        if (size > SRC_FILE_MAX)
                return SRC_E_TOO_BIG;
        if (has_byte_order_mark(text, size)) {
                text += 3;
                size -= 3;
        }
        if (m->next_base + size > m->space)
                return SRC_E_FULL;

        entry = ARENA_NEW(m->arena, Entry);
        entry->file = (SrcFile){
                .path = arena_copy(m->arena, path, strlen(path)),
                .text = arena_copy(m->arena, text, size),
                .size = (uint32_t)size,
                .base = (uint32_t)m->next_base,
        };
        m->next_base += size + 1;
        add_entry(m, entry);
        *out = &entry->file;
        return 0;
}

/* Reads at most one byte more than the limit, which is enough to know that a file is too big. */
static int read_all(int fd, Text *text) {
        while (text->size <= SRC_FILE_MAX) {
                size_t want = SRC_FILE_MAX + 1 - text->size;
                ssize_t n;

                if (want > READ_STEP)
                        want = READ_STEP;
                if (text->capacity - text->size <= want)
                        text_grow(text, want);
                n = read(fd, text->data + text->size, want);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                text->size += (size_t)n;
        }
        return 0;
}

static int read_fd(SrcMap *m, int fd, const char *path, const SrcFile **out) {
        Text text = TEXT_NULL;
        int r = read_all(fd, &text);

        if (r == 0)
                r = src_add(m, path, text_str(&text), text.size, out);
        text_deinit(&text);
        return r;
}

/* O_NONBLOCK: opening a FIFO must not wait for a writer before we can refuse it. */
int src_read(SrcMap *m, const char *path, const SrcFile **out) {
        struct stat st;
        int fd, r;

        if (strcmp(path, "-") == 0)
                return read_fd(m, STDIN_FILENO, "<stdin>", out);
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                r = -errno;
        else if (!S_ISREG(st.st_mode))
                r = SRC_E_NOT_A_FILE;
        else
                r = read_fd(m, fd, path, out);
        close(fd);
        return r;
}

/* Last element whose begin is not behind the offset. */
static size_t last_not_behind(const uint32_t *begins, size_t n, uint32_t offset) {
        size_t low = 0;

        while (n > 1) {
                size_t half = n / 2;

                if (begins[low + half] <= offset)
                        low += half;
                n -= half;
        }
        return low;
}

static Entry *find_entry(const SrcMap *m, uint32_t offset) {
        size_t low = 0, n = m->n_entries;
        Entry *entry;

        if (n == 0)
                return NULL;
        while (n > 1) {
                size_t half = n / 2;

                if (m->entries[low + half]->file.base <= offset)
                        low += half;
                n -= half;
        }
        entry = m->entries[low];
        if (offset < entry->file.base || offset > entry->file.base + entry->file.size)
                return NULL;
        return entry;
}

const SrcFile *src_file(const SrcMap *m, uint32_t offset) {
        const Entry *entry = find_entry(m, offset);

        return entry ? &entry->file : NULL;
}

static void index_lines(const SrcMap *m, Entry *entry) {
        const char *text = entry->file.text;
        uint32_t n = 1;

        if (entry->n_lines > 0)
                return;
        for (uint32_t i = 0; i < entry->file.size; i++)
                n += text[i] == '\n';
        entry->lines = ARENA_ARRAY(m->arena, uint32_t, n);
        entry->n_lines = n;
        n = 1;
        for (uint32_t i = 0; i < entry->file.size; i++) {
                if (text[i] == '\n')
                        entry->lines[n++] = i + 1;
        }
}

SrcPlace src_place(const SrcMap *m, uint32_t offset) {
        Entry *entry = find_entry(m, offset);
        SrcPlace place = {.file = NULL};
        uint32_t local, line;

        if (!entry)
                return place;
        index_lines(m, entry);
        local = offset - entry->file.base;
        line = (uint32_t)last_not_behind(entry->lines, entry->n_lines, local);
        place = (SrcPlace){.file = &entry->file, .line = line + 1, .column = 1};
        for (size_t i = entry->lines[line]; i < local; i += utf8_step(entry->file.text + i, local - i))
                place.column++;
        return place;
}

unsigned src_line_number(const SrcMap *m, uint32_t offset) {
        Entry *entry = find_entry(m, offset);

        if (!entry)
                return 0;
        index_lines(m, entry);
        return (unsigned)last_not_behind(entry->lines, entry->n_lines, offset - entry->file.base) + 1;
}

const char *src_text(const SrcMap *m, Span span, size_t *size) {
        const Entry *entry = find_entry(m, span.begin);

        *size = entry ? span.end - span.begin : 0;
        return entry ? entry->file.text + (span.begin - entry->file.base) : "";
}

const char *src_line(const SrcMap *m, uint32_t offset, size_t *size, uint32_t *line_begin) {
        Entry *entry = find_entry(m, offset);
        uint32_t begin, end;

        *size = 0;
        *line_begin = offset;
        if (!entry)
                return "";
        index_lines(m, entry);
        begin = entry->lines[last_not_behind(entry->lines, entry->n_lines, offset - entry->file.base)];
        for (end = begin; end < entry->file.size && entry->file.text[end] != '\n'; end++)
                ;
        if (end > begin && entry->file.text[end - 1] == '\r')
                end--;
        *size = end - begin;
        *line_begin = entry->file.base + begin;
        return entry->file.text + begin;
}
