/* SPDX-License-Identifier: MIT */
/*
 * Transfers by pread() and pwrite(): see blkfile.h.
 */
#include "blkfile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct BlkFile {
        Blk head;
        int fd;
} BlkFile;

static int fd_of(const Blk *blk) {
        return ((const BlkFile *)blk)->fd;
}

static int file_read(Blk *blk, void *buffer, size_t size, uint64_t at) {
        for (size_t done = 0; done < size;) {
                ssize_t n = pread(fd_of(blk), (char *)buffer + done, size - done, (off_t)(at + done));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                done += (size_t)n;
        }
        return 0;
}

static int file_write(Blk *blk, const void *data, size_t size, uint64_t at) {
        for (size_t done = 0; done < size;) {
                ssize_t n = pwrite(fd_of(blk), (const char *)data + done, size - done, (off_t)(at + done));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                done += (size_t)n;
        }
        return 0;
}

static int file_flush(Blk *blk) {
        return blk->is_read_only || fdatasync(fd_of(blk)) == 0 ? 0 : -errno;
}

static void file_close(Blk *blk) {
        free(blk);
}

static const BlkOps file_ops = {
        .read = file_read, .write = file_write, .flush = file_flush, .close = file_close};

int blkfile_new(int fd, bool is_read_only, Blk **ret) {
        int flags = fcntl(fd, F_GETFL);
        struct stat st;
        BlkFile *f;

        if (flags < 0 || fstat(fd, &st) != 0)
                return -errno;
        if (!is_read_only && (flags & O_ACCMODE) == O_RDONLY)
                return -EROFS;
        f = calloc(1, sizeof *f);
        if (!f)
                return -ENOMEM;
        f->head = (Blk){.ops = &file_ops, .size = (uint64_t)st.st_size, .is_read_only = is_read_only};
        f->fd = fd;
        *ret = &f->head;
        return 0;
}
