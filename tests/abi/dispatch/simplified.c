/* SPDX-License-Identifier: MIT */
/*
 * Proxy and dispatcher of an interface in simplified error mode, against what the language reference
 * promises of them. Compiled as C and as C++. Exit code: the line that failed, modulo 255, plus 1.
 */
#include <Errors.idl.h>

#include <string.h>

#define CHECK(condition)                                                                                     \
        do {                                                                                                 \
                if (!(condition))                                                                            \
                        return __LINE__ % 255 + 1;                                                           \
        } while (0)

enum { IID = 7 };

/* What the next method does. */
static nk_err_t result;
static int marks_error;
static int n_calls;

static nk_err_t may(struct Errors *self, const struct Errors_May_req *req, const struct nk_arena *req_arena,
        struct Errors_May_res *res, struct nk_arena *res_arena) {
        nk_uint32_t a = req->a;

        (void)self;
        (void)req_arena;
        (void)res_arena;
        n_calls++;
        if (marks_error) {
                nk_err_reset(res);
                res->err_.status = (nk_uint16_t)a;
        } else if (result == NK_EOK) {
                res->b = a + 1;
        }
        return result;
}

static nk_err_t never(struct Errors *self, const struct Errors_Never_req *req,
        const struct nk_arena *req_arena, struct Errors_Never_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req;
        (void)req_arena;
        (void)res_arena;
        n_calls++;
        if (marks_error)
                nk_err_reset(&res->err_);
        return result;
}

/* Only is left out. */
static const struct Errors_ops ops = {may, NK_NULL, never};
static struct Errors impl = {&ops};

static void make_request(Errors_req *req, nk_mid_t mid, nk_uint32_t a) {
        memset(req, 0xee, sizeof(*req));
        nk_req_reset(req);
        nk_msg_set_method_id(req, IID, mid);
        req->May.a = a;
}

static nk_err_t dispatch(Errors_req *req, Errors_res *res) {
        return Errors_interface_dispatch(&impl, IID, &req->base_, NK_NULL, &res->base_, NK_NULL);
}

static int unknown_numbers_are_refused_and_nothing_is_touched(void) {
        Errors_req req;
        Errors_res res, before;

        memset(&res, 0xaa, sizeof(res));
        before = res;
        n_calls = 0;
        make_request(&req, Errors_mid_max, 1);
        CHECK(dispatch(&req, &res) == NK_ENOENT);
        make_request(&req, 0xffff, 1);
        CHECK(dispatch(&req, &res) == NK_ENOENT);
        make_request(&req, Errors_May_mid, 1);
        nk_msg_set_method_id(&req, IID + 1, Errors_May_mid);
        CHECK(dispatch(&req, &res) == NK_ENOENT);
        CHECK(n_calls == 0 && memcmp(&res, &before, sizeof(res)) == 0);
        return 0;
}

static int a_missing_method_or_implementation_is_unknown_too(void) {
        Errors_req req;
        Errors_res res;

        make_request(&req, Errors_Only_mid, 1);
        CHECK(dispatch(&req, &res) == NK_ENOENT);
        make_request(&req, Errors_May_mid, 1);
        CHECK(Errors_interface_dispatch(NK_NULL, IID, &req.base_, NK_NULL, &res.base_, NK_NULL) == NK_ENOENT);
        return 0;
}

static int an_ordinary_response_keeps_what_the_method_wrote(void) {
        Errors_req req;
        Errors_res res;

        result = NK_EOK;
        make_request(&req, Errors_May_mid, 41);
        memset(&res, 0xff, sizeof(res));
        CHECK(dispatch(&req, &res) == NK_EOK);
        CHECK(res.May.b == 42 && !nk_msg_check_err(&res));
        CHECK(res.base_.size == sizeof(Errors_May_res) && res.base_.ncaps == 0);
        CHECK(res.base_.iid == IID && res.base_.mid == Errors_May_mid);
        return 0;
}

static int request_and_response_may_be_the_same_memory(void) {
        union {
                Errors_req req;
                Errors_res res;
        } both;

        result = NK_EOK;
        make_request(&both.req, Errors_May_mid, 41);
        CHECK(dispatch(&both.req, &both.res) == NK_EOK);
        CHECK(both.res.May.b == 42 && both.res.base_.iid == IID && both.res.base_.mid == Errors_May_mid);
        CHECK(!nk_msg_check_err(&both.res) && both.res.base_.size == sizeof(Errors_May_res));
        return 0;
}

static int a_logic_error_becomes_an_error_response(void) {
        Errors_req req;
        Errors_res res;

        make_request(&req, Errors_May_mid, 1);
        result = NK_ELOGIC_MAKE(0xffff);
        CHECK(dispatch(&req, &res) == NK_EOK);
        CHECK(nk_msg_check_err(&res) && res.May.err_.status == 0xffff);
        CHECK(res.base_.size == sizeof(Errors_May_err) && res.base_.mid == Errors_May_mid);
        result = NK_ELOGIC_MAKE(0);
        CHECK(dispatch(&req, &res) == NK_EOK && nk_msg_check_err(&res) && res.May.err_.status == 0);
        return 0;
}

static int an_error_of_an_earlier_request_does_not_stay(void) {
        Errors_req req;
        Errors_res res;

        make_request(&req, Errors_May_mid, 1);
        result = NK_ELOGIC_MAKE(5);
        CHECK(dispatch(&req, &res) == NK_EOK && nk_msg_check_err(&res));
        result = NK_EOK;
        CHECK(dispatch(&req, &res) == NK_EOK && !nk_msg_check_err(&res) && res.May.b == 2);
        return 0;
}

static int a_method_may_mark_its_error_itself(void) {
        Errors_req req;
        Errors_res res;

        result = NK_EOK;
        marks_error = 1;
        make_request(&req, Errors_May_mid, 9);
        CHECK(dispatch(&req, &res) == NK_EOK);
        CHECK(nk_msg_check_err(&res) && res.May.err_.status == 9);
        CHECK(res.base_.size == sizeof(Errors_May_err));
        marks_error = 0;
        return 0;
}

static int other_results_are_returned_unchanged(void) {
        static const nk_err_t others[] = {NK_ENOMEM, NK_EINVAL, NK_EPERM, -1, 0x7fff};
        Errors_req req;
        Errors_res res;

        for (unsigned i = 0; i < nk_array_size(others); i++) {
                make_request(&req, Errors_May_mid, 1);
                result = others[i];
                CHECK(dispatch(&req, &res) == others[i]);
        }
        /* No status is declared, so there is no error response that could carry one. */
        make_request(&req, Errors_Never_mid, 1);
        result = NK_ELOGIC_MAKE(3);
        CHECK(dispatch(&req, &res) == NK_ELOGIC_MAKE(3));
        return 0;
}

/* ---- The proxy --------------------------------------------------------------------------- */

static nk_err_t call_result;
static const struct nk_message *seen;

static nk_err_t forward(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        (void)self;
        seen = req;
        if (call_result != NK_EOK)
                return call_result;
        return Errors_interface_dispatch(&impl, IID, req, req_arena, res, res_arena);
}

static const struct nk_transport_ops transport_ops = {forward, NK_NULL, NK_NULL};
static struct nk_transport transport = {&transport_ops};

static int the_proxy_fills_both_headers(void) {
        Errors_proxy proxy;
        Errors_May_req req;
        Errors_May_res res;

        result = NK_EOK;
        Errors_proxy_init(&proxy, &transport, IID);
        memset(&req, 0xff, sizeof(req));
        memset(&res, 0xff, sizeof(res));
        req.a = 1;
        CHECK(Errors_May(&proxy.base, &req, NK_NULL, &res, NK_NULL) == NK_EOK);
        CHECK(seen == &req.base_ && req.base_.size == sizeof(req) && req.base_.iid == IID);
        CHECK(req.base_.mid == Errors_May_mid && req.base_.ncaps == 0 && !nk_msg_check_err(&req) &&
                req.a == 1);
        CHECK(res.b == 2);
        return 0;
}

static int the_proxy_gives_the_status_and_leaves_the_response_readable(void) {
        Errors_proxy proxy;
        Errors_May_req req;
        Errors_May_res res;
        Errors_Never_req never_req;
        Errors_Never_res never_res;

        Errors_proxy_init(&proxy, &transport, IID);
        result = NK_ELOGIC_MAKE(300);
        CHECK(Errors_May(&proxy.base, &req, NK_NULL, &res, NK_NULL) == NK_ELOGIC_MAKE(300));
        CHECK(nk_msg_check_err(&res) && res.err_.status == 300);

        result = NK_EOK;
        marks_error = 1;
        CHECK(Errors_Never(&proxy.base, &never_req, NK_NULL, &never_res, NK_NULL) == NK_ELOGIC_MAKE(0));
        marks_error = 0;
        return 0;
}

static int failures_of_the_exchange_come_first(void) {
        Errors_proxy proxy;
        Errors_May_req req;
        Errors_May_res res;

        Errors_proxy_init(&proxy, &transport, IID);
        call_result = NK_EPERM;
        CHECK(Errors_May(&proxy.base, &req, NK_NULL, &res, NK_NULL) == NK_EPERM);
        call_result = NK_EOK;
        return 0;
}

static int a_proxy_can_be_the_implementation_of_another_endpoint(void) {
        Errors_proxy proxy;
        Errors_req req;
        Errors_res res;

        result = NK_EOK;
        Errors_proxy_init(&proxy, &transport, IID);
        make_request(&req, Errors_May_mid, 10);
        CHECK(Errors_interface_dispatch(&proxy.base, IID, &req.base_, NK_NULL, &res.base_, NK_NULL) ==
                NK_EOK);
        CHECK(res.May.b == 11);
        return 0;
}

int main(void) {
        int (*const checks[])(void) = {
                unknown_numbers_are_refused_and_nothing_is_touched,
                a_missing_method_or_implementation_is_unknown_too,
                an_ordinary_response_keeps_what_the_method_wrote,
                request_and_response_may_be_the_same_memory,
                a_logic_error_becomes_an_error_response,
                an_error_of_an_earlier_request_does_not_stay,
                a_method_may_mark_its_error_itself,
                other_results_are_returned_unchanged,
                the_proxy_fills_both_headers,
                the_proxy_gives_the_status_and_leaves_the_response_readable,
                failures_of_the_exchange_come_first,
                a_proxy_can_be_the_implementation_of_another_endpoint,
        };

        for (unsigned i = 0; i < nk_array_size(checks); i++) {
                int failed = checks[i]();

                if (failed)
                        return failed;
        }
        return 0;
}
