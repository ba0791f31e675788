/* SPDX-License-Identifier: MIT */
/*
 * What a program needs beside itself to run: its loader and the libraries it names, read from its
 * ELF headers. The file may be anything: every offset is checked against what can be read, every
 * count has a bound, and nothing of it is run, not even by the loader's own listing mode, which maps a
 * file's segments wherever the file wants. What it names can be shown and can be a path inside of a root:
 * no control characters, and no way up in the loader's path.
 */
#pragma once

#include <stddef.h>
#include <sys/stat.h>

#define ELF_NAME_MAX     256u  /* bytes of a library's name or a loader's path, with the NUL */
#define ELF_FOLDERS_MAX  1024u /* bytes of a search path, with the NUL */
#define ELF_NEEDED_MAX   64u
#define ELF_SEGMENTS_MAX 128u
#define ELF_DYNAMIC_MAX  1024u /* entries of the dynamic section */

typedef struct ElfNeeds {
        char loader[ELF_NAME_MAX];     /* absolute; "": none, a static program or a library */
        char folders[ELF_FOLDERS_MAX]; /* where it wants its libraries looked for; "": nowhere special */
        char needed[ELF_NEEDED_MAX][ELF_NAME_MAX];
        size_t n_needed;
        struct stat st; /* of the file that was read */
} ElfNeeds;

/* 0; -ENOEXEC: no program or library for this machine; -EBADMSG: damaged; -E2BIG: beyond a bound; or the
 * errno of reading it. */
int elf_needs(const char *path, ElfNeeds *ret_needs);
/* The same of an open file, which stays open. */
int elf_needs_of(int fd, ElfNeeds *ret_needs);
