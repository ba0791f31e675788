/* SPDX-License-Identifier: MIT */
/*
 * Participants of a policy test: pal_world.h.
 */
#include "pal_world.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_ROOM 16u

int pal_world_init(PalWorld *w, Ksm *ksm, uint32_t n_variables) {
        uint32_t n_classes = ksm_get_module(ksm)->n_classes;

        *w = (PalWorld){.ksm = ksm, .n_classes = n_classes, .n_variables = n_variables};
        w->variables = calloc((size_t)n_variables + 1, sizeof(*w->variables));
        w->latest = calloc((size_t)n_classes + 1, sizeof(*w->latest));
        return w->variables && w->latest ? 0 : -ENOMEM;
}

void pal_world_deinit(PalWorld *w) {
        free(w->variables);
        free(w->latest);
        free(w->numbers);
        *w = (PalWorld){.ksm = NULL};
}

void pal_world_reset(PalWorld *w) {
        memset(w->variables, 0, w->n_variables * sizeof(*w->variables));
        memset(w->latest, 0, w->n_classes * sizeof(*w->latest));
        w->n_numbers = 0;
}

static const char *make(int r) {
        if (r == KSM_E_SIDS)
                return "too many processes and resources in one sequence";
        if (r == KSM_E_CLASS)
                return "no such class";
        return r < 0 ? "out of memory" : NULL;
}

const char *pal_world_start(PalWorld *w, uint32_t class, KsmSid *ret_sid) {
        if (class == ksm_get_module(w->ksm)->kernel_class) {
                *ret_sid = KSM_SID_KERNEL;
                return NULL;
        }
        return make(ksm_subject_new(w->ksm, class, ret_sid));
}

void pal_world_name(PalWorld *w, uint32_t class, uint32_t variable, KsmSid sid) {
        if (class < w->n_classes)
                w->latest[class] = sid;
        if (variable < w->n_variables)
                w->variables[variable] = sid;
}

static const char *find_class(PalWorld *w, uint32_t class, KsmSid *ret_sid) {
        const char *fault = NULL;
        KsmSid sid;

        if (class >= w->n_classes)
                return "no such class";
        if (!w->latest[class]) {
                fault = pal_world_start(w, class, &sid);
                if (!fault)
                        w->latest[class] = sid;
        }
        *ret_sid = w->latest[class];
        return fault;
}

static const char *find_variable(const PalWorld *w, uint32_t variable, KsmSid *ret_sid) {
        if (variable >= w->n_variables || !w->variables[variable])
                return "a variable is used before a process was started into it";
        *ret_sid = w->variables[variable];
        return NULL;
}

static bool grow(PalWorld *w) {
        uint32_t room = w->room ? w->room * 2 : FIRST_ROOM;
        PalNumber *numbers = realloc(w->numbers, room * sizeof(*numbers));

        if (!numbers)
                return false;
        w->numbers = numbers;
        w->room = room;
        return true;
}

static const char *find_number(PalWorld *w, uint32_t number, KsmSid *ret_sid) {
        const char *fault;

        for (uint32_t i = 0; i < w->n_numbers; i++) {
                if (w->numbers[i].number == number) {
                        *ret_sid = w->numbers[i].sid;
                        return NULL;
                }
        }
        if (w->n_numbers == w->room && !grow(w))
                return "out of memory";
        fault = make(ksm_resource_new(w->ksm, ret_sid));
        if (!fault)
                w->numbers[w->n_numbers++] = (PalNumber){.number = number, .sid = *ret_sid};
        return fault;
}

const char *pal_world_find(PalWorld *w, PalRef ref, KsmSid *ret_sid) {
        switch (ref.kind) {
        case PAL_NOBODY:
                *ret_sid = KSM_SID_NONE;
                return NULL;
        case PAL_CLASS:
                return find_class(w, ref.index, ret_sid);
        case PAL_VARIABLE:
                return find_variable(w, ref.index, ret_sid);
        case PAL_NUMBER:
                return find_number(w, ref.index, ret_sid);
        }
        return "nobody";
}
