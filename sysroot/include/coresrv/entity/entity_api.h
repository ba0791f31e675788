/* SPDX-License-Identifier: MIT */
/*
 * Processes, as releases up to 1.1 start them, on top of <coresrv/task/task_api.h>, which says what may be
 * started.
 *
 *      EntityInfo info = {.eiid = "demo.Worker"};
 *      Entity *worker = EntityInitEx(&info, "worker1", RTL_NULL);
 *
 *      if (worker != RTL_NULL && EntityRun(worker) == rcOk)
 *              rc = EntityWait(worker, INFINITE_TIMEOUT, &exitcode);
 *
 * Channels, arguments and environment of a process are those of init.yaml: an EntityInfo with arguments or
 * environment is refused. What its endpoints are is known from its class; `endpoints` and `componentTree` are
 * not looked at.
 *
 * Threads: any, but for one entity one at a time, except that EntityWait may run beside others.
 * Source: the structures, EntityInit and EntityInitEx are documented; EntityRun, EntityWait and EntityFree
 * are observed, their codes are our choice. EntityConnect is not here: its parameters are nowhere shown.
 */
#ifndef CORESRV_ENTITY_ENTITY_API_H
#define CORESRV_ENTITY_ENTITY_API_H

#include <handle/handletype.h>
#include <nk/types.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most arguments and variables that an EntityInfo has room for; the numbers are our choice. */
#define ENTITY_ARGS_MAX 64
#define ENTITY_ENV_MAX  64

typedef struct EndpointInfo {
        char *name;
        nk_iid_t riid;
        char *iface_name;
} EndpointInfo;

typedef enum EntityFlags { ENTITY_FLAGS_NONE = 0, ENTITY_FLAG_DUMPABLE = 1 } EntityFlags;

struct nk_component_node;

typedef struct EntityInfo {
        const char *eiid; /* the class */
        nk_iid_t max_endpoints;
        const EndpointInfo *endpoints;
        const char *args[ENTITY_ARGS_MAX + 1];
        const char *envs[ENTITY_ENV_MAX + 1];
        EntityFlags flags;
        const struct nk_component_node *componentTree;
} EntityInfo;

typedef struct Entity Entity;

/* Creates a process, stopped; its name is that of the class.
 * info:  borrowed for the call; `eiid` must be there.
 * Returns the process, to be released with EntityFree, or RTL_NULL: KnTaskCreate says for what reasons; info
 * has arguments or environment; no memory. Waits for the kernel's answer only. */
Entity *EntityInit(const EntityInfo *info);
/* The same under another name, and from another file than the class says. RTL_NULL: as above. */
Entity *EntityInitEx(const EntityInfo *info, const char *name, const char *path);

/* Starts it: KnTaskResume. */
Retcode EntityRun(Entity *entity);

/* Waits for its end.
 * msecs:     time limit, or INFINITE_TIMEOUT.
 * exitcode:  out, the exit status, or -1 when it was killed; may be RTL_NULL.
 * Returns as nkx_task_wait. */
Retcode EntityWait(Entity *entity, rtl_uint32_t msecs, int *exitcode);

/* Its handle, for nkx_task_give and other calls of task_api.h; borrowed. INVALID_HANDLE: null. Our own
 * extension. */
Handle nkx_entity_handle(const Entity *entity);

/* Lets go of it: one that was started goes on. RTL_NULL is understood. */
void EntityFree(Entity *entity);

#ifdef __cplusplus
}
#endif

#endif
