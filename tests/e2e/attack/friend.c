/* SPDX-License-Identifier: MIT */
/*
 * A client that calls and tells how often that ended which way. friend METHOD TIMES; or friend on: opens and
 * tells by turns until it is asked to end.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rtl/retcode.h>

#include "ends.h"

typedef struct Counts {
        unsigned long granted, denied, wrong, other;
} Counts;

static volatile sig_atomic_t is_over;

static void on_end(int number) {
        (void)number;
        is_over = 1;
}

static void count(Counts *counts, const Outcome *got) {
        if (got->r == 0 && got->status == rcSecurityDisallow)
                counts->denied++;
        else if (got->r != 0 || got->status != 0)
                counts->other++;
        else if (got->echo != GRANTED)
                counts->wrong++;
        else
                counts->granted++;
}

static uint16_t method_of(const char *name) {
        static const char *const names[] = {[attack_IVault_Open_mid] = "Open",
                [attack_IVault_Steal_mid] = "Steal",
                [attack_IVault_Tell_mid] = "Tell",
                [attack_IVault_Show_mid] = "Show"};

        for (uint16_t i = 0; i < sizeof names / sizeof *names; i++)
                if (strcmp(names[i], name) == 0)
                        return i;
        exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
        ChanClient *client = open_client();
        Counts counts = {.granted = 0};
        bool goes_on = argc == 2;
        unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

        (void)signal(SIGTERM, on_end);
        for (unsigned long i = 0; goes_on ? !is_over : i < n; i++) {
                uint16_t own = i % 2 ? attack_IVault_Tell_mid : attack_IVault_Open_mid;
                Outcome got = call(client, goes_on ? own : method_of(argv[1]), GRANTED);

                count(&counts, &got);
        }
        (void)printf("%lu granted, %lu denied, %lu wrong, %lu other\n", counts.granted, counts.denied,
                counts.wrong, counts.other);
        (void)chan_client_free(client);
        return EXIT_SUCCESS;
}
