/* SPDX-License-Identifier: MIT */
/*
 * What handles stand for, whatever their kind: something with a SID, that can have events.
 */
#pragma once

#include <rtl/retcode.h>

#include "core.h"

typedef struct CoreObject {
        Core *core;
        uint32_t sid;
        NtcSource source;
        NtcReceiver *receiver; /* of a notice */
        Mdl *memory;           /* of a memory object */
        uint64_t place;        /* of a reader of the audit: the record that it has come to */
        CoreTask *provider;    /* of a user object: whose resource it is; NULL: that process has ended */
        struct CoreObject *next, *previous; /* of the same provider */
} CoreObject;

extern const HtreeKind core_user_kind;   /* a resource of a process */
extern const HtreeKind core_badge_kind;  /* the context of transfers */
extern const HtreeKind core_notice_kind; /* a receiver of notifications */
extern const HtreeKind core_audit_kind;  /* a reader of the audit */
extern const HtreeKind core_mdl_kind;    /* a memory object */

/* Makes an object with its first handle. rcOk, rcOutOfMemory, rcQuotaExceeded. */
typedef struct CoreObjectSpec {
        const HtreeKind *kind;
        uint64_t context;
        uint32_t rights;
        NtcReceiver *receiver; /* this and the next are taken over with rcOk */
        Mdl *memory;
} CoreObjectSpec;
Retcode core_object_new(
        CoreTask *task, const CoreObjectSpec *spec, CoreObject **ret_object, uint32_t *ret_number);

/* The process whose resource a user object is. */
void core_object_provide(CoreObject *object, CoreTask *provider);
/* It ends: whoever is subscribed to one of its resources hears of that, also if it still has a handle. */
void core_objects_orphan(CoreTask *provider);

/* The codes of handletree, for programs. */
Retcode core_rc_of(int error);
