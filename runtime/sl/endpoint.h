/* SPDX-License-Identifier: MIT */
/*
 * Endpoint names: from any of the accepted spellings to the RIID.
 */
#pragma once

#include <nk/types.h>

struct ShapeTable;

/* Finds an endpoint of a class by name: path name, class name, or one of them behind "<class>.", tried
 * in this order. The table has been checked (verify_table). INVALID_RIID: no such endpoint. */
nk_iid_t endpoint_find(const struct ShapeTable *shape, const char *name);
