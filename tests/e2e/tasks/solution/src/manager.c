/* SPDX-License-Identifier: MIT */
/*
 * Manager: starts what it may, tries what it may not, and hears how they end.
 */
#include <coresrv/entity/entity_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/handle/notice_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/time/timeout.h>
#include <coresrv/vmm/pmm_api.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tasks/IServer.idl.h>

#define SIZE 4096

static void check(int is_true, const char *what) {
        fprintf(stderr, "%s %s\n", is_true ? "ok" : "not ok", what);
}

static Retcode create(const char *name, Handle *child) {
        return KnTaskCreate(name, RTL_NULL, RTL_NULL, 0, 0, 0, child);
}

static int ends_with(Handle child, rtl_uint32_t wanted, rtl_int32_t wanted_status) {
        rtl_uint32_t reason = 99;
        rtl_int32_t status = -99;

        return nkx_task_wait(child, INFINITE_TIMEOUT, &reason, &status) == rcOk && reason == wanted &&
               status == wanted_status;
}

static void try_names(void) {
        Handle child = INVALID_HANDLE, again = INVALID_HANDLE;
        char long_name[300];

        memset(long_name, 'n', sizeof long_name);
        long_name[256] = '\0';
        check(create(long_name, &child) == rcInvalidArgument, "name that is too long");
        long_name[255] = '\0';
        check(create(long_name, &child) == rcResourceNotFound, "longest name");
        check(create("", &child) == rcInvalidArgument && create(RTL_NULL, &child) == rcInvalidArgument,
                "no name");
        check(create("leaver", RTL_NULL) == rcInvalidArgument, "no place for the handle");
        check(create("nobody", &child) == rcResourceNotFound, "program that is none");
        check(create("first", &child) == rcSecurityDisallow, "program that starts with the rest");
        check(create("tasks.Manager", &child) == rcSecurityDisallow, "oneself");
        check(create("tasks.Orphan", &child) == rcSecurityDisallow, "program of another starter");
        check(create("forbidden", &child) == rcSecurityDisallow, "start that the policy denies");
        check(create("forbidden", &child) == rcSecurityDisallow, "start that the policy denies again");
        check(KnTaskCreate("leaver", "tasks.Server", RTL_NULL, 0, 0, 0, &child) == rcInvalidArgument,
                "other class");
        check(KnTaskCreate("leaver", RTL_NULL, "Server", 0, 0, 0, &child) == rcInvalidArgument, "other path");
        check(KnTaskCreate("leaver", "tasks.Worker", "Worker", 0, 0, 0, &child) == rcOk,
                "right class and path");
        check(create("leaver", &again) == rcAlreadyExists, "name that is taken");
        check(KnHandleClose(child) == rcOk && create("leaver", &child) == rcOk, "name that was given back");
        check(KnHandleClose(child) == rcOk, "closed before its start");
}

static void try_life(void) {
        Handle child = INVALID_HANDLE, again = INVALID_HANDLE, third = INVALID_HANDLE;

        check(create("leaver", &child) == rcOk, "created");
        check(nkx_task_wait(child, 0, RTL_NULL, RTL_NULL) == rcTimeout, "created has not ended");
        check(nkx_task_wait(child, 20, RTL_NULL, RTL_NULL) == rcTimeout, "waiting has its limit");
        check(nkx_task_terminate(child) == rcInvalidOperation, "created can't be ended");
        check(KnTaskResume(child) == rcOk, "started");
        check(KnTaskResume(child) == rcInvalidOperation, "started once");
        check(ends_with(child, NKX_TASK_EXITED, 7), "exit status");
        check(ends_with(child, NKX_TASK_EXITED, 7), "exit status once more");
        check(nkx_task_terminate(child) == rcInvalidOperation, "ended can't be ended");
        check(create("leaver", &again) == rcOk && again != child, "created again after its end");
        check(nkx_task_wait(again, 0, RTL_NULL, RTL_NULL) == rcTimeout &&
                        ends_with(child, NKX_TASK_EXITED, 7),
                "two lives, two handles");
        check(create("leaver", &third) == rcAlreadyExists, "one life at a time");
        check(KnTaskResume(again) == rcOk && ends_with(again, NKX_TASK_EXITED, 7), "second life");
        check(KnHandleClose(again) == rcOk && KnHandleClose(child) == rcOk, "both closed");
        check(nkx_task_wait(child, 0, RTL_NULL, RTL_NULL) == rcInvalidArgument, "closed handle");
}

static void try_ends(void) {
        Handle idler = INVALID_HANDLE, aborter = INVALID_HANDLE, nameless = INVALID_HANDLE;
        EventDesc event = {.eventMask = 0};
        rtl_size_t count = 0;
        Notice notice;

        check(create("idler", &idler) == rcOk && KnTaskResume(idler) == rcOk, "idler runs");
        check(KnNoticeCreate(&notice) == rcOk &&
                        KnNoticeSubscribeToObject(notice, idler, EVENT_TASK_COMPLETED, 5) == rcOk &&
                        KnNoticeGetEvent(notice, 0, 1, &event, &count) == rcTimeout,
                "no notification before the end");
        check(nkx_task_terminate(idler) == rcOk && ends_with(idler, NKX_TASK_TERMINATED, SIGKILL),
                "terminated");
        check(KnNoticeGetEvent(notice, INFINITE_TIMEOUT, 1, &event, &count) == rcOk && event.eventId == 5 &&
                        event.eventMask == EVENT_TASK_COMPLETED,
                "notification of the end");
        check(create("aborter", &aborter) == rcOk && KnTaskResume(aborter) == rcOk &&
                        ends_with(aborter, NKX_TASK_KILLED, SIGABRT),
                "killed by a signal");
        check(create("nameless", &nameless) == rcOk && KnTaskResume(nameless) == rcOk &&
                        KnHandleClose(nameless) == rcOk,
                "goes on without a handle");
}

static void try_rights(Handle child) {
        Handle waiter = INVALID_HANDLE;

        check(KnHandleCopy(child, NKX_TASK_WAIT, INVALID_HANDLE, &waiter) == rcOk, "copy for waiting");
        check(KnTaskResume(waiter) == rcNoCapability, "copy for waiting does not start");
        check(nkx_task_terminate(waiter) == rcNoCapability, "copy for waiting does not end");
        check(nkx_task_give(waiter, "x", child, 0) == rcNoCapability, "copy for waiting does not give");
        check(nkx_task_wait(waiter, 0, RTL_NULL, RTL_NULL) == rcTimeout, "copy for waiting waits");
        check(KnHandleClose(waiter) == rcOk, "copy is closed");
}

static Handle resource(rtl_uint32_t rights) {
        Handle handle = INVALID_HANDLE;

        (void)KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, rights, RTL_NULL, &handle);
        return handle;
}

static void try_giving(void) {
        Handle heir = INVALID_HANDLE, memory = INVALID_HANDLE, other = resource(OCAP_HANDLE_TRANSFER);
        char name[16];
        void *at = RTL_NULL;
        unsigned n = 0;

        check(KnPmmMdlCreate(SIZE, VMM_FLAG_READ | VMM_FLAG_WRITE, &memory) == rcOk &&
                        KnPmmMdlMap(memory, 0, SIZE, RTL_NULL, VMM_FLAG_READ | VMM_FLAG_WRITE, &at) == rcOk,
                "memory for the heir");
        *(unsigned char *)at = 42;
        check(create("heir", &heir) == rcOk, "heir is created");
        try_rights(heir);
        check(nkx_task_give(heir, "memory", memory, NKX_MDL_READ) == rcOk, "given");
        check(nkx_task_give(heir, "memory", memory, NKX_MDL_READ) == rcAlreadyExists, "given once");
        check(nkx_task_give(heir, "x", resource(0), 0) == rcNoCapability,
                "not without the right to transfer");
        check(nkx_task_give(heir, "x", other, 1) == rcNoCapability, "not with more rights");
        check(nkx_task_give(heir, "x", 0x80000000u | 12345, 0) == rcInvalidArgument, "not what is no handle");
        check(nkx_task_give(heir, "", other, 0) == rcInvalidArgument, "not without a name");
        while (n < NKX_TASK_GIVEN_MAX &&
                (snprintf(name, sizeof name, "other%u", n), nkx_task_give(heir, name, other, 0)) == rcOk)
                n++;
        check(n == NKX_TASK_GIVEN_MAX - 1 && nkx_task_give(heir, "more", other, 0) == rcQuotaExceeded,
                "not more than there is room for");
        check(KnTaskResume(heir) == rcOk && nkx_task_give(heir, "late", other, 0) == rcInvalidOperation,
                "not after the start");
        check(ends_with(heir, NKX_TASK_EXITED, 42), "heir reads what it was given");
}

static void try_server(void) {
        struct tasks_IServer_proxy proxy;
        NkKosTransport transport;
        tasks_IServer_Add_req req = {.value = 41};
        tasks_IServer_Add_res res;
        tasks_IServer_AddLittle_req little_req = {.value = 41};
        tasks_IServer_AddLittle_res little_res;
        Handle child = INVALID_HANDLE, channel = ServiceLocatorConnect("server");

        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        tasks_IServer_proxy_init(&proxy, &transport.base, ServiceLocatorGetRiid(channel, "main"));
        check(tasks_IServer_AddLittle(&proxy.base, &little_req, NULL, &little_res, NULL) == NK_EPERM,
                "judged call to nobody is denied");
        check(create("tasks.Server", &child) == rcOk && KnTaskResume(child) == rcOk, "server starts late");
        check(tasks_IServer_Add(&proxy.base, &req, NULL, &res, NULL) == NK_EOK && res.result == 42,
                "channel was there before its server");
        check(tasks_IServer_AddLittle(&proxy.base, &little_req, NULL, &little_res, NULL) == NK_EOK &&
                        little_res.result == 42,
                "judged call to a late server");
        check(nkx_task_terminate(child) == rcOk && ends_with(child, NKX_TASK_TERMINATED, SIGKILL),
                "server is ended");
        check(tasks_IServer_Add(&proxy.base, &req, NULL, &res, NULL) == NK_ENOTCONN,
                "channel went with its server");
        check(create("tasks.Server", &child) == rcOk &&
                        tasks_IServer_Add(&proxy.base, &req, NULL, &res, NULL) == NK_ENOTCONN,
                "no channel to one that was created");
        check(KnTaskResume(child) == rcOk, "server starts again");
        check(tasks_IServer_Add(&proxy.base, &req, NULL, &res, NULL) == NK_EOK && res.result == 42 &&
                        tasks_IServer_AddLittle(&proxy.base, &little_req, NULL, &little_res, NULL) ==
                                NK_EOK &&
                        little_res.result == 42,
                "channel is there again");
}

static void try_entity(void) {
        static EntityInfo info = {.eiid = "tasks.Worker"}, wrong = {.eiid = "tasks.Worker", .args = {"x"}};
        Entity *entity = EntityInitEx(&info, "entity", RTL_NULL);
        int exitcode = -1;

        check(EntityInit(&info) == RTL_NULL, "class that is no process");
        check(EntityInitEx(&wrong, "entity", RTL_NULL) == RTL_NULL, "arguments of its own");
        check(EntityInitEx(RTL_NULL, "entity", RTL_NULL) == RTL_NULL, "no info");
        check(entity && EntityRun(entity) == rcOk, "entity runs");
        check(EntityWait(entity, INFINITE_TIMEOUT, &exitcode) == rcOk && exitcode == 3,
                "exit code of the entity");
        check(nkx_entity_handle(entity) != INVALID_HANDLE && nkx_entity_handle(RTL_NULL) == INVALID_HANDLE,
                "handle of the entity");
        EntityFree(entity);
        EntityFree(RTL_NULL);
}

int main(void) {
        try_names();
        try_life();
        try_ends();
        try_giving();
        try_server();
        try_entity();
        return EXIT_SUCCESS;
}
