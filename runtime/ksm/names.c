/* SPDX-License-Identifier: MIT */
/*
 * Words for the numbers of the contract, as policies, audit lines and test output use them.
 */
#include "ksm.h"

static const char *const event_names[KSM_N_EVENTS] = {
        [KSM_EXECUTE] = "execute",
        [KSM_REQUEST] = "request",
        [KSM_RESPONSE] = "response",
        [KSM_ERROR] = "error",
        [KSM_SECURITY] = "security",
};

static const char *const model_names[KSM_N_MODELS] = {
        [KSM_MODEL_BASE] = "Base",
        [KSM_MODEL_BOOL] = "Bool",
        [KSM_MODEL_FLOW] = "Flow",
        [KSM_MODEL_SET] = "HashSet",
        [KSM_MODEL_MAP] = "StaticMap",
        [KSM_MODEL_MIC] = "Mic",
        [KSM_MODEL_REGEX] = "Regex",
};

static const char *const method_names[KSM_N_METHODS] = {
        [KSM_BASE_GRANT] = "grant",
        [KSM_BASE_ASSERT] = "assert",
        [KSM_BASE_DENY] = "deny",
        [KSM_BOOL_ASSERT] = "assert",
        [KSM_FLOW_INIT] = "init",
        [KSM_FLOW_FINI] = "fini",
        [KSM_FLOW_ENTER] = "enter",
        [KSM_FLOW_ALLOW] = "allow",
        [KSM_FLOW_QUERY] = "query",
        [KSM_SET_INIT] = "init",
        [KSM_SET_FINI] = "fini",
        [KSM_SET_ADD] = "add",
        [KSM_SET_REMOVE] = "remove",
        [KSM_SET_CONTAINS] = "contains",
        [KSM_MAP_INIT] = "init",
        [KSM_MAP_FINI] = "fini",
        [KSM_MAP_SET] = "set",
        [KSM_MAP_COMMIT] = "commit",
        [KSM_MAP_ROLLBACK] = "rollback",
        [KSM_MAP_GET] = "get",
        [KSM_MAP_GET_UNCOMMITED] = "get_uncommited",
        [KSM_MIC_CREATE] = "create",
        [KSM_MIC_DELETE] = "delete",
        [KSM_MIC_EXECUTE] = "execute",
        [KSM_MIC_UPGRADE] = "upgrade",
        [KSM_MIC_CALL] = "call",
        [KSM_MIC_INVOKE] = "invoke",
        [KSM_MIC_READ] = "read",
        [KSM_MIC_WRITE] = "write",
        [KSM_MIC_QUERY_LEVEL] = "query_level",
        [KSM_RE_MATCH] = "match",
        [KSM_RE_SELECT] = "select",
};

static const char *const outcome_names[] = {
        [KSM_GRANTED] = "granted",
        [KSM_DENIED] = "denied",
        [KSM_FAILED] = "failed",
};

static const char *const why_texts[KSM_N_WHYS] = {
        [KSM_WHY_NONE] = "",
        [KSM_WHY_FALSE] = "the condition is false",
        [KSM_WHY_DENY] = "the policy denies it",
        [KSM_WHY_OVERFLOW] = "arithmetic overflow",
        [KSM_WHY_TYPE] = "value outside its type",
        [KSM_WHY_INDEX] = "index out of bounds",
        [KSM_WHY_MEMBER] = "the union holds another member",
        [KSM_WHY_ZERO] = "text with a zero inside",
        [KSM_WHY_MESSAGE] = "part outside the message",
        [KSM_WHY_SID] = "no such SID",
        [KSM_WHY_HAS_CONTEXT] = "the SID has a context already",
        [KSM_WHY_NO_CONTEXT] = "the SID has no context",
        [KSM_WHY_POOL] = "no free table",
        [KSM_WHY_FULL] = "the table is full",
        [KSM_WHY_KEY] = "no such key",
        [KSM_WHY_TRANSITION] = "no such transition",
        [KSM_WHY_STATE] = "not in one of the states",
        [KSM_WHY_LEVEL] = "forbidden by the integrity levels",
        [KSM_WHY_NO_LEVEL] = "no integrity level",
        [KSM_WHY_HAS_LEVEL] = "the target has an integrity level already",
        [KSM_WHY_BRANCH] = "no branch with that label",
        [KSM_WHY_LIMIT] = "too many calls or effects in one event",
};

static const char *const verdict_names[] = {
        [KSM_NEVER] = "never",
        [KSM_ALWAYS] = "always",
        [KSM_DEPENDS] = "depends",
};

const char *ksm_event_text(KsmEventKind kind) {
        return kind < KSM_N_EVENTS ? event_names[kind] : "unknown";
}

const char *ksm_model_text(KsmModel model) {
        return model < KSM_N_MODELS ? model_names[model] : "unknown";
}

const char *ksm_method_text(KsmMethod method) {
        return method < KSM_N_METHODS ? method_names[method] : "unknown";
}

const char *ksm_outcome_text(KsmOutcome outcome) {
        return outcome <= KSM_FAILED ? outcome_names[outcome] : "unknown";
}

const char *ksm_why_text(KsmWhy why) {
        return why < KSM_N_WHYS ? why_texts[why] : "unknown";
}

const char *ksm_verdict_text(KsmVerdict verdict) {
        return verdict <= KSM_DEPENDS ? verdict_names[verdict] : "unknown";
}
