/* SPDX-License-Identifier: MIT */
/*
 * Worker: counts the words of the text that it was given; the number is its exit status. One that dreams
 * never ends.
 */
#include <coresrv/thread/thread_api.h>
#include <coresrv/vmm/pmm_api.h>
#include <kos/task.h>

#include <stdio.h>
#include <stdlib.h>

#define SIZE 4096

static int count(const char *text) {
        int n = 0;

        for (size_t i = 0; i < SIZE && text[i] != '\0'; i++)
                n += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
        return n;
}

int main(int argc, const char *argv[]) {
        Handle memory;
        void *at;

        (void)argv;
        while (argc > 1)
                (void)KnSleep(60000);
        if (KosTaskLookupResource("text", &memory) != rcOk ||
                KnPmmMdlMap(memory, 0, SIZE, RTL_NULL, VMM_FLAG_READ, &at) != rcOk)
                return EXIT_FAILURE;
        return count(at);
}
