/* SPDX-License-Identifier: MIT */
/*
 * Internal to generated headers: what every generated proxy method and dispatcher does, written once.
 *
 * A generated interface has a table `P_methods_` of struct nkx_method, index MID; its functions are
 * thin wrappers around the steps below. Programs do not use this header directly; <nk/transport.h>
 * includes it. All names are our own and may change together with nkc.
 */
#ifndef NK_METHOD_H
#define NK_METHOD_H

#include <nk/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What of a method does not depend on its types: bytes of the constant part and handles of each form. */
struct nkx_method {
        nk_uint32_t req_size, res_size, err_size;
        nk_uint16_t req_handles, res_handles, err_handles;
};

/* In simplified error mode `error UInt16 status`, if declared, is all that follows the header. Reached as
 * a plain integer, so that it may alias the member of whatever generated struct it is in. The empty
 * statement keeps the compiler from warning where it sees that a method without one has no room for it: it
 * does not see that none is reached there. */
static inline nk_uint16_t *nkx_method_status(struct nk_message *err) {
        void *at = err + 1;

        __asm__("" : "+r"(at));
        return (nk_uint16_t *)at;
}

/*
 * nkx_layout(type, size, member, offset, ...): asserts the layout of `struct type` as nkc computed it,
 * with the offsets of 1 to 8 members; nkx_layout_size(type, size): without.
 */
#define nkx_layout_size(type, n) nk_static_assert(sizeof(struct type) == (n), bad_##type##_size)
#define nkx_layout(type, n, ...)                                                                             \
        nkx_layout_size(type, n);                                                                            \
        NKX_LAYOUT_PICK(__VA_ARGS__, 8, , 7, , 6, , 5, , 4, , 3, , 2, , 1, , 0)(type, __VA_ARGS__)

#define NKX_LAYOUT_PICK(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, count, ...) NKX_LAYOUT_##count
#define NKX_LAYOUT_1(type, member, n)                                                                        \
        nk_static_assert(nk_offsetof(struct type, member) == (n), bad_##type##_##member##_offset)
#define NKX_LAYOUT_2(type, member, n, ...)                                                                   \
        NKX_LAYOUT_1(type, member, n);                                                                       \
        NKX_LAYOUT_1(type, __VA_ARGS__)
#define NKX_LAYOUT_3(type, member, n, ...)                                                                   \
        NKX_LAYOUT_1(type, member, n);                                                                       \
        NKX_LAYOUT_2(type, __VA_ARGS__)
#define NKX_LAYOUT_4(type, member, n, ...)                                                                   \
        NKX_LAYOUT_1(type, member, n);                                                                       \
        NKX_LAYOUT_3(type, __VA_ARGS__)
#define NKX_LAYOUT_5(type, member, n, ...)                                                                   \
        NKX_LAYOUT_1(type, member, n);                                                                       \
        NKX_LAYOUT_4(type, __VA_ARGS__)
#define NKX_LAYOUT_6(type, member, n, ...)                                                                   \
        NKX_LAYOUT_1(type, member, n);                                                                       \
        NKX_LAYOUT_5(type, __VA_ARGS__)
#define NKX_LAYOUT_7(type, member, n, ...)                                                                   \
        NKX_LAYOUT_1(type, member, n);                                                                       \
        NKX_LAYOUT_6(type, __VA_ARGS__)
#define NKX_LAYOUT_8(type, member, n, ...)                                                                   \
        NKX_LAYOUT_1(type, member, n);                                                                       \
        NKX_LAYOUT_7(type, __VA_ARGS__)

/*
 * Defines struct P_M_res. The `out` parameters, given as member declarations, can be reached as
 * res.x and res.res_.x, the error form as res.err_; all three share base_.
 */
#define nkx_response(fn, ...)                                                                                \
        typedef struct fn##_res {                                                                            \
                __extension__ union {                                                                        \
                        __extension__ struct {                                                               \
                                __nk_alignas(8) struct nk_message base_;                                     \
                                __VA_ARGS__                                                                  \
                        };                                                                                   \
                        __extension__ struct {                                                               \
                                __nk_alignas(8) struct nk_message base_;                                     \
                                __VA_ARGS__                                                                  \
                        } res_;                                                                              \
                        struct fn##_err err_;                                                                \
                };                                                                                           \
        } fn##_res

/* Proxy side: fills both headers. The parameters in *req stay. methods: table of the interface. */
static inline void nkx_method_prepare(const struct nkx_method *methods, nk_mid_t mid, nk_iid_t iid,
        struct nk_message *req, struct nk_message *res) {
        const struct nkx_method *m = &methods[mid];

        nk_message_make_req(req, m->req_size);
        nkx_message_set_method_id(req, iid, mid);
        nk_message_set_ncaps(req, m->req_handles);
        nk_message_make_req(res, m->res_size);
        nk_message_set_ncaps(res, m->res_handles);
}

/*
 * Simplified errors: result of a method from the result of its exchange. An error response becomes
 * NK_ELOGIC_MAKE(status), with status 0 when the method declares none; *res stays readable.
 */
static inline nk_err_t nkx_method_result(
        const struct nkx_method *methods, nk_mid_t mid, nk_err_t result, struct nk_message *res) {
        if (result != NK_EOK || !nkx_message_check_err(res))
                return result;
        return NK_ELOGIC_MAKE(methods[mid].err_size > sizeof(*res) ? *nkx_method_status(res) : 0);
}

/* Proxy side, extended errors: the whole exchange. Returns what nk_transport_call() returns. */
static inline nk_err_t nkx_method_call(const struct nkx_method *methods, nk_mid_t mid,
        struct nk_transport *transport, nk_iid_t iid, struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        nkx_method_prepare(methods, mid, iid, req, res);
        return nk_transport_call(transport, req, req_arena, res, res_arena);
}

/* The same with simplified errors. */
static inline nk_err_t nkx_method_call_status(const struct nkx_method *methods, nk_mid_t mid,
        struct nk_transport *transport, nk_iid_t iid, struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        nkx_method_prepare(methods, mid, iid, req, res);
        return nkx_method_result(
                methods, mid, nk_transport_call(transport, req, req_arena, res, res_arena), res);
}

/* Server side, before the method runs: an error flag that an earlier request left in *res must not pass
 * for the method's. Nothing else is touched: *res may be the request's memory. */
static inline void nkx_method_begin(struct nk_message *res) {
        res->flags = NKX_MESSAGE_ORDINARY;
}

/*
 * Server side, after the method ran, extended errors: gives *res the header of the response, or of its
 * error form when the method marked it. iid and mid are the request's, remembered before the method ran.
 * Returns `result`; *res is complete when that is NK_EOK, unchanged otherwise.
 */
static inline nk_err_t nkx_method_end(const struct nkx_method *methods, nk_mid_t mid, nk_iid_t iid,
        nk_err_t result, struct nk_message *res) {
        const struct nkx_method *m = &methods[mid];

        if (result != NK_EOK)
                return result;
        if (nkx_message_check_err(res)) {
                nkx_message_make_err(res, m->err_size);
                nk_message_set_ncaps(res, m->err_handles);
        } else {
                nk_message_make_req(res, m->res_size);
                nk_message_set_ncaps(res, m->res_handles);
        }
        nkx_message_set_method_id(res, iid, mid);
        return NK_EOK;
}

/* The same with simplified errors: a logic error as result becomes the status of an error response.
 * A method that declares no status has no place for it, so there the result is returned unchanged. */
static inline nk_err_t nkx_method_end_status(const struct nkx_method *methods, nk_mid_t mid, nk_iid_t iid,
        nk_err_t result, struct nk_message *res) {
        if (NK_ELOGIC_CHECK(result) && methods[mid].err_size > sizeof(*res)) {
                *nkx_method_status(res) = NK_ELOGIC_GET(result);
                res->flags = NKX_MESSAGE_ERROR;
                result = NK_EOK;
        }
        return nkx_method_end(methods, mid, iid, result, res);
}

/* ---- Macros that define functions of a generated header ---- */

/*
 * Defines P_M_proxy, the exchange, and P_M_op_, its entry in struct P_ops: the abstract interface passes
 * a const request, whose header the proxy nevertheless fills, because it belongs to the caller of P_M.
 * nkx_proxy_status for simplified errors, nkx_proxy for extended ones; nkx_proxy_op defines only P_M_op_.
 * M is pasted at once: with NK_USE_UNQUALIFIED_NAMES a method's name may be a macro, too.
 */
#define nkx_proxy_status(P, M) nkx_proxy_by_(nkx_method_call_status, P, P##_##M) nkx_proxy_op_(P, P##_##M)
#define nkx_proxy(P, M)        nkx_proxy_by_(nkx_method_call, P, P##_##M) nkx_proxy_op_(P, P##_##M)
#define nkx_proxy_op(P, M)     nkx_proxy_op_(P, P##_##M)

#define nkx_proxy_by_(call, P, fn)                                                                           \
        static inline nk_err_t fn##_proxy(struct P##_proxy *self, struct fn##_req *req,                      \
                const struct nk_arena *req_arena, struct fn##_res *res, struct nk_arena *res_arena) {        \
                return call(P##_methods_, fn##_mid, self->transport, self->iid, &req->base_, req_arena,      \
                        &res->base_, res_arena);                                                             \
        }
#define nkx_proxy_op_(P, fn)                                                                                 \
        static inline nk_err_t fn##_op_(struct P *self, const struct fn##_req *req,                          \
                const struct nk_arena *req_arena, struct fn##_res *res, struct nk_arena *res_arena) {        \
                return fn##_proxy((struct P##_proxy *)(void *)self, (struct fn##_req *)(uintptr_t)req,       \
                        req_arena, res, res_arena);                                                          \
        }

/* One method in the switch of P_interface_dispatch. A method that the implementation leaves out of its
 * table is answered like one that does not exist. */
#define nkx_dispatch_case(P, M)                                                                              \
        case P##_##M##_mid:                                                                                  \
                if (impl->ops->M)                                                                            \
                        err = impl->ops->M(impl, (const struct P##_##M##_req *)(const void *)req, req_arena, \
                                (struct P##_##M##_res *)(void *)res, res_arena);                             \
                break

#ifdef __cplusplus
}
#endif

#endif
