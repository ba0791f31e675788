/* SPDX-License-Identifier: MIT */
/*
 * Names of extended attributes, and those that are lists of access rights: an attribute whose value is
 * checked, and says the same as the file's mode. What a list says about the owner, the group and all others
 * is the mode, whoever changed it last.
 */
#pragma once

#include "client_place.h"

#define ACL_DEFAULT_MAX 4096u /* bytes of a default list that is inherited */

/* May an attribute of that name be read (S_IRUSR) or changed (S_IWUSR)? -ERANGE: its length; -EINVAL: a name
 * space alone; -EOPNOTSUPP: it is in no name space that Linux has; of user.*: -ENODATA, -EPERM: only files
 * and directories have them; -EACCES: the owner has not that right to the contents. Takes the lock itself. */
int xattr_check(const VfsClient *c, const Place *p, const char *name, mode_t wanted);

bool acl_is_name(const char *name);
/* The value of a list that was read, with the bits of the mode; -EIO: it is none. */
int acl_refresh(const Place *p, const char *name, void *list, size_t size);
/* Under the name of a list. -EINVAL: not a list; -EACCES: a default for what is no directory. */
int acl_set(const Place *p, const char *name, const void *list, size_t size);
/* Lists of what is made in a directory. */
typedef struct AclNew {
        size_t size;                           /* 0: the directory has no default list */
        unsigned char access[ACL_DEFAULT_MAX]; /* of the new node */
        unsigned char deflt[ACL_DEFAULT_MAX];  /* of the directory, and of a new one in it */
} AclNew;

/* What a node that is made with *mode in `dir` inherits; *mode becomes what that leaves of it, or loses the
 * bits of `umask` when there is nothing to inherit. The caller holds the lock. -EIO: the list is none. */
int acl_inherit(FsNode *dir, mode_t umask, mode_t *mode, AclNew *ret);
/* Gives it to the node. The caller holds the lock. */
int acl_give(FsNode *node, const AclNew *lists);

/* 0 as well if there is none. */
int acl_remove(const Place *p, const char *name);
