/* SPDX-License-Identifier: MIT */
/*
 * ext2, ext3 and ext4 do what the host does, and e2fsck finds nothing to say afterwards.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "against_host.h"
#include "ext_image.h"

#define STEPS 6000u
#define SEED  20261101u

static TImage image;

/* The host's folder is empty. */
static int make(Fs **ret_fs) {
        const FsName name = {.text = "lost+found", .length = 10};
        int r = t_image_mount(&image, 0, ret_fs);

        if (r < 0)
                return r;
        r = (*ret_fs)->ops->rmdir((*ret_fs)->root, &name);
        return r == -ENOENT ? 0 : r;
}

static void calls_do_as_on_the_host(void **state) {
        (void)state;
        for (size_t i = 0; i < T_IMAGE_KINDS; i++) {
                const TAgainst what = {.make = make,
                        .steps = STEPS,
                        .seed = SEED + (uint32_t)i,
                        .lasts = true,
                        .is_part = true};
                int r;

                print_message("# %s\n", t_image_kinds[i]);
                t_image_make(&image, T_IMAGE_SIZE, t_image_kinds[i], NULL);
                r = t_against_host_as(&what);
                assert_true(r == 0 || r == T_NO_ROOT);
                t_image_check(&image, t_image_kinds[i]);
                t_image_free(&image);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(calls_do_as_on_the_host)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
