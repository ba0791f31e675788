/* SPDX-License-Identifier: MIT */
/*
 * Landlock: rights by the version of its interface. The header of the build machine may be older than the
 * kernel, so later fields and rights are written down here.
 */
#include "chamber_landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_ONLY (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)

/* The kernel's structure up to version 6; older versions take the front part. */
typedef struct Rules {
        uint64_t files, network, scopes;
} Rules;

/* What each version of the interface can refuse, beyond the ones before it. */
static const struct {
        int version;
        size_t size; /* of the structure that it knows */
        Rules rules;
} versions[] = {
        {1, 8, {.files = (1u << 13) - 1}}, /* everything about files but: */
        {2, 8, {.files = 1u << 13}},       /* moving between folders */
        {3, 8, {.files = 1u << 14}},       /* truncating */
        {4, 16, {.network = 3}},           /* binding and connecting TCP */
        {5, 16, {.files = 1u << 15}},      /* ioctl on devices */
        {6, 24, {.scopes = 3}},            /* abstract sockets, signals */
};

static int get_version(void) {
        return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

int landlock_probe(void) {
        return get_version() < 0 ? -1 : 0;
}

static int make_rules(bool has_network) {
        int version = get_version();
        Rules rules = {.files = 0};
        size_t size = 0;

        if (version < 0)
                return -1;
        for (size_t i = 0; i < sizeof versions / sizeof *versions && versions[i].version <= version; i++) {
                rules.files |= versions[i].rules.files;
                rules.network |= versions[i].rules.network;
                rules.scopes |= versions[i].rules.scopes;
                size = versions[i].size;
        }
        if (has_network)
                rules.network = 0;
        return (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
}

static int allow(int rules, const char *path) {
        struct landlock_path_beneath_attr attr = {
                .allowed_access = READ_ONLY, .parent_fd = open(path, O_PATH | O_CLOEXEC)};
        int r, error;

        if (attr.parent_fd < 0)
                return -1;
        r = (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &attr, 0);
        error = errno;
        (void)close(attr.parent_fd);
        errno = error;
        return r;
}

int landlock_confine(RootPlan *plan, bool is_inside, bool has_network) {
        int rules = make_rules(has_network), r = 0;

        plan->object[0] = '\0';
        if (rules < 0)
                return -1;
        for (size_t i = 0; r == 0 && i < plan->n_files; i++) {
                const char *path = is_inside ? plan->list[i].target : plan->list[i].source;

                r = allow(rules, path);
                if (r < 0)
                        (void)snprintf(plan->object, sizeof plan->object, "%.255s", path);
        }
        if (r == 0)
                r = (int)syscall(SYS_landlock_restrict_self, rules, 0);
        (void)close(rules);
        return r;
}
