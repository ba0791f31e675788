/* SPDX-License-Identifier: MIT */
/*
 * A decision: find the rules of the event, run them all, keep their effects or take them back.
 */
#include "state.h"

static const uint32_t *route(const KsmModule *module, KsmEventKind kind, uint32_t src, uint32_t dst) {
        uint32_t none = module->n_classes;

        if (kind >= KSM_N_EVENTS)
                return NULL;
        return module->routes[kind][src < none ? src : none] + (dst < none ? dst : none);
}

static uint32_t decision_index(
        const KsmModule *module, KsmEventKind kind, uint32_t src, uint32_t dst, uint16_t riid, uint16_t mid) {
        const uint32_t *at = route(module, kind, src, dst);
        const KsmMethods *methods = at ? module->methods + *at : NULL;

        if (!methods || riid >= methods->n_endpoints)
                return 0;
        if (mid >= methods->first[riid + 1] - methods->first[riid])
                return 0;
        return methods->decisions[methods->first[riid] + mid];
}

const KsmDecision *ksm_find_decision(
        const KsmModule *module, KsmEventKind kind, uint32_t src, uint32_t dst, uint16_t riid, uint16_t mid) {
        return module->decisions + decision_index(module, kind, src, dst, riid, mid);
}

/* The outcome goes into the record; without room for it, the event is denied. */
static void add_result(KsmCall *c, KsmResult result) {
        KsmRecord *record = c->record;

        if (record->n_results == record->room) {
                c->is_denied = true;
                return;
        }
        record->results[record->n_results++] = result;
        record->is_audited |= result.is_audited;
}

void state_rule(KsmCall *c, uint32_t site, KsmWhy why, uint32_t found) {
        KsmOutcome outcome = c->is_broken ? KSM_FAILED : why ? KSM_DENIED : KSM_GRANTED;
        const KsmSite *at = c->ksm->module->sites + site;
        KsmResult result = {
                .site = site,
                .outcome = (uint8_t)outcome,
                .why = c->is_broken ? c->why : (uint8_t)why,
                .is_audited = state_is_audited(c->ksm, at, outcome, found),
                .is_rule = true,
        };

        c->n_rules++;
        c->is_denied |= outcome != KSM_GRANTED;
        c->is_broken = false;
        add_result(c, result);
}

bool state_expression(KsmCall *c, uint32_t site, KsmWhy why, uint32_t found) {
        const KsmSite *at = c->ksm->module->sites + site;
        KsmOutcome outcome;

        if (why)
                ksm_fail(c, why);
        outcome = c->is_broken ? KSM_FAILED : KSM_GRANTED;
        add_result(c, (KsmResult){
                              .site = site,
                              .outcome = (uint8_t)outcome,
                              .why = c->is_broken ? c->why : KSM_WHY_NONE,
                              .is_audited = state_is_audited(c->ksm, at, outcome, found),
                              .is_rule = false,
                      });
        return outcome == KSM_GRANTED;
}

static uint32_t class_of(const SidRow *row) {
        return row ? row->class : KSM_NONE;
}

/* Event and classes; results come later. A SID of nothing alive is a fault in the event itself. */
static void begin(Ksm *ksm, const KsmEvent *event, KsmRecord *record) {
        const SidRow *src = contexts_find(&ksm->contexts, event->src);
        const SidRow *dst = contexts_find(&ksm->contexts, event->dst);

        record->event = *event;
        record->event.message = NULL;
        record->event.arena = NULL;
        record->src_class = class_of(src);
        record->dst_class = event->kind == KSM_SECURITY ? KSM_NONE : class_of(dst);
        record->n_results = 0;
        record->is_audited = false;
        if (!event->malformed && (!src || (!dst && event->kind != KSM_SECURITY)))
                record->event.malformed = "source or destination is not alive";
        record->decision = decision_index(
                ksm->module, event->kind, record->src_class, record->dst_class, event->riid, event->mid);
}

/* True: the rules grant it. */
static bool run(Ksm *ksm, const KsmEvent *event, KsmRecord *record) {
        const KsmDecision *decision = ksm->module->decisions + record->decision;
        KsmCall c = {
                .src_sid = event->src,
                .dst_sid = event->kind == KSM_SECURITY ? KSM_SID_NONE : event->dst,
                .message = event->message,
                .arena = event->arena,
                .message_size = event->message ? event->message_size : 0,
                .arena_size = event->arena ? event->arena_size : 0,
                .ksm = ksm,
                .record = record,
        };

        if (decision->run)
                decision->run(&c);
        record->is_unbound = c.n_rules == 0 && !c.is_denied; /* a choice whose expression failed is bound */
        return c.n_rules > 0 && !c.is_denied;
}

bool ksm_decide(Ksm *ksm, const KsmEvent *event, KsmRecord *record) {
        size_t mark;

        pthread_mutex_lock(&ksm->lock);
        mark = ksm->journal.used;
        begin(ksm, event, record);
        record->is_unbound = false;
        record->is_granted = !record->event.malformed && run(ksm, event, record);
        record->is_audited |= record->event.malformed || record->is_unbound;
        if (!record->is_granted)
                journal_undo(&ksm->journal, mark);
        else if (!ksm->is_marked)
                ksm->journal.used = 0;
        pthread_mutex_unlock(&ksm->lock);
        return record->is_granted;
}
