/* SPDX-License-Identifier: MIT */
/*
 * From requests to objects: see serve.h.
 */
#include "serve.h"

#include <string.h>

#include "vobj.h"

#define PROMISES_MAX kl_VfsSession_NewFilesMax

static _Thread_local uint64_t promises[PROMISES_MAX];
static _Thread_local uint32_t n_promises;

/* --- open files --- */

int opened_begin(const nk_handle_desc_t *handle, Opened *ret) {
        *ret = (Opened){.slot = slot_get(handle)};
        return ret->slot ? slot_take(ret->slot, ret) : -EBADF;
}

void opened_end(Opened *o) {
        (void)vfs_close(o->file);
        stream_unref(o->stream);
        session_put(o->home);
        slot_put(o->slot);
}

int opened_file(const nk_handle_desc_t *handle, int stream_error, Opened *ret) {
        int r = opened_begin(handle, ret);

        return r == 0 && ret->stream ? stream_error : r;
}

int opened_write(const Opened *o, const void *data, size_t size, size_t *ret_put) {
        Stream *s = o->stream;

        if (!s)
                return vfs_write(o->file, data, size, ret_put);
        return s->ops->write ? s->ops->write(s, data, size, ret_put) : -EBADF;
}

int opened_dir(const nk_handle_desc_t *handle, Opened *ret) {
        *ret = (Opened){.slot = NULL};
        if (!nk_is_handle_dereferenced(handle) && nk_get_handle(handle) == INVALID_HANDLE)
                return 0;
        return opened_file(handle, -ENOTDIR, ret);
}

/* --- clients and paths --- */

int text_of(const struct nk_arena *arena, const nk_ptr_t *ptr, const char **ret) {
        nk_uint32_t size = 0;
        const char *text = nk_arena_get(const char, arena, ptr, &size);

        *ret = text ? text : "";
        return text && memchr(text, '\0', size) != text + size - 1 ? -EINVAL : 0;
}

int way_begin(const nk_handle_desc_t *client, const nk_handle_desc_t *dir, const struct nk_arena *arena,
        const nk_ptr_t *path, Way *ret) {
        int r = 0;

        *ret = (Way){.session = session_get(client)};
        if (dir)
                r = opened_dir(dir, &ret->dir);
        if (!ret->session)
                r = -EBADF;
        /* Another client's directory would need its handle, and that is not given on. */
        if (r == 0 && ret->dir.slot && ret->dir.slot->session != ret->session)
                r = -EBADF;
        return r < 0 ? r : text_of(arena, path, &ret->path);
}

void way_end(Way *w) {
        opened_end(&w->dir);
        session_put(w->session);
}

/* --- answers --- */

void *answer_room(struct nk_arena *arena, nk_ptr_t *ptr, size_t *size) {
        size_t free = nkx_arena_capacity(arena) - nkx_arena_used(arena);

        if (*size > free)
                *size = free;
        return nk_arena_alloc(nk_uint8_t, arena, ptr, *size);
}

void answer_cut(struct nk_arena *arena, nk_ptr_t *ptr, size_t size) {
        ptr->size = (nk_uint32_t)size;
        arena->current = (char *)arena->start + ptr->offset + size;
}

void serve_promise(uint64_t number) {
        if (n_promises < PROMISES_MAX)
                promises[n_promises++] = number;
}

void serve_settled(bool has_arrived) {
        for (uint32_t i = 0; !has_arrived && i < n_promises; i++)
                session_forget(promises[i]);
        n_promises = 0;
}
