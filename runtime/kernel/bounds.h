/* SPDX-License-Identifier: MIT */
/*
 * Limits of a solution description, each with the reason for its size. The reader refuses what
 * is beyond them with a message that names the number, so nothing is cut off silently.
 */
#pragma once

#define INIT_FILE_MAX     (1024u * 1024u) /* bytes of init.yaml; a thousand entries need a tenth */
#define INIT_TASKS_MAX    512u            /* entries in `entities` */
#define INIT_CHANNELS_MAX 4096u           /* channels of the whole solution: two descriptors each */
#define INIT_LIST_MAX     256u            /* elements of one `args`, `env`, `before` or `after` */
#define INIT_NAME_MAX     255u            /* bytes of a name; with the NUL a kl.core.Types.UCoreString */
#define INIT_ELEMENT_MAX  1024u           /* bytes of one argument, or of one NAME=value */
#define INIT_PATH_MAX     1024u           /* bytes of an executable's path */
#define INIT_DEADLINE_MAX 86400000u       /* milliseconds: a day */
#define INIT_RESTARTS_MAX 10000u          /* `restart_limit`: with the delay between them, hours */
#define INIT_GRANTS_MAX   16u             /* files granted to one process */
#define INIT_CONTROL_MAX  31u             /* bytes of the name of a control */
#define INIT_MEMORY_MIN   (1ull << 20)    /* bytes: with less the loader fails, before anything is said */
#define INIT_MEMORY_MAX   (1ull << 40)
#define INIT_SHARED_MIN   4096ull /* bytes: a page */
#define INIT_PIDS_MIN     1u
#define INIT_PIDS_MAX     32768u /* what Linux counts to on small machines */
#define INIT_FILES_MIN    4u     /* the runtime's own */
#define INIT_FILES_MAX    65536u
#define INIT_CPU_MIN      10u /* thousandths of a processor: the least that control groups give */
#define INIT_CPU_MAX      1024000u

#define MACRO_FILE_MAX  (1024u * 1024u) /* bytes of a header that names a channel */
#define MACRO_DEPTH_MAX 16u             /* macros through macros, and headers through headers */

#define PROBLEMS_MAX 100u /* shown in one run; the rest is counted */
