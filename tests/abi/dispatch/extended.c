/* SPDX-License-Identifier: MIT */
/*
 * Extended errors: any parameters in an error response, chosen by the method; tracing of both sides.
 * Compiled as C and as C++. Exit code: the line that failed, modulo 255, plus 1.
 */
#include <kit/Extended.idl.h>

#include <string.h>

#define CHECK(condition)                                                                                     \
        do {                                                                                                 \
                if (!(condition))                                                                            \
                        return __LINE__ % 255 + 1;                                                           \
        } while (0)

enum { IID = 3 };

static int fails;

static nk_err_t read_data(struct kit_Extended *self, const struct kit_Extended_Read_req *req,
        const struct nk_arena *req_arena, struct kit_Extended_Read_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        if (fails) {
                nk_err_reset(res);
                res->err_.code = req->count;
                memset(&res->err_.where, 0, sizeof(res->err_.where));
                return nk_arena_store(char, res_arena, &res->err_.text, "no", 3);
        }
        return nk_arena_store(char, res_arena, &res->data, "abc", 3);
}

static nk_err_t status(struct kit_Extended *self, const struct kit_Extended_Status_req *req,
        const struct nk_arena *req_arena, struct kit_Extended_Status_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        return NK_ELOGIC_MAKE(4);
}

static const struct kit_Extended_ops ops = {read_data, NK_NULL, status, NK_NULL};
static struct kit_Extended impl = {&ops};

static nk_err_t forward(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        (void)self;
        return kit_Extended_interface_dispatch(&impl, IID, req, req_arena, res, res_arena);
}

static const struct nk_transport_ops transport_ops = {forward, NK_NULL, NK_NULL};
static struct nk_transport transport = {&transport_ops};

/* ---- Trace ------------------------------------------------------------------------------- */

static struct {
        unsigned what;
        int dump;
        const char *owner, *endpoint, *method;
        nk_err_t err;
} lines[8];
static unsigned n_lines;

#ifdef __cplusplus
extern "C"
#endif
        void
        nkx_trace_message(unsigned what, int dump, const char *owner, const char *endpoint,
                const char *method, const struct nk_message *msg, const struct nk_arena *arena,
                nk_err_t err) {
        (void)msg;
        (void)arena;
        lines[n_lines].what = what;
        lines[n_lines].dump = dump;
        lines[n_lines].owner = owner;
        lines[n_lines].endpoint = endpoint;
        lines[n_lines].method = method;
        lines[n_lines].err = err;
        n_lines++;
}

/* ---- Checks ------------------------------------------------------------------------------ */

static int a_response_or_an_error_response_comes_back(void) {
        NK_ARENA_AUTO(arena, kit_Extended_res_arena_size);
        kit_Extended_proxy proxy;
        kit_Extended_Read_req req;
        kit_Extended_Read_res res;
        nk_size_t n;

        kit_Extended_proxy_init(&proxy, &transport, IID);
        req.count = 7;
        CHECK(kit_Extended_Read(&proxy.base, &req, NK_NULL, &res, &arena) == NK_EOK);
        CHECK(!nk_msg_check_err(&res) && res.base_.size == sizeof(res) && res.base_.ncaps == 0);
        CHECK(nk_arena_get(char, &arena, &res.data, &n) && n == 3);

        fails = 1;
        nk_arena_reset(&arena);
        CHECK(kit_Extended_Read(&proxy.base, &req, NK_NULL, &res, &arena) == NK_EOK);
        CHECK(nk_msg_check_err(&res) && res.err_.code == 7);
        CHECK(res.base_.size == sizeof(kit_Extended_Read_err) && res.base_.ncaps == 1);
        CHECK(strcmp(nk_arena_get(char, &arena, &res.err_.text, &n), "no") == 0 && n == 3);
        fails = 0;
        return 0;
}

static int a_logic_error_is_an_ordinary_result_here(void) {
        kit_Extended_proxy proxy;
        kit_Extended_Status_req req;
        kit_Extended_Status_res res;

        kit_Extended_proxy_init(&proxy, &transport, IID);
        CHECK(kit_Extended_Status(&proxy.base, &req, NK_NULL, &res, NK_NULL) == NK_ELOGIC_MAKE(4));
        return 0;
}

/* Generated with client headers, server dump, and a filter that leaves Status out. */
static int a_call_is_traced_from_request_to_response(void) {
        static const unsigned order[] = {
                NKX_TRACE_CLIENT_REQ, NKX_TRACE_SERVER_REQ, NKX_TRACE_SERVER_RES, NKX_TRACE_CLIENT_RES};
        kit_Extended_proxy proxy;
        kit_Extended_Never_req req;
        kit_Extended_Never_res res;
        kit_Extended_Status_req status_req;
        kit_Extended_Status_res status_res;

        kit_Extended_proxy_init(&proxy, &transport, IID);
        n_lines = 0;
        CHECK(kit_Extended_Never(&proxy.base, &req, NK_NULL, &res, NK_NULL) == NK_ENOENT);
        CHECK(n_lines == 4);
        for (unsigned i = 0; i < n_lines; i++) {
                int is_server = order[i] == NKX_TRACE_SERVER_REQ || order[i] == NKX_TRACE_SERVER_RES;

                CHECK(lines[i].what == order[i] && lines[i].dump == is_server);
                CHECK(strcmp(lines[i].owner, "kit_Extended") == 0 && strcmp(lines[i].method, "Never") == 0);
                CHECK(strcmp(lines[i].endpoint, is_server ? "kit.Extended" : "") == 0);
                CHECK(lines[i].err == (i < 2 ? NK_EOK : NK_ENOENT));
        }
        n_lines = 0;
        CHECK(kit_Extended_Status(&proxy.base, &status_req, NK_NULL, &status_res, NK_NULL) != NK_EOK);
        CHECK(n_lines == 0);
        return 0;
}

int main(void) {
        int (*const checks[])(void) = {
                a_response_or_an_error_response_comes_back,
                a_logic_error_is_an_ordinary_result_here,
                a_call_is_traced_from_request_to_response,
        };

        for (unsigned i = 0; i < nk_array_size(checks); i++) {
                int failed = checks[i]();

                if (failed)
                        return failed;
        }
        return 0;
}
