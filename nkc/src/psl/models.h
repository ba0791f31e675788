/* SPDX-License-Identifier: MIT */
/*
 * The security models and the signatures of their rules and expressions.
 */
#pragma once

#include "base/suggest.h"
#include "psl/policy.h"

/* What may stand in a field of an argument, or as the whole argument. */
typedef enum PolArgKind {
        POL_ARG_UNIT,
        POL_ARG_BOOLEAN,
        POL_ARG_BOOLEAN_OR_UNIT,
        POL_ARG_SID,
        POL_ARG_SID_OR_UNIT,
        POL_ARG_STATE,
        POL_ARG_STATES,
        POL_ARG_ENTRY,
        POL_ARG_KEY,
        POL_ARG_VALUE,
        POL_ARG_LEVEL,
        POL_ARG_LEVEL_OR_UNIT,
        POL_ARG_TEXT,
        POL_ARG_PATTERN,
        POL_ARG_SCALAR,
        POL_ARG_SIGNED,
        POL_ARG_EMPTY, /* text, set, list, map or unit */
        POL_ARG_BOOLEANS,
        POL_ARG_NUMBERS,
        POL_ARG_NUMBER
} PolArgKind;

/* Which member of PolCall a field goes to. */
typedef enum PolSlot {
        POL_SLOT_SID,
        POL_SLOT_TARGET,
        POL_SLOT_CONTAINER,
        POL_SLOT_DRIVER,
        POL_SLOT_IMAGE,
        POL_SLOT_LEVEL,
        POL_SLOT_LEVEL_R,
        POL_SLOT_STATE,
        POL_SLOT_STATES,
        POL_SLOT_ENTRY,
        POL_SLOT_KEY,
        POL_SLOT_VALUE,
        POL_SLOT_TEXT,
        POL_SLOT_PATTERN,
        POL_SLOT_IF,
        POL_SLOT_THEN,
        POL_SLOT_ELSE
} PolSlot;

typedef struct PolArg {
        const char *name;
        PolArgKind kind;
        PolSlot slot;
} PolArg;

#define POL_ARGS_MAX 6

/* A method takes either one value (`whole`, n_args is 0) or a dictionary of n_args fields. */
typedef struct PolMethod {
        const char *name;
        PolModel model;
        PolMethodId id;
        PolMethodKind kind;
        PolArgKind whole;
        unsigned n_args;
        PolArg args[POL_ARGS_MAX];
        PolNumber number; /* POL_MATH_CAST */
} PolMethod;

const PolMethod *pol_find_method(PolModel model, const char *name); /* NULL: the model has none */
void pol_offer_methods(PolModel model, Suggest *s);

bool pol_find_model(const char *name, PolModel *out);
void pol_offer_models(Suggest *s);
const char *pol_model_name(PolModel model);
const char *pol_model_file(PolModel model); /* the policy file that SDKs have it in: "nk.flow" */
bool pol_model_is_auditable(PolModel model);

const char *pol_method_name(PolMethodId id);
const char *pol_arg_text(PolArgKind kind); /* "a Boolean" */
