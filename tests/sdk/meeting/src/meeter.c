/* SPDX-License-Identifier: MIT */
/*
 * Meeter: publishes a service, and finds it.
 */
#include <coresrv/ns/ns_api.h>

#include <stdio.h>

int main(void) {
        char server[256] = "?", service[256] = "?";
        NsHandle ns;

        if (NsCreate(RTL_NULL, INFINITE_TIMEOUT, &ns) != rcOk ||
                NsPublishService(ns, "meeting.Any", "meeting.Meeter", "here") != rcOk ||
                NsEnumServices(ns, "meeting.Any", 0, server, sizeof(server), service, sizeof(service)) !=
                        rcOk)
                return 1;
        fprintf(stderr, "%s of %s\n", service, server);
        return 0;
}
