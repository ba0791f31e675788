/* SPDX-License-Identifier: MIT */
/*
 * Linked with the decision code of a policy: asks for every event between its classes, with an empty
 * message, and writes the audit record of each as a line of JSON.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ksm.h"

static Ksm *ksm;
static KsmRecord record;

static void ask(KsmEventKind kind, KsmSid src, KsmSid dst, uint32_t riid, uint32_t mid) {
        static const uint64_t message[64];
        const KsmEvent event = {
                .kind = kind,
                .src = src,
                .dst = dst,
                .riid = (uint16_t)riid,
                .mid = (uint16_t)mid,
                .message = kind == KSM_EXECUTE ? NULL : message,
                .message_size = kind == KSM_EXECUTE ? 0 : sizeof(message),
        };
        char line[KSM_LINE_SIZE];

        ksm_decide(ksm, &event, &record);
        ksm_record_json(ksm, &record, line, sizeof(line));
        puts(line);
}

static void ask_all(KsmEventKind kind, const KsmEndpoint *endpoints, uint32_t n, KsmSid src, KsmSid dst) {
        for (uint32_t e = 0; e < n; e++)
                for (uint32_t m = 0; m < endpoints[e].n_methods; m++)
                        ask(kind, src, dst, e, m);
}

static void ask_pair(const KsmClass *server, KsmSid src, KsmSid dst) {
        ask(KSM_EXECUTE, src, dst, 0, 0);
        ask_all(KSM_REQUEST, server->endpoints, server->n_endpoints, src, dst);
        ask_all(KSM_RESPONSE, server->endpoints, server->n_endpoints, dst, src);
        ask_all(KSM_ERROR, server->endpoints, server->n_endpoints, dst, src);
}

int main(void) {
        const KsmModule *m = &ksm_module;
        KsmProblem problem = {"out of memory"};
        KsmSid *sids = calloc(m->n_classes, sizeof(*sids));

        if (!sids || ksm_new(m, &problem, &ksm) != 0 || ksm_record_init(&record, ksm) != 0) {
                fprintf(stderr, "%s\n", problem.text);
                return 1;
        }
        for (uint32_t i = 0; i < m->n_classes; i++) {
                sids[i] = KSM_SID_KERNEL;
                if (i != m->kernel_class && ksm_subject_new(ksm, i, &sids[i]) != 0)
                        return 1;
        }
        for (uint32_t src = 0; src < m->n_classes; src++) {
                ask_all(KSM_SECURITY, m->classes[src].security, m->classes[src].n_security, sids[src],
                        KSM_SID_NONE);
                for (uint32_t dst = 0; dst < m->n_classes; dst++)
                        ask_pair(m->classes + dst, sids[src], sids[dst]);
        }
        ksm_record_deinit(&record);
        ksm_free(ksm);
        free(sids);
        return 0;
}
