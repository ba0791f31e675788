/* SPDX-License-Identifier: MIT */
/*
 * Who takes part in one sequence of a policy test: processes behind variables and class names,
 * resources behind numbers. pal.h says what each of them means.
 */
#pragma once

#include "ksm.h"
#include "pal.h"

typedef struct PalNumber {
        uint32_t number;
        KsmSid sid;
} PalNumber;

typedef struct PalWorld {
        Ksm *ksm;
        uint32_t n_classes;
        uint32_t n_variables;
        KsmSid *variables; /* KSM_SID_NONE: nothing started */
        KsmSid *latest;    /* of each class */
        PalNumber *numbers;
        uint32_t n_numbers;
        uint32_t room;
} PalWorld;

int pal_world_init(PalWorld *w, Ksm *ksm, uint32_t n_variables); /* 0, -ENOMEM */
void pal_world_deinit(PalWorld *w);
/* Nobody is there any more, as before the sequence. */
void pal_world_reset(PalWorld *w);

/* NULL and *ret_sid, or what is wrong. */
const char *pal_world_find(PalWorld *w, PalRef ref, KsmSid *ret_sid);
/* A new process of the class, which nobody refers to yet; for the kernel's class the kernel. */
const char *pal_world_start(PalWorld *w, uint32_t class, KsmSid *ret_sid);
/* Its `execute` was granted: the class, and a variable unless KSM_NONE, mean this one now. */
void pal_world_name(PalWorld *w, uint32_t class, uint32_t variable, KsmSid sid);
