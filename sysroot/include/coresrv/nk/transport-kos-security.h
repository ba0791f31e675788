/* SPDX-License-Identifier: MIT */
/*
 * NkKosSecurityTransport: asks the security module through the security interface of the own class.
 *
 * A call of a method of that interface raises a `security` event of the policy with this process as its
 * source. There is no recipient and no answer but the decision:
 *
 *      NkKosSecurityTransport transport;
 *      struct door_Ask_proxy proxy;
 *      NkKosSecurityTransport_Init(&transport, NK_NULL, 0);
 *      door_Ask_proxy_init(&proxy, &transport.base, door_Guard_securityIid);
 *      granted = door_Ask_Permit(&proxy.base, &req, NK_NULL, &res, NK_NULL) == NK_EOK;
 *
 * The object owns nothing, needs no clean-up and may be copied.
 */
#ifndef CORESRV_NK_TRANSPORT_KOS_SECURITY_H
#define CORESRV_NK_TRANSPORT_KOS_SECURITY_H

#include <nk/transport.h>
#include <nk/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct NkKosSecurityTransport {
        struct nk_transport base;
} NkKosSecurityTransport;

/* Binds a transport to the security module.
 * transport:       caller's memory, any contents.
 * reserved, flags: NK_NULL and 0; not used.
 * Returns NK_EOK; NK_EINVAL: transport is null. Does not block.
 *
 * Its `call` blocks until the decision is made and returns
 *      NK_EOK       granted, or the solution runs without a policy;
 *      NK_EPERM     denied, or the class has no security interface, or the message has a wrong structure;
 *      NK_EINVAL    a request or response whose header is wrong, or a request above the limit of a message;
 *      NK_ENOTCONN  this process was not started as part of a solution;
 * The response is left as it is but for its header. Any number of threads, with one transport each or
 * a common one. It has no `recv` and no `reply`.
 * Source: documented; NK_EPERM and the codes below it are our choice. */
nk_err_t NkKosSecurityTransport_Init(NkKosSecurityTransport *transport, void *reserved, nk_uint32_t flags);

#ifdef __cplusplus
}
#endif

#endif
