/* SPDX-License-Identifier: MIT */
/*
 * A class with a direct endpoint, a component in a component and one component twice: every RIID leads
 * to its own implementation, every other one to none. Short names are in use, and one of them is the
 * name of a method too. Compiled as C and as C++. Exit code: the line that failed, modulo 255, plus 1.
 */
#define NK_USE_UNQUALIFIED_NAMES
#include <kit/Station.edl.h>

#include <string.h>

#define CHECK(condition)                                                                                     \
        do {                                                                                                 \
                if (!(condition))                                                                            \
                        return __LINE__ % 255 + 1;                                                           \
        } while (0)

struct Clock {
        struct IClock base;
        int n_calls;
};

struct Names {
        struct INames base;
        int n_calls;
};

static nk_err_t now(struct IClock *self, const struct IClock_Now_req *req, const struct nk_arena *req_arena,
        struct IClock_Now_res *res, struct nk_arena *res_arena) {
        (void)req_arena;
        (void)res_arena;
        ((struct Clock *)self)->n_calls++;
        res->now.seconds = req->zone;
        return NK_EOK;
}

static nk_err_t names(struct INames *self, const struct INames_INames_req *req,
        const struct nk_arena *req_arena, struct INames_INames_res *res, struct nk_arena *res_arena) {
        (void)req;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        ((struct Names *)self)->n_calls++;
        return NK_EOK;
}

static struct IClock_ops clock_ops;
static struct INames_ops names_ops;
static struct Clock direct, time_clock, time_backup, spare_clock, spare_backup;
static struct Names interface_names;
static CTime_component time_component, spare;
static CMachine_component machine;
static Station_entity entity;

static void begin(void) {
        struct Clock *const clocks[] = {&direct, &time_clock, &time_backup, &spare_clock, &spare_backup};

        clock_ops.Now = now;
        names_ops.INames = names;
        for (unsigned i = 0; i < nk_array_size(clocks); i++) {
                clocks[i]->base.ops = &clock_ops;
                clocks[i]->n_calls = 0;
        }
        interface_names.base.ops = &names_ops;
        interface_names.n_calls = 0;
        CTime_component_init(&time_component, &time_clock.base, &time_backup.base);
        CTime_component_init(&spare, &spare_clock.base, &spare_backup.base);
        CMachine_component_init(&machine, &interface_names.base, &time_component);
        Station_entity_init(&entity, &direct.base, &machine, &spare);
}

static nk_err_t call(nk_iid_t iid, nk_mid_t mid) {
        Station_entity_req req;
        Station_entity_res res;

        memset(&req, 0, sizeof(req));
        nk_req_reset(&req);
        nk_msg_set_method_id(&req, iid, mid);
        return Station_entity_dispatch(&entity, &req.base_, NK_NULL, &res.base_, NK_NULL);
}

static int every_number_leads_to_its_endpoint(void) {
        begin();
        CHECK(call(Station_direct_iid, IClock_Now_mid) == NK_EOK && direct.n_calls == 1);
        CHECK(call(Station_machine_interface_iid, INames_INames_mid) == NK_EOK &&
                interface_names.n_calls == 1);
        CHECK(call(Station_machine_time_clock_iid, IClock_Now_mid) == NK_EOK && time_clock.n_calls == 1);
        CHECK(call(Station_machine_time_backup_iid, IClock_Now_mid) == NK_EOK && time_backup.n_calls == 1);
        CHECK(call(Station_spare_clock_iid, IClock_Now_mid) == NK_EOK && spare_clock.n_calls == 1);
        CHECK(call(Station_spare_backup_iid, IClock_Now_mid) == NK_EOK && spare_backup.n_calls == 1);
        CHECK(direct.n_calls == 1 && time_clock.n_calls == 1 && time_backup.n_calls == 1);
        return 0;
}

static int other_numbers_lead_nowhere(void) {
        begin();
        for (nk_uint32_t iid = Station_iidMax; iid <= NK_IID_MAX; iid++)
                CHECK(call((nk_iid_t)iid, 0) == NK_ENOENT);
        CHECK(call(Station_direct_iid, IClock_mid_max) == NK_ENOENT);
        return 0;
}

/* A component dispatches what lies at or behind its offset only. */
static int numbers_below_the_offset_are_refused(void) {
        CTime_component_req req;
        CTime_component_res res;

        begin();
        memset(&req, 0, sizeof(req));
        nk_req_reset(&req);
        for (nk_iid_t iid = 0; iid < 10; iid++) {
                nk_err_t expected = iid == 4 || iid == 5 ? NK_EOK : NK_ENOENT;

                nk_msg_set_method_id(&req, iid, IClock_Now_mid);
                CHECK(CTime_component_dispatch(&spare, 4, &req.base_, NK_NULL, &res.base_, NK_NULL) ==
                        expected);
        }
        return 0;
}

static int endpoints_and_components_left_out_are_unknown(void) {
        begin();
        Station_entity_init(&entity, NK_NULL, NK_NULL, &spare);
        CHECK(call(Station_direct_iid, IClock_Now_mid) == NK_ENOENT);
        CHECK(call(Station_machine_interface_iid, INames_INames_mid) == NK_ENOENT);
        CHECK(call(Station_machine_time_clock_iid, IClock_Now_mid) == NK_ENOENT);
        CHECK(call(Station_spare_clock_iid, IClock_Now_mid) == NK_EOK);
        return 0;
}

/* The forms that programs use for objects and buffers. */
static int both_spellings_of_the_types_work(void) {
        struct Station_entity a;
        kit_Station_entity b;
        union Station_entity_req c;
        kit_Station_component_req d;
        static char buffer[Station_entity_res_arena_size];

        CHECK(sizeof(a) == sizeof(b) && sizeof(c) == sizeof(d) && sizeof(buffer) == 64);
        return 0;
}

int main(void) {
        int (*const checks[])(void) = {
                every_number_leads_to_its_endpoint,
                other_numbers_lead_nowhere,
                numbers_below_the_offset_are_refused,
                endpoints_and_components_left_out_are_unknown,
                both_spellings_of_the_types_work,
        };

        for (unsigned i = 0; i < nk_array_size(checks); i++) {
                int failed = checks[i]();

                if (failed)
                        return failed;
        }
        return 0;
}
