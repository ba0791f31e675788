/* SPDX-License-Identifier: MIT */
/*
 * The one table. What isn't in it says that the image is damaged.
 */
#include "exterr.h"

#include <errno.h>
#include <stddef.h>

#define ERRNO_END 4096 /* the library's own errors are far above */

static const struct {
        errcode_t error;
        int number;
} table[] = {
        {EXT2_ET_RO_FILSYS, EROFS},
        {EXT2_ET_FILE_RO, EROFS},
        {EXT2_ET_NO_MEMORY, ENOMEM},
        {EXT2_ET_INVALID_ARGUMENT, EINVAL},
        {EXT2_ET_BAD_MAGIC, EINVAL},
        {EXT2_ET_REV_TOO_HIGH, EINVAL},
        {EXT2_ET_UNSUPP_FEATURE, EINVAL},
        {EXT2_ET_RO_UNSUPP_FEATURE, EINVAL},
        {EXT2_ET_BLOCK_ALLOC_FAIL, ENOSPC},
        {EXT2_ET_INODE_ALLOC_FAIL, ENOSPC},
        {EXT2_ET_DIR_NO_SPACE, ENOSPC},
        {EXT2_ET_DIR_NO_SPACE_FOR_CSUM, ENOSPC},
        {EXT2_ET_EXTENT_NO_SPACE, ENOSPC},
        {EXT2_ET_CANT_INSERT_EXTENT, ENOSPC},
        {EXT2_ET_CANT_SPLIT_EXTENT, ENOSPC},
        {EXT2_ET_EA_NO_SPACE, ENOSPC},
        {EXT2_ET_EA_BAD_VALUE_SIZE, E2BIG},
        {EXT2_ET_EA_BAD_NAME_LEN, ERANGE},
        {EXT2_ET_EA_KEY_NOT_FOUND, ENODATA},
        {EXT2_ET_MISSING_EA_FEATURE, EOPNOTSUPP},
        {EXT2_ET_FILE_NOT_FOUND, ENOENT},
        {EXT2_ET_DIR_EXISTS, EEXIST},
        {EXT2_ET_FILE_EXISTS, EEXIST},
        {EXT2_ET_NO_DIRECTORY, ENOTDIR},
        {EXT2_ET_FILE_TOO_BIG, EFBIG},
        {EXT2_ET_TOO_MANY_REFS, EMLINK},
        {EXT2_ET_UNIMPLEMENTED, EOPNOTSUPP},
        {EXT2_ET_OP_NOT_SUPPORTED, EOPNOTSUPP},
};

int exterr_to_errno(errcode_t e) {
        if (e >= 0 && e < ERRNO_END)
                return (int)-e;
        for (size_t i = 0; i < sizeof table / sizeof *table; i++)
                if (table[i].error == e)
                        return -table[i].number;
        return -EIO;
}
