/* SPDX-License-Identifier: MIT */
/*
 * Is the tree sound? Every pointer, list and count of it, compared with each other.
 */
#pragma once

#include "handletree/htree.h"

/* NULL: sound. Otherwise what is wrong. */
const char *t_find_fault(const Htree *tree);
