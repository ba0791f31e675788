/* SPDX-License-Identifier: MIT */
/*
 * Base types of the NK layer: what generated headers are written in.
 *
 * Integers, the message header, the chunk descriptor nk_ptr_t and the handle container
 * nk_handle_desc_t. These structures cross process borders: native byte order, sizes and
 * offsets asserted here and in tests/abi. Everything works in C11 and in C++11 and later.
 * Names without a mark are documented or observed in public programs; nkx_/NKX_ names and
 * layouts that KasperskyOS keeps private are our own.
 */
#ifndef NK_TYPES_H
#define NK_TYPES_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <nk/errno.h>

/* --- integers --- */

typedef int8_t nk_sint8_t;
typedef int16_t nk_sint16_t;
typedef int32_t nk_sint32_t;
typedef int64_t nk_sint64_t;
typedef uint8_t nk_uint8_t;
typedef uint16_t nk_uint16_t;
typedef uint32_t nk_uint32_t;
typedef uint64_t nk_uint64_t;

typedef char nk_char_t;
typedef size_t nk_size_t;
typedef int nk_bool_t;

#define NK_FALSE 0
#define NK_TRUE  1
#define NK_NULL  NULL

/* A constant of exactly that type. The argument of the unsigned forms is a literal without suffix, or
 * a macro that expands to one; the signed forms take any constant expression, because the smallest
 * value of a type can only be written as one: NK_SINT64_C(-9223372036854775807 - 1). */
#define NK_UINT8_C(x)  ((nk_uint8_t)UINT8_C(x))
#define NK_UINT16_C(x) ((nk_uint16_t)UINT16_C(x))
#define NK_UINT32_C(x) ((nk_uint32_t)UINT32_C(x))
#define NK_UINT64_C(x) ((nk_uint64_t)UINT64_C(x))
#define NK_SINT8_C(x)  ((nk_sint8_t)(x))
#define NK_SINT16_C(x) ((nk_sint16_t)(x))
#define NK_SINT32_C(x) ((nk_sint32_t)(x))
#define NK_SINT64_C(x) ((nk_sint64_t)(x))

typedef int nk_err_t;            /* NK_E*, or NK_ELOGIC_MAKE(code): <nk/errno.h> */
typedef nk_uint16_t nk_iid_t;    /* RIID: number of an endpoint in its process class */
typedef nk_uint16_t nk_mid_t;    /* MID: number of a method in its interface */
typedef nk_uint32_t nk_handle_t; /* a Handle, seen from this layer */
typedef nk_uint32_t nk_rights_t; /* OCAP_* mask, <services/ocap.h> */
typedef nk_uint64_t nk_badge_t;  /* sent: handle of a badge, 0 for none; received: the context given to it */

#define NK_IID_MAX   ((nk_iid_t)0xffff)
#define INVALID_RIID NK_IID_MAX /* never assigned to an endpoint */

/* --- helpers of generated and user code --- */

#define __nk_packed     __attribute__((packed))
#define __nk_alignas(n) __attribute__((aligned(n)))

#define nk_offsetof(t, m) offsetof(t, m)
#define nk_assert(x)      assert(x)
#define nk_unused(x)      ((void)(x))
#define nk_array_size(a)  (sizeof(a) / sizeof((a)[0]))
#define nk_max(a, b)      ((a) > (b) ? (a) : (b)) /* a constant expression for constants */

/* nk_static_assert(condition, bare_identifier); the identifier appears in the error. */
#ifdef __cplusplus
#define nk_alignof(t)                alignof(t)
#define nk_static_assert(cond, name) static_assert(cond, #name)
#else
#define nk_alignof(t)                _Alignof(t)
#define nk_static_assert(cond, name) _Static_assert(cond, #name)
#endif

/* --- chunk descriptor --- */

/* A run of objects in the arena of a message: strings, bytes and sequences. */
typedef struct nk_ptr_t {
        nk_uint32_t offset; /* bytes from the start of the message's arena */
        nk_uint32_t size;   /* bytes; 0: empty, the offset means nothing */
} nk_ptr_t;

nk_static_assert(sizeof(nk_ptr_t) == 8 && nk_alignof(nk_ptr_t) == 4, bad_nk_ptr_t_layout);

/* --- message header --- */

/*
 * First member, `base_`, of every generated message. 24 bytes, alignment 8. Programs may read iid
 * and mid; the rest is written by the macros below.
 */
typedef struct nk_message {
        nk_uint32_t size;     /* bytes of the constant part, this header included */
        nk_uint32_t flags;    /* NKX_MESSAGE_* */
        nk_iid_t iid;         /* endpoint the request is for; a reply repeats it */
        nk_mid_t mid;         /* method; a reply repeats it */
        nk_uint32_t ncaps;    /* handles in the constant part */
        nk_uint64_t reserved; /* 0 */
} nk_message;

nk_static_assert(sizeof(struct nk_message) == 24, bad_nk_message_size);
nk_static_assert(nk_alignof(struct nk_message) == 8, bad_nk_message_alignment);

#define NKX_MESSAGE_ORDINARY 0u
#define NKX_MESSAGE_ERROR    1u /* the constant part is the error form of a response, P_M_err */
#define NKX_MESSAGE_MARKED   2u /* RIID and MID were stored; an answer without this mark has no result */

/* Makes *m the header of an ordinary message of `size` bytes with no RIID, MID and handles. */
static inline void nk_message_make_req(struct nk_message *m, nk_uint32_t size) {
        m->size = size;
        m->flags = NKX_MESSAGE_ORDINARY;
        m->iid = 0;
        m->mid = 0;
        m->ncaps = 0;
        m->reserved = 0;
}

/* The same for the error form of a response. */
static inline void nkx_message_make_err(struct nk_message *m, nk_uint32_t size) {
        nk_message_make_req(m, size);
        m->flags = NKX_MESSAGE_ERROR;
}

static inline nk_bool_t nkx_message_check_err(const struct nk_message *m) {
        return (m->flags & NKX_MESSAGE_ERROR) != 0;
}

static inline void nk_message_set_size(struct nk_message *m, nk_uint32_t size) {
        m->size = size;
}

static inline void nk_message_set_iid(struct nk_message *m, nk_iid_t iid) {
        m->iid = iid;
}

static inline void nk_message_set_mid(struct nk_message *m, nk_mid_t mid) {
        m->mid = mid;
}

static inline void nk_message_set_ncaps(struct nk_message *m, nk_uint32_t ncaps) {
        m->ncaps = ncaps;
}

static inline void nkx_message_set_method_id(struct nk_message *m, nk_iid_t iid, nk_mid_t mid) {
        m->flags |= NKX_MESSAGE_MARKED;
        m->iid = iid;
        m->mid = mid;
}

/*
 * p: pointer to any generated message or union of messages, that is to anything with a member base_.
 * Each macro evaluates p once and leaves the parameters behind the header as they are.
 *
 * nk_req_reset(p)   ordinary message of the size of *p; RIID, MID and handle count cleared. Before a
 *                   receipt it states the room there is: the size of the whole union.
 * nk_err_reset(p)   the same for an error response; p is a P_M_res or its err_ member.
 * nk_msg_check_err(p)  true when *p is an error response.
 * nk_msg_set_method_id(p, iid, mid), nk_msg_set_ncaps(p, n)  store these fields.
 */
#define nk_req_reset(p)                   nk_message_make_req(&(p)->base_, (nk_uint32_t)sizeof(*(p)))
#define nk_err_reset(p)                   nkx_message_make_err(&(p)->base_, (nk_uint32_t)sizeof(*(p)))
#define nk_msg_check_err(p)               nkx_message_check_err(&(p)->base_)
#define nk_msg_set_method_id(p, iid, mid) nkx_message_set_method_id(&(p)->base_, iid, mid)
#define nk_msg_set_ncaps(p, n)            nk_message_set_ncaps(&(p)->base_, n)

/* --- handles in messages --- */

/* Transport container of a handle: a field of IDL type Handle. 16 bytes, alignment 8. */
typedef struct nk_handle_desc_t {
        nk_handle_t handle;
        nk_rights_t rights; /* OCAP_*; the receiving side adds NKX_HANDLE_DEREFERENCED, a sender cannot */
        nk_badge_t badge;
} nk_handle_desc_t;

nk_static_assert(sizeof(nk_handle_desc_t) == 16, bad_nk_handle_desc_t_size);
nk_static_assert(nk_alignof(nk_handle_desc_t) == 8, bad_nk_handle_desc_t_alignment);

#define NKX_HANDLE_DEREFERENCED 0x80000000u /* no OCAP_* bit; overwritten in every received container */
#define NKX_RIGHTS_ALL          0x7fffffffu /* "all that the sender has" */

static inline nk_handle_desc_t nkx_handle_desc_make(
        nk_handle_t handle, nk_rights_t rights, nk_badge_t badge) {
        nk_handle_desc_t desc;

        desc.handle = handle;
        desc.rights = rights & NKX_RIGHTS_ALL;
        desc.badge = badge;
        return desc;
}

/*
 * nk_handle_desc(handle [, rights [, badge]]): expression of type nk_handle_desc_t, for sending.
 * handle: the handle to transfer, or INVALID_HANDLE, which arrives as INVALID_HANDLE.
 * rights: OCAP_* mask that the receiver shall have at most; without it, all that the sender has.
 * badge:  handle made by KnHandleCreateBadge(), bound to this transfer; without it, none.
 */
#define nk_handle_desc(...)                                                                                  \
        NKX_HANDLE_DESC_PICK(__VA_ARGS__, NKX_HANDLE_DESC_3, NKX_HANDLE_DESC_2, NKX_HANDLE_DESC_1, 0)        \
        (__VA_ARGS__)
#define NKX_HANDLE_DESC_PICK(a, b, c, name, ...) name
#define NKX_HANDLE_DESC_1(handle)                nkx_handle_desc_make(handle, NKX_RIGHTS_ALL, 0)
#define NKX_HANDLE_DESC_2(handle, rights)        nkx_handle_desc_make(handle, rights, 0)
#define NKX_HANDLE_DESC_3(handle, rights, badge) nkx_handle_desc_make(handle, rights, (nk_badge_t)(badge))

/* What the receiving side stores when a handle comes back to the process that issued it. */
static inline nk_handle_desc_t nkx_handle_desc_dereferenced(
        nk_handle_t handle, nk_rights_t rights, nk_badge_t context) {
        nk_handle_desc_t desc = nkx_handle_desc_make(handle, rights, context);

        desc.rights |= NKX_HANDLE_DEREFERENCED;
        return desc;
}

/* The handle in a received container: a new descendant, or the issuer's own one if dereferenced. */
static inline nk_handle_t nk_get_handle(const nk_handle_desc_t *desc) {
        return desc->handle;
}

/* The OCAP_* mask: of the new handle, or if dereferenced of the handle that the client sent. */
static inline nk_rights_t nk_get_rights(const nk_handle_desc_t *desc) {
        return desc->rights & NKX_RIGHTS_ALL;
}

/* True when the handle came back to the process that issued it, and the container holds its context. */
static inline nk_bool_t nk_is_handle_dereferenced(const nk_handle_desc_t *desc) {
        return (desc->rights & NKX_HANDLE_DEREFERENCED) != 0;
}

/*
 * Context of a dereferenced handle, if the client's handle allows an operation.
 * operation: OCAP_* bits that must all be in the client's mask.
 * badge:     set on success only: the context given to KnHandleCreateBadge() or, without a badge, to
 *            KnHandleCreateUserObject().
 * Returns NK_EOK; NK_EPERM when a bit is missing; NK_EINVAL when the container was not
 * dereferenced, so that a client's own handle cannot pass for a context (our choice).
 */
static inline nk_err_t nk_get_badge_op(
        const nk_handle_desc_t *desc, nk_rights_t operation, nk_badge_t *badge) {
        if (!nk_is_handle_dereferenced(desc))
                return NK_EINVAL;
        if ((nk_get_rights(desc) & operation) != operation)
                return NK_EPERM;
        *badge = desc->badge;
        return NK_EOK;
}

#endif
