/* SPDX-License-Identifier: MIT */
/*
 * Memory objects: counted, opened, and freed when nobody can touch them.
 */
#include "mdl.h"

#include <errno.h>
#include <stdlib.h>

struct Mdl {
        const MdlHost *host;
        MdlShare *share;
        uint64_t size;
        int block;
        bool is_writable;
        Mdl *next; /* in MdlShare.released */
};

static Retcode rc_of(int r) {
        if (r == 0)
                return rcOk;
        return r == -EMFILE || r == -ENFILE || r == -ENOMEM || r == -ENOSPC ? rcOutOfMemory : rcFail;
}

static bool fits(const MdlShare *share, uint64_t size) {
        return share->n_objects < MDL_OBJECTS_MAX && size <= share->max_size - share->size;
}

Retcode mdl_new(const MdlHost *host, MdlShare *share, uint64_t size, bool is_writable, Mdl **ret_mdl) {
        Retcode rc;
        Mdl *m;

        if (size == 0 || size % MDL_PAGE != 0)
                return rcInvalidArgument;
        mdl_collect(share);
        if (!fits(share, size))
                return rcQuotaExceeded;
        m = calloc(1, sizeof(*m));
        if (!m)
                return rcOutOfMemory;
        *m = (Mdl){.host = host, .share = share, .size = size, .is_writable = is_writable};
        rc = rc_of(host->make(size, &m->block));
        if (rc != rcOk) {
                free(m);
                return rc;
        }
        share->size += size;
        share->n_objects++;
        *ret_mdl = m;
        return rcOk;
}

static void mdl_free(Mdl *m) {
        m->share->size -= m->size;
        m->share->n_objects--;
        m->host->free(m->block);
        free(m);
}

void mdl_release(Mdl *m) {
        if (!m->host->is_open(m->block)) {
                mdl_free(m);
                return;
        }
        m->next = m->share->released;
        m->share->released = m;
}

uint64_t mdl_size(const Mdl *m) {
        return m->size;
}

bool mdl_is_writable(const Mdl *m) {
        return m->is_writable;
}

Retcode mdl_open(const Mdl *m, uint64_t offset, uint64_t size, bool is_writable, int *ret_fd) {
        if (size == 0 || offset % MDL_PAGE != 0 || size % MDL_PAGE != 0)
                return rcInvalidArgument;
        if (offset > m->size || size > m->size - offset)
                return rcInvalidArgument;
        if (is_writable && !m->is_writable)
                return rcNoCapability;
        return rc_of(m->host->open(m->block, is_writable, ret_fd));
}

void mdl_collect(MdlShare *share) {
        for (Mdl **at = &share->released; *at;) {
                Mdl *m = *at;

                if (m->host->is_open(m->block)) {
                        at = &m->next;
                        continue;
                }
                *at = m->next;
                mdl_free(m);
        }
}

void mdl_share_end(MdlShare *share) {
        while (share->released) {
                Mdl *m = share->released;

                share->released = m->next;
                mdl_free(m);
        }
}
