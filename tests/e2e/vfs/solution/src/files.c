/* SPDX-License-Identifier: MIT */
/*
 * Files: opened, written, read, listed, mounted; limits at them, below and above.
 */
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static void a_file_keeps_what_is_written(Raw *raw) {
        Handle file = raw_new_file(raw);
        char buffer[16] = "";
        uint32_t n = 0, nodata = 0;

        check(file != INVALID_HANDLE, "a client gets spare files");
        check(raw_read(raw, file, buffer, 4, &n, &nodata) == EBADF, "a spare file can't be read");
        check(raw_open(raw, file, "/a", O_RDWR, 0) == ENOENT, "what is not there is not opened");
        check(raw_open(raw, file, "/a", O_RDWR | O_CREAT | O_EXCL, 0640) == 0, "a file is made");
        check(raw_open(raw, file, "/a", O_RDWR, 0) == EBUSY, "an open file is not opened again");
        check(raw_write(raw, file, "Hello", 5, &n) == 0 && n == 5, "it is written");
        check(raw_pread(raw, file, 1, buffer, 15, &n) == 0 && n == 4 && memcmp(buffer, "ello", 4) == 0,
                "and read from any position");
        check(raw_read(raw, file, buffer, 4, &n, &nodata) == 0 && n == 0 && nodata == 0,
                "the end is no data");
        check(raw_close(raw, file) == 0, "it is closed");
        check(raw_close(raw, file) == EBADF, "but not twice");
        check(raw_open(raw, file, "a", O_RDONLY, 0) == 0, "its handle opens another one, by a relative path");
        check(raw_write(raw, file, "x", 1, &n) == EBADF, "what is opened for reading is not written");
        (void)raw_close(raw, file);
}

static void large_transfers_are_cut(Raw *raw) {
        size_t size = kl_VfsTypes_DataMax;
        char *big = malloc(size), *back = malloc(size);
        Handle file = raw_new_file(raw);
        uint32_t n = 0;

        for (size_t i = 0; i < size; i++)
                big[i] = (char)(i * 31 >> 3);
        (void)raw_open(raw, file, "/big", O_RDWR | O_CREAT, 0600);
        check(raw_write(raw, file, big, size, &n) == 0 && n == size,
                "a whole megabyte is written in one call");
        check(raw_pread(raw, file, 0, back, UINT32_MAX, &n) == 0 && n == size && memcmp(big, back, size) == 0,
                "and comes back in one, however much is asked for");
        (void)raw_close(raw, file);
        free(big);
        free(back);
}

static uint32_t count_entries(const char *at, uint32_t size) {
        uint32_t n = 0;

        for (uint32_t used = 0; used < size; n++) {
                uint16_t step;

                memcpy(&step, at + used + 16, sizeof step);
                used += step;
        }
        return n;
}

/* Entries of a directory, `size` bytes a call. */
static uint32_t list(Raw *raw, Handle file, uint32_t size, int *ret_error) {
        uint32_t n = 0, got;

        do {
                kl_VfsFile_GetDents_req req = {.file = nk_handle_desc(file), .size = size};
                kl_VfsFile_GetDents_res res;
                const nk_uint8_t *at;

                raw_reset(raw);
                *ret_error = RAW_FAILED;
                if (kl_VfsFile_GetDents(&raw->file.base, &req, NULL, &res, &raw->res) != NK_EOK)
                        return 0;
                *ret_error = res.error;
                at = nk_arena_get(nk_uint8_t, &raw->res, &res.entries, &got);
                n += count_entries((const char *)at, got);
        } while (got > 0 && *ret_error == 0);
        return n;
}

static void directories_are_listed(Raw *raw) {
        Handle dir = raw_new_file(raw), file = raw_new_file(raw);
        char name[] = "/dir/0";
        int error;

        check(raw_mkdir(raw, "/dir") == 0 && raw_mkdir(raw, "/dir") == EEXIST, "a directory is made once");
        for (char c = '0'; c < '8'; c++) {
                name[5] = c;
                (void)raw_open(raw, file, name, O_WRONLY | O_CREAT, 0600);
                (void)raw_close(raw, file);
        }
        (void)raw_open(raw, dir, "/dir", O_RDONLY | O_DIRECTORY, 0);
        check(list(raw, dir, 65536, &error) == 10 && error == 0, "many entries come in one answer");
        (void)raw_close(raw, dir);
        (void)raw_open(raw, dir, "/dir", O_RDONLY | O_DIRECTORY, 0);
        check(list(raw, dir, 24, &error) == 10 && error == 0, "or one by one");
        (void)raw_close(raw, dir);
        (void)raw_open(raw, dir, "/dir", O_RDONLY | O_DIRECTORY, 0);
        check(list(raw, dir, 23, &error) == 0 && error == EINVAL, "room for none is an error");
        check(raw_open_bytes(raw, dir, file, "3", 2, O_RDONLY) == 0, "a path begins at an open directory");
        (void)raw_close(raw, dir);
}

static int mount_at(Raw *raw, const char *target, const char *type, uint64_t flags) {
        kl_VfsMount_Mount_req req = {.client = nk_handle_desc(raw->client), .flags = flags};
        kl_VfsMount_Mount_res res;

        raw_reset(raw);
        req.source = raw_text(raw, "nodev");
        req.target = raw_text(raw, target);
        req.type = raw_text(raw, type);
        req.data = raw_text(raw, "");
        if (kl_VfsMount_Mount(&raw->mount.base, &req, &raw->req, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        return res.error;
}

static int umount_at(Raw *raw, const char *target) {
        kl_VfsMount_Umount_req req = {.client = nk_handle_desc(raw->client)};
        kl_VfsMount_Umount_res res;

        raw_reset(raw);
        req.target = raw_text(raw, target);
        if (kl_VfsMount_Umount(&raw->mount.base, &req, &raw->req, &res, NULL) != NK_EOK)
                return RAW_FAILED;
        return res.error;
}

static uint32_t count_mounts(Raw *raw) {
        kl_VfsMount_GetVfsStat_req req = {.client = nk_handle_desc(raw->client)};
        kl_VfsMount_GetVfsStat_res res;

        raw_reset(raw);
        if (kl_VfsMount_GetVfsStat(&raw->mount.base, &req, NULL, &res, &raw->res) != NK_EOK || res.error != 0)
                return 0;
        return res.mounts.size / sizeof(struct kl_VfsMount_MountInfo) == res.count ? res.count : 0;
}

static void file_systems_come_and_go(Raw *raw) {
        Handle file = raw_new_file(raw);
        struct kl_VfsTypes_Stat st;

        check(count_mounts(raw) == 3, "what args name is mounted, and what can't be is left out");
        check(raw_stat(raw, "/broken", &st) == 0, "a mount point is made all the same");
        check(raw_mkdir(raw, "/ro/x") == EROFS, "a read-only mount is not written");
        check(mount_at(raw, "/nowhere", "ramfs", 0) == ENOENT, "a mount point must be there");
        check(mount_at(raw, "/dir", "nosuchfs", 0) == ENODEV, "a file system must be known");
        check(mount_at(raw, "/dir", "ramfs", MS_BIND) == EINVAL, "so must flags");
        check(mount_at(raw, "/", "ramfs", 0) == 0 && raw_stat(raw, "/dir", &st) == ENOENT,
                "the root is covered for all");
        check(raw_mkdir(raw, "/new") == 0 && umount_at(raw, "/") == 0 && raw_stat(raw, "/dir", &st) == 0 &&
                        raw_stat(raw, "/new", &st) == ENOENT,
                "and comes back");
        check(umount_at(raw, "/") == EBUSY, "the first one stays");
        check(mount_at(raw, "/dir", "ramfs", 0) == 0 && count_mounts(raw) == 4, "a client mounts");
        check(raw_open(raw, file, "/dir/0", O_RDONLY, 0) == ENOENT, "what was there is covered");
        check(raw_open(raw, file, "/dir/x", O_RDWR | O_CREAT, 0600) == 0 && umount_at(raw, "/dir") == EBUSY,
                "a mount with open files stays");
        (void)raw_close(raw, file);
        check(umount_at(raw, "/dir") == 0 && raw_open(raw, file, "/dir/0", O_RDONLY, 0) == 0,
                "another one goes, and what was covered is back");
        (void)raw_close(raw, file);
}

static int set_list(Raw *raw, const char *path, uint32_t type, const void *acl, size_t size) {
        kl_VfsAcl_AclSetFile_req req = {.client = nk_handle_desc(raw->client), .type = type};
        kl_VfsAcl_AclSetFile_res res;

        raw_reset(raw);
        req.path = raw_text(raw, path);
        req.acl = raw_bytes(raw, acl, size);
        return kl_VfsAcl_AclSetFile(&raw->acl.base, &req, &raw->req, &res, NULL) == NK_EOK ? res.error
                                                                                           : RAW_FAILED;
}

static int get_list(Raw *raw, const char *path, uint32_t type, nk_uint8_t *buffer, uint32_t *ret_size) {
        kl_VfsAcl_AclGetFile_req req = {.client = nk_handle_desc(raw->client), .type = type};
        kl_VfsAcl_AclGetFile_res res;
        const nk_uint8_t *at;

        raw_reset(raw);
        req.path = raw_text(raw, path);
        if (kl_VfsAcl_AclGetFile(&raw->acl.base, &req, &raw->req, &res, &raw->res) != NK_EOK)
                return RAW_FAILED;
        at = nk_arena_get(nk_uint8_t, &raw->res, &res.acl, ret_size);
        if (at != NULL)
                memcpy(buffer, at, *ret_size);
        return res.error;
}

static void lists_of_rights_go_with_the_mode(Raw *raw) {
        /* rw for the owner, r for user 7, r for the group, rw at most, none for others */
        static const nk_uint8_t acl[] = {2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 7, 0, 0, 0,
                4, 0, 4, 0, 255, 255, 255, 255, 16, 0, 6, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255,
                255};
        nk_uint8_t back[kl_VfsAcl_AclSizeMax];
        struct kl_VfsTypes_Stat st;
        uint32_t n = 0;

        check(get_list(raw, "/a", kl_VfsAcl_AclAccess, back, &n) == 0 && n == 28,
                "a file without a list has its mode's");
        check(set_list(raw, "/a", kl_VfsAcl_AclAccess, acl, sizeof acl) == 0, "a list is set");
        check(raw_stat(raw, "/a", &st) == 0 && (st.mode & 0777) == 0660, "the mode says what the list says");
        check(get_list(raw, "/a", kl_VfsAcl_AclAccess, back, &n) == 0 && n == sizeof acl &&
                        memcmp(acl, back, n) == 0,
                "and it comes back");
        check(set_list(raw, "/a", kl_VfsAcl_AclAccess, acl, sizeof acl - 8) == EINVAL,
                "one without all others is none");
        check(set_list(raw, "/a", kl_VfsAcl_AclDefault, acl, sizeof acl) == EACCES,
                "only directories have a default");
        check(set_list(raw, "/dir", kl_VfsAcl_AclDefault, acl, sizeof acl) == 0, "and they do");
}

void files_cases(Raw *raw) {
        a_file_keeps_what_is_written(raw);
        large_transfers_are_cut(raw);
        directories_are_listed(raw);
        file_systems_come_and_go(raw);
        lists_of_rights_go_with_the_mode(raw);
}
