/* SPDX-License-Identifier: MIT */
/*
 * Cost of one decision of the security module, in ns per event, for each kind of rule.
 *
 * The policy is written by hand as nkc writes it. A small one has two classes; a large one has the same
 * rules between a thousand classes and beside ten thousand other decisions: the cost must not grow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "ksm/ksm.h"

#define INNER         500 /* events between two clock reads */
#define BATCHES       200 /* of a round */
#define ROUNDS        7
#define LARGE_CLASSES 1000u
#define LARGE_OTHERS  10000u

enum { BASE, TURN, OPENED, LIMITS, MIC, RE, N_OBJECTS };

/* Objects ---------------------------------------------------------------------------------------------- */

static const char *const states[] = {"a", "b"};
static const uint64_t transitions[] = {2, 1};
static const KsmFlow turn = {.n_states = 2, .initial = 0, .states = states, .transitions = transitions};
static const KsmSet opened = {
        .n_fields = 1, .set_size = 1024, .pool_size = 4, .fields = (const uint8_t[]){KSM_U32}};
static const KsmKey keys[] = {{.name = {"low", 3}, .initial = 0}, {.name = {"high", 4}, .initial = 4096}};
static const KsmMap limits = {.type = KSM_U32, .n_keys = 2, .pool_size = 4, .keys = keys};
static const char *const degrees[] = {"LOW", "HIGH"};
static const KsmMic mic = {.n_degrees = 2, .degrees = degrees};
static const KsmObject objects[N_OBJECTS] = {
        [BASE] = {.name = "base", .model = KSM_MODEL_BASE},
        [TURN] = {.name = "turn", .model = KSM_MODEL_FLOW, .flow = &turn},
        [OPENED] = {.name = "opened", .model = KSM_MODEL_SET, .set = &opened},
        [LIMITS] = {.name = "limits", .model = KSM_MODEL_MAP, .map = &limits},
        [MIC] = {.name = "mic", .model = KSM_MODEL_MIC, .mic = &mic},
        [RE] = {.name = "re", .model = KSM_MODEL_REGEX},
};
static const KsmPattern patterns[] = {{.text = {"/(data|log)/[a-z0-9_]+(/[a-z0-9_.-]+)*", 38}}};

#define SITE(number, what, how)                                                                              \
        [number] = {.file = "bench.psl", .line = number, .text = "", .object = what, .method = how}

enum {
        GRANT,
        ASSERT,
        DENY,
        INIT,
        ENTER,
        SET_INIT,
        ADD,
        REMOVE,
        CONTAINS,
        MAP_INIT,
        GET,
        LEVEL,
        CALL,
        MATCH,
        N_SITES
};

static const KsmSite sites[N_SITES] = {
        SITE(GRANT, BASE, KSM_BASE_GRANT),
        SITE(ASSERT, BASE, KSM_BASE_ASSERT),
        SITE(DENY, BASE, KSM_BASE_DENY),
        SITE(INIT, TURN, KSM_FLOW_INIT),
        SITE(ENTER, TURN, KSM_FLOW_ENTER),
        SITE(SET_INIT, OPENED, KSM_SET_INIT),
        SITE(ADD, OPENED, KSM_SET_ADD),
        SITE(REMOVE, OPENED, KSM_SET_REMOVE),
        SITE(CONTAINS, OPENED, KSM_SET_CONTAINS),
        SITE(MAP_INIT, LIMITS, KSM_MAP_INIT),
        SITE(GET, LIMITS, KSM_MAP_GET),
        SITE(LEVEL, MIC, KSM_MIC_EXECUTE),
        SITE(CALL, MIC, KSM_MIC_CALL),
        SITE(MATCH, RE, KSM_RE_MATCH),
};

/* Rules ---------------------------------------------------------------------------------------------------
 */

typedef struct Message {
        struct nk_message base_;
        nk_uint32_t size;
        nk_sint32_t offset;
        nk_uint64_t position;
        nk_ptr_t path;
        nk_ptr_t numbers;
} Message;

static Message message;
static char arena[256];

static void start(KsmCall *c) {
        static const KsmLevel high = {.degree = 1};

        ksm_flow_init(c, INIT, c->dst_sid);
        ksm_set_init(c, SET_INIT, c->dst_sid);
        ksm_set_add(c, ADD, c->dst_sid, (const KsmInt[]){7});
        ksm_map_init(c, MAP_INIT, c->dst_sid);
        ksm_mic_execute(c, LEVEL, KSM_SID_NONE, c->dst_sid, &high, NULL);
}

static void grant(KsmCall *c) {
        ksm_base_grant(c, GRANT);
}

/* Two events: there and back. */
static void enter(KsmCall *c) {
        static uint32_t state = 0;

        state ^= 1;
        ksm_flow_enter(c, ENTER, c->dst_sid, state);
}

static void call(KsmCall *c) {
        ksm_mic_call(c, CALL, c->src_sid, c->dst_sid);
}

static void contains(KsmCall *c) {
        ksm_base_assert(c, ASSERT, ksm_set_contains(c, CONTAINS, c->dst_sid, (const KsmInt[]){7}));
}

static void add_and_remove(KsmCall *c) {
        KsmInt entry = ksm_load(c, ksm_message(c), offsetof(Message, size), KSM_U32);

        ksm_set_add(c, ADD, c->dst_sid, &entry);
        ksm_set_remove(c, REMOVE, c->dst_sid, &entry);
}

static void get(KsmCall *c) {
        KsmInt size = ksm_load(c, ksm_message(c), offsetof(Message, size), KSM_U32);

        ksm_base_assert(c, ASSERT, size <= ksm_map_get(c, GET, c->dst_sid, 1));
}

static void three_fields(KsmCall *c) {
        KsmPlace m = ksm_message(c);
        KsmInt size = ksm_load(c, m, offsetof(Message, size), KSM_U32);
        KsmInt offset = ksm_load(c, m, offsetof(Message, offset), KSM_S32);
        KsmInt position = ksm_load(c, m, offsetof(Message, position), KSM_U64);

        ksm_base_assert(c, ASSERT, (ksm_int_add(c, offset, position) >= 0) & (size != 0));
}

static void element(KsmCall *c) {
        KsmPlace place = ksm_element(c, ksm_message(c), offsetof(Message, numbers), 4, 5);

        ksm_base_assert(c, ASSERT, ksm_load(c, place, 0, KSM_U32) == 0);
}

static void match(KsmCall *c) {
        KsmText path = ksm_load_text(c, ksm_message(c), offsetof(Message, path));

        ksm_base_assert(c, ASSERT, ksm_re_match(c, MATCH, path, 0));
}

static void undo(KsmCall *c) {
        enter(c);
        add_and_remove(c);
        ksm_base_deny(c, DENY, true);
}

static void ten(KsmCall *c) {
        for (int i = 0; i < 10; i++)
                ksm_base_grant(c, GRANT);
}

typedef struct Row {
        const char *name;
        void (*run)(KsmCall *c);
        bool is_granted;
} Row;

/* Method numbers, and decisions less one. */
static const Row rows[] = {
        {"grant ()", grant, true},
        {"ten times grant ()", ten, true},
        {"flow.enter", enter, true},
        {"mic.call", call, true},
        {"assert (set.contains)", contains, true},
        {"set.add, set.remove", add_and_remove, true},
        {"assert (field <= map.get)", get, true},
        {"assert (three fields)", three_fields, true},
        {"assert (element of sequence)", element, true},
        {"assert (re.match), 33 bytes", match, true},
        {"denied: enter, add, remove undone", undo, false},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* The policy ----------------------------------------------------------------------------------------------
 */

typedef struct Policy {
        KsmModule module;
        KsmClass *classes;
        KsmDecision *decisions;
        uint32_t decision_of[N_ROWS];
        uint32_t first[2];
        uint32_t first_start[2];
        uint32_t start_decision[1];
        KsmMethods methods[3];
        uint32_t *row[2]; /* to the start; to the methods */
        const uint32_t **routes[2];
        Ksm *ksm;
        KsmRecord record;
        KsmSid src, dst;
} Policy;

static uint32_t all_sites[N_SITES * 10];
static const KsmProfile empty = {.name = "empty"};

static KsmDecision decision(void (*run)(KsmCall *c)) {
        return (KsmDecision){.run = run,
                .verdict = KSM_DEPENDS,
                .reason = "",
                .sites = all_sites,
                .n_sites = N_SITES * 10};
}

/* Classes 0 and 1 of a small policy are the last two of a large one; others come before. */
static void make(Policy *p, uint32_t n_classes, uint32_t n_others) {
        uint32_t n_decisions = 2 + (uint32_t)N_ROWS + n_others;

        p->classes = calloc(n_classes, sizeof(*p->classes));
        p->decisions = calloc(n_decisions, sizeof(*p->decisions));
        for (uint32_t i = 0; i < n_classes; i++)
                p->classes[i].name = "bench.Class";
        for (uint32_t i = 1; i < n_decisions; i++)
                p->decisions[i] = decision(grant);
        for (uint32_t i = 0; i < N_ROWS; i++) {
                p->decision_of[i] = 2 + n_others + i;
                p->decisions[2 + n_others + i] = decision(rows[i].run);
        }
        p->decisions[1] = decision(start);
        p->start_decision[0] = 1;
        p->first[1] = N_ROWS;
        p->first_start[1] = 1;
        p->methods[1] =
                (KsmMethods){.n_endpoints = 1, .first = p->first_start, .decisions = p->start_decision};
        p->methods[2] = (KsmMethods){.n_endpoints = 1, .first = p->first, .decisions = p->decision_of};
        for (int k = 0; k < 2; k++) {
                p->row[k] = calloc(n_classes + 1, sizeof(uint32_t));
                p->routes[k] = calloc(n_classes + 1, sizeof(uint32_t *));
                for (uint32_t i = 0; i <= n_classes; i++) {
                        p->row[k][i] = 1u + (uint32_t)k;
                        p->routes[k][i] = p->row[k];
                }
        }
        p->module = (KsmModule){.magic = KSM_MODULE_MAGIC,
                .version = KSM_MODULE_VERSION,
                .name = "bench.psl",
                .n_classes = n_classes,
                .classes = p->classes,
                .kernel_class = KSM_NONE,
                .n_objects = N_OBJECTS,
                .objects = objects,
                .n_patterns = 1,
                .patterns = patterns,
                .n_sites = N_SITES,
                .sites = sites,
                .n_profiles = 1,
                .profiles = &empty,
                .n_decisions = n_decisions,
                .decisions = p->decisions,
                .n_methods = 3,
                .methods = p->methods,
                .routes = {p->routes[0], p->routes[1], p->routes[1], p->routes[1], p->routes[1]}};
}

static void open_policy(Policy *p, uint32_t n_classes, uint32_t n_others) {
        KsmProblem problem = {"no memory"};
        KsmEvent event = {.kind = KSM_EXECUTE, .src = KSM_SID_KERNEL};

        make(p, n_classes, n_others);
        if (ksm_new(&p->module, &problem, &p->ksm) != 0 || ksm_record_init(&p->record, p->ksm) != 0 ||
                ksm_subject_new(p->ksm, n_classes - 2, &p->src) != 0 ||
                ksm_subject_new(p->ksm, n_classes - 1, &p->dst) != 0) {
                fprintf(stderr, "bench_ksm: %s\n", problem.text);
                exit(1);
        }
        for (int i = 0; i < 2; i++) {
                event.dst = i ? p->src : p->dst;
                if (!ksm_decide(p->ksm, &event, &p->record))
                        abort();
        }
}

static void close_policy(Policy *p) {
        ksm_record_deinit(&p->record);
        ksm_free(p->ksm);
        for (int k = 0; k < 2; k++) {
                free(p->row[k]);
                free(p->routes[k]);
        }
        free(p->classes);
        free(p->decisions);
}

/* Measuring ------------------------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

/* Median over the batches, ns per event. */
static double measure(Policy *p, size_t row) {
        static double batches[BATCHES];
        KsmEvent event = {.kind = KSM_REQUEST,
                .src = p->src,
                .dst = p->dst,
                .mid = (uint16_t)row,
                .message = &message,
                .message_size = sizeof(message),
                .arena = arena,
                .arena_size = sizeof(arena)};

        for (int b = 0; b < BATCHES; b++) {
                uint64_t begin = bench_now_ns();

                for (int i = 0; i < INNER; i++)
                        if (ksm_decide(p->ksm, &event, &p->record) != rows[row].is_granted)
                                abort();
                batches[b] = (double)(bench_now_ns() - begin) / INNER;
        }
        qsort(batches, BATCHES, sizeof(double), by_value);
        return batches[BATCHES / 2];
}

static void fill_message(void) {
        static const char path[] = "/data/projects_2024/notes/may.txt";

        memcpy(arena, path, sizeof(path));
        message = (Message){.base_ = {.size = sizeof(message)},
                .size = 99,
                .offset = -4,
                .position = 4,
                .path = {.offset = 0, .size = sizeof(path)},
                .numbers = {.offset = 64, .size = 64}};
}

int main(void) {
        static Policy small, large;
        double ratios[N_ROWS];

        for (uint32_t i = 0; i < N_SITES * 10; i++)
                all_sites[i] = i % N_SITES;
        fill_message();
        open_policy(&small, 2, 0);
        open_policy(&large, LARGE_CLASSES, LARGE_OTHERS);
        printf("%-36s %12s %12s\n", "ns per event", "small policy", "large policy");
        for (size_t row = 0; row < N_ROWS; row++) {
                double ns[2][ROUNDS];

                for (int round = 0; round < ROUNDS; round++) {
                        ns[0][round] = measure(&small, row);
                        ns[1][round] = measure(&large, row);
                }
                for (int k = 0; k < 2; k++)
                        qsort(ns[k], ROUNDS, sizeof(double), by_value);
                ratios[row] = ns[1][0] / ns[0][0];
                printf("%-36s %12.1f %12.1f\n", rows[row].name, ns[0][ROUNDS / 2], ns[1][ROUNDS / 2]);
        }
        qsort(ratios, N_ROWS, sizeof(double), by_value);
        bench_gate("large policy over small, median of the rows", ratios[N_ROWS / 2], "<=", 1.25);
        close_policy(&small);
        close_policy(&large);
        return bench_finish();
}
