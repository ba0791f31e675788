/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: what a program needs, from its ELF file. Whatever the bytes are, the reader returns one of
 * its codes; what it read is within its bounds, and can be shown.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/elf_needs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void check_text(const char *text, size_t size_max) {
        must(memchr(text, '\0', size_max) != NULL);
        for (; *text; text++)
                must((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void check(const ElfNeeds *needs) {
        must(needs->n_needed <= ELF_NEEDED_MAX);
        check_text(needs->loader, sizeof needs->loader);
        must(needs->loader[0] == '\0' || needs->loader[0] == '/');
        must(!strstr(needs->loader, "/../"));
        check_text(needs->folders, sizeof needs->folders);
        for (size_t i = 0; i < needs->n_needed; i++)
                check_text(needs->needed[i], sizeof needs->needed[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static ElfNeeds needs;
        int fd = memfd_create("elf", MFD_CLOEXEC), r;

        must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
        r = elf_needs_of(fd, &needs);
        must(r == 0 || r == -ENOEXEC || r == -EBADMSG || r == -E2BIG);
        if (r == 0)
                check(&needs);
        (void)close(fd);
        return 0;
}
