/* SPDX-License-Identifier: MIT */
/*
 * Objects of the kernel's endpoints: made with a SID and a handle, gone with the last handle.
 */
#include "objects.h"

#include <errno.h>
#include <stdlib.h>

#include <handle/event_descr.h>

#include "conn.h"
#include "state.h"

static void join_maker(CoreObject *object, CoreTask *maker) {
        object->maker = maker;
        object->next = maker->objects;
        if (object->next)
                object->next->previous = object;
        maker->objects = object;
        maker->n_objects++;
}

static void leave_maker(CoreObject *object) {
        if (!object->maker)
                return;
        if (object->previous)
                object->previous->next = object->next;
        else
                object->maker->objects = object->next;
        if (object->next)
                object->next->previous = object->previous;
        object->maker->n_objects--;
        object->maker = NULL;
}

static void object_free(CoreObject *object) {
        const CoreHost *host = &object->core->host;

        leave_maker(object);
        if (object->conn)
                conn_end(object->conn);
        conn_listener_unref(object->listener);
        ntc_source_end(&object->source, EVENT_OBJECT_DESTROYED);
        if (object->receiver)
                ntc_free(object->receiver);
        if (object->memory)
                mdl_release(object->memory);
        if (object->child)
                core_child_free(object->core, object->child);
        if (object->sid && host->sid_dies)
                host->sid_dies(host->arg, object->sid);
        free(object);
}

static void gone(void *data) {
        object_free(data);
}

/* The listener that a process has made ends with its last handle; what refers to it still stays, uncallable.
 */
static void listener_gone(void *data) {
        CoreObject *object = data;

        conn_listener_close(object->listener);
        object_free(object);
}

static void unbound(void *data) {
        CoreObject *badge = data;

        ntc_raise(&badge->source, EVENT_BADGE_CLOSED, false);
}

const HtreeKind core_user_kind = {.name = "user object", .gone = gone};
const HtreeKind core_badge_kind = {.name = "badge", .is_badge = true, .unbound = unbound, .gone = gone};
const HtreeKind core_notice_kind = {.name = "notice", .gone = gone};
const HtreeKind core_mdl_kind = {.name = "memory object", .gone = gone};
const HtreeKind core_listener_kind = {.name = "listener", .gone = listener_gone};
const HtreeKind core_server_kind = {.name = "server handle", .gone = gone};
const HtreeKind core_client_kind = {.name = "client handle", .gone = gone};
const HtreeKind core_task_kind = {.name = "process", .gone = gone};
const HtreeKind core_audit_kind = {.name = "reader of the audit", .gone = gone};

Retcode core_rc_of(int error) {
        static const Retcode codes[] = {
                [0] = rcOk,
                [HTREE_E_INVALID] = rcInvalidArgument,
                [HTREE_E_REVOKED] = rcHandleRevoked,
                [HTREE_E_KIND] = rcInvalidArgument,
                [HTREE_E_NO_RIGHT] = rcNoCapability,
                [HTREE_E_ESCALATION] = rcNoCapability,
                [HTREE_E_FULL] = rcQuotaExceeded,
                [HTREE_E_BOUND] = rcQuotaExceeded,
                [HTREE_E_DEPTH] = rcQuotaExceeded,
                [HTREE_E_MESSAGE] = rcQuotaExceeded,
        };

        if (error == -ENOMEM)
                return rcOutOfMemory;
        if (error < 0 || error >= (int)(sizeof(codes) / sizeof(codes[0])))
                return rcInternalError;
        return codes[error];
}

static CoreObject *object_new(Core *core) {
        CoreObject *object = calloc(1, sizeof(*object));

        if (!object)
                return NULL;
        object->core = core;
        if (!core->host.sid_new || core->host.sid_new(core->host.arg, &object->sid) == 0)
                return object;
        free(object);
        return NULL;
}

static Retcode enter(CoreTask *task, const CoreObjectSpec *spec, CoreObject *object, uint32_t *ret_number) {
        const HtreeObjectSpec node = {.kind = spec->kind,
                .data = object,
                .context = spec->context,
                .sid = object->sid,
                .rights = spec->rights};
        int r = htree_create(task->space, &node, ret_number);

        if (r) {
                object_free(object);
                return core_rc_of(r);
        }
        join_maker(object, task);
        object->is_resource = spec->kind == &core_user_kind;
        object->receiver = spec->receiver;
        object->memory = spec->memory;
        object->listener = spec->listener ? conn_listener_ref(spec->listener) : NULL;
        object->child = spec->child;
        return rcOk;
}

Retcode core_object_new(
        CoreTask *task, const CoreObjectSpec *spec, CoreObject **ret_object, uint32_t *ret_number) {
        CoreObject *object;
        Retcode rc;

        if (task->n_objects >= task->core->host.objects_max)
                return rcQuotaExceeded;
        object = object_new(task->core);
        if (!object)
                return rcOutOfMemory;
        rc = enter(task, spec, object, ret_number);
        if (rc == rcOk)
                *ret_object = object;
        return rc;
}

void core_objects_orphan(CoreTask *maker) {
        while (maker->objects) {
                CoreObject *object = maker->objects;

                leave_maker(object);
                if (object->is_resource)
                        ntc_raise(&object->source, EVENT_OBJECT_DESTROYED, true);
        }
}
