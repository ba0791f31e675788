/* SPDX-License-Identifier: MIT */
/*
 * ELF images: see elf_image.h. For the machine of this program, which is what the reader wants.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf_image.h"

static const char texts[] = "\0liba.so\0libb.so.1\0$ORIGIN/lib:/opt/lib";

/* Behind which text it lies. */
static Elf64_Xword text_at(const char *text) {
        size_t at = 1;

        while (strcmp(texts + at, text) != 0)
                at += strlen(texts + at) + 1;
        return at;
}

static uint16_t own_machine(void) {
        const Elf64_Ehdr *head;
        extern const char __executable_start[];

        head = (const Elf64_Ehdr *)(const void *)__executable_start;
        return head->e_machine;
}

void elf_image_init(ElfImage *image) {
        *image = (ElfImage){
                .head =
                        {
                                .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                                        EV_CURRENT},
                                .e_type = ET_DYN,
                                .e_machine = own_machine(),
                                .e_version = EV_CURRENT,
                                .e_phoff = offsetof(ElfImage, segments),
                                .e_ehsize = sizeof image->head,
                                .e_phentsize = sizeof image->segments[0],
                                .e_phnum = ELF_IMAGE_SEGMENTS,
                        },
                .segments =
                        {
                                [ELF_IMAGE_LOADER] = {.p_type = PT_INTERP,
                                        .p_offset = offsetof(ElfImage, loader)},
                                [ELF_IMAGE_ALL] = {.p_type = PT_LOAD,
                                        .p_vaddr = ELF_IMAGE_BASE,
                                        .p_filesz = sizeof *image},
                                [ELF_IMAGE_DYNAMIC] = {.p_type = PT_DYNAMIC,
                                        .p_offset = offsetof(ElfImage, dynamic),
                                        .p_filesz = sizeof image->dynamic},
                        },
                .dynamic =
                        {
                                [ELF_IMAGE_STRTAB] = {.d_tag = DT_STRTAB,
                                        .d_un.d_ptr = ELF_IMAGE_BASE + offsetof(ElfImage, texts)},
                                [ELF_IMAGE_FIRST] = {.d_tag = DT_NEEDED, .d_un.d_val = text_at("liba.so")},
                                [ELF_IMAGE_SECOND] = {.d_tag = DT_NEEDED, .d_un.d_val = text_at("libb.so.1")},
                                [ELF_IMAGE_RUNPATH] = {.d_tag = DT_RUNPATH,
                                        .d_un.d_val = text_at("$ORIGIN/lib:/opt/lib")},
                                [ELF_IMAGE_END] = {.d_tag = DT_NULL},
                        },
                .loader = "/lib64/ld.so",
        };
        memcpy(image->texts, texts, sizeof texts);
}

int elf_image_open(const void *image, size_t size) {
        int fd = memfd_create("elf", MFD_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, image, size), (ssize_t)size);
        return fd;
}
