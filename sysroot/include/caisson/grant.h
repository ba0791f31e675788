/* SPDX-License-Identifier: MIT */
/*
 * Files of the host that init.yaml grants to a process (`grants`), such as the image of a block driver.
 *
 *      int fd = nkx_grant_fd("disk.img");
 *
 *      if (fd >= 0)
 *              n = pread(fd, sector, sizeof sector, offset);
 *
 * The kernel process has opened them; the process has a descriptor of each, and no path. pread, pwrite,
 * read, write, lseek, fstat, fsync, fdatasync and mmap work on it; a file can't be made larger (EFBIG).
 * Whether it may be written: fcntl(fd, F_GETFL) & O_ACCMODE.
 *
 * Source: our own extension.
 */
#ifndef CAISSON_GRANT_H
#define CAISSON_GRANT_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The descriptor of a granted file.
 *
 * name: as init.yaml has it in the grant's `name`, or the last part of its `file`; not NULL.
 * Returns the descriptor, the same one at each call. It belongs to the process: open from the start, and
 * for whoever closes it gone. -1 with errno ENOENT: no file is granted under this name, or the process was
 * not started as part of a solution.
 * Does not block. Any thread.
 */
int nkx_grant_fd(const char *name);

/*
 * The name of a granted file, in the order of init.yaml.
 *
 * index: from 0.
 * Returns text that stays valid, or NULL beyond the last one. Does not block. Any thread.
 */
const char *nkx_grant_name(unsigned index);

#ifdef __cplusplus
}
#endif

#endif
