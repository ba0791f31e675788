/* SPDX-License-Identifier: MIT */
/*
 * The kernel as a server: calls come in, are dispatched, and go out by the host's function.
 */
#include "core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "state.h"

static void connect_endpoints(Core *core) {
        core->handle.ops = &core_handle_ops;
        core->notice.ops = &core_notice_ops;
        core->audit.ops = &core_audit_ops;
        core->hal.ops = &core_hal_ops;
        core->vmm.ops = &core_vmm_ops;
        core->connections.ops = &core_cm_ops;
        core->task.ops = &core_task_ops;
        kl_core_CHandle_component_init(&core->handle_component, &core->handle);
        kl_core_CNotice_component_init(&core->notice_component, &core->notice);
        kl_core_CAudit_component_init(&core->audit_component, &core->audit);
        kl_core_CHAL_component_init(&core->hal_component, &core->hal);
        kl_core_CVMM_component_init(&core->vmm_component, &core->vmm);
        kl_core_CCM_component_init(&core->cm_component, &core->connections);
        kl_core_CTask_component_init(&core->task_component, &core->task);
        core->children = (ChildList){.say = core_say_child, .host = core};
        kl_core_Core_entity_init(&core->entity, &core->vmm_component, NULL, NULL, &core->handle_component,
                &core->task_component, NULL, NULL, NULL, &core->hal_component, &core->audit_component,
                &core->cm_component, &core->notice_component, NULL);
}

bool core_is_unjudged(uint16_t riid, uint16_t mid) {
        return riid == kl_core_Core_handle_iidOffset + kl_core_CHandle_Handle_iid &&
               (mid == kl_core_Handle_Open_mid || mid == kl_core_Handle_Reopen_mid);
}

void core_task_disconnect(CoreTask *task) {
        conn_task_died(task);
}

CoreTask *core_find_number(const Core *core, uint32_t number) {
        CoreTask *task = core->tasks;

        while (task && task->number != number)
                task = task->next;
        return task;
}

int core_new(const CoreHost *host, Core **ret_core) {
        Core *core = calloc(1, sizeof(*core));

        if (!core)
                return -ENOMEM;
        core->host = *host;
        if (!core->host.objects_max)
                core->host.objects_max = CORE_OBJECTS_MAX;
        core->tree = htree_new();
        if (!core->tree || ntc_board_new(core_say_notice, core, &core->board) != 0 ||
                cm_new(CM_REQUESTS_MAX, core_say_cm, core, &core->cm) != 0) {
                core_free(core);
                return -ENOMEM;
        }
        htree_on_lost(core->tree, conn_lost);
        connect_endpoints(core);
        *ret_core = core;
        return 0;
}

Core *core_free(Core *core) {
        if (!core)
                return NULL;
        htree_free(core->tree);
        ntc_board_free(core->board);
        cm_free(core->cm);
        free(core);
        return NULL;
}

int core_task_new(Core *core, uint32_t number, const char *name, CoreTask **ret_task) {
        CoreTask *task = calloc(1, sizeof(*task));

        if (!task)
                return -ENOMEM;
        *task = (CoreTask){.core = core,
                .number = number,
                .name = name,
                .next = core->tasks,
                .space = htree_space_new(core->tree)};
        if (!task->space) {
                free(task);
                return -ENOMEM;
        }
        core->tasks = task;
        *ret_task = task;
        return 0;
}

/* First what others wait for: from now on nobody can find it. */
CoreTask *core_task_free(CoreTask *task) {
        CoreTask **at;

        if (!task)
                return NULL;
        at = &task->core->tasks;
        while (*at != task)
                at = &(*at)->next;
        *at = task->next;
        cm_task_died(task->core->cm, &(CmTask){task->number, task->name});
        conn_task_died(task);
        child_owner_died(&task->core->children, task);
        core_objects_orphan(task);
        while (given_take(&task->given))
                continue; /* the handles go with the others */
        htree_space_free(task->space);
        free(task);
        return NULL;
}

HtreeSpace *core_space(CoreTask *task) {
        return task->space;
}

uint64_t core_attach(Core *core, const int *fds, uint32_t n_fds) {
        if (!core->host.mail_new)
                return 0;
        core->mail = (CoreMail){
                .id = core->host.mail_new(core->host.arg, core->caller->number), .fds = fds, .n_fds = n_fds};
        return core->mail.id;
}

uint64_t core_attach_once(Core *core, int fd, void (*close)(int fd)) {
        core->own_fd = fd;
        core->close_own = close;
        return core_attach(core, &core->own_fd, 1);
}

static void close_own(Core *core) {
        if (core->close_own)
                core->close_own(core->own_fd);
        core->close_own = NULL;
        conn_close_fds(&core->own);
}

uint64_t core_attach_own(Core *core, const MailFds *fds) {
        core->own = *fds;
        return core_attach(core, core->own.list, core->own.n);
}

nk_handle_desc_t core_desc_of(const HtreeSpace *space, uint32_t number, uint64_t letter) {
        uint32_t rights = 0;

        (void)htree_describe(space, number, 0, NULL, &rights);
        return nkx_handle_desc_make(number, rights, letter);
}

void core_task_set_memory(CoreTask *task, MdlShare *share) {
        task->memory = share;
}

/* A method that nobody serves gets an empty answer, without a message. */
static void answer(Core *core, nk_err_t err, const struct nk_arena *arena) {
        CoreAnswer a = {.ticket = core->ticket, .had = core->had, .mail = core->mail};

        if (err == NK_EOK) {
                a.message = &core->res.base_;
                a.message_size = core->res.base_.size;
                a.arena = core->arena;
                a.arena_size = (uint32_t)nkx_arena_used(arena);
        }
        core->host.answer(core->host.arg, &a);
}

void core_call(CoreTask *caller, CoreTicket ticket, const struct nk_message *request, const void *arena,
        uint32_t arena_size, uint64_t now_ms) {
        Core *core = caller->core;
        struct nk_arena res_arena =
                NK_ARENA_INITIALIZER((char *)core->arena, (char *)core->arena + sizeof(core->arena));
        struct nk_arena req_arena;
        nk_err_t err;

        /* Only read by dispatchers and methods. */
        nk_arena_init(
                &req_arena, (void *)(uintptr_t)arena, arena ? (char *)(uintptr_t)arena + arena_size : NULL);
        (void)nkx_arena_set_used(&req_arena, arena_size);
        memset(&core->res, 0, sizeof(core->res));
        nk_req_reset(&core->res);
        core->caller = caller;
        core->ticket = ticket;
        core->now_ms = now_ms;
        core->mail = (CoreMail){.n_fds = 0};
        core->own.n = 0;
        core->had = 0;
        core->is_later = false;
        err = kl_core_Core_entity_dispatch(&core->entity, request, &req_arena, &core->res.base_, &res_arena);
        if (!core->is_later)
                answer(core, err, &res_arena);
        close_own(core);
        core->caller = NULL;
}

uint64_t core_expire(Core *core, uint64_t now_ms) {
        uint64_t notices = ntc_expire(core->board, now_ms);
        uint64_t requests = cm_expire(core->cm, now_ms);
        uint64_t children = child_expire(&core->children, now_ms);
        uint64_t next = notices < requests ? notices : requests;

        return next < children ? next : children;
}

HtreeCounts core_count_handles(const Core *core) {
        return htree_count(core->tree);
}

uint32_t core_count_waiting(const Core *core) {
        return ntc_count(core->board) + cm_count(core->cm) + child_count(&core->children);
}

uint32_t core_count_objects(const CoreTask *task) {
        return task->n_objects;
}
