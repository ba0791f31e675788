/* SPDX-License-Identifier: MIT */
/*
 * coresrv/entity/entity_api.h: a handle of a process in a block of memory.
 */
#include <coresrv/entity/entity_api.h>

#include <stdlib.h>

#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>

struct Entity {
        Handle handle;
};

Entity *EntityInit(const EntityInfo *info) {
        return EntityInitEx(info, RTL_NULL, RTL_NULL);
}

Entity *EntityInitEx(const EntityInfo *info, const char *name, const char *path) {
        Entity *entity;

        if (!info || !info->eiid || info->args[0] || info->envs[0])
                return RTL_NULL;
        entity = calloc(1, sizeof(*entity));
        if (!entity)
                return RTL_NULL;
        if (KnTaskCreate(name ? name : info->eiid, info->eiid, path, 0, 0, 0, &entity->handle) == rcOk)
                return entity;
        free(entity);
        return RTL_NULL;
}

Retcode EntityRun(Entity *entity) {
        return entity ? KnTaskResume(entity->handle) : rcInvalidArgument;
}

Retcode EntityWait(Entity *entity, rtl_uint32_t msecs, int *exitcode) {
        rtl_uint32_t reason = NKX_TASK_EXITED;
        rtl_int32_t status = 0;
        Retcode rc = entity ? nkx_task_wait(entity->handle, msecs, &reason, &status) : rcInvalidArgument;

        if (rc == rcOk && exitcode)
                *exitcode = reason == NKX_TASK_EXITED ? status : -1;
        return rc;
}

Handle nkx_entity_handle(const Entity *entity) {
        return entity ? entity->handle : INVALID_HANDLE;
}

void EntityFree(Entity *entity) {
        if (!entity)
                return;
        (void)KnHandleClose(entity->handle);
        free(entity);
}
