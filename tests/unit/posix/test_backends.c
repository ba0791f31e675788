/* SPDX-License-Identifier: MIT */
/*
 * Back ends by name: registering, making one inside of another, and what the environment chooses.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vfs/vfs.h>

#include "backends.h"

#define PLAIN       "VFS_FILESYSTEM_BACKEND"
#define UNDERSCORED "_VFS_FILESYSTEM_BACKEND"

static char last_config[64];
static Handle last_client;

static void ours_dtor(struct vfs *self) {
        (void)self;
}

static struct vfs ours = {.dtor = ours_dtor};
static struct vfs without_dtor;

static struct vfs *ours_new(Handle client_id, const char *config, int *error) {
        if (strcmp(config, "refused") == 0) {
                *error = EPROTO;
                return NULL;
        }
        (void)strncpy(last_config, config, sizeof last_config - 1);
        last_client = client_id;
        return strcmp(config, "silent") == 0 ? NULL : strcmp(config, "bare") == 0 ? &without_dtor : &ours;
}

static void ours_register(create_vfs_backend_t *ctor, const char **name) {
        *ctor = ours_new;
        *name = "ours";
}
REGISTER_VFS_BACKEND(ours_register)

static int set_up(void **state) {
        (void)state;
        last_config[0] = '\0';
        return unsetenv(PLAIN) || unsetenv(UNDERSCORED);
}

static void registered_before_main_it_is_found(void **state) {
        int error = 0;

        (void)state;
        assert_ptr_equal(_vfs_init("ours", 7, "VFS1,VFS2", &error), &ours);
        assert_string_equal(last_config, "VFS1,VFS2");
        assert_int_equal(last_client, 7);
        assert_int_equal(error, 0);
}

static void failures_have_their_codes(void **state) {
        int error = 0;

        (void)state;
        assert_null(_vfs_init("nobody", INVALID_HANDLE, "", &error));
        assert_int_equal(error, ENOENT);
        assert_null(_vfs_init(NULL, INVALID_HANDLE, "", &error));
        assert_int_equal(error, EINVAL);
        assert_null(_vfs_init("ours", INVALID_HANDLE, NULL, &error));
        assert_int_equal(error, EINVAL);
        assert_null(_vfs_init("ours", INVALID_HANDLE, "refused", &error));
        assert_int_equal(error, EPROTO);
        assert_null(_vfs_init("ours", INVALID_HANDLE, "silent", &error));
        assert_int_equal(error, EIO);
        assert_null(_vfs_init("client", INVALID_HANDLE, "no.such.channel", &error));
        assert_int_equal(error, ECONNREFUSED);
        assert_null(_vfs_init("nobody", INVALID_HANDLE, "", NULL));
}

static void names_are_taken_once_and_checked(void **state) {
        (void)state;
        assert_int_equal(nkx_vfs_register("ours", ours_new), EEXIST);
        assert_int_equal(nkx_vfs_register("client", ours_new), EEXIST);
        assert_int_equal(nkx_vfs_register(NULL, ours_new), EINVAL);
        assert_int_equal(nkx_vfs_register("", ours_new), EINVAL);
        assert_int_equal(nkx_vfs_register("a:b", ours_new), EINVAL);
        assert_int_equal(nkx_vfs_register("new", NULL), EINVAL);
}

/* The last case: the list stays full. */
static void so_many_can_be_registered(void **state) {
        static char names[NKX_VFS_BACKENDS_MAX][16];

        (void)state;
        for (int i = 1; i < NKX_VFS_BACKENDS_MAX; i++) {
                (void)snprintf(names[i], sizeof names[i], "other%d", i);
                assert_int_equal(nkx_vfs_register(names[i], ours_new), 0);
        }
        assert_int_equal(nkx_vfs_register("one-more", ours_new), ENOSPC);
}

static void environment_chooses(void **state) {
        (void)state;
        assert_int_equal(setenv(UNDERSCORED, "ours:under", 1), 0);
        assert_ptr_equal(backend_choose(), &ours);
        assert_string_equal(last_config, "under");
        assert_int_equal(setenv(PLAIN, "ours{fs->net}:plain", 1), 0);
        assert_ptr_equal(backend_choose(), &ours);
        assert_string_equal(last_config, "plain");
}

static void otherwise_it_is_the_stub(void **state) {
        static const char *const values[] = {"", "ours", "nobody:x", "ours:refused", "ours:bare", "ours{x:y"};

        (void)state;
        assert_ptr_equal(backend_choose(), &backend_stub); /* no channel in this process */
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
                assert_int_equal(setenv(PLAIN, values[i], 1), 0);
                assert_ptr_equal(backend_choose(), &backend_stub);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(registered_before_main_it_is_found, set_up),
                cmocka_unit_test_setup(failures_have_their_codes, set_up),
                cmocka_unit_test_setup(names_are_taken_once_and_checked, set_up),
                cmocka_unit_test_setup(environment_chooses, set_up),
                cmocka_unit_test_setup(otherwise_it_is_the_stub, set_up),
                cmocka_unit_test_setup(so_many_can_be_registered, set_up),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
