/* SPDX-License-Identifier: MIT */
/*
 * What no honest client sends.
 */
#include "cases.h"

#include <coresrv/handle/handle_api.h>
#include <services/ocap.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define FOREIGN 12000u /* more handles than a process has room for */

static void handles_are_taken_for_what_they_are(Raw *raw) {
        Handle file = raw_new_file(raw), closed = raw_new_file(raw);
        Raw other = *raw;
        uint32_t n;

        check(raw_close(raw, 12345) == RAW_FAILED, "a number that is no handle goes nowhere");
        check(raw_close(raw, INVALID_HANDLE) == EBADF, "no handle is no file");
        check(raw_close(raw, raw->client) == EBADF, "a session is no file");
        other.client = file;
        check(raw_open(&other, file, "/", O_RDONLY, 0) == EBADF, "a file is no session");
        other.client = INVALID_HANDLE;
        check(raw_open(&other, file, "/", O_RDONLY, 0) == EBADF, "no handle is no session either");
        (void)KnHandleClose(closed);
        check(raw_write(raw, closed, "x", 1, &n) == RAW_FAILED, "a closed handle goes nowhere");
        check(raw_connect(raw, &other.client) == 0 && raw_open(&other, file, "/", O_RDONLY, 0) == EBADF,
                "a session opens no other session's files");
        (void)KnHandleClose(other.client);
        (void)KnHandleClose(file);
}

/* Each one arrives as a handle of the VFS's own. */
static void foreign_handles_do_not_pile_up(Raw *raw) {
        Handle own = INVALID_HANDLE;
        uint32_t n_refused = 0;

        (void)KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, OCAP_HANDLE_TRANSFER, NULL, &own);
        for (uint32_t i = 0; i < FOREIGN; i++)
                n_refused += raw_close(raw, own) == EBADF;
        check(n_refused == FOREIGN, "handles of a client's own are refused, and not kept");
        (void)KnHandleClose(own);
}

static void paths_are_strings(Raw *raw) {
        Handle file = raw_new_file(raw);
        char path[8192];

        check(raw_open_bytes(raw, INVALID_HANDLE, file, "/a\0b", 5, O_RDONLY) == EINVAL,
                "a path has no zero inside");
        check(raw_open_bytes(raw, INVALID_HANDLE, file, "/a", 2, O_RDONLY) == RAW_FAILED, "it ends with one");
        check(raw_open_bytes(raw, INVALID_HANDLE, file, "", 0, O_RDONLY) == ENOENT,
                "an absent one leads nowhere");
        memset(path, '/', sizeof path);
        path[4095] = '\0';
        check(raw_open_bytes(raw, INVALID_HANDLE, file, path, 4096, O_RDONLY) == 0,
                "one of 4095 bytes is walked");
        (void)raw_close(raw, file);
        path[4095] = '/';
        path[4096] = '\0';
        check(raw_open_bytes(raw, INVALID_HANDLE, file, path, 4097, O_RDONLY) == RAW_FAILED,
                "a longer one is refused");
        memset(path, 'n', sizeof path);
        path[0] = '/';
        path[257] = '\0';
        check(raw_open(raw, file, path, O_RDONLY, 0) == ENAMETOOLONG, "so is a name of 256 bytes");
        path[256] = '\0';
        check(raw_open(raw, file, path, O_RDONLY, 0) == ENOENT, "one of 255 is looked for");
        check(raw_open(raw, file, "/../../a", O_RDONLY, 0) == 0, "nothing is above the root");
        (void)raw_close(raw, file);
        (void)KnHandleClose(file);
}

static void numbers_are_checked(Raw *raw) {
        Handle file = raw_new_file(raw), files[kl_VfsSession_NewFilesMax];
        uint32_t n = 0;
        char c;

        check(raw_new_files(raw, 0, files) == EINVAL, "no files is no count of files");
        check(raw_new_files(raw, kl_VfsSession_NewFilesMax + 1, files) == EINVAL, "nor is too many");
        check(raw_open_bytes(raw, INVALID_HANDLE, file, "/", 2, 0x80000000u) == EINVAL,
                "flags have a sign bit too");
        (void)raw_open(raw, file, "/a", O_RDWR, 0);
        check(raw_pread(raw, file, -1, &c, 1, &n) == EINVAL, "nothing is before the beginning");
        check(raw_pread(raw, file, INT64_MAX, &c, 1, &n) == 0 && n == 0, "and nothing behind the end");
        (void)raw_close(raw, file);
        (void)KnHandleClose(file);
}

static void there_is_no_network(Raw *raw) {
        Handle file = raw_new_file(raw);
        kl_VfsSocket_Socket_req req = {.client = nk_handle_desc(raw->client), .file = nk_handle_desc(file)};
        kl_VfsSocket_Socket_res res;

        check(kl_VfsSocket_Socket(&raw->socket.base, &req, NULL, &res, NULL) == NK_EOK && res.error == EIO,
                "sockets are EIO where there is no network");
        (void)KnHandleClose(file);
}

static int set_list_of(Raw *raw, Handle file, nk_uint32_t type, const void *list, size_t size) {
        kl_VfsAcl_AclSetFd_req req = {.file = nk_handle_desc(file), .type = type};
        kl_VfsAcl_AclSetFd_res res;

        raw_reset(raw);
        req.acl = raw_bytes(raw, list, size);
        return kl_VfsAcl_AclSetFd(&raw->acl.base, &req, &raw->req, &res, NULL) == NK_EOK ? res.error
                                                                                         : RAW_FAILED;
}

static int get_list_of(Raw *raw, Handle file, nk_uint32_t type) {
        kl_VfsAcl_AclGetFd_req req = {.file = nk_handle_desc(file), .type = type};
        kl_VfsAcl_AclGetFd_res res;

        raw_reset(raw);
        return kl_VfsAcl_AclGetFd(&raw->acl.base, &req, &raw->req, &res, &raw->res) == NK_EOK ? res.error
                                                                                              : RAW_FAILED;
}

static void lists_of_open_files_are_checked(Raw *raw) {
        static const char noise[kl_VfsAcl_AclSizeMax + 1];
        Handle file = raw_new_file(raw);
        kl_VfsFile_GetStdout_req req = {.client = nk_handle_desc(raw->client), .file = nk_handle_desc(file)};
        kl_VfsFile_GetStdout_res res;

        check(get_list_of(raw, file, kl_VfsAcl_AclAccess) == EBADF, "a spare file has no list");
        check(get_list_of(raw, raw->client, kl_VfsAcl_AclAccess) == EBADF, "nor has a session");
        (void)raw_open(raw, file, "/", O_RDONLY, 0);
        check(get_list_of(raw, file, 7) == EINVAL, "there are two lists");
        check(set_list_of(raw, file, kl_VfsAcl_AclDefault, noise, 28) == EINVAL, "noise is no list");
        check(set_list_of(raw, file, kl_VfsAcl_AclDefault, noise, kl_VfsAcl_AclSizeMax) == EINVAL,
                "much of it neither");
        check(set_list_of(raw, file, kl_VfsAcl_AclDefault, noise, kl_VfsAcl_AclSizeMax + 1) == RAW_FAILED,
                "and more is refused");
        check(set_list_of(raw, file, kl_VfsAcl_AclDefault, noise, 0) == 0, "nothing takes a list away");
        (void)raw_close(raw, file);
        check(kl_VfsFile_GetStdout(&raw->file.base, &req, NULL, &res, NULL) == NK_EOK && res.error == 0 &&
                        get_list_of(raw, file, kl_VfsAcl_AclAccess) == EOPNOTSUPP,
                "a stream has no list");
        (void)raw_close(raw, file);
        (void)KnHandleClose(file);
}

/* Text for a console: as much as fits at once, and never an answer that waits. */
static void streams_are_the_client_s_own(Raw *raw) {
        Handle file = raw_new_file(raw);
        kl_VfsFile_GetStderr_req req = {.client = nk_handle_desc(raw->client), .file = nk_handle_desc(file)};
        kl_VfsFile_GetStderr_res res;
        kl_VfsFile_GetStdin_req in_req = {.client = req.client, .file = req.file};
        kl_VfsFile_GetStdin_res in_res;
        uint32_t n = 0, nodata = 0;
        char c;

        check(kl_VfsFile_GetStderr(&raw->file.base, &req, NULL, &res, NULL) == NK_EOK && res.error == 0 &&
                        kl_VfsFile_GetStderr(&raw->file.base, &req, NULL, &res, NULL) == NK_EOK &&
                        res.error == EBUSY,
                "a stream is opened with a spare file");
        check(raw_write(raw, file, "", 0, &n) == 0 && n == 0, "nothing is written");
        check(raw_read(raw, file, &c, 1, &n, &nodata) == EBADF, "and it is not read");
        (void)raw_close(raw, file);
        check(kl_VfsFile_GetStdin(&raw->file.base, &in_req, NULL, &in_res, NULL) == NK_EOK &&
                        in_res.error == 0 && raw_read(raw, file, &c, 1, &n, &nodata) == 0 && n == 0 &&
                        nodata == 0,
                "input ends at once");
        check(raw_write(raw, file, "x", 1, &n) == EBADF, "and is not written");
        (void)raw_close(raw, file);
        (void)KnHandleClose(file);
}

void hostile_cases(Raw *raw) {
        handles_are_taken_for_what_they_are(raw);
        foreign_handles_do_not_pile_up(raw);
        paths_are_strings(raw);
        numbers_are_checked(raw);
        there_is_no_network(raw);
        lists_of_open_files_are_checked(raw);
        streams_are_the_client_s_own(raw);
}
