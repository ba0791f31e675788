/* SPDX-License-Identifier: MIT */
/*
 * Loading a policy: from the file `ksm.module` to a security module that fits the solution.
 *
 * The module is code that the kernel process runs, so it is taken only from a file that nobody but its
 * owner can write, the owner being the user or root, and loaded from a private copy: what becomes of the
 * file afterwards means nothing. No chamber ever holds it. Then it is compared with the classes of the
 * solution: one that was built from other descriptions would read messages wrongly.
 */
#pragma once

#include <stdio.h>

#include "ksm/ksm.h"
#include "load.h"

#define POLICY_FILE_NAME "ksm.module"          /* beside init.yaml */
#define POLICY_NONE      "none"                /* --policy=none */
#define POLICY_FILE_MAX  (64u * 1024u * 1024u) /* bytes; a policy of 3000 rules has one */

typedef enum PolicyFault {
        POLICY_E_MISSING = 1,
        POLICY_E_LINK,  /* a symbolic link */
        POLICY_E_FILE,  /* no regular file */
        POLICY_E_OWNER, /* somebody else's */
        POLICY_E_OPEN,  /* others may write to it */
        POLICY_E_SIZE,
        POLICY_E_MODULE /* no module of this version; *problem is set */
} PolicyFault;

/* Opens, checks, copies and loads the file. 0, PolicyFault, or a negative errno. */
int policy_open(const char *path, KsmProblem *problem, const KsmModule **ret_module);

/* Compares a module with the classes of a checked solution; what doesn't fit goes to `p`. */
void policy_check(const KsmModule *module, const Solution *sol, Problems *p);

/* All of it for a loaded solution: finds the module (`given` is what --policy says, or NULL), checks it and
 * makes the security module, which stays NULL with --policy=none. What is wrong is said on `out`. Returns an
 * exit status of cmd.h. */
int policy_load(Load *load, const char *given, FILE *out, Ksm **ret_ksm);
