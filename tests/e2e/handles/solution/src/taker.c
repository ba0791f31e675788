/* SPDX-License-Identifier: MIT */
/*
 * Taker: tries what it must not be able to do with handles, and counts at the end that nothing is left.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <services/ocap.h>

#include <stdio.h>
#include <stdlib.h>

#include <hand/IHand.idl.h>

#define RIGHTS (OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY | OCAP_HANDLE_GET_SID | 3)

static struct hand_IHand_proxy hands;
static Handle channel;
static Handle many[HANDLE_KERNEL_MAX];

static void check(int is_true, const char *what) {
        fprintf(stderr, "%s %s\n", is_true ? "ok" : "not ok", what);
}

static Handle give(nk_rights_t rights, nk_err_t *err) {
        hand_IHand_Give_req req = {.rights = rights};
        hand_IHand_Give_res res;

        *err = hand_IHand_Give(&hands.base, &req, NULL, &res, NULL);
        return *err == NK_EOK ? nk_get_handle(&res.given) : INVALID_HANDLE;
}

static nk_err_t take(nk_handle_desc_t desc, nk_uint32_t *kind, nk_uint64_t *context) {
        hand_IHand_Take_req req = {.taken = desc};
        hand_IHand_Take_res res;
        nk_err_t err = hand_IHand_Take(&hands.base, &req, NULL, &res, NULL);

        *kind = err == NK_EOK ? res.kind : 99;
        *context = err == NK_EOK ? res.context : 0;
        return err;
}

static int is_refused(nk_handle_desc_t desc) {
        nk_uint32_t kind;
        nk_uint64_t context;

        return take(desc, &kind, &context) == NK_EPERM;
}

static int arrives_as(nk_handle_desc_t desc, nk_uint32_t expected, nk_uint64_t expected_context) {
        nk_uint32_t kind;
        nk_uint64_t context;

        return take(desc, &kind, &context) == NK_EOK && kind == expected && context == expected_context;
}

static Handle own(nk_rights_t rights) {
        Handle handle = INVALID_HANDLE;

        (void)KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, rights, NULL, &handle);
        return handle;
}

static void what_is_sent(Handle given, Handle mine) {
        Handle closed = own(RIGHTS);
        Handle kept = own(OCAP_HANDLE_COPY);
        nk_handle_desc_t lie = nk_handle_desc(mine, RIGHTS);

        check(KnHandleClose(closed) == rcOk, "a handle is closed");
        check(arrives_as(nk_handle_desc(INVALID_HANDLE), 0, 0), "no handle arrives as none");
        check(arrives_as(nk_handle_desc(mine), 1, 0), "a handle arrives as a new one");
        check(arrives_as(nk_handle_desc(given), 2, 0x88), "the giver's own comes back with its context");
        check(is_refused(nk_handle_desc(mine + 1000)), "a forged number is refused");
        check(is_refused(nk_handle_desc(0)), "zero is refused");
        check(is_refused(nk_handle_desc(closed)), "a closed one is refused");
        check(is_refused(nk_handle_desc(channel)), "the end of a channel is refused");
        check(is_refused(nk_handle_desc(kept)), "one that must not be handed on is refused");
        check(is_refused(nk_handle_desc(mine, RIGHTS | 0x8000)), "more rights are refused");
        check(is_refused(nk_handle_desc(mine, 1, given)), "a badge that is none is refused");
        lie.rights |= NKX_HANDLE_DEREFERENCED;
        lie.badge = 0;
        check(arrives_as(lie, 1, 0), "nobody passes his own for the giver's");
        check(KnHandleClose(kept) == rcOk, "the kept one is closed");
}

static void several_at_once(Handle mine) {
        hand_IHand_TakeMany_req req = {.first = nk_handle_desc(mine)};
        hand_IHand_TakeMany_res res;

        req.pair.number = 5;
        req.pair.both[0] = nk_handle_desc(mine);
        req.pair.both[1] = nk_handle_desc(mine);
        check(hand_IHand_TakeMany(&hands.base, &req, NULL, &res, NULL) == NK_EOK && res.count == 3,
                "several arrive, each for itself");
        req.first = nk_handle_desc(mine);
        req.pair.both[1] = nk_handle_desc(mine + 1000);
        check(hand_IHand_TakeMany(&hands.base, &req, NULL, &res, NULL) == NK_EPERM, "all or none");
}

static void what_the_policy_denies(Handle mine) {
        hand_IHand_GiveInVain_req req;
        hand_IHand_GiveInVain_res res;

        nk_req_reset(&req);
        check(hand_IHand_GiveInVain(&hands.base, &req, NULL, &res, NULL) == NK_EPERM,
                "a denied answer does not arrive");
        check(KnHandleRevoke(mine) == rcSecurityDisallow, "the policy denies a call to the kernel");
}

static void what_nobody_denies(Handle mine) {
        hand_IHand_GiveInVain_req req;
        hand_IHand_GiveInVain_res res;
        rtl_uint32_t sid = 0, other = 0;
        Handle copied;

        nk_req_reset(&req);
        check(hand_IHand_GiveInVain(&hands.base, &req, NULL, &res, NULL) == NK_EOK &&
                        KnHandleClose(nk_get_handle(&res.given)) == rcOk,
                "an answer that a policy would deny arrives");
        check(KnHandleCopy(mine, RIGHTS, INVALID_HANDLE, &copied) == rcOk, "a handle is copied");
        check(KnHandleGetSidByHandle(copied, &sid) == rcOk && KnHandleGetSidByHandle(mine, &other) == rcOk &&
                        sid == other,
                "both name the same resource");
        check(KnHandleRevoke(copied) == rcOk, "a handle is revoked");
}

static void what_has_no_rights(Handle given) {
        Handle copied;

        check(KnHandleCopy(given, 4, INVALID_HANDLE, &copied) == rcNoCapability,
                "nobody gives himself rights");
        check(KnHandleCopy(given + 1000, 1, INVALID_HANDLE, &copied) == rcInvalidArgument,
                "a forged number is no handle");
}

/* As many copies as there is room for, less one the last time; then all are closed. */
static unsigned fill(Handle given) {
        unsigned n = 0;

        while (n < HANDLE_KERNEL_MAX && KnHandleCopy(given, 1, INVALID_HANDLE, &many[n]) == rcOk)
                n++;
        return n;
}

static void what_has_no_room(Handle given) {
        nk_err_t err;
        unsigned n = fill(given);

        check(n == HANDLE_KERNEL_MAX - 2, "nothing but two handles was left of all that");
        (void)give(RIGHTS, &err);
        check(err == NK_EPERM, "who is full gets no more");
        check(KnHandleClose(many[--n]) == rcOk, "one is closed");
        many[n++] = give(RIGHTS, &err);
        check(err == NK_EOK, "and there is room for one");
        while (n > 0)
                if (KnHandleClose(many[--n]) != rcOk)
                        break;
        check(n == 0, "all are closed");
}

/* With an argument: there is no policy. */
int main(int argc, char **argv) {
        NkKosTransport transport;
        Handle given, mine;
        nk_err_t err;

        (void)argv;
        channel = ServiceLocatorConnect("hands");
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        hand_IHand_proxy_init(&hands, &transport.base, ServiceLocatorGetRiid(channel, "main.hand"));
        given = give(RIGHTS, &err);
        mine = own(RIGHTS);
        check(err == NK_EOK && mine != INVALID_HANDLE, "a handle is given, and one made");
        what_is_sent(given, mine);
        several_at_once(mine);
        (argc > 1 ? what_nobody_denies : what_the_policy_denies)(mine);
        what_has_no_rights(given);
        what_has_no_room(given);
        check(arrives_as(nk_handle_desc(given), 2, 0x88), "the giver is as before");
        return EXIT_SUCCESS;
}
