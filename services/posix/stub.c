/* SPDX-License-Identifier: MIT */
/*
 * The back end of a program that has none: it has no members but the one that everybody needs, so every call
 * fails with EIO.
 */
#include "backends.h"

static void stub_dtor(struct vfs *self) {
        (void)self; /* it was not made */
}

struct vfs backend_stub = {.dtor = stub_dtor};
