/* SPDX-License-Identifier: MIT */
/*
 * Signatures of the security models: one row for each rule and expression. Whatever the checks know of a
 * method, they read here.
 */
#include "psl/models.h"

#include <string.h>

typedef struct Model {
        const char *name;
        const char *file;
        bool is_auditable;
} Model;

static const Model models[POL_N_MODELS] = {
        [POL_MODEL_BASE] = {"Base", "nk.base", true},
        [POL_MODEL_PRED] = {"Pred", "nk.basic", false},
        [POL_MODEL_BOOL] = {"Bool", "nk.basic", false},
        [POL_MODEL_MATH] = {"Math", "nk.basic", false},
        [POL_MODEL_STRUCT] = {"Struct", "nk.basic", false},
        [POL_MODEL_REGEX] = {"Regex", "nk.regex", true},
        [POL_MODEL_SET] = {"HashSet", "nk.hashmap", true},
        [POL_MODEL_MAP] = {"StaticMap", "nk.staticmap", true},
        [POL_MODEL_FLOW] = {"Flow", "nk.flow", true},
        [POL_MODEL_MIC] = {"Mic", "nk.mic", true},
};

#define SID                                                                                                  \
        { "sid", POL_ARG_SID, POL_SLOT_SID }
#define SOURCE                                                                                               \
        { "source", POL_ARG_SID, POL_SLOT_SID }
#define TARGET                                                                                               \
        { "target", POL_ARG_SID, POL_SLOT_TARGET }
#define CONTAINER                                                                                            \
        { "container", POL_ARG_SID_OR_UNIT, POL_SLOT_CONTAINER }
#define DRIVER                                                                                               \
        { "driver", POL_ARG_SID, POL_SLOT_DRIVER }
#define IMAGE                                                                                                \
        { "image", POL_ARG_SID_OR_UNIT, POL_SLOT_IMAGE }
#define ENTRY                                                                                                \
        { "entry", POL_ARG_ENTRY, POL_SLOT_ENTRY }
#define KEY                                                                                                  \
        { "key", POL_ARG_KEY, POL_SLOT_KEY }
#define VALUE                                                                                                \
        { "value", POL_ARG_VALUE, POL_SLOT_VALUE }
#define TEXT                                                                                                 \
        { "text", POL_ARG_TEXT, POL_SLOT_TEXT }
#define LEVEL                                                                                                \
        { "level", POL_ARG_LEVEL, POL_SLOT_LEVEL }
#define ANY_LEVEL                                                                                            \
        { "level", POL_ARG_LEVEL_OR_UNIT, POL_SLOT_LEVEL }
#define LEVEL_R                                                                                              \
        { "levelR", POL_ARG_LEVEL_OR_UNIT, POL_SLOT_LEVEL_R }
#define STATE                                                                                                \
        { "state", POL_ARG_STATE, POL_SLOT_STATE }
#define STATES                                                                                               \
        { "states", POL_ARG_STATES, POL_SLOT_STATES }
#define PATTERN                                                                                              \
        { "pattern", POL_ARG_PATTERN, POL_SLOT_PATTERN }

#define WHOLE(m, word, i, k, w)                                                                              \
        { .name = (word), .model = POL_MODEL_##m, .id = POL_##i, .kind = POL_##k, .whole = POL_ARG_##w }
#define FIELDS(m, word, i, k, n, ...)                                                                        \
        {                                                                                                    \
                .name = (word), .model = POL_MODEL_##m, .id = POL_##i, .kind = POL_##k, .n_args = (n),       \
                .args = {                                                                                    \
                        __VA_ARGS__                                                                          \
                }                                                                                            \
        }
#define CAST(word, n)                                                                                        \
        {                                                                                                    \
                .name = (word), .model = POL_MODEL_MATH, .id = POL_MATH_CAST, .kind = POL_EXPRESSION,        \
                .whole = POL_ARG_NUMBER, .number = (n)                                                       \
        }

static const PolMethod methods[] = {
        WHOLE(BASE, "grant", BASE_GRANT, RULE, UNIT),
        WHOLE(BASE, "assert", BASE_ASSERT, RULE, BOOLEAN),
        WHOLE(BASE, "deny", BASE_DENY, RULE, BOOLEAN_OR_UNIT),
        WHOLE(PRED, "empty", PRED_EMPTY, EXPRESSION, EMPTY),
        WHOLE(BOOL, "all", BOOL_ALL, EXPRESSION, BOOLEANS),
        WHOLE(BOOL, "any", BOOL_ANY, EXPRESSION, BOOLEANS),
        FIELDS(BOOL, "cond", BOOL_COND, EXPRESSION, 3, {"if", POL_ARG_BOOLEAN, POL_SLOT_IF},
                {"then", POL_ARG_SCALAR, POL_SLOT_THEN}, {"else", POL_ARG_SCALAR, POL_SLOT_ELSE}),
        WHOLE(BOOL, "assert", BOOL_ASSERT, RULE, BOOLEAN),
        WHOLE(MATH, "neg", MATH_NEG, EXPRESSION, SIGNED),
        WHOLE(MATH, "abs", MATH_ABS, EXPRESSION, SIGNED),
        WHOLE(MATH, "sum", MATH_SUM, EXPRESSION, NUMBERS),
        WHOLE(MATH, "product", MATH_PRODUCT, EXPRESSION, NUMBERS),
        CAST("uint8", POL_U8),
        CAST("uint16", POL_U16),
        CAST("uint32", POL_U32),
        CAST("uint64", POL_U64),
        CAST("sint8", POL_S8),
        CAST("sint16", POL_S16),
        CAST("sint32", POL_S32),
        CAST("sint64", POL_S64),
        FIELDS(REGEX, "match", RE_MATCH, EXPRESSION, 2, TEXT, PATTERN),
        FIELDS(REGEX, "select", RE_SELECT, SELECTOR, 1, TEXT),
        FIELDS(SET, "init", SET_INIT, RULE, 1, SID),
        FIELDS(SET, "fini", SET_FINI, RULE, 1, SID),
        FIELDS(SET, "add", SET_ADD, RULE, 2, SID, ENTRY),
        FIELDS(SET, "remove", SET_REMOVE, RULE, 2, SID, ENTRY),
        FIELDS(SET, "contains", SET_CONTAINS, EXPRESSION, 2, SID, ENTRY),
        FIELDS(MAP, "init", MAP_INIT, RULE, 1, SID),
        FIELDS(MAP, "fini", MAP_FINI, RULE, 1, SID),
        FIELDS(MAP, "set", MAP_SET, RULE, 3, SID, KEY, VALUE),
        FIELDS(MAP, "commit", MAP_COMMIT, RULE, 1, SID),
        FIELDS(MAP, "rollback", MAP_ROLLBACK, RULE, 1, SID),
        FIELDS(MAP, "get", MAP_GET, EXPRESSION, 2, SID, KEY),
        FIELDS(MAP, "get_uncommited", MAP_GET_UNCOMMITED, EXPRESSION, 2, SID, KEY),
        FIELDS(MAP, "get_uncommitted", MAP_GET_UNCOMMITED, EXPRESSION, 2, SID, KEY),
        FIELDS(FLOW, "init", FLOW_INIT, RULE, 1, SID),
        FIELDS(FLOW, "fini", FLOW_FINI, RULE, 1, SID),
        FIELDS(FLOW, "enter", FLOW_ENTER, RULE, 2, SID, STATE),
        FIELDS(FLOW, "allow", FLOW_ALLOW, RULE, 2, SID, STATES),
        FIELDS(FLOW, "query", FLOW_QUERY, SELECTOR, 1, SID),
        FIELDS(MIC, "create", MIC_CREATE, RULE, 5, SOURCE, TARGET, CONTAINER, DRIVER, ANY_LEVEL),
        FIELDS(MIC, "delete", MIC_DELETE, RULE, 4, SOURCE, TARGET, CONTAINER, DRIVER),
        FIELDS(MIC, "execute", MIC_EXECUTE, RULE, 4, IMAGE, TARGET, ANY_LEVEL, LEVEL_R),
        FIELDS(MIC, "upgrade", MIC_UPGRADE, RULE, 5, SOURCE, TARGET, CONTAINER, DRIVER, LEVEL),
        FIELDS(MIC, "call", MIC_CALL, RULE, 2, SOURCE, TARGET),
        FIELDS(MIC, "invoke", MIC_INVOKE, RULE, 2, SOURCE, TARGET),
        FIELDS(MIC, "read", MIC_READ, RULE, 2, SOURCE, TARGET),
        FIELDS(MIC, "write", MIC_WRITE, RULE, 2, SOURCE, TARGET),
        FIELDS(MIC, "query_level", MIC_QUERY_LEVEL, SELECTOR, 1, SOURCE),
};
static const size_t n_methods = sizeof methods / sizeof methods[0];

const PolMethod *pol_find_method(PolModel model, const char *name) {
        for (size_t i = 0; i < n_methods; i++) {
                if (methods[i].model == model && strcmp(methods[i].name, name) == 0)
                        return &methods[i];
        }
        return NULL;
}

void pol_offer_methods(PolModel model, Suggest *s) {
        for (size_t i = 0; i < n_methods; i++) {
                if (methods[i].model == model)
                        suggest_offer(s, methods[i].name);
        }
}

bool pol_find_model(const char *name, PolModel *out) {
        for (size_t i = 0; i < POL_N_MODELS; i++) {
                if (strcmp(models[i].name, name) == 0) {
                        *out = (PolModel)i;
                        return true;
                }
        }
        return false;
}

void pol_offer_models(Suggest *s) {
        for (size_t i = 0; i < POL_N_MODELS; i++)
                suggest_offer(s, models[i].name);
}

const char *pol_model_name(PolModel model) {
        return models[model].name;
}

const char *pol_model_file(PolModel model) {
        return models[model].file;
}

bool pol_model_is_auditable(PolModel model) {
        return models[model].is_auditable;
}

const char *pol_method_name(PolMethodId id) {
        for (size_t i = 0; i < n_methods; i++) {
                if (methods[i].id == id)
                        return methods[i].name;
        }
        return "";
}

const char *pol_arg_text(PolArgKind kind) {
        static const char *const texts[] = {
                [POL_ARG_UNIT] = "()",
                [POL_ARG_BOOLEAN] = "a Boolean",
                [POL_ARG_BOOLEAN_OR_UNIT] = "a Boolean or ()",
                [POL_ARG_SID] = "a SID",
                [POL_ARG_SID_OR_UNIT] = "a SID or ()",
                [POL_ARG_STATE] = "a state",
                [POL_ARG_STATES] = "a set of states",
                [POL_ARG_ENTRY] = "an entry",
                [POL_ARG_KEY] = "a key",
                [POL_ARG_VALUE] = "a number",
                [POL_ARG_LEVEL] = "a level",
                [POL_ARG_LEVEL_OR_UNIT] = "a level or ()",
                [POL_ARG_TEXT] = "a text",
                [POL_ARG_PATTERN] = "a regular expression",
                [POL_ARG_SCALAR] = "a number, a Boolean or ()",
                [POL_ARG_SIGNED] = "a signed number",
                [POL_ARG_EMPTY] = "a text, a collection or ()",
                [POL_ARG_BOOLEANS] = "a list of Booleans",
                [POL_ARG_NUMBERS] = "a list of numbers",
                [POL_ARG_NUMBER] = "a number",
        };

        return texts[kind];
}
