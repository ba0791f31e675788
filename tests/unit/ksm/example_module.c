/* SPDX-License-Identifier: MIT */
/*
 * A module in the form that generated code has: one class, a Flow of resources, and one choice.
 *
 *     policy object door : Flow { … }
 *     execute { grant () }
 *     request dst=demo.Lamp endpoint=panel.mode method=Set {
 *         choice (door.query {sid : message.lamp.handle}) {
 *             "dark" : door.enter {sid : message.lamp.handle, state : "lit"}
 *             "lit"  : assert (re.match {text : message.mode, pattern : "off|dim"})
 *         }
 *     }
 *     security method=Make { door.init {sid : message.lamp.handle} }
 */
#include <ksm/ksm_module.h>

static const char *const states_door[] = {"dark", "lit"};
static const uint64_t transitions_door[] = {UINT64_C(0x2), UINT64_C(0x1)};
static const KsmFlow flow_door = {
        .n_states = 2, .initial = 0, .states = states_door, .transitions = transitions_door};
static const KsmObject objects[] = {
        {.name = "base", .model = KSM_MODEL_BASE},
        {.name = "re", .model = KSM_MODEL_REGEX},
        {.name = "door", .model = KSM_MODEL_FLOW, .flow = &flow_door},
};
static const KsmPattern patterns[] = {{.text = {.bytes = "off|dim", .size = 7}, .is_block = false}};
static const KsmSite sites[] = {
        {.file = "lamp.psl",
                .line = 2,
                .column = 11,
                .text = "grant ()",
                .object = 0,
                .method = KSM_BASE_GRANT},
        {.file = "lamp.psl",
                .line = 4,
                .column = 9,
                .text = "door.query …",
                .object = 2,
                .method = KSM_FLOW_QUERY},
        {.file = "lamp.psl",
                .line = 5,
                .column = 18,
                .text = "door.enter …",
                .object = 2,
                .method = KSM_FLOW_ENTER},
        {.file = "lamp.psl",
                .line = 6,
                .column = 26,
                .text = "re.match …",
                .object = 1,
                .method = KSM_RE_MATCH},
        {.file = "lamp.psl",
                .line = 6,
                .column = 18,
                .text = "assert …",
                .object = 0,
                .method = KSM_BASE_ASSERT},
        {.file = "lamp.psl",
                .line = 9,
                .column = 24,
                .text = "door.init …",
                .object = 2,
                .method = KSM_FLOW_INIT},
};
static const KsmProfile profiles[] = {{.name = "empty"}};

static const char *const methods_mode[] = {"Set"};
static const char *const methods_make[] = {"Make"};
static const KsmEndpoint endpoints[] = {
        {.name = "panel.mode", .iface = "demo.IMode", .methods = methods_mode, .n_methods = 1}};
static const KsmEndpoint security[] = {
        {.name = "", .iface = "demo.IMake", .methods = methods_make, .n_methods = 1}};
static const KsmClass classes[] = {{.name = "demo.Lamp",
        .endpoints = endpoints,
        .security = security,
        .n_endpoints = 1,
        .n_security = 1}};

static void decide_1(KsmCall *c) {
        ksm_base_grant(c, 0);
}

static void decide_2(KsmCall *c) {
        KsmSid v1 = ksm_load_handle(c, ksm_message(c), 24).sid;

        switch (ksm_flow_query(c, 1, v1)) {
        case 0: {
                KsmSid v2 = ksm_load_handle(c, ksm_message(c), 24).sid;

                ksm_flow_enter(c, 2, v2, 1);
                break;
        }
        case 1: {
                KsmText v3 = ksm_load_text(c, ksm_message(c), 40);
                bool v4 = ksm_re_match(c, 3, v3, 0);

                ksm_base_assert(c, 4, v4);
                break;
        }
        case KSM_UNKNOWN:
                break;
        default:
                ksm_no_branch(c, 1);
                break;
        }
}

static void decide_3(KsmCall *c) {
        KsmSid v1 = ksm_load_handle(c, ksm_message(c), 24).sid;

        ksm_flow_init(c, 5, v1);
}

static const uint32_t sites_1[] = {0}, sites_2[] = {1, 2, 3, 4}, sites_3[] = {5};
static const KsmDecision decisions[] = {
        {.run = NULL, .verdict = KSM_NEVER, .reason = "no rule is bound"},
        {.run = decide_1, .verdict = KSM_ALWAYS, .reason = "grant alone", .sites = sites_1, .n_sites = 1},
        {.run = decide_2, .verdict = KSM_DEPENDS, .reason = "state of door", .sites = sites_2, .n_sites = 4},
        {.run = decide_3, .verdict = KSM_DEPENDS, .reason = "state of door", .sites = sites_3, .n_sites = 1},
};
static const uint32_t first_1[] = {0, 1};
static const uint32_t decisions_1[] = {1}, decisions_2[] = {2}, decisions_3[] = {3};
static const KsmMethods methods[] = {
        {.n_endpoints = 0},
        {.n_endpoints = 1, .first = first_1, .decisions = decisions_1},
        {.n_endpoints = 1, .first = first_1, .decisions = decisions_2},
        {.n_endpoints = 1, .first = first_1, .decisions = decisions_3},
};
static const uint32_t row_0[] = {0, 0}, row_1[] = {1, 1}, row_2[] = {2, 0}, row_3[] = {0, 3};
static const uint32_t *const rows_0[] = {row_0, row_0};
static const uint32_t *const rows_1[] = {row_1, row_1};
static const uint32_t *const rows_2[] = {row_2, row_2};
static const uint32_t *const rows_3[] = {row_3, row_0};

const KsmModule ksm_module = {
        .magic = KSM_MODULE_MAGIC,
        .version = KSM_MODULE_VERSION,
        .name = "lamp.psl",
        .n_classes = 1,
        .classes = classes,
        .kernel_class = KSM_NONE,
        .n_objects = 3,
        .objects = objects,
        .n_patterns = 1,
        .patterns = patterns,
        .n_sites = 6,
        .sites = sites,
        .n_profiles = 1,
        .profiles = profiles,
        .n_decisions = 4,
        .decisions = decisions,
        .n_methods = 4,
        .methods = methods,
        .routes = {rows_1, rows_2, rows_0, rows_0, rows_3},
};
