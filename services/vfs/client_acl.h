/* SPDX-License-Identifier: MIT */
/*
 * Names of extended attributes, and those that are lists of access rights: an attribute whose value is
 * checked, and says the same as the file's mode. What a list says about the owner, the group and all others
 * is the mode, whoever changed it last.
 */
#pragma once

#include "client_place.h"

/* May an attribute of that name be read (S_IRUSR) or changed (S_IWUSR)? -ERANGE: its length; -EINVAL: a name
 * space alone; -EOPNOTSUPP: it is in no name space that Linux has; of user.*: -ENODATA, -EPERM: only files
 * and directories have them; -EACCES: the owner has not that right to the contents. Takes the lock itself. */
int xattr_check(const VfsClient *c, const Place *p, const char *name, mode_t wanted);

bool acl_is_name(const char *name);
/* The value of a list that was read, with the bits of the mode; -EIO: it is none. */
int acl_refresh(const Place *p, const char *name, void *list, size_t size);
/* Under the name of a list. -EINVAL: not a list; -EACCES: a default for what is no directory. */
int acl_set(const Place *p, const char *name, const void *list, size_t size);
/* 0 as well if there is none. */
int acl_remove(const Place *p, const char *name);
