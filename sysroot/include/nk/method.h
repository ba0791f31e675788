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
 * a plain integer, so that it may alias the member of whatever generated struct it is in. */
static inline nk_uint16_t *nkx_method_status_of(struct nk_message *err) {
        return (nk_uint16_t *)(void *)(err + 1);
}

/* Layout of generated structures, as nkc computed it: sizeof(struct type), offset of a member. */
#define nkx_check_size(type, n) nk_static_assert(sizeof(struct type) == (n), bad_##type##_size)
#define nkx_check_offset(type, member, n)                                                                    \
        nk_static_assert(nk_offsetof(struct type, member) == (n), bad_##type##_##member##_offset)

/*
 * Proxy side, extended errors: fills both headers and makes the exchange. The parameters in *req stay.
 * methods: table of the interface. Returns what nk_transport_call() returns.
 */
static inline nk_err_t nkx_method_call(const struct nkx_method *methods, nk_mid_t mid,
        struct nk_transport *transport, nk_iid_t iid, struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        const struct nkx_method *m = &methods[mid];

        nk_message_make_req(req, m->req_size);
        nkx_message_set_method_id(req, iid, mid);
        nk_message_set_ncaps(req, m->req_handles);
        nk_message_make_req(res, m->res_size);
        nk_message_set_ncaps(res, m->res_handles);
        return nk_transport_call(transport, req, req_arena, res, res_arena);
}

/*
 * Simplified errors: result of a method from the result of its exchange. An error response becomes
 * NK_ELOGIC_MAKE(status), with status 0 when the method declares none; *res stays readable.
 */
static inline nk_err_t nkx_method_status(
        const struct nkx_method *methods, nk_mid_t mid, nk_err_t result, struct nk_message *res) {
        if (result != NK_EOK || !nkx_message_check_err(res))
                return result;
        return NK_ELOGIC_MAKE(methods[mid].err_size > sizeof(*res) ? *nkx_method_status_of(res) : 0);
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
                *nkx_method_status_of(res) = NK_ELOGIC_GET(result);
                res->flags = NKX_MESSAGE_ERROR;
                result = NK_EOK;
        }
        return nkx_method_end(methods, mid, iid, result, res);
}

/*
 * Defines P_M_op_, the proxy's entry in struct P_ops: the abstract interface passes a const request,
 * whose header the proxy nevertheless fills, because it belongs to the caller of P_M.
 */
#define nkx_proxy_op(P, M)                                                                                   \
        static inline nk_err_t P##_##M##_op_(struct P *self, const struct P##_##M##_req *req,                \
                const struct nk_arena *req_arena, struct P##_##M##_res *res, struct nk_arena *res_arena) {   \
                return P##_##M##_proxy((struct P##_proxy *)(void *)self,                                     \
                        (struct P##_##M##_req *)(uintptr_t)req, req_arena, res, res_arena);                  \
        }

#ifdef __cplusplus
}
#endif

#endif
