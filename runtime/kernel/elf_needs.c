/* SPDX-License-Identifier: MIT */
/*
 * ELF: segments first, then the dynamic section, then the texts it refers to.
 */
#include "elf_needs.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if __SIZEOF_POINTER__ == 8
#define OWN_CLASS ELFCLASS64
typedef Elf64_Ehdr ElfHead;
typedef Elf64_Phdr ElfSegment;
typedef Elf64_Dyn ElfDynamic;
#else
#define OWN_CLASS ELFCLASS32
typedef Elf32_Ehdr ElfHead;
typedef Elf32_Phdr ElfSegment;
typedef Elf32_Dyn ElfDynamic;
#endif

#define OWN_ORDER (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

typedef struct Elf {
        int fd;
        ElfSegment segments[ELF_SEGMENTS_MAX];
        size_t n_segments;
        ElfDynamic dynamic[ELF_DYNAMIC_MAX];
        size_t n_dynamic;
} Elf;

static int read_at(const Elf *elf, void *buffer, size_t size, uint64_t at) {
        ssize_t n;

        if (at > INT64_MAX - size)
                return -EBADMSG;
        n = pread(elf->fd, buffer, size, (off_t)at);
        if (n < 0)
                return -errno;
        return (size_t)n == size ? 0 : -EBADMSG;
}

/* A text that ends within `max` bytes; the file may end before those. */
static int read_text(const Elf *elf, char *buffer, size_t max, uint64_t at) {
        ssize_t n;

        if (at > INT64_MAX - max)
                return -EBADMSG;
        n = pread(elf->fd, buffer, max, (off_t)at);
        if (n < 0)
                return -errno;
        if (!memchr(buffer, '\0', (size_t)n))
                return (size_t)n == max ? -E2BIG : -EBADMSG;
        for (const char *c = buffer; *c; c++)
                if ((unsigned char)*c < 0x20 || *c == 0x7f)
                        return -EBADMSG;
        return 0;
}

/* This program was built for the machine that it runs on. */
static int own_machine(void) {
        Elf own = {.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
        ElfHead head;
        int r = own.fd < 0 ? -errno : read_at(&own, &head, sizeof head, 0);

        if (own.fd >= 0)
                (void)close(own.fd);
        return r < 0 ? r : head.e_machine;
}

static int read_segments(Elf *elf) {
        ElfHead head;
        int r = read_at(elf, &head, sizeof head, 0);

        if (r == -EBADMSG || (r == 0 && memcmp(head.e_ident, ELFMAG, SELFMAG) != 0))
                return -ENOEXEC;
        if (r < 0)
                return r;
        if (head.e_ident[EI_CLASS] != OWN_CLASS || head.e_ident[EI_DATA] != OWN_ORDER ||
                head.e_machine != own_machine() || (head.e_type != ET_EXEC && head.e_type != ET_DYN))
                return -ENOEXEC;
        if (head.e_phentsize != sizeof *elf->segments)
                return -EBADMSG;
        if (head.e_phnum > ELF_SEGMENTS_MAX)
                return -E2BIG;
        elf->n_segments = head.e_phnum;
        return read_at(elf, elf->segments, elf->n_segments * sizeof *elf->segments, head.e_phoff);
}

static const ElfSegment *find_segment(const Elf *elf, uint32_t type) {
        for (size_t i = 0; i < elf->n_segments; i++)
                if (elf->segments[i].p_type == type)
                        return &elf->segments[i];
        return NULL;
}

/* Absolute, a file's, and without a way up: it is also where the loader lies in the process's root. */
static bool is_plain_path(const char *path) {
        if (path[0] != '/')
                return false;
        while (*path) {
                size_t size = strcspn(++path, "/");

                if (size == 0 || (size == 1 && path[0] == '.') || (size == 2 && memcmp(path, "..", 2) == 0))
                        return false;
                path += size;
        }
        return true;
}

static int read_loader(const Elf *elf, ElfNeeds *needs) {
        const ElfSegment *segment = find_segment(elf, PT_INTERP);
        int r = segment ? read_text(elf, needs->loader, sizeof needs->loader, segment->p_offset) : 0;

        return r == 0 && segment && !is_plain_path(needs->loader) ? -EBADMSG : r;
}

static int read_dynamic(Elf *elf) {
        const ElfSegment *segment = find_segment(elf, PT_DYNAMIC);
        size_t n = segment ? segment->p_filesz / sizeof *elf->dynamic : 0;

        if (n > ELF_DYNAMIC_MAX)
                return -E2BIG;
        elf->n_dynamic = n;
        return n ? read_at(elf, elf->dynamic, n * sizeof *elf->dynamic, segment->p_offset) : 0;
}

/* The dynamic section has addresses; the file has offsets. */
static bool find_offset(const Elf *elf, uint64_t address, uint64_t *ret_offset) {
        for (size_t i = 0; i < elf->n_segments; i++) {
                const ElfSegment *segment = &elf->segments[i];

                if (segment->p_type != PT_LOAD || address < segment->p_vaddr ||
                        address - segment->p_vaddr >= segment->p_filesz)
                        continue;
                return !__builtin_add_overflow(segment->p_offset, address - segment->p_vaddr, ret_offset);
        }
        return false;
}

static bool find_texts(const Elf *elf, uint64_t *ret_offset) {
        for (size_t i = 0; i < elf->n_dynamic && elf->dynamic[i].d_tag != DT_NULL; i++)
                if (elf->dynamic[i].d_tag == DT_STRTAB)
                        return find_offset(elf, elf->dynamic[i].d_un.d_ptr, ret_offset);
        return false;
}

static int read_entry(const Elf *elf, const ElfDynamic *entry, uint64_t texts, ElfNeeds *needs) {
        uint64_t at;

        if (__builtin_add_overflow(texts, entry->d_un.d_val, &at))
                at = UINT64_MAX;
        switch (entry->d_tag) {
        case DT_NEEDED:
                if (needs->n_needed == ELF_NEEDED_MAX)
                        return -E2BIG;
                return read_text(elf, needs->needed[needs->n_needed++], ELF_NAME_MAX, at);
        case DT_RPATH:
        case DT_RUNPATH:
                return read_text(elf, needs->folders, sizeof needs->folders, at);
        default:
                return 0;
        }
}

static int read_needed(const Elf *elf, ElfNeeds *needs) {
        uint64_t texts = 0;
        int r = 0;

        if (elf->n_dynamic == 0)
                return 0;
        if (!find_texts(elf, &texts))
                return -EBADMSG;
        for (size_t i = 0; r == 0 && i < elf->n_dynamic && elf->dynamic[i].d_tag != DT_NULL; i++)
                r = read_entry(elf, &elf->dynamic[i], texts, needs);
        return r;
}

int elf_needs_of(int fd, ElfNeeds *ret_needs) {
        static Elf elf; /* large; starts happen one after the other */
        int r;

        *ret_needs = (ElfNeeds){.n_needed = 0};
        elf = (Elf){.fd = fd};
        r = fstat(fd, &ret_needs->st) < 0 ? -errno : read_segments(&elf);
        if (r == 0)
                r = read_loader(&elf, ret_needs);
        if (r == 0)
                r = read_dynamic(&elf);
        if (r == 0)
                r = read_needed(&elf, ret_needs);
        return r;
}

/* Looks before it opens: opening a device may already do something. */
int elf_needs(const char *path, ElfNeeds *ret_needs) {
        struct stat st;
        int fd, r;

        *ret_needs = (ElfNeeds){.n_needed = 0};
        if (stat(path, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -ENOEXEC;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                return -errno;
        r = elf_needs_of(fd, ret_needs);
        (void)close(fd);
        return r;
}
