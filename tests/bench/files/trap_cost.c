/* SPDX-License-Identifier: MIT */
/*
 * What it costs that a file call does not come by name but by the trap. Run by `caisson exec`: of one file of
 * the VFS the flags are asked for, which the VFS is not needed for, once through fcntl() and once through
 * syscall(); beside them a system call that nobody is interested in. Times vary with the machine, so the
 * ratio is judged.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 21
#define BATCH  2000
#define BOUND  80.0 /* a trapped call takes at most so many plain ones */

static int fd;

static uint64_t now_ns(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static long plain(void) {
        return syscall(SYS_getppid);
}

static long by_name(void) {
        return fcntl(fd, F_GETFD);
}

static long by_trap(void) {
        return syscall(SYS_fcntl, fd, F_GETFD);
}

static double once(long (*act)(void)) {
        uint64_t from = now_ns();

        for (int i = 0; i < BATCH; i++)
                if (act() < 0)
                        exit(3);
        return (double)(now_ns() - from) / BATCH;
}

static int compare(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

static double median(double *values) {
        qsort(values, ROUNDS, sizeof *values, compare);
        return values[ROUNDS / 2];
}

int main(void) {
        double plains[ROUNDS], names[ROUNDS], traps[ROUNDS], name_ratio[ROUNDS], trap_ratio[ROUNDS];

        fd = open("/file", O_CREAT | O_RDWR, 0600);
        if (fd < 0)
                return 3;
        for (int i = 0; i < ROUNDS; i++) {
                plains[i] = once(plain);
                names[i] = once(by_name);
                traps[i] = once(by_trap);
                name_ratio[i] = names[i] / plains[i];
                trap_ratio[i] = traps[i] / plains[i];
        }
        printf("a system call            %6.0f ns\n", median(plains));
        printf("a file call by name      %6.0f ns, %5.1f times\n", median(names), median(name_ratio));
        printf("the same by the trap     %6.0f ns, %5.1f times (at most %.0f)\n", median(traps),
                median(trap_ratio), BOUND);
        return median(trap_ratio) > BOUND;
}
