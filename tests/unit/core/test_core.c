/* SPDX-License-Identifier: MIT */
/*
 * The kernel's endpoints, called by the proxies that libkos uses, over a transport that goes straight to
 * the dispatchers. What waits is answered when its event comes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <kl/core/Handle.idl.h>
#include <kl/core/Notice.idl.h>

#include <handle/event_descr.h>
#include <handle/handletype.h>
#include <services/ocap.h>

#include "core/state.h"

#define TASKS     3
#define SIDS_MAX  40 /* of this test's host */
#define FIRST_SID 100

#define HANDLE_RIID (kl_core_Core_handle_iidOffset + kl_core_CHandle_Handle_iid)
#define NOTICE_RIID (kl_core_Core_notice_iidOffset + kl_core_CNotice_Notice_iid)
#define RIGHTS      (OCAP_HANDLE_FULL | 0xff)

/* What a call got. */
typedef struct Got {
        bool is_answered;
        bool has_message;
        union {
                struct nk_message base_;
                kl_core_Core_entity_res any;
        } message;
        uint32_t arena_size;
        uint64_t arena[kl_core_Notice_GetEvent_res_arena_size / sizeof(uint64_t)];
} Got;

typedef struct Line {
        nk_transport base;
        CoreTask *task;
        kl_core_Handle_proxy handles;
        kl_core_Notice_proxy notices;
} Line;

static Core *core;
static Line lines[TASKS];
static Got got[8]; /* by ticket; 0: of calls that are answered at once */
static uint32_t n_sids;
static uint32_t next_sid;

/* The host ----------------------------------------------------------------------------------------------- */

static int sid_new(void *arg, uint32_t *ret_sid) {
        (void)arg;
        if (n_sids == SIDS_MAX)
                return -1;
        n_sids++;
        *ret_sid = next_sid++;
        return 0;
}

static void sid_dies(void *arg, uint32_t sid) {
        (void)arg;
        assert_in_range(sid, FIRST_SID, next_sid - 1);
        n_sids--;
}

static void note_answer(void *arg, const CoreAnswer *answer) {
        Got *g = got + answer->ticket;

        (void)arg;
        assert_false(g->is_answered);
        *g = (Got){.is_answered = true, .has_message = answer->message, .arena_size = answer->arena_size};
        if (!answer->message)
                return;
        assert_int_equal(answer->message->size, answer->message_size);
        memcpy(&g->message, answer->message, answer->message_size);
        assert_in_range(answer->arena_size, 0, sizeof(g->arena));
        if (answer->arena_size)
                memcpy(g->arena, answer->arena, answer->arena_size);
}

static nk_err_t call(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        Line *line = (Line *)(void *)self;

        (void)req_arena;
        (void)res_arena;
        got[0].is_answered = false;
        core_call(line->task, 0, req, NULL, 0, 1000);
        assert_true(got[0].is_answered);
        if (!got[0].has_message)
                return NK_ENOENT;
        assert_in_range(got[0].message.base_.size, sizeof(struct nk_message), res->size);
        memcpy(res, &got[0].message, got[0].message.base_.size);
        return NK_EOK;
}

static int setup(void **state) {
        static const struct nk_transport_ops ops = {.call = call};
        CoreHost host = {.sid_new = sid_new, .sid_dies = sid_dies, .answer = note_answer};

        (void)state;
        memset(got, 0, sizeof(got));
        n_sids = 0;
        next_sid = FIRST_SID;
        if (core_new(&host, &core) != 0)
                return -1;
        for (int i = 0; i < TASKS; i++) {
                lines[i].base.ops = &ops;
                if (core_task_new(core, (uint32_t)i, i ? "Other" : "One", &lines[i].task) != 0)
                        return -1;
                kl_core_Handle_proxy_init(&lines[i].handles, &lines[i].base, HANDLE_RIID);
                kl_core_Notice_proxy_init(&lines[i].notices, &lines[i].base, NOTICE_RIID);
        }
        return 0;
}

static int teardown(void **state) {
        HtreeCounts counts, none = {.n_spaces = 0};
        uint32_t n_waiting;

        (void)state;
        for (int i = 0; i < TASKS; i++)
                lines[i].task = core_task_free(lines[i].task);
        counts = core_count_handles(core);
        n_waiting = core_count_waiting(core);
        core = core_free(core);
        return n_sids || n_waiting || memcmp(&counts, &none, sizeof(counts)) ? -1 : 0;
}

/* Calls ----------------------------------------------------------------------------------------------------
 */

static const nk_handle_desc_t no_handle = {.handle = INVALID_HANDLE};

static Retcode create_object(int who, uint32_t rights, uint64_t context, uint32_t *ret_number) {
        kl_core_Handle_CreateUserObject_req req = {.type = HANDLE_TYPE_USER_FIRST,
                .rights = rights,
                .context = context,
                .ipcChannel = no_handle};
        kl_core_Handle_CreateUserObject_res res;

        assert_int_equal(
                kl_core_Handle_CreateUserObject(&lines[who].handles.base, &req, NULL, &res, NULL), NK_EOK);
        *ret_number = res.handle.handle;
        return res.rc;
}

static uint32_t object(int who, uint64_t context) {
        uint32_t number;

        assert_int_equal(create_object(who, RIGHTS, context, &number), rcOk);
        return number;
}

static Retcode copy(int who, uint32_t number, uint32_t rights, uint32_t badge, uint32_t *ret_number) {
        kl_core_Handle_Copy_req req = {
                .inHandle.handle = number, .newRightsMask = rights, .copyBadge.handle = badge};
        kl_core_Handle_Copy_res res;

        assert_int_equal(kl_core_Handle_Copy(&lines[who].handles.base, &req, NULL, &res, NULL), NK_EOK);
        *ret_number = res.outHandle.handle;
        return res.rc;
}

static Retcode close_it(int who, uint32_t number) {
        kl_core_Handle_Close_req req = {.handle.handle = number};
        kl_core_Handle_Close_res res;

        assert_int_equal(kl_core_Handle_Close(&lines[who].handles.base, &req, NULL, &res, NULL), NK_EOK);
        return res.rc;
}

static Retcode revoke(int who, uint32_t number) {
        kl_core_Handle_Revoke_req req = {.handle.handle = number};
        kl_core_Handle_Revoke_res res;

        assert_int_equal(kl_core_Handle_Revoke(&lines[who].handles.base, &req, NULL, &res, NULL), NK_EOK);
        return res.rc;
}

static Retcode revoke_subtree(int who, uint32_t number, uint32_t badge) {
        kl_core_Handle_RevokeSubtree_req req = {.handle.handle = number, .badge.handle = badge};
        kl_core_Handle_RevokeSubtree_res res;

        assert_int_equal(
                kl_core_Handle_RevokeSubtree(&lines[who].handles.base, &req, NULL, &res, NULL), NK_EOK);
        return res.rc;
}

static Retcode get_sid(int who, uint32_t number, uint32_t *ret_sid) {
        kl_core_Handle_GetSidByHandle_req req = {.handle.handle = number};
        kl_core_Handle_GetSidByHandle_res res;

        assert_int_equal(
                kl_core_Handle_GetSidByHandle(&lines[who].handles.base, &req, NULL, &res, NULL), NK_EOK);
        *ret_sid = res.sid;
        return res.rc;
}

static Retcode create_badge(int who, uint32_t notice, uint64_t id, uint64_t context, uint32_t *ret_number) {
        kl_core_Handle_CreateBadge_req req = {.notice.handle = notice, .eventId = id, .context = context};
        kl_core_Handle_CreateBadge_res res;

        assert_int_equal(
                kl_core_Handle_CreateBadge(&lines[who].handles.base, &req, NULL, &res, NULL), NK_EOK);
        *ret_number = res.badge.handle;
        return res.rc;
}

static uint32_t badge(int who, uint32_t notice, uint64_t id, uint64_t context) {
        uint32_t number;

        assert_int_equal(create_badge(who, notice, id, context, &number), rcOk);
        return number;
}

static uint32_t notice(int who) {
        kl_core_Notice_Create_req req;
        kl_core_Notice_Create_res res;

        memset(&req, 0, sizeof(req));
        assert_int_equal(kl_core_Notice_Create(&lines[who].notices.base, &req, NULL, &res, NULL), NK_EOK);
        assert_int_equal(res.rc, rcOk);
        return res.notify.handle;
}

static Retcode subscribe(int who, uint32_t notify, uint32_t number, uint32_t mask, uint64_t id) {
        kl_core_Notice_SubscribeToObject_req req = {
                .notify.handle = notify, .object.handle = number, .evMask = mask, .evId = id};
        kl_core_Notice_SubscribeToObject_res res;

        assert_int_equal(
                kl_core_Notice_SubscribeToObject(&lines[who].notices.base, &req, NULL, &res, NULL), NK_EOK);
        return res.rc;
}

static Retcode signal_event(int who, uint32_t number, uint32_t mask) {
        kl_core_Notice_SetObjectEvent_req req = {.object.handle = number, .evMask = mask};
        kl_core_Notice_SetObjectEvent_res res;

        assert_int_equal(
                kl_core_Notice_SetObjectEvent(&lines[who].notices.base, &req, NULL, &res, NULL), NK_EOK);
        return res.rc;
}

/* A call that may wait. */
static void get_event(int who, CoreTicket ticket, uint32_t notify, uint32_t n_max, uint64_t msec) {
        kl_core_Notice_GetEvent_req req = {.notify.handle = notify, .msec = msec, .countMax = n_max};

        nk_req_reset(&req);
        nk_msg_set_method_id(&req, NOTICE_RIID, kl_core_Notice_GetEvent_mid);
        nk_msg_set_ncaps(&req, 1);
        got[ticket].is_answered = false;
        core_call(lines[who].task, ticket, &req.base_, NULL, 0, 1000);
}

static Retcode rc_of(CoreTicket ticket) {
        assert_true(got[ticket].is_answered);
        assert_true(got[ticket].has_message);
        assert_int_equal(got[ticket].message.base_.iid, NOTICE_RIID);
        assert_int_equal(got[ticket].message.base_.mid, kl_core_Notice_GetEvent_mid);
        return got[ticket].message.any.notice_Notice.GetEvent.rc;
}

static void expect_event(CoreTicket ticket, uint32_t i, uint32_t n, uint64_t id, uint32_t mask) {
        const kl_core_Notice_EventDesc *events = (const void *)got[ticket].arena;

        assert_int_equal(rc_of(ticket), rcOk);
        assert_int_equal(got[ticket].message.any.notice_Notice.GetEvent.events.size, n * sizeof(*events));
        assert_int_equal(events[i].eventId, id);
        assert_int_equal(events[i].eventMask, mask);
}

/* As a message between two processes would. */
static nk_handle_desc_t send(int from, int to, nk_handle_desc_t desc) {
        nk_handle_desc_t received;

        assert_int_equal(
                htree_transfer(core_space(lines[from].task), core_space(lines[to].task), &desc, 1, &received),
                0);
        return received;
}

/* Handles ------------------------------------------------------------------------------------------------ */

static void an_object_is_made_copied_and_closed(void **state) {
        uint32_t number = object(0, 7);
        uint32_t copied;

        (void)state;
        assert_int_equal(copy(0, number, 3, INVALID_HANDLE, &copied), rcOk);
        assert_int_not_equal(copied, number);
        assert_int_equal(close_it(0, number), rcOk);
        assert_int_equal(close_it(0, number), rcInvalidArgument);
        assert_int_equal(n_sids, 1);
        assert_int_equal(close_it(0, copied), rcOk);
        assert_int_equal(n_sids, 0);
}

static void an_answer_holds_the_rights_of_the_new_handle(void **state) {
        uint32_t number = object(0, 7);
        kl_core_Handle_Copy_req req = {
                .inHandle.handle = number, .newRightsMask = 3, .copyBadge.handle = INVALID_HANDLE};
        kl_core_Handle_Copy_res res;

        (void)state;
        assert_int_equal(kl_core_Handle_Copy(&lines[0].handles.base, &req, NULL, &res, NULL), NK_EOK);
        assert_int_equal(nk_get_rights(&res.outHandle), 3);
        assert_false(nk_is_handle_dereferenced(&res.outHandle));
}

static void each_reason_has_its_code(void **state) {
        uint32_t mine = object(0, 1);
        uint32_t weak, theirs, number;

        (void)state;
        assert_int_equal(copy(0, mine, 1, INVALID_HANDLE, &weak), rcOk);
        assert_int_equal(copy(0, weak, 1, INVALID_HANDLE, &number), rcNoCapability);
        assert_int_equal(number, INVALID_HANDLE);
        assert_int_equal(copy(0, mine, 0x8000, INVALID_HANDLE, &number), rcNoCapability);
        assert_int_equal(copy(0, mine, 1, mine, &number), rcInvalidArgument);
        assert_int_equal(copy(1, mine, 1, INVALID_HANDLE, &number), rcInvalidArgument);
        assert_int_equal(get_sid(0, weak, &number), rcNoCapability);
        theirs = send(0, 1, nk_handle_desc(mine)).handle;
        assert_int_equal(revoke(0, mine), rcOk);
        assert_int_equal(copy(1, theirs, 1, INVALID_HANDLE, &number), rcHandleRevoked);
        assert_int_equal(get_sid(1, theirs, &number), rcHandleRevoked);
        assert_int_equal(revoke(1, theirs), rcHandleRevoked);
        assert_int_equal(close_it(1, theirs), rcOk);
        assert_int_equal(close_it(1, theirs), rcInvalidArgument);
}

static void one_object_has_one_sid(void **state) {
        uint32_t mine = object(0, 1);
        uint32_t other = object(0, 2);
        uint32_t theirs = send(0, 1, nk_handle_desc(mine)).handle;
        uint32_t a, b, c;

        (void)state;
        assert_int_equal(get_sid(0, mine, &a), rcOk);
        assert_int_equal(get_sid(1, theirs, &b), rcOk);
        assert_int_equal(get_sid(0, other, &c), rcOk);
        assert_int_equal(a, b);
        assert_int_not_equal(a, c);
}

static void types_of_user_objects_have_a_range(void **state) {
        static const struct {
                uint32_t type;
                Retcode rc;
        } rows[] = {
                {HANDLE_TYPE_USER_FIRST - 1, rcInvalidArgument},
                {HANDLE_TYPE_USER_FIRST, rcOk},
                {HANDLE_TYPE_USER_LAST, rcOk},
                {HANDLE_TYPE_USER_LAST + 1, rcInvalidArgument},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                kl_core_Handle_CreateUserObject_req req = {.type = rows[i].type, .ipcChannel = no_handle};
                kl_core_Handle_CreateUserObject_res res;

                assert_int_equal(
                        kl_core_Handle_CreateUserObject(&lines[0].handles.base, &req, NULL, &res, NULL),
                        NK_EOK);
                assert_int_equal(res.rc, rows[i].rc);
        }
}

static void sids_run_out_without_a_trace(void **state) {
        uint32_t number;

        (void)state;
        for (int i = 0; i < SIDS_MAX; i++)
                (void)object(0, 1);
        assert_int_equal(create_object(0, RIGHTS, 1, &number), rcOutOfMemory);
        assert_int_equal(number, INVALID_HANDLE);
        assert_int_equal(core_count_handles(core).n_handles, SIDS_MAX);
}

#define SHARE 5 /* of the objects, in this case */

/* What others still have counts too, for as long as its maker lives. */
static void a_process_has_a_share_of_the_objects(void **state) {
        uint32_t mine[SHARE], theirs, number;

        (void)state;
        assert_int_equal(core->host.objects_max, CORE_OBJECTS_MAX);
        core->host.objects_max = SHARE;
        for (int i = 0; i < SHARE; i++)
                mine[i] = object(0, 1);
        assert_int_equal(create_object(0, RIGHTS, 1, &number), rcQuotaExceeded);
        assert_int_equal(number, INVALID_HANDLE);
        assert_int_equal(n_sids, SHARE);
        assert_int_equal(create_object(1, RIGHTS, 1, &number), rcOk);
        assert_int_equal(close_it(0, mine[0]), rcOk);
        assert_int_equal(create_object(0, RIGHTS, 1, mine), rcOk);
        theirs = send(0, 1, nk_handle_desc(mine[1])).handle;
        assert_int_equal(close_it(0, mine[1]), rcOk);
        assert_int_equal(create_object(0, RIGHTS, 1, &number), rcQuotaExceeded);
        assert_int_equal(close_it(1, theirs), rcOk);
        assert_int_equal(create_object(0, RIGHTS, 1, &number), rcOk);
}

static void objects_outlive_the_share_of_their_maker(void **state) {
        uint32_t theirs;

        (void)state;
        core->host.objects_max = 1;
        theirs = send(0, 1, nk_handle_desc(object(0, 1))).handle;
        lines[0].task = core_task_free(lines[0].task);
        assert_int_equal(core_task_new(core, 0, "One", &lines[0].task), 0);
        (void)object(0, 1);
        assert_int_equal(n_sids, 2);
        assert_int_equal(close_it(1, theirs), rcOk);
        assert_int_equal(n_sids, 1);
}

static void a_full_process_gets_its_code(void **state) {
        uint32_t mine = object(0, 1);
        uint32_t number;

        (void)state;
        for (uint32_t i = 1; i < HTREE_HANDLES_MAX; i++)
                assert_int_equal(copy(0, mine, 0, INVALID_HANDLE, &number), rcOk);
        assert_int_equal(copy(0, mine, 0, INVALID_HANDLE, &number), rcQuotaExceeded);
        assert_int_equal(create_object(0, RIGHTS, 1, &number), rcQuotaExceeded);
        assert_int_equal(n_sids, 1);
}

static void a_method_that_is_not_served_has_no_answer(void **state) {
        kl_core_Handle_GetSecurity_req req;
        kl_core_Handle_GetSecurity_res res;

        (void)state;
        memset(&req, 0, sizeof(req));
        assert_int_equal(
                kl_core_Handle_GetSecurity(&lines[0].handles.base, &req, NULL, &res, NULL), NK_ENOENT);
}

/* Badges and notices ------------------------------------------------------------------------------------- */

static void a_server_learns_that_a_client_closed_its_handle(void **state) {
        uint32_t notify = notice(0);
        uint32_t file = object(0, 1);
        uint32_t with = badge(0, notify, 55, 66);
        uint32_t theirs = send(0, 1, nk_handle_desc(file, NKX_RIGHTS_ALL, with)).handle;
        nk_handle_desc_t back = send(1, 0, nk_handle_desc(theirs));

        (void)state;
        assert_true(nk_is_handle_dereferenced(&back));
        assert_int_equal(back.badge, 66);
        get_event(0, 1, notify, 4, 0xffffffff);
        assert_false(got[1].is_answered);
        assert_int_equal(close_it(1, theirs), rcOk);
        expect_event(1, 0, 1, 55, EVENT_BADGE_CLOSED);
        assert_int_equal(revoke_subtree(0, file, with), rcOk);
        assert_int_equal(close_it(0, with), rcOk);
        get_event(0, 2, notify, 4, 0);
        expect_event(2, 0, 1, 55, EVENT_OBJECT_DESTROYED);
}

static void a_server_learns_that_a_client_died(void **state) {
        uint32_t notify = notice(0);
        uint32_t with = badge(0, notify, 55, 66);

        (void)state;
        (void)send(0, 1, nk_handle_desc(object(0, 1), NKX_RIGHTS_ALL, with));
        lines[1].task = core_task_free(lines[1].task);
        get_event(0, 1, notify, 4, 0);
        expect_event(1, 0, 1, 55, EVENT_BADGE_CLOSED);
}

static void revoking_a_subtree_closes_the_badge(void **state) {
        uint32_t notify = notice(0);
        uint32_t file = object(0, 1);
        uint32_t with = badge(0, notify, 55, 66);
        uint32_t theirs = send(0, 1, nk_handle_desc(file, NKX_RIGHTS_ALL, with)).handle;
        uint32_t sid;

        (void)state;
        assert_int_equal(revoke_subtree(0, file, with), rcOk);
        assert_int_equal(get_sid(1, theirs, &sid), rcHandleRevoked);
        get_event(0, 1, notify, 4, 0);
        expect_event(1, 0, 1, 55, EVENT_BADGE_CLOSED);
}

static void a_badge_needs_a_notice_or_none(void **state) {
        uint32_t number;

        (void)state;
        assert_int_equal(create_badge(0, INVALID_HANDLE, 1, 2, &number), rcOk);
        assert_int_equal(create_badge(0, number, 1, 2, &number), rcInvalidArgument);
        assert_int_equal(create_badge(0, 5, 1, 2, &number), rcInvalidArgument);
        assert_int_equal(number, INVALID_HANDLE);
        assert_int_equal(n_sids, 1);
}

static void events_of_an_object_reach_who_may_hear_them(void **state) {
        uint32_t mine = object(0, 1);
        uint32_t theirs = send(0, 1, nk_handle_desc(mine, OCAP_HANDLE_GET_EVENT)).handle;
        uint32_t deaf = send(0, 1, nk_handle_desc(mine, 1)).handle;
        uint32_t notify = notice(1);

        (void)state;
        assert_int_equal(subscribe(1, notify, deaf, OBJECT_EVENT_USER(3), 9), rcNoCapability);
        assert_int_equal(subscribe(1, notify, theirs, 0, 9), rcInvalidArgument);
        assert_int_equal(
                subscribe(1, notify, theirs, OBJECT_EVENT_USER(3) | EVENT_OBJECT_DESTROYED, 9), rcOk);
        assert_int_equal(signal_event(1, theirs, OBJECT_EVENT_USER(3)), rcNoCapability);
        assert_int_equal(signal_event(0, mine, EVENT_OBJECT_DESTROYED), rcInvalidArgument);
        assert_int_equal(signal_event(0, mine, 0), rcInvalidArgument);
        assert_int_equal(signal_event(0, mine, OBJECT_EVENT_USER(2) | OBJECT_EVENT_USER(3)), rcOk);
        get_event(1, 1, notify, 4, 0);
        expect_event(1, 0, 1, 9, OBJECT_EVENT_USER(3));
}

/* Bytes from..to - 1 of what another process gets. */
static void expect_zeros(const void *bytes, size_t from, size_t to) {
        for (size_t i = from; i < to; i++)
                assert_int_equal(((const uint8_t *)bytes)[i], 0);
}

static void nothing_of_the_kernel_lies_in_the_gaps_of_an_answer(void **state) {
        uint32_t mine = object(0, 1);
        uint32_t notify = notice(0);
        const size_t rc_end = offsetof(kl_core_Notice_GetEvent_res, rc) + sizeof(Retcode);
        const size_t mask_end = offsetof(kl_core_Notice_EventDesc, eventMask) + sizeof(uint32_t);

        (void)state;
        memset(got + 1, 0x5a, sizeof(got[1]));
        assert_int_equal(subscribe(0, notify, mine, OBJECT_EVENT_USER(0), 9), rcOk);
        assert_int_equal(signal_event(0, mine, OBJECT_EVENT_USER(0)), rcOk);
        get_event(0, 1, notify, 4, 0);
        expect_event(1, 0, 1, 9, OBJECT_EVENT_USER(0));
        expect_zeros(&got[1].message, rc_end, sizeof(kl_core_Notice_GetEvent_res));
        expect_zeros(got[1].arena, mask_end, sizeof(kl_core_Notice_EventDesc));
}

static void waiting_ends_in_time(void **state) {
        uint32_t notify = notice(0);

        (void)state;
        get_event(0, 1, notify, 1, 50);
        assert_int_equal(core_expire(core, 1049), 1050);
        assert_false(got[1].is_answered);
        assert_int_equal(core_expire(core, 1050), NTC_NEVER);
        assert_int_equal(rc_of(1), rcTimeout);
        assert_int_equal(got[1].message.any.notice_Notice.GetEvent.events.size, 0);
        get_event(0, 2, notify, 1, 0);
        assert_int_equal(rc_of(2), rcTimeout);
        get_event(0, 3, notify, 0, 0);
        assert_int_equal(rc_of(3), rcInvalidArgument);
        get_event(0, 4, object(0, 1), 1, 0);
        assert_int_equal(rc_of(4), rcInvalidArgument);
}

static void closing_a_notice_wakes_who_waits(void **state) {
        uint32_t notify = notice(0);

        (void)state;
        get_event(0, 1, notify, 1, 0xffffffff);
        assert_int_equal(close_it(0, notify), rcOk);
        assert_int_equal(rc_of(1), rcAbort);
}

static void a_process_that_dies_leaves_nothing(void **state) {
        uint32_t notify = notice(0);
        uint32_t mine = object(0, 1);

        (void)state;
        assert_int_equal(subscribe(0, notify, mine, EVENT_OBJECT_DESTROYED, 1), rcOk);
        (void)send(0, 1, nk_handle_desc(mine, 1, badge(0, notify, 1, 2)));
        get_event(0, 1, notify, 1, 0xffffffff);
        lines[0].task = core_task_free(lines[0].task);
        assert_int_equal(core_count_waiting(core), 0);
        assert_int_equal(core_count_handles(core).n_handles, 1);
        assert_int_equal(n_sids, 1);
}

/* Its handle is still there: it descends from one of nobody now. */
static void a_client_learns_that_the_provider_died(void **state) {
        uint32_t notify = notice(1);
        uint32_t theirs = send(0, 1, nk_handle_desc(object(0, 1))).handle;

        (void)state;
        assert_int_equal(subscribe(1, notify, theirs, EVENT_OBJECT_DESTROYED, 7), rcOk);
        get_event(1, 1, notify, 1, 0xffffffff);
        assert_false(got[1].is_answered);
        lines[0].task = core_task_free(lines[0].task);
        assert_int_equal(rc_of(1), rcOk);
        assert_int_equal(subscribe(1, notify, theirs, EVENT_OBJECT_DESTROYED, 8), rcOk);
        get_event(1, 2, notify, 1, 0);
        assert_int_equal(rc_of(2), rcOk); /* it stays so */
        assert_int_equal(close_it(1, theirs), rcOk);
        assert_int_equal(close_it(1, notify), rcOk);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(an_object_is_made_copied_and_closed),
                CASE(an_answer_holds_the_rights_of_the_new_handle),
                CASE(each_reason_has_its_code),
                CASE(one_object_has_one_sid),
                CASE(types_of_user_objects_have_a_range),
                CASE(sids_run_out_without_a_trace),
                CASE(a_process_has_a_share_of_the_objects),
                CASE(objects_outlive_the_share_of_their_maker),
                CASE(a_full_process_gets_its_code),
                CASE(a_method_that_is_not_served_has_no_answer),
                CASE(a_server_learns_that_a_client_closed_its_handle),
                CASE(a_server_learns_that_a_client_died),
                CASE(revoking_a_subtree_closes_the_badge),
                CASE(a_badge_needs_a_notice_or_none),
                CASE(events_of_an_object_reach_who_may_hear_them),
                CASE(nothing_of_the_kernel_lies_in_the_gaps_of_an_answer),
                CASE(waiting_ends_in_time),
                CASE(closing_a_notice_wakes_who_waits),
                CASE(a_process_that_dies_leaves_nothing),
                CASE(a_client_learns_that_the_provider_died),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
