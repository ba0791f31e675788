/* SPDX-License-Identifier: MIT */
/*
 * Neighbour: locks a file, and dies with it.
 */
#include "raw.h"

#include <coresrv/thread/thread_api.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int main(void) {
        struct kl_VfsTypes_Stat st;
        uint32_t held = 0;
        Handle file;
        Raw raw;

        raw_begin(&raw, "kl.VfsRamFs");
        file = raw_new_file(&raw);
        check(raw_open(&raw, file, "/shared", O_RDWR | O_CREAT, 0666) == 0, "the neighbour opens a file");
        check(raw_lock(&raw, file, F_SETLK, F_WRLCK, 0, 0, &held) == 0, "and locks it");
        (void)raw_mkdir(&raw, "/locked");
        while (raw_stat(&raw, "/die", &st) == ENOENT)
                (void)KnSleep(5);
        _exit(0); /* nothing is closed */
}
