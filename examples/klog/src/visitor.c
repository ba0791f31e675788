/* SPDX-License-Identifier: MIT */
/*
 * Visitor: tries a wrong key, then the right one, then to see what was written down about it.
 */
#include <caisson/audit.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <house/IDoor.idl.h>

static nk_err_t try_key(house_IDoor_proxy *door, nk_uint32_t key) {
        house_IDoor_Open_req req = {.key = key};
        house_IDoor_Open_res res;

        return house_IDoor_Open(&door->base, &req, NULL, &res, NULL);
}

int main(void) {
        house_IDoor_proxy door;
        NkKosTransport transport;
        Handle channel = ServiceLocatorConnect("door");
        Handle reader;

        if (channel == INVALID_HANDLE) {
                fprintf(stderr, "no channel \"door\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        house_IDoor_proxy_init(&door, &transport.base, ServiceLocatorGetRiid(channel, "door"));
        if (try_key(&door, 6) != NK_EPERM || try_key(&door, 7) != NK_EOK)
                return EXIT_FAILURE;
        fprintf(stderr, "key 6 is wrong, key 7 is right\n");
        if (nkx_audit_open(&reader) != rcSecurityDisallow)
                return EXIT_FAILURE;
        fprintf(stderr, "the audit is not for visitors\n");
        return EXIT_SUCCESS;
}
