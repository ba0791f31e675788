/* SPDX-License-Identifier: MIT */
/*
 * The models by number, and which method belongs to which.
 */
#include "state.h"

static const Model without_context = {.context_size = 0};

static const Model *const models[KSM_N_MODELS] = {
        [KSM_MODEL_BASE] = &without_context,
        [KSM_MODEL_BOOL] = &without_context,
        [KSM_MODEL_FLOW] = &model_flow,
        [KSM_MODEL_SET] = &model_set,
        [KSM_MODEL_MAP] = &model_map,
        [KSM_MODEL_MIC] = &model_mic,
        [KSM_MODEL_REGEX] = &without_context,
};

/* Numbers of methods lie together, model by model: the last one of each. */
static const KsmMethod last_methods[KSM_N_MODELS] = {
        [KSM_MODEL_BASE] = KSM_BASE_DENY,
        [KSM_MODEL_BOOL] = KSM_BOOL_ASSERT,
        [KSM_MODEL_FLOW] = KSM_FLOW_QUERY,
        [KSM_MODEL_SET] = KSM_SET_CONTAINS,
        [KSM_MODEL_MAP] = KSM_MAP_GET_UNCOMMITED,
        [KSM_MODEL_MIC] = KSM_MIC_QUERY_LEVEL,
        [KSM_MODEL_REGEX] = KSM_RE_SELECT,
};

const Model *state_model(KsmModel model) {
        return models[model];
}

KsmModel state_model_of(KsmMethod method) {
        KsmModel model = KSM_MODEL_BASE;

        while (model < KSM_N_MODELS && method > last_methods[model])
                model++;
        return model;
}
