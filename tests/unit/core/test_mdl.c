/* SPDX-License-Identifier: MIT */
/*
 * Memory objects, by the kernel's endpoint vmm.VMM and beneath it. The host of this test counts blocks and
 * descriptors, and says of each block whether somebody touches it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <kl/core/VMM.idl.h>

#include <coresrv/vmm/pmm_api.h>
#include <handle/handletype.h>

#include "core/state.h"

#define VMM_RIID (kl_core_Core_vmm_iidOffset + kl_core_CVMM_VMM_iid)
#define RW       (VMM_FLAG_READ | VMM_FLAG_WRITE)
#define TASKS    2
#define BLOCKS   (TASKS * MDL_OBJECTS_MAX)
#define LIMIT    (256ull * MDL_PAGE)

static struct {
        bool is_there[BLOCKS], is_touched[BLOCKS];
        int n_fds, last_block;
        bool was_writable;
        int make_error, open_error;
} host;

static Core *core;
static CoreTask *tasks[TASKS];
static MdlShare shares[TASKS];
static struct nk_message *out;
static CoreMail mail;

/* The host ------------------------------------------------------------------------------------------------
 */

static int make(uint64_t size, int *ret_block) {
        assert_int_equal(size % MDL_PAGE, 0);
        if (host.make_error)
                return host.make_error;
        for (int i = 0; i < (int)BLOCKS; i++) {
                if (host.is_there[i])
                        continue;
                host.is_there[i] = true;
                *ret_block = host.last_block = i;
                return 0;
        }
        return -ENFILE;
}

static void drop(int block) {
        assert_true(host.is_there[block]);
        host.is_there[block] = false;
}

static int open_block(int block, bool is_writable, int *ret_fd) {
        assert_true(host.is_there[block]);
        if (host.open_error)
                return host.open_error;
        host.was_writable = is_writable;
        host.n_fds++;
        *ret_fd = 1000 + block;
        return 0;
}

static void close_fd(int fd) {
        (void)fd;
        host.n_fds--;
}

static bool is_open(int block) {
        return host.is_touched[block];
}

static const MdlHost memory = {
        .make = make, .free = drop, .open = open_block, .close = close_fd, .is_open = is_open};

static uint32_t count_blocks(void) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < BLOCKS; i++)
                n += host.is_there[i];
        return n;
}

static void take_answer(void *arg, const CoreAnswer *answer) {
        (void)arg;
        assert_non_null(answer->message);
        memcpy(out, answer->message, answer->message_size);
        mail = answer->mail;
        if (mail.n_fds) {
                assert_int_equal(mail.n_fds, 1);
                assert_int_equal(host.n_fds, 1); /* it is open while it is sent */
        }
}

static uint64_t mail_new(void *arg, uint32_t task) {
        static uint64_t last;

        (void)arg;
        (void)task;
        return ++last;
}

static nk_err_t call(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena);
static const struct nk_transport_ops ops = {.call = call};
static struct nk_transport transport = {.ops = &ops};
static CoreTask *caller;

static nk_err_t call(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        (void)res_arena;
        out = res;
        mail = (CoreMail){.n_fds = 0};
        core_call(caller, 0, req, NULL, 0, 1000);
        assert_int_equal(host.n_fds, 0);
        return NK_EOK;
}

static int setup_with(const MdlHost *with, bool mails) {
        CoreHost spec = {.answer = take_answer, .memory = with, .mail_new = mails ? mail_new : NULL};

        memset(&host, 0, sizeof(host));
        if (core_new(&spec, &core) != 0)
                return -1;
        for (int i = 0; i < TASKS; i++) {
                shares[i] = (MdlShare){.max_size = LIMIT};
                if (core_task_new(core, (uint32_t)i, i ? "Other" : "One", &tasks[i]) != 0)
                        return -1;
                core_task_set_memory(tasks[i], &shares[i]);
        }
        return 0;
}

static int setup(void **state) {
        (void)state;
        return setup_with(&memory, true);
}

static int setup_without_memory(void **state) {
        (void)state;
        return setup_with(NULL, true);
}

static int setup_without_mail(void **state) {
        (void)state;
        return setup_with(&memory, false);
}

static int teardown(void **state) {
        (void)state;
        for (int i = 0; i < TASKS; i++)
                tasks[i] = core_task_free(tasks[i]);
        for (int i = 0; i < TASKS; i++) {
                mdl_share_end(&shares[i]);
                if (shares[i].size || shares[i].n_objects)
                        return -1;
        }
        core = core_free(core);
        return count_blocks() || host.n_fds ? -1 : 0;
}

/* Calls ---------------------------------------------------------------------------------------------------
 */

static kl_core_VMM_proxy proxy_of(int who) {
        kl_core_VMM_proxy proxy;

        caller = tasks[who];
        kl_core_VMM_proxy_init(&proxy, &transport, VMM_RIID);
        return proxy;
}

static Retcode create(int who, uint64_t size, uint32_t flags, nk_handle_desc_t *ret) {
        kl_core_VMM_proxy proxy = proxy_of(who);
        kl_core_VMM_CreateBuffer_req req = {.size = size, .flags = flags};
        kl_core_VMM_CreateBuffer_res res;

        assert_int_equal(kl_core_VMM_CreateBuffer(&proxy.base, &req, NULL, &res, NULL), NK_EOK);
        *ret = res.buffer;
        if (res.rc != rcOk)
                assert_int_equal(res.buffer.handle, INVALID_HANDLE);
        return res.rc;
}

static Retcode map(int who, uint32_t number, uint64_t offset, uint64_t size, uint32_t flags) {
        kl_core_VMM_proxy proxy = proxy_of(who);
        kl_core_VMM_MapBuffer_req req = {
                .buffer.handle = number, .offset = offset, .size = size, .flags = flags};
        kl_core_VMM_MapBuffer_res res;

        assert_int_equal(kl_core_VMM_MapBuffer(&proxy.base, &req, NULL, &res, NULL), NK_EOK);
        assert_int_equal(mail.n_fds, res.rc == rcOk);
        if (res.rc == rcOk)
                assert_int_equal(mail.id, res.letter);
        return res.rc;
}

static Retcode query(int who, uint32_t number, uint64_t *ret_size, uint32_t *ret_flags) {
        kl_core_VMM_proxy proxy = proxy_of(who);
        kl_core_VMM_QueryBuffer_req req = {.buffer.handle = number};
        kl_core_VMM_QueryBuffer_res res;

        assert_int_equal(kl_core_VMM_QueryBuffer(&proxy.base, &req, NULL, &res, NULL), NK_EOK);
        *ret_size = res.size;
        *ret_flags = res.flags;
        return res.rc;
}

static uint32_t give(uint32_t number, uint32_t rights) {
        nk_handle_desc_t sent = nkx_handle_desc_make(number, rights, 0), received;

        assert_int_equal(htree_transfer(core_space(tasks[0]), core_space(tasks[1]), &sent, 1, &received), 0);
        return received.handle;
}

/* Cases ---------------------------------------------------------------------------------------------------
 */

static void object_is_mapped_by_its_handle(void **state) {
        nk_handle_desc_t h;
        uint64_t size;
        uint32_t flags;

        (void)state;
        assert_int_equal(create(0, 2 * MDL_PAGE, RW, &h), rcOk);
        assert_int_equal(map(0, h.handle, 0, 2 * MDL_PAGE, RW), rcOk);
        assert_true(host.was_writable);
        assert_int_equal(map(0, h.handle, MDL_PAGE, MDL_PAGE, VMM_FLAG_READ), rcOk);
        assert_false(host.was_writable);
        assert_int_equal(query(0, h.handle, &size, &flags), rcOk);
        assert_int_equal(size, 2 * MDL_PAGE);
        assert_int_equal(flags, RW);
}

static void part_must_lie_within(void **state) {
        static const struct {
                uint64_t offset, size;
        } bad[] = {{0, 0}, {0, 3 * MDL_PAGE}, {2 * MDL_PAGE, MDL_PAGE}, {MDL_PAGE, 2 * MDL_PAGE},
                {1, MDL_PAGE}, {0, 1}, {UINT64_MAX - MDL_PAGE + 1, 2 * MDL_PAGE},
                {MDL_PAGE, UINT64_MAX - MDL_PAGE + 1}};
        nk_handle_desc_t h;

        (void)state;
        assert_int_equal(create(0, 2 * MDL_PAGE, RW, &h), rcOk);
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
                assert_int_equal(map(0, h.handle, bad[i].offset, bad[i].size, RW), rcInvalidArgument);
}

static void other_sizes_and_flags_are_refused(void **state) {
        static const uint32_t flags[] = {0, VMM_FLAG_WRITE, VMM_FLAG_EXECUTE, RW | VMM_FLAG_EXECUTE,
                VMM_FLAG_READ | VMM_FLAG_ALIAS, UINT32_MAX};
        nk_handle_desc_t h, good;

        (void)state;
        assert_int_equal(create(0, 0, RW, &h), rcInvalidArgument);
        assert_int_equal(create(0, MDL_PAGE - 1, RW, &h), rcInvalidArgument);
        assert_int_equal(create(0, MDL_PAGE + 1, RW, &h), rcInvalidArgument);
        assert_int_equal(create(0, MDL_PAGE, RW, &good), rcOk);
        for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
                assert_int_equal(create(0, MDL_PAGE, flags[i], &h), rcInvalidArgument);
                assert_int_equal(map(0, good.handle, 0, MDL_PAGE, flags[i]), rcInvalidArgument);
        }
}

static void rights_of_the_handle_decide(void **state) {
        nk_handle_desc_t h;
        uint32_t reader, nothing;

        (void)state;
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcOk);
        reader = give(h.handle, NKX_MDL_READ);
        nothing = give(h.handle, NKX_MDL_WRITE);
        assert_int_equal(map(1, reader, 0, MDL_PAGE, VMM_FLAG_READ), rcOk);
        assert_false(host.was_writable);
        assert_int_equal(map(1, reader, 0, MDL_PAGE, RW), rcNoCapability);
        assert_int_equal(map(1, nothing, 0, MDL_PAGE, VMM_FLAG_READ), rcNoCapability);
        assert_int_equal(map(1, nothing, 0, MDL_PAGE, RW), rcNoCapability);
}

static void object_made_for_reading_is_never_written(void **state) {
        nk_handle_desc_t h;
        uint64_t size;
        uint32_t flags;

        (void)state;
        assert_int_equal(create(0, MDL_PAGE, VMM_FLAG_READ, &h), rcOk);
        assert_false(nk_get_rights(&h) & NKX_MDL_WRITE);
        assert_int_equal(map(0, h.handle, 0, MDL_PAGE, RW), rcNoCapability);
        assert_int_equal(query(0, h.handle, &size, &flags), rcOk);
        assert_int_equal(flags, VMM_FLAG_READ);
}

static void wrong_handles_are_refused(void **state) {
        CoreObjectSpec spec = {.kind = &core_user_kind, .rights = 0xffff};
        CoreObject *object;
        nk_handle_desc_t h;
        uint32_t user, given, flags;
        uint64_t size;

        (void)state;
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcOk);
        assert_int_equal(core_object_new(tasks[0], &spec, &object, &user), rcOk);
        given = give(h.handle, NKX_MDL_READ);
        assert_int_equal(map(0, user, 0, MDL_PAGE, VMM_FLAG_READ), rcInvalidArgument);
        assert_int_equal(map(0, INVALID_HANDLE, 0, MDL_PAGE, VMM_FLAG_READ), rcInvalidArgument);
        assert_int_equal(map(1, h.handle + 1, 0, MDL_PAGE, VMM_FLAG_READ), rcInvalidArgument);
        assert_int_equal(htree_revoke(core_space(tasks[0]), h.handle), 0);
        assert_int_equal(map(1, given, 0, MDL_PAGE, VMM_FLAG_READ), rcHandleRevoked);
        assert_int_equal(query(1, given, &size, &flags), rcHandleRevoked);
        assert_int_equal(map(0, h.handle, 0, MDL_PAGE, VMM_FLAG_READ), rcInvalidArgument);
}

/* Limits --------------------------------------------------------------------------------------------------
 */

static void bytes_are_counted(void **state) {
        nk_handle_desc_t first, second, h;

        (void)state;
        assert_int_equal(create(0, LIMIT + MDL_PAGE, RW, &h), rcQuotaExceeded);
        assert_int_equal(create(0, LIMIT, RW, &first), rcOk);
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcQuotaExceeded);
        assert_int_equal(create(1, LIMIT, RW, &second), rcOk);
        assert_int_equal(htree_close(core_space(tasks[0]), first.handle), 0);
        assert_int_equal(create(0, LIMIT - MDL_PAGE, RW, &h), rcOk);
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcOk);
        assert_int_equal(create(0, UINT64_MAX - MDL_PAGE + 1, RW, &h), rcQuotaExceeded);
}

static void objects_are_counted(void **state) {
        nk_handle_desc_t handles[MDL_OBJECTS_MAX], h;

        (void)state;
        for (uint32_t i = 0; i < MDL_OBJECTS_MAX; i++)
                assert_int_equal(create(0, MDL_PAGE, RW, &handles[i]), rcOk);
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcQuotaExceeded);
        assert_int_equal(create(1, MDL_PAGE, RW, &h), rcOk);
        assert_int_equal(htree_close(core_space(tasks[0]), handles[7].handle), 0);
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcOk);
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcQuotaExceeded);
        assert_int_equal(NKX_MDL_OBJECTS_MAX, MDL_OBJECTS_MAX);
}

static void what_is_touched_counts_without_a_handle(void **state) {
        nk_handle_desc_t h;
        int block;

        (void)state;
        assert_int_equal(create(0, LIMIT, RW, &h), rcOk);
        block = host.last_block;
        host.is_touched[block] = true;
        assert_int_equal(htree_close(core_space(tasks[0]), h.handle), 0);
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcQuotaExceeded);
        assert_int_equal(count_blocks(), 1);
        host.is_touched[block] = false;
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcOk);
        assert_int_equal(count_blocks(), 1);
}

static void death_of_the_maker_leaves_what_others_hold_and_its_count(void **state) {
        nk_handle_desc_t h;
        uint32_t given;

        (void)state;
        assert_int_equal(create(0, LIMIT, RW, &h), rcOk);
        given = give(h.handle, NKX_MDL_READ);
        tasks[0] = core_task_free(tasks[0]);
        assert_int_equal(map(1, given, 0, LIMIT, VMM_FLAG_READ), rcOk);
        assert_int_equal(shares[0].size, LIMIT);
        assert_int_equal(htree_close(core_space(tasks[1]), given), 0);
        assert_int_equal(shares[0].size, 0);
        assert_int_equal(count_blocks(), 0);
}

static void faults_of_the_host_leave_nothing(void **state) {
        nk_handle_desc_t h;

        (void)state;
        host.make_error = -ENFILE;
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcOutOfMemory);
        host.make_error = -EIO;
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcFail);
        assert_int_equal(shares[0].size, 0);
        host.make_error = 0;
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcOk);
        host.open_error = -EMFILE;
        assert_int_equal(map(0, h.handle, 0, MDL_PAGE, RW), rcOutOfMemory);
}

static void full_table_of_handles_leaves_no_object(void **state) {
        CoreObjectSpec spec = {.kind = &core_user_kind};
        CoreObject *object;
        nk_handle_desc_t h;
        uint32_t number;

        (void)state;
        for (uint32_t i = 0; i < HTREE_HANDLES_MAX; i++)
                assert_int_equal(core_object_new(tasks[0], &spec, &object, &number), rcOk);
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcQuotaExceeded);
        assert_int_equal(count_blocks(), 0);
        assert_int_equal(shares[0].n_objects, 0);
}

static void without_shared_memory_none_is_made(void **state) {
        nk_handle_desc_t h;

        (void)state;
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcSecurityDisallow);
}

static void without_mail_nothing_is_mapped(void **state) {
        nk_handle_desc_t h;

        (void)state;
        assert_int_equal(create(0, MDL_PAGE, RW, &h), rcOk);
        assert_int_equal(map(0, h.handle, 0, MDL_PAGE, RW), rcUnimplemented);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(object_is_mapped_by_its_handle),
                CASE(part_must_lie_within),
                CASE(other_sizes_and_flags_are_refused),
                CASE(rights_of_the_handle_decide),
                CASE(object_made_for_reading_is_never_written),
                CASE(wrong_handles_are_refused),
                CASE(bytes_are_counted),
                CASE(objects_are_counted),
                CASE(what_is_touched_counts_without_a_handle),
                CASE(death_of_the_maker_leaves_what_others_hold_and_its_count),
                CASE(faults_of_the_host_leave_nothing),
                CASE(full_table_of_handles_leaves_no_object),
                cmocka_unit_test_setup_teardown(
                        without_shared_memory_none_is_made, setup_without_memory, teardown),
                cmocka_unit_test_setup_teardown(without_mail_nothing_is_mapped, setup_without_mail, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
