/* SPDX-License-Identifier: MIT */
/*
 * Processor affinity of the calling thread.
 */
#include "affinity.h"

bool plat_stay_on(PlatStay *stay, uint32_t cpu) {
        cpu_set_t one;

        if (!stay->staying && sched_getaffinity(0, sizeof stay->before, &stay->before) < 0)
                return false;
        if (cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &stay->before) || CPU_COUNT(&stay->before) < 2)
                return false;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (sched_setaffinity(0, sizeof one, &one) < 0)
                return false;
        stay->staying = true;
        return true;
}

void plat_roam(PlatStay *stay) {
        if (!stay->staying)
                return;
        (void)sched_setaffinity(0, sizeof stay->before, &stay->before);
        stay->staying = false;
}
