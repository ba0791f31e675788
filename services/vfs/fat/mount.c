/* SPDX-License-Identifier: MIT */
/*
 * A device that was not unmounted is believed less: its free clusters are counted, and the copies of its FAT
 * made equal.
 */
#include "fat/mount.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fat/bytes.h"
#include "fat/fat.h"
#include "fat/node.h"
#include "fat/table.h"
#include "fat/turns.h"
#include "mounts.h"

#define DEFAULT_MASK 022u
#define INFO_SIZE    512u
#define OCTAL        "octal number up to 777"

int fat_start(FatFs *fs) {
        int r = fs->head.is_read_only ? -EROFS : fat_reap(fs);

        return r < 0 ? r : fat_begin(fs);
}

/* --- options --- */

static int parse_number(const char *text, size_t length, int base, uint32_t *ret) {
        uint64_t n = 0;

        for (size_t i = 0; i < length; i++) {
                if (text[i] < '0' || text[i] >= '0' + base || n > UINT32_MAX)
                        return -EINVAL;
                n = n * (uint64_t)base + (uint64_t)(text[i] - '0');
        }
        if (length == 0 || n > UINT32_MAX)
                return -EINVAL;
        *ret = (uint32_t)n;
        return 0;
}

static int parse_option(FatFs *fs, const char *text, size_t length) {
        static const struct {
                const char *name;
                int base;
        } options[] = {{"uid=", 10}, {"gid=", 10}, {"umask=", 8}, {"fmask=", 8}, {"dmask=", 8}};

        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
                size_t n = strlen(options[i].name);
                uint32_t value;

                if (length < n || memcmp(text, options[i].name, n) != 0)
                        continue;
                if (parse_number(text + n, length - n, options[i].base, &value) < 0)
                        return fs_refuse_value(
                                text, options[i].base == 8 ? OCTAL : "decimal number up to 4294967295");
                if (options[i].base == 8 && value > 0777)
                        return fs_refuse_value(text, OCTAL);
                if (i == 0)
                        fs->uid = value;
                if (i == 1)
                        fs->gid = value;
                if (i == 2 || i == 3)
                        fs->file_mask = value;
                if (i == 2 || i == 4)
                        fs->dir_mask = value;
                return 0;
        }
        return fs_refuse_option("FAT", text, "uid=, gid=, umask=, fmask= and dmask=");
}

static int parse_options(FatFs *fs, const char *data) {
        fs->file_mask = fs->dir_mask = DEFAULT_MASK;
        while (data && *data) {
                size_t n = strcspn(data, ",");
                int r = n > 0 ? parse_option(fs, data, n) : 0;

                if (r < 0)
                        return r;
                data += n + (data[n] == ',');
        }
        return 0;
}

/* --- free clusters --- */

/* What the FSInfo sector says. False: nothing that can be. */
static bool read_info(FatFs *fs) {
        uint8_t s[INFO_SIZE];
        uint32_t next;

        if (!fs->geo.info_at || blk_read(fs->blk, s, sizeof s, fs->geo.info_at) < 0)
                return false;
        if (memcmp(s, "RRaA", 4) != 0 || memcmp(s + 484, "rrAa", 4) != 0)
                return false;
        next = get32(s + 492);
        fs->next_free = fat_is_cluster(&fs->geo, next) ? next : FAT_CLUSTER_FIRST;
        fs->n_free = get32(s + 488);
        return fs->n_free <= fs->geo.n_clusters;
}

static int prepare(FatFs *fs) {
        bool is_ready = read_info(fs) && !fs->geo.is_dirty;
        int r = 0;

        if (fs->geo.is_dirty && !fs->head.is_read_only)
                r = fat_equalise(fs);
        if (r == 0 && !is_ready)
                r = fat_count_free(fs, &fs->n_free);
        return r < 0 ? r : fat_node_new_root(fs);
}

/* --- mounting --- */

static void fs_forget(FatFs *fs) {
        nodes_deinit(&fs->nodes);
        (void)pthread_mutex_destroy(&fs->lock);
        fs_deinit(&fs->head);
        free(fs);
}

void fat_free(FatFs *fs) {
        (void)blk_close(fs->blk);
        fs_forget(fs);
}

static FatFs *fs_new(unsigned flags) {
        FatFs *fs = calloc(1, sizeof *fs);

        if (!fs)
                return NULL;
        fs_init(&fs->head, &fat_ops);
        nodes_init(&fs->nodes);
        (void)pthread_mutex_init(&fs->lock, NULL);
        fs->head.is_read_only = flags & MOUNT_READ_ONLY;
        fs->epoch = 1;
        fs->next_free = FAT_CLUSTER_FIRST;
        return fs;
}

int fat_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs) {
        FatFs *fs;
        int r;

        fs_explain("%s", "");
        if ((blk->is_read_only || !blk->ops->write) && !(flags & MOUNT_READ_ONLY))
                return -EROFS;
        fs = fs_new(flags);
        if (!fs)
                return -ENOMEM;
        r = fat_read_geometry(blk, &fs->geo);
        if (r == 0)
                r = parse_options(fs, data);
        fs->blk = blk;
        if (r == 0 && !blkcache_is(blk))
                r = blkcache_new(blk, 0, &fs->blk);
        if (r == 0) {
                r = prepare(fs);
                if (r == 0)
                        *ret_fs = &fs->head;
                else if (fs->blk != blk)
                        blkcache_leave(fs->blk);
        }
        if (r < 0)
                fs_forget(fs);
        return r;
}
