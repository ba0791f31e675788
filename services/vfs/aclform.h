/* SPDX-License-Identifier: MIT */
/*
 * Lists of access rights as bytes, in the form in which Linux keeps them as an attribute: UInt32 version,
 * then entries of UInt16 tag, UInt16 permissions, UInt32 id; little-endian, in the order of tags and ids.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ACLFORM_SIZE_MINIMAL 28u /* a list that says what a mode says: three entries */

/* Is it a list? One entry for the owner, the group and all others; a mask if there are further ones. */
bool aclform_is_valid(const void *list, size_t size);
/* Permission bits that a valid list stands for. */
mode_t aclform_mode(const void *list, size_t size);
/* The list that a mode stands for, ACLFORM_SIZE_MINIMAL bytes. */
void aclform_of_mode(mode_t mode, void *ret);
/* Makes a valid default list the list of what is made with `mode`: nothing that the mode denies is granted to
 * its classes. The mode that results. */
mode_t aclform_inherit(void *list, size_t size, mode_t mode);
/* Makes a valid list say what the mode says now: chmod changes it without touching the list. */
void aclform_apply_mode(void *list, size_t size, mode_t mode);
