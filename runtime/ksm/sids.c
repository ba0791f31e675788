/* SPDX-License-Identifier: MIT */
/*
 * SIDs for the host: given out, and freed with all their contexts. Also the way back of policy tests.
 */
#include "state.h"

static const void *context_of(const ObjectState *object, const SidRow *row) {
        return (const uint8_t *)row->contexts + object->context_off;
}

static bool is_present(const void *context) {
        uint32_t first;

        memcpy(&first, context, sizeof first);
        return first != 0;
}

static void mark_row(const Ksm *ksm, const SidRow *row, NumberMarks *marks) {
        numbers_mark(marks, row->sid);
        for (uint32_t i = 0; i < ksm->module->n_objects; i++) {
                const ObjectState *object = ksm->objects + i;
                const Model *model = state_model(object->object->model);
                const void *context = context_of(object, row);

                if (model->mark && is_present(context))
                        model->mark(object, context, marks);
        }
}

static void mark_all(void *arg, NumberMarks *marks) {
        const Ksm *ksm = arg;

        for (uint32_t i = 0; i < 1u << ksm->contexts.n_bits; i++)
                if (ksm->contexts.slots[i])
                        mark_row(ksm, ksm->contexts.slots[i], marks);
}

static int add(Ksm *ksm, uint32_t class, KsmSid *ret_sid) {
        KsmSid sid;
        int r;

        pthread_mutex_lock(&ksm->lock);
        r = contexts_reserve(&ksm->contexts);
        if (r == 0)
                r = numbers_take(&ksm->numbers, mark_all, ksm, &sid);
        if (r == 0)
                *ret_sid = contexts_add(&ksm->contexts, sid, class)->sid;
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
        ksm->marked_next = ksm->numbers.next;
        ksm->journal.can_grow = true;
        ksm->journal.used = 0;
        pthread_mutex_unlock(&ksm->lock);
}

void ksm_return(Ksm *ksm) {
        pthread_mutex_lock(&ksm->lock);
        journal_undo(&ksm->journal, 0);
        while (ksm->is_marked && ksm->numbers.next > ksm->marked_next) {
                SidRow *row = contexts_find(&ksm->contexts, --ksm->numbers.next);

                if (row)
                        release(ksm, row);
        }
        pthread_mutex_unlock(&ksm->lock);
}
