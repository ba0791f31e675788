/* SPDX-License-Identifier: MIT */
/*
 * SIDs for the host: given out, and freed with all their contexts. Also the way back of policy tests.
 */
#include "state.h"

static int add(Ksm *ksm, uint32_t class, KsmSid *ret_sid) {
        SidRow *row;
        int r;

        pthread_mutex_lock(&ksm->lock);
        r = contexts_add(&ksm->contexts, class, &row);
        if (r == 0)
                *ret_sid = row->sid;
        pthread_mutex_unlock(&ksm->lock);
        return r;
}

int ksm_subject_new(Ksm *ksm, uint32_t class, KsmSid *ret_sid) {
        if (class != KSM_NONE && class >= ksm->module->n_classes)
                return KSM_E_CLASS;
        return add(ksm, class, ret_sid);
}

int ksm_resource_new(Ksm *ksm, KsmSid *ret_sid) {
        return add(ksm, KSM_NONE, ret_sid);
}

static void release(Ksm *ksm, SidRow *row) {
        for (uint32_t i = 0; i < ksm->module->n_objects; i++) {
                ObjectState *object = ksm->objects + i;
                const Model *model = state_model(object->object->model);
                uint32_t *context = (uint32_t *)(void *)((uint8_t *)row->contexts + object->context_off);

                if (model->release && *context)
                        model->release(object, context);
        }
        contexts_remove(&ksm->contexts, row);
}

void ksm_sid_dies(Ksm *ksm, KsmSid sid) {
        SidRow *row;

        pthread_mutex_lock(&ksm->lock);
        row = contexts_find(&ksm->contexts, sid);
        if (row && sid != KSM_SID_KERNEL && !ksm->is_marked)
                release(ksm, row);
        pthread_mutex_unlock(&ksm->lock);
}

uint32_t ksm_sid_class(Ksm *ksm, KsmSid sid) {
        const SidRow *row;
        uint32_t class;

        pthread_mutex_lock(&ksm->lock);
        row = contexts_find(&ksm->contexts, sid);
        class = row ? row->class : KSM_NONE;
        pthread_mutex_unlock(&ksm->lock);
        return class;
}

void ksm_mark(Ksm *ksm) {
        pthread_mutex_lock(&ksm->lock);
        ksm->is_marked = true;
        ksm->marked_next = ksm->contexts.next;
        ksm->journal.can_grow = true;
        ksm->journal.used = 0;
        pthread_mutex_unlock(&ksm->lock);
}

void ksm_return(Ksm *ksm) {
        pthread_mutex_lock(&ksm->lock);
        journal_undo(&ksm->journal, 0);
        while (ksm->is_marked && ksm->contexts.next > ksm->marked_next) {
                SidRow *row = contexts_find(&ksm->contexts, --ksm->contexts.next);

                if (row)
                        release(ksm, row);
        }
        pthread_mutex_unlock(&ksm->lock);
}
