/* SPDX-License-Identifier: MIT */
/*
 * Operator, Auditor and Remote: all three try the same.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <plant/IJournal.idl.h>
#include <plant/IValve.idl.h>

/* True: granted or refused by the policy, and said so. */
static int tell(const char *what, nk_err_t err) {
        if (err != NK_EOK && err != NK_EPERM)
                return 0;
        fprintf(stderr, "%s: %s\n", what, err == NK_EOK ? "granted" : "refused");
        return 1;
}

static int try_valve(plant_IValve_proxy *valve) {
        plant_IValve_Set_req req = {.percent = 10};
        plant_IValve_Set_res res;

        return tell("move the valve", plant_IValve_Set(&valve->base, &req, NULL, &res, NULL));
}

static int try_journal(plant_IJournal_proxy *journal) {
        plant_IJournal_Note_req note_req = {.event = 1};
        plant_IJournal_Note_res note_res;
        plant_IJournal_Last_req last_req;
        plant_IJournal_Last_res last_res;

        nk_req_reset(&last_req);
        return tell("leave a note", plant_IJournal_Note(&journal->base, &note_req, NULL, &note_res, NULL)) &&
               tell("read the last note",
                       plant_IJournal_Last(&journal->base, &last_req, NULL, &last_res, NULL));
}

int main(void) {
        NkKosTransport to_valve, to_journal;
        plant_IValve_proxy valve;
        plant_IJournal_proxy journal;
        Handle valve_channel = ServiceLocatorConnect("valve");
        Handle journal_channel = ServiceLocatorConnect("journal");

        if (valve_channel == INVALID_HANDLE || journal_channel == INVALID_HANDLE) {
                fprintf(stderr, "the channels \"valve\" and \"journal\" are not both there\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&to_valve, valve_channel, NK_NULL, 0);
        NkKosTransport_Init(&to_journal, journal_channel, NK_NULL, 0);
        plant_IValve_proxy_init(&valve, &to_valve.base, ServiceLocatorGetRiid(valve_channel, "valve"));
        plant_IJournal_proxy_init(
                &journal, &to_journal.base, ServiceLocatorGetRiid(journal_channel, "journal"));

        return try_valve(&valve) && try_journal(&journal) ? EXIT_SUCCESS : EXIT_FAILURE;
}
