/* SPDX-License-Identifier: MIT */
/*
 * Files that a program is given: see exec_given.h.
 *
 * A library is mapped twice, as what may be read and, its segment of code alone, as what may be executed. The
 * memory is shared with the file, which lies on a read-only mount: that is what mremap() makes second
 * mappings of. A part that is to be written is copied instead.
 */
#include "exec_given.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "raw.h"

#define PAGE ((size_t)4096)

typedef struct Given {
        const char *memory; /* all of it, to be read; NULL: it could not be mapped, and is not there */
        size_t size;
        const char *code; /* from code_off on, to be executed */
        size_t code_off, code_size;
        struct stat st;
} Given;

typedef struct GivenName {
        const char *path;
        const Given *file;
} GivenName;

typedef struct GivenOpen {
        atomic_bool is_taken;
        const Given *file;
        _Atomic off_t at;
} GivenOpen;

static Given files[GIVEN_FILES_MAX];
static GivenName names[GIVEN_NAMES_MAX]; /* sorted by paths */
static size_t n_names;
static GivenOpen opens[GIVEN_OPEN_MAX];

static size_t whole_pages(size_t size) {
        return (size + PAGE - 1) & ~(PAGE - 1);
}

static bool is_error(long r) {
        return r < 0 && r > -4096;
}

/* --- at the start --- */

/* The file's segment of code. False: it has none that lies in the file. */
static bool find_code(const Given *file, size_t *ret_off, size_t *ret_size) {
        const Elf64_Ehdr *head = (const Elf64_Ehdr *)(const void *)file->memory;
        const Elf64_Phdr *segments;

        if (file->size < sizeof *head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
                head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_phentsize != sizeof *segments ||
                head->e_phoff > file->size || head->e_phoff % sizeof(long) ||
                head->e_phnum > (file->size - head->e_phoff) / sizeof *segments)
                return false;
        segments = (const Elf64_Phdr *)(const void *)(file->memory + head->e_phoff);
        for (size_t i = 0; i < head->e_phnum; i++) {
                size_t off = segments[i].p_offset, size = segments[i].p_filesz;

                if (segments[i].p_type != PT_LOAD || !(segments[i].p_flags & PF_X) || off > file->size ||
                        size > file->size - off || size == 0)
                        continue;
                *ret_off = off & ~(PAGE - 1);
                *ret_size = whole_pages(off + size - *ret_off);
                return true;
        }
        return false;
}

static const char *map(int fd, size_t size, int protection, size_t off) {
        long r = raw_call(SYS_mmap, 0, (long)size, protection, MAP_SHARED, fd, (long)off);

        return is_error(r) ? NULL : (const char *)r;
}

static void map_file(Given *file, int fd, bool is_code) {
        if (is_error(raw_call(SYS_fstat, fd, (long)&file->st, 0, 0, 0, 0)) || file->st.st_size <= 0)
                return;
        file->size = (size_t)file->st.st_size;
        file->memory = map(fd, file->size, PROT_READ, 0);
        if (file->memory && is_code && find_code(file, &file->code_off, &file->code_size))
                file->code = map(fd, file->code_size, PROT_READ | PROT_EXEC, file->code_off);
}

static void take_file(size_t number, bool is_code) {
        char path[sizeof GIVEN_FOLDER "/" + 20];
        long fd;

        if (files[number].memory)
                return;
        (void)snprintf(path, sizeof path, GIVEN_FOLDER "/%zu", number);
        fd = raw_call(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
        if (is_error(fd))
                return;
        map_file(&files[number], (int)fd, is_code);
        (void)raw_call(SYS_close, fd, 0, 0, 0, 0, 0);
}

/* A line: kind, number, a tab, the path. */
static void take_line(char *line) {
        char *end;
        size_t number = strtoul(line + 1, &end, 10);

        if (*end != '\t' || number >= GIVEN_FILES_MAX || n_names == GIVEN_NAMES_MAX)
                return;
        take_file(number, *line == 'x');
        names[n_names++] = (GivenName){.path = end + 1, .file = &files[number]};
}

/* The variable is the kernel process's, and not for the program. */
void call_at_closing(void) {
        const char *given = getenv(GIVEN_VARIABLE);
        size_t size = given ? strlen(given) + 1 : 0;
        long r;

        if (!given)
                return;
        r = raw_call(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (is_error(r))
                return;
        memcpy((char *)r, given, size);
        for (char *line = (char *)r, *end; (end = strchr(line, '\n')); line = end + 1) {
                *end = '\0';
                take_line(line);
        }
        (void)unsetenv(GIVEN_VARIABLE);
}

/* --- names --- */

/* Without empty parts, "." and "..". False: it is not absolute, or too long. */
static bool normalise(const char *path, char ret[GIVEN_PATH_MAX]) {
        size_t n = 0;

        if (*path != '/')
                return false;
        while (*path) {
                size_t size = strcspn(++path, "/");

                if (size == 2 && memcmp(path, "..", 2) == 0) {
                        while (n > 0 && ret[--n] != '/')
                                ;
                } else if (size > 0 && !(size == 1 && *path == '.')) {
                        if (size + 2 > GIVEN_PATH_MAX - n)
                                return false;
                        ret[n++] = '/';
                        memcpy(ret + n, path, size);
                        n += size;
                }
                path += size;
        }
        ret[n] = '\0';
        return true;
}

/* The first name that is not before the path. */
static size_t find_place(const char *path) {
        size_t from = 0, to = n_names;

        while (from < to) {
                size_t middle = from + (to - from) / 2;

                if (strcmp(names[middle].path, path) < 0)
                        from = middle + 1;
                else
                        to = middle;
        }
        return from;
}

static const Given *find(const char *path) {
        char wanted[GIVEN_PATH_MAX];
        size_t i;

        if (n_names == 0 || !normalise(path, wanted))
                return NULL;
        i = find_place(wanted);
        return i < n_names && strcmp(names[i].path, wanted) == 0 && names[i].file->memory ? names[i].file
                                                                                          : NULL;
}

/* Is one of them in this folder, or below? */
static bool has_below(const char *path) {
        char wanted[GIVEN_PATH_MAX];
        size_t i, size;

        if (n_names == 0 || !normalise(path, wanted) || strlen(wanted) + 2 > sizeof wanted)
                return false;
        size = strlen(wanted);
        wanted[size++] = '/';
        wanted[size] = '\0';
        i = find_place(wanted);
        return i < n_names && strncmp(names[i].path, wanted, size) == 0;
}

/* --- open files --- */

static GivenOpen *get(Handle handle) {
        return &opens[handle % GIVEN_OPEN_MAX];
}

static ssize_t given_pread(struct vfs *self, Handle handle, void *buffer, size_t size, off_t at, int *error) {
        const Given *file = get(handle)->file;

        (void)self;
        (void)error;
        if ((size_t)at >= file->size)
                return 0;
        if (size > file->size - (size_t)at)
                size = file->size - (size_t)at;
        memcpy(buffer, file->memory + at, size);
        return (ssize_t)size;
}

static ssize_t given_read(
        struct vfs *self, Handle handle, void *buffer, size_t size, bool *nodata, int *error) {
        GivenOpen *open = get(handle);
        ssize_t n = given_pread(self, handle, buffer, size, atomic_load(&open->at), error);

        *nodata = false;
        atomic_fetch_add(&open->at, n);
        return n;
}

static ssize_t given_write(struct vfs *self, Handle handle, const void *buffer, size_t size, int *error) {
        (void)self;
        (void)handle;
        (void)buffer;
        (void)size;
        *error = EBADF; /* it can't be opened for writing */
        return -1;
}

static off_t given_lseek(struct vfs *self, Handle handle, off_t off, int whence, int *error) {
        GivenOpen *open = get(handle);
        off_t from = whence == SEEK_CUR ? atomic_load(&open->at) : 0;

        (void)self;
        if (whence == SEEK_END)
                from = (off_t)open->file->size;
        if ((whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END) ||
                __builtin_add_overflow(from, off, &from) || from < 0) {
                *error = EINVAL;
                return -1;
        }
        atomic_store(&open->at, from);
        return from;
}

static int given_fstat(struct vfs *self, Handle handle, struct stat *st, int *error) {
        (void)self;
        (void)error;
        *st = get(handle)->file->st;
        return 0;
}

static int given_close(struct vfs *self, Handle handle, int *error) {
        (void)self;
        (void)error;
        atomic_store(&get(handle)->is_taken, false);
        return 0;
}

static struct vfs given_vfs = {
        .read = given_read,
        .write = given_write,
        .pread = given_pread,
        .lseek = given_lseek,
        .fstat = given_fstat,
        .close = given_close,
};

static Handle open_given(const Given *file) {
        for (Handle i = 0; i < GIVEN_OPEN_MAX; i++)
                if (!atomic_exchange(&opens[i].is_taken, true)) {
                        opens[i].file = file;
                        atomic_store(&opens[i].at, 0);
                        return i;
                }
        return INVALID_HANDLE;
}

/* --- what the answers ask --- */

long call_open_given(const char *path, int flags, struct vfs **ret_vfs, Handle *ret_handle) {
        const Given *file = find(path);

        if (!file)
                return CALL_NOT_GIVEN;
        if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC))
                return -EROFS;
        if ((flags & O_CREAT) && (flags & O_EXCL))
                return -EEXIST;
        if (flags & O_DIRECTORY)
                return -ENOTDIR;
        *ret_handle = open_given(file);
        *ret_vfs = &given_vfs;
        return *ret_handle == INVALID_HANDLE ? -ENFILE : 0;
}

long call_stat_given(const char *path, struct stat *st) {
        const Given *file = find(path);

        if (!file)
                return CALL_NOT_GIVEN;
        *st = file->st;
        return 0;
}

/* The VFS need not have the folders that lead to them. */
bool call_has_given_below(const char *path) {
        return has_below(path);
}

/* --- mappings --- */

/* Memory of the length wanted where nothing can be done, for the file's pages to lie in. */
static long reserve(const CallArgs *args) {
        long flags = (args->a[3] & ~MAP_TYPE) | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

        return raw_call(SYS_mmap, args->a[0], args->a[1], PROT_NONE, flags, -1, 0);
}

/* A second mapping of these pages: 0 as the old size asks for that. */
static long show_again(const char *from, size_t size, long at) {
        return raw_call(SYS_mremap, (long)from, 0, (long)size, MREMAP_MAYMOVE | MREMAP_FIXED, at, 0);
}

/* The pages of a file that lie in a range of it; NULL: none. */
static const char *find_pages(const Given *file, size_t off, bool is_code, size_t *ret_size) {
        size_t from = is_code ? file->code_off : 0;
        size_t end = is_code ? from + file->code_size : whole_pages(file->size);

        if ((is_code && !file->code) || off < from || off >= end)
                return NULL;
        if (*ret_size > end - off)
                *ret_size = end - off;
        return (is_code ? file->code : file->memory) + (off - from);
}

static long map_given(const Given *file, const CallArgs *args) {
        bool is_code = (args->a[2] & PROT_EXEC) != 0;
        size_t size = whole_pages((size_t)args->a[1]);
        const char *pages = find_pages(file, (size_t)args->a[5], is_code, &size);
        long at, r = 0;

        if (is_code && ((args->a[2] & PROT_WRITE) || !pages))
                return -EPERM;
        at = reserve(args);
        if (is_error(at))
                return at;
        if (pages)
                r = show_again(pages, size, at);
        if (!is_error(r) && pages && !is_code)
                r = raw_call(SYS_mprotect, at, (long)size, args->a[2], 0, 0, 0);
        if (!is_error(r))
                return at;
        (void)raw_call(SYS_munmap, at, args->a[1], 0, 0, 0, 0);
        return r;
}

bool call_map_given(FdtFile *file, const CallArgs *args, long *ret) {
        if (file->vfs != &given_vfs || ((args->a[2] & PROT_WRITE) && !(args->a[2] & PROT_EXEC)))
                return false; /* as a copy */
        *ret = map_given(get(atomic_load(&file->handle))->file, args);
        return true;
}
