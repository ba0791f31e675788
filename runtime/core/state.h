/* SPDX-License-Identifier: MIT */
/*
 * The kernel as a server, inside: which endpoint implementations there are, and whose call is at hand.
 */
#pragma once

/* The endpoint `Handle` is a parameter there, as documented, and Handle a type here, as documented. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#include <kl/core/Core.edl.h>
#pragma GCC diagnostic pop

#include "child.h"
#include "cm.h"
#include "given.h"
#include "objects.h"

struct CoreTask {
        Core *core;
        uint32_t number; /* the host's */
        const char *name;
        CoreTask *next;                 /* of all */
        struct ConnListener *listeners; /* that it serves, and that the kernel was told of */
        struct Conn *conns;             /* as a client */
        uint32_t n_listeners;           /* made while it ran */
        uint32_t n_called, n_served;    /* connections */
        HtreeSpace *space;
        NtcShare share;             /* its notices stay with it: their handles can't be handed on */
        struct CoreObject *objects; /* that it made */
        uint32_t n_objects;
        GivenList given;
        MdlShare *memory; /* NULL: it may make no memory objects */
};

struct Core {
        CoreHost host;
        Htree *tree;
        NtcBoard *board;
        Cm *cm;
        CoreTask *tasks;
        kl_core_Core_entity entity;
        kl_core_CHandle_component handle_component;
        kl_core_CNotice_component notice_component;
        kl_core_CAudit_component audit_component;
        kl_core_CVMM_component vmm_component;
        kl_core_CCM_component cm_component;
        kl_core_CM connections;
        kl_core_CTask_component task_component;
        kl_core_Handle handle;
        kl_core_Notice notice;
        kl_core_Audit audit;
        kl_core_VMM vmm;
        kl_core_CHAL_component hal_component;
        kl_core_HAL hal;
        kl_core_Task task;
        ChildList children;

        /* The call at hand. */
        CoreTask *caller;
        CoreTicket ticket;
        uint64_t now_ms;
        CoreMail mail;             /* goes with the answer */
        int own_fd;                /* in it, closed when the answer is out */
        void (*close_own)(int fd); /* NULL: there is none */
        MailFds own;               /* likewise */
        uint32_t had;              /* a handle of the answer that the caller had before; 0: none */
        bool is_later;             /* the method has not made an answer: it comes, or came, by another way */
        kl_core_Core_entity_res res;
        uint64_t arena[kl_core_Core_entity_res_arena_size / sizeof(uint64_t)];
};

extern const kl_core_Handle_ops core_handle_ops; /* serve_handle.c */
extern const kl_core_Notice_ops core_notice_ops; /* serve_notice.c */
extern const kl_core_Audit_ops core_audit_ops;   /* serve_audit.c */
extern const kl_core_VMM_ops core_vmm_ops;       /* serve_vmm.c */
extern const kl_core_HAL_ops core_hal_ops;       /* serve_hal.c */
extern const kl_core_CM_ops core_cm_ops;         /* serve_cm.c */

extern const kl_core_Task_ops core_task_ops; /* serve_task.c */

/* NULL: it has died. */
CoreTask *core_find_number(const Core *core, uint32_t number);

/* ChildSay; host is the Core. */
void core_say_child(void *host, const ChildEnd *end);
/* Nobody has a handle of it any more. */
void core_child_free(Core *core, Child *child);

/* The answer to the call at hand brings descriptors. fds: borrowed until it is out, MAIL_FDS_MAX of them at
 * most; they stay the caller's. Returns the number that the answer must name; 0: nothing can be sent. */
uint64_t core_attach(Core *core, const int *fds, uint32_t n_fds);

/* The same with one descriptor that is ours no longer than that. It is closed also when nothing can be sent.
 */
uint64_t core_attach_once(Core *core, int fd, void (*close)(int fd));
/* The same with descriptors that go with the answer; they are closed when it is out. */
uint64_t core_attach_own(Core *core, const MailFds *fds);

/* NtcSay: the end of a call that waits for a notification; host is the Core. */
void core_say_notice(void *host, const NtcEnd *end);
/* CmSay: the end of a call that waits for a client or a server. */
void core_say_cm(void *host, const CmEnd *end);
/* How a handle of the caller's is told; letter: what goes with it, 0: nothing. */
nk_handle_desc_t core_desc_of(const HtreeSpace *space, uint32_t number, uint64_t letter);

static inline Core *core_of_handle(kl_core_Handle *self) {
        return (Core *)(void *)((char *)self - offsetof(Core, handle));
}

static inline Core *core_of_cm(kl_core_CM *self) {
        return (Core *)(void *)((char *)self - offsetof(Core, connections));
}

static inline Core *core_of_audit(kl_core_Audit *self) {
        return (Core *)(void *)((char *)self - offsetof(Core, audit));
}

static inline Core *core_of_hal(kl_core_HAL *self) {
        return (Core *)(void *)((char *)self - offsetof(Core, hal));
}

static inline Core *core_of_notice(kl_core_Notice *self) {
        return (Core *)(void *)((char *)self - offsetof(Core, notice));
}

static inline Core *core_of_vmm(kl_core_VMM *self) {
        return (Core *)(void *)((char *)self - offsetof(Core, vmm));
}

static inline Core *core_of_task(kl_core_Task *self) {
        return (Core *)(void *)((char *)self - offsetof(Core, task));
}
