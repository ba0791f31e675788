/* SPDX-License-Identifier: MIT */
/*
 * The ready-made server loop: receive, dispatch, reply, for ever.
 *
 *      demo_Keeper_entity entity;
 *      ...
 *      NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(demo_Keeper, entity);
 *      return NkKosDoDispatch(listener, &info) == NK_EOK ? 0 : 1;
 *
 * Source: names and use observed; members, results and thread rules are our choice.
 */
#ifndef CORESRV_NK_TRANSPORT_KOS_DISPATCH_H
#define CORESRV_NK_TRANSPORT_KOS_DISPATCH_H

#include <handle/handletype.h>
#include <nk/arena.h>
#include <nk/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* E_entity_dispatch of some class E, with its entity as an untyped pointer. */
typedef nk_err_t NkKosDispatchFn(void *entity, const struct nk_message *req, const struct nk_arena *reqArena,
        struct nk_message *res, struct nk_arena *resArena);

/* What the loop needs to know of a class. Members are private; use the initialiser. */
typedef struct NkKosDispatchInfo {
        NkKosDispatchFn *dispatch;
        void *entity;
        nk_size_t req_size;       /* bytes of the union over all requests */
        nk_size_t res_size;       /* bytes of the union over all responses */
        nk_size_t req_arena_size; /* most arena bytes of any request */
        nk_size_t res_arena_size; /* most arena bytes of any response */
} NkKosDispatchInfo;

/* Braces initialiser of an NkKosDispatchInfo.
 * prefix:  of the generated names of the process class, "demo_Keeper"; its edl.h must be included.
 * object:  the E_entity object, or a pointer to it; borrowed, must live as long as the loop. It may be
 *          initialised (E_entity_init) after this. */
#define NK_ENTITY_DISPATCH_INFO_INITIALIZER(prefix, object)                                                  \
        {                                                                                                    \
                NK_KOS_DISPATCH_FN_(prefix##_entity_dispatch), NK_KOS_ENTITY_PTR_(prefix##_entity, object),  \
                        sizeof(prefix##_entity_req), sizeof(prefix##_entity_res),                            \
                        prefix##_entity_req_arena_size, prefix##_entity_res_arena_size                       \
        }

/* Runs receive-dispatch-reply on a handle, with buffers of its own.
 * handle:  listener handle; borrowed. Several threads may run the loop on one handle with one info;
 *          methods of the entity are then called from all of them.
 * info:    borrowed for the duration.
 * A request whose dispatch fails is answered with the code of the failure. A client that dies, and a
 * message that is malformed or too large, cost nobody else anything.
 * Returns only when it can't go on: NK_ENOTCONN: the handle was closed; NK_EINVAL: info is null, or
 * handle is not an open listener handle; NK_ENOMEM: no memory for the buffers. */
nk_err_t NkKosDoDispatch(Handle handle, const NkKosDispatchInfo *info);

#ifdef __cplusplus
} /* extern "C" */

extern "C++" {
template <class T> inline void *nkx_entity_ptr(T &object) {
        return &object;
}
template <class T> inline void *nkx_entity_ptr(T *object) {
        return object;
}
}
#define NK_KOS_ENTITY_PTR_(type, object) nkx_entity_ptr<type>(object)
#define NK_KOS_DISPATCH_FN_(function)    reinterpret_cast<NkKosDispatchFn *>(function)
#else
/* An lvalue of the entity, whether `object` is one or points to one: the inner choice keeps the branch
 * that is not taken well-formed. */
#define NK_KOS_IS_ENTITY_(type, object) __builtin_types_compatible_p(__typeof__(object), type)
#define NK_KOS_ENTITY_PTR_(type, object)                                                                     \
        ((void *)&__builtin_choose_expr(NK_KOS_IS_ENTITY_(type, object), (object),                           \
                *(type *)__builtin_choose_expr(NK_KOS_IS_ENTITY_(type, object), (void *)0, (object))))
#define NK_KOS_DISPATCH_FN_(function) ((NkKosDispatchFn *)(function))
#endif

#endif
