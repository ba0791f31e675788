/* SPDX-License-Identifier: MIT */
/*
 * The endpoint task.Task: programs of the solution that a process starts. Resume and Wait are answered later,
 * when the host has done it or the child has ended. Which programs there are, and who may start which, is the
 * host's to say.
 */
#include <coresrv/task/task_api.h>
#include <handle/event_descr.h>
#include <handle/handletype.h>
#include <services/rtl/nk_cstr.h>
#include <string.h>

#include "state.h"

#define FOREVER_MS 0xffffffffull /* INFINITE_TIMEOUT */

_Static_assert(NKX_TASK_GIVEN_MAX == GIVEN_MAX && NKX_TASK_WAITS_MAX == CHILD_WAITS_MAX, "limits are public");
_Static_assert(NKX_TASK_EXITED == CHILD_EXITED && NKX_TASK_KILLED == CHILD_KILLED &&
                       NKX_TASK_TERMINATED == CHILD_TERMINATED,
        "reasons are public");

static const nk_handle_desc_t no_handle = {.handle = INVALID_HANDLE};

/* Creating ------------------------------------------------------------------------------------------------
 */

/* The strings of a request end with a zero: that has been verified. */
static const char *text_of(const struct nk_arena *arena, const nk_ptr_t *from) {
        const char *text = nkx_arena_get_cstr(arena, from);

        return text ? text : "";
}

/* Its place is taken from now on. */
static Retcode create_child(
        Core *core, const kl_core_Task_Create_req *req, const struct nk_arena *arena, Child **ret_child) {
        const CoreProgram program = {.name = text_of(arena, &req->name),
                .class_name = text_of(arena, &req->eiid),
                .path = text_of(arena, &req->path)};
        uint32_t place;
        Retcode rc;

        if (!core->host.tasks)
                return rcUnimplemented;
        if (!program.name[0])
                return rcInvalidArgument;
        rc = core->host.tasks->create(core->host.arg, core->caller->number, &program, &place);
        if (rc != rcOk)
                return rc;
        *ret_child = child_new(&core->children, place);
        if (*ret_child)
                return rcOk;
        core->host.tasks->drop(core->host.arg, place);
        return rcOutOfMemory;
}

static nk_err_t create(kl_core_Task *self, const kl_core_Task_Create_req *req,
        const struct nk_arena *req_arena, kl_core_Task_Create_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_task(self);
        CoreObjectSpec spec = {.kind = &core_task_kind, .rights = NKX_TASK_RIGHTS};
        CoreObject *object;
        uint32_t number;

        nk_unused(res_arena);
        res->child = no_handle;
        res->rc = create_child(core, req, req_arena, &spec.child);
        if (res->rc != rcOk)
                return NK_EOK;
        res->rc = core_object_new(core->caller, &spec, &object, &number);
        if (res->rc == rcOk) {
                child_set_data(spec.child, object);
                res->child = nkx_handle_desc_make(number, spec.rights, 0);
        } else {
                core_child_free(core, spec.child);
        }
        return NK_EOK;
}

/* It will not run: what it was given goes, and its place is free. */
static void forget(Core *core, uint32_t place) {
        CoreTask *task = core->host.tasks->at(core->host.arg, place);

        for (uint32_t number; task && (number = given_take(&task->given)) != 0;)
                (void)htree_close(task->space, number);
        core->host.tasks->drop(core->host.arg, place);
}

void core_child_free(Core *core, Child *child) {
        uint32_t place = child_place(child);

        if (child_free(child))
                forget(core, place);
}

/* With a handle of it ---------------------------------------------------------------------------------------
 */

static Retcode find(Core *core, uint32_t number, uint32_t rights, Child **ret_child) {
        void *found = NULL;
        Retcode rc = core_rc_of(htree_find(core->caller->space, number, &core_task_kind, rights, &found));

        *ret_child = rc == rcOk ? ((CoreObject *)found)->child : NULL;
        return rc;
}

static nk_err_t resume(kl_core_Task *self, const kl_core_Task_Resume_req *req,
        const struct nk_arena *req_arena, kl_core_Task_Resume_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_task(self);
        Child *child;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find(core, req->child.handle, NKX_TASK_START, &child);
        if (res->rc == rcOk)
                res->rc = child_start(child, core->ticket);
        if (res->rc != rcOk)
                return NK_EOK;
        core->is_later = true;
        core->host.tasks->start(core->host.arg, child_place(child));
        return NK_EOK;
}

static nk_err_t terminate(kl_core_Task *self, const kl_core_Task_Terminate_req *req,
        const struct nk_arena *req_arena, kl_core_Task_Terminate_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_task(self);
        Child *child;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find(core, req->child.handle, NKX_TASK_TERMINATE, &child);
        if (res->rc == rcOk)
                res->rc = child_terminate(child);
        if (res->rc == rcOk)
                core->host.tasks->end(core->host.arg, child_place(child));
        return NK_EOK;
}

static nk_err_t wait_for(kl_core_Task *self, const kl_core_Task_Wait_req *req,
        const struct nk_arena *req_arena, kl_core_Task_Wait_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_task(self);
        uint64_t until_ms = req->msecs >= FOREVER_MS ? CHILD_NEVER : core->now_ms + req->msecs;
        Child *child;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find(core, req->child.handle, NKX_TASK_WAIT, &child);
        if (res->rc == rcOk)
                res->rc = child_wait(child, core->caller, core->ticket, core->now_ms, until_ms);
        core->is_later = res->rc == rcOk;
        return NK_EOK;
}

/* Handles by name -------------------------------------------------------------------------------------------
 */

static Retcode give(Core *core, const kl_core_Task_Give_req *req, const char *name) {
        nk_handle_desc_t sent = nkx_handle_desc_make(req->handle.handle, req->rights, 0), received;
        CoreTask *task;
        Child *child;
        Retcode rc = find(core, req->child.handle, NKX_TASK_START, &child);

        if (rc != rcOk)
                return rc;
        task = core->host.tasks->at(core->host.arg, child_place(child));
        if (!child_is_created(child) || !task)
                return rcInvalidOperation;
        rc = given_check(&task->given, name);
        if (rc == rcOk)
                rc = core_rc_of(htree_transfer(core->caller->space, task->space, &sent, 1, &received));
        if (rc != rcOk)
                return rc;
        rc = given_add(&task->given, name, received.handle);
        if (rc != rcOk)
                htree_take_back(task->space, &received, 1);
        return rc;
}

static nk_err_t give_method(kl_core_Task *self, const kl_core_Task_Give_req *req,
        const struct nk_arena *req_arena, kl_core_Task_Give_res *res, struct nk_arena *res_arena) {
        const char *name = text_of(req_arena, &req->name);

        nk_unused(res_arena);
        res->rc = name[0] && req->handle.handle != INVALID_HANDLE ? give(core_of_task(self), req, name)
                                                                  : rcInvalidArgument;
        return NK_EOK;
}

static nk_err_t lookup(kl_core_Task *self, const kl_core_Task_Lookup_req *req,
        const struct nk_arena *req_arena, kl_core_Task_Lookup_res *res, struct nk_arena *res_arena) {
        CoreTask *caller = core_of_task(self)->caller;
        uint32_t number = 0, rights = 0;

        nk_unused(res_arena);
        res->rc = given_find(&caller->given, text_of(req_arena, &req->name), &number);
        if (res->rc == rcOk)
                res->rc = core_rc_of(htree_describe(caller->space, number, 0, NULL, &rights));
        res->handle = res->rc == rcOk ? nkx_handle_desc_make(number, rights, 0) : no_handle;
        caller->core->had = number;
        return NK_EOK;
}

const kl_core_Task_ops core_task_ops = {
        .Create = create,
        .Resume = resume,
        .Terminate = terminate,
        .Wait = wait_for,
        .Give = give_method,
        .Lookup = lookup,
};

/* Later -----------------------------------------------------------------------------------------------------
 */

static void say(Core *core, ChildTicket ticket, struct nk_message *message, uint32_t size) {
        core->host.answer(
                core->host.arg, &(CoreAnswer){.ticket = ticket, .message = message, .message_size = size});
}

static void say_start(Core *core, const ChildEnd *end) {
        kl_core_Task_Resume_res res;

        memset(&res, 0, sizeof(res)); /* gaps between members go to another process too */
        nk_req_reset(&res);
        nk_msg_set_method_id(
                &res, kl_core_Core_task_iidOffset + kl_core_CTask_Task_iid, kl_core_Task_Resume_mid);
        res.rc = end->rc;
        say(core, end->ticket, &res.base_, sizeof(res));
}

static void say_wait(Core *core, const ChildEnd *end) {
        kl_core_Task_Wait_res res;

        memset(&res, 0, sizeof(res));
        nk_req_reset(&res);
        nk_msg_set_method_id(
                &res, kl_core_Core_task_iidOffset + kl_core_CTask_Task_iid, kl_core_Task_Wait_mid);
        res.rc = end->rc;
        res.reason = end->reason;
        res.status = end->status;
        say(core, end->ticket, &res.base_, sizeof(res));
}

void core_say_child(void *host, const ChildEnd *end) {
        if (end->is_start)
                say_start(host, end);
        else
                say_wait(host, end);
}

void core_child_started(Core *core, uint32_t place, Retcode rc) {
        Child *child = child_find(&core->children, place);

        if (child)
                child_started(child, rc);
        else if (rc != rcOk)
                forget(core, place);
}

void core_child_ended(Core *core, uint32_t place, bool was_killed, int32_t status) {
        Child *child = child_find(&core->children, place);
        CoreObject *object;

        if (!child)
                return;
        object = child_data(child);
        child_ended(child, was_killed, status);
        ntc_raise(&object->source, EVENT_TASK_COMPLETED, true);
}
