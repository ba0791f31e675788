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
        NtcReceiver *receiver;              /* of a notice */
        Mdl *memory;                        /* of a memory object */
        struct Child *child;                /* of a process */
        uint64_t place;                     /* of a reader of the audit: the record that it has come to */
        bool is_resource;                   /* a user object: its maker is its provider */
        CoreTask *maker;                    /* NULL: that process has ended */
        struct CoreObject *next, *previous; /* of the same maker */
        struct ConnListener
                *listener; /* what is called through it, and of a listener itself; referred to. NULL */
        struct Conn *conn; /* of a server handle; of a client handle that has this channel alone */
        bool is_single;    /* it has, or had, that one alone */
        bool has_riid;     /* one endpoint alone can be called: */
        uint16_t riid;
} CoreObject;

extern const HtreeKind core_user_kind;     /* a resource of a process */
extern const HtreeKind core_badge_kind;    /* the context of transfers */
extern const HtreeKind core_notice_kind;   /* a receiver of notifications */
extern const HtreeKind core_audit_kind;    /* a reader of the audit */
extern const HtreeKind core_mdl_kind;      /* a memory object */
extern const HtreeKind core_listener_kind; /* a listener that was made while the process ran */
extern const HtreeKind core_server_kind;   /* server end of one channel */
extern const HtreeKind core_client_kind;   /* something to be called, any endpoint */
extern const HtreeKind core_task_kind;     /* a process that was started by one */

/* Makes an object with its first handle. rcOk; rcQuotaExceeded: the process has all objects or handles that
 * it may have; rcOutOfMemory: so have all together. */
typedef struct CoreObjectSpec {
        const HtreeKind *kind;
        uint64_t context;
        uint32_t rights;
        NtcReceiver *receiver; /* this and the next two are taken over with rcOk */
        Mdl *memory;
        struct ConnListener *listener; /* referred to with rcOk */
        struct Child *child;
} CoreObjectSpec;
Retcode core_object_new(
        CoreTask *task, const CoreObjectSpec *spec, CoreObject **ret_object, uint32_t *ret_number);

/* Their maker ends: whoever is subscribed to one of its resources hears of that, also if it still has a
 * handle. */
void core_objects_orphan(CoreTask *maker);

/* The codes of handletree, for programs. */
Retcode core_rc_of(int error);
