/* SPDX-License-Identifier: MIT */
/*
 * Holding: see hold.h. Nothing is ever given back.
 */
#include "hold.h"

#include <coresrv/cm/cm_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/handle/notice_api.h>
#include <coresrv/time/timeout.h>
#include <coresrv/vmm/pmm_api.h>
#include <services/ocap.h>

#include <pthread.h>

#include "calls.h"

#define PAGE 4096u
#define RW   (VMM_FLAG_READ | VMM_FLAG_WRITE)

static Notice notice;
static int context;

static void *wait_for_event(void *arg) {
        EventDesc event;
        rtl_size_t n;

        (void)KnNoticeGetEvent(notice, INFINITE_TIMEOUT, 1, &event, &n);
        return arg;
}

static void *ask_nobody(void *arg) {
        Handle handle;
        rtl_uint32_t id;

        (void)KnCmConnect("Nobody", "new", INFINITE_TIMEOUT, &handle, &id);
        return arg;
}

static Retcode hold_objects(Handle *ret_object) {
        Handle object, badge, copy;
        Retcode rc = KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, OCAP_HANDLE_FULL, &context, &object);

        if (rc == rcOk)
                rc = KnNoticeCreate(&notice);
        if (rc == rcOk)
                rc = KnNoticeSubscribeToObject(notice, object, 1, 1);
        if (rc == rcOk)
                rc = KnNoticeSubscribeToObject(notice, object, 2, 2);
        if (rc == rcOk)
                rc = KnHandleCreateBadge(notice, 3, &context, &badge);
        if (rc == rcOk)
                rc = KnHandleCopy(object, OCAP_HANDLE_FULL, badge, &copy);
        if (rc == rcOk)
                *ret_object = object;
        return rc;
}

static Retcode hold_memory(Handle *ret_memory) {
        Handle mapped, plain;
        void *address;
        Retcode rc = KnPmmMdlCreate(PAGE, RW, &mapped);

        if (rc == rcOk)
                rc = KnPmmMdlMap(mapped, 0, PAGE, RTL_NULL, RW, &address);
        if (rc == rcOk)
                rc = KnPmmMdlCreate(PAGE, RW, &plain);
        return rc == rcOk ? KnPmmMdlCreate(PAGE, RW, ret_memory) : rc;
}

/* A channel inside, one to another process, and a listener. */
static Retcode hold_channels(Handle on) {
        static Thing thing;
        Handle listener, in, server, client;
        Retcode rc = KnHandleCreateListener(&listener);

        if (rc == rcOk)
                rc = KnHandleConnect(on, &in, &server, &client);
        if (rc == rcOk)
                rc = connect_to("Server", "brief", &thing);
        return rc == rcOk && echo(&thing, 1, 0) != NK_EOK ? rcFail : rc;
}

Retcode hold_everything(Handle on, Handle *ret_object, Handle *ret_memory) {
        pthread_t waiting, asking;
        Retcode rc = hold_objects(ret_object);

        if (rc == rcOk)
                rc = hold_memory(ret_memory);
        if (rc == rcOk)
                rc = hold_channels(on);
        if (rc == rcOk && (pthread_create(&waiting, NULL, wait_for_event, NULL) != 0 ||
                                  pthread_create(&asking, NULL, ask_nobody, NULL) != 0))
                rc = rcOutOfMemory;
        return rc;
}
