/* SPDX-License-Identifier: MIT */
/*
 * A small ELF program with a loader, a search path and two libraries, for tests to damage. The parts lie in
 * the file as they lie in the structure; addresses are offsets plus ELF_IMAGE_BASE.
 */
#pragma once

#include <elf.h>

#define ELF_IMAGE_BASE 0x400000u

enum { ELF_IMAGE_LOADER, ELF_IMAGE_ALL, ELF_IMAGE_DYNAMIC, ELF_IMAGE_SEGMENTS };
enum {
        ELF_IMAGE_STRTAB,
        ELF_IMAGE_FIRST,
        ELF_IMAGE_SECOND,
        ELF_IMAGE_RUNPATH,
        ELF_IMAGE_END,
        ELF_IMAGE_ENTRIES
};

typedef struct ElfImage {
        Elf64_Ehdr head;
        Elf64_Phdr segments[ELF_IMAGE_SEGMENTS];
        Elf64_Dyn dynamic[ELF_IMAGE_ENTRIES];
        char loader[32];
        char texts[64]; /* "", "liba.so", "libb.so.1", "$ORIGIN/lib:/opt/lib" */
} ElfImage;

void elf_image_init(ElfImage *image);
/* A file in memory with the first `size` bytes; the caller closes it. */
int elf_image_open(const void *image, size_t size);
