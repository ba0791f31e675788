/* SPDX-License-Identifier: MIT */
/*
 * The models as plainly as possible: see reference.h.
 */
#include "reference.h"

#include <string.h>

const RefKind ref_kinds[T_N_OBJECTS] = {
        {T_DOOR, KSM_FLOW_INIT, KSM_FLOW_QUERY},
        {T_GATE, KSM_FLOW_INIT, KSM_FLOW_QUERY},
        {T_SET, KSM_SET_INIT, KSM_SET_CONTAINS},
        {T_MAP, KSM_MAP_INIT, KSM_MAP_GET_UNCOMMITED},
        {T_MIC, KSM_MIC_CREATE, KSM_MIC_QUERY_LEVEL},
        {T_BASE, KSM_BASE_GRANT, KSM_BASE_DENY},
        {T_BOOL, KSM_BOOL_ASSERT, KSM_BOOL_ASSERT},
        {T_PAIRS, KSM_SET_INIT, KSM_SET_CONTAINS},
        {T_SMALL, KSM_MAP_INIT, KSM_MAP_GET_UNCOMMITED},
        {T_LATTICE, KSM_MIC_CREATE, KSM_MIC_QUERY_LEVEL},
        {T_RE, KSM_RE_MATCH, KSM_RE_SELECT},
};

static const KsmLevel line[] = {{.degree = 0}, {.degree = 1}, {.degree = 2}};
static const KsmLevel pairs[] = {{.degree = 0}, {.degree = 0, .categories = 1},
        {.degree = 1, .categories = 2}, {.degree = 1, .categories = 3}, {.degree = 1}};

const KsmLevel *const ref_levels[2][REF_LEVELS] = {
        {line, line + 1, line + 2, line, line + 2, NULL},
        {pairs, pairs + 1, pairs + 2, pairs + 3, pairs + 4, NULL},
};
const char *const ref_texts[REF_TEXTS] = {"low", "high", "", "none", "red", "07", "7a", "redred"};

void ref_init(RefWorld *w) {
        memset(w, 0, sizeof(*w));
        for (int i = 0; i < REF_SIDS; i++)
                w->sids[i].flow[0] = w->sids[i].flow[1] = -1;
}

void ref_die(RefWorld *w, KsmSid sid) {
        RefWorld fresh;

        ref_init(&fresh);
        w->sids[sid] = fresh.sids[sid];
}

static RefSid *alive(RefWorld *w, KsmSid sid) {
        return sid < REF_SIDS && w->sids[sid].is_alive ? w->sids + sid : NULL;
}

/* Flow --------------------------------------------------------------------------------------------------- */

static bool flow(RefSid *s, const TStep *step, KsmInt *value) {
        static const char *const next[] = {"s", "ol", "sl"}; /* by first letter */
        int *state = &s->flow[step->object == T_GATE];

        if (step->method == KSM_FLOW_INIT) {
                if (*state >= 0)
                        return false;
                *state = T_SHUT;
                return true;
        }
        if (*state < 0)
                return false;
        *value = *state;
        if (step->method == KSM_FLOW_FINI)
                *state = -1;
        if (step->method == KSM_FLOW_ALLOW)
                return (*step->states >> *state) & 1;
        if (step->method == KSM_FLOW_ENTER) {
                if (step->index > 2 || !strchr(next[*state], "osl"[step->index]))
                        return false;
                *state = (int)step->index;
        }
        return true;
}

/* HashSet ------------------------------------------------------------------------------------------------ */

static bool is_entry(bool is_pair, const KsmInt *parts) {
        if (is_pair)
                return parts[0] >= -128 && parts[0] <= 127 && (parts[1] == 0 || parts[1] == 1);
        return parts[0] >= 0 && parts[0] <= 65535;
}

static RefEntry *find_entry(RefSet *s, bool is_pair, const KsmInt *parts) {
        for (int i = 0; i < REF_ENTRIES; i++) {
                RefEntry *e = s->entries + i;

                if (e->is_used && e->parts[0] == parts[0] && (!is_pair || e->parts[1] == parts[1]))
                        return e;
        }
        return NULL;
}

static bool add_entry(RefSet *s, int room, const KsmInt *parts) {
        for (int i = 0; i < room; i++) {
                if (s->entries[i].is_used)
                        continue;
                s->entries[i] = (RefEntry){.is_used = true, .parts = {parts[0], parts[1]}};
                return true;
        }
        return false;
}

static bool init_set(RefWorld *w, RefSet *s, bool is_pair) {
        int n = 0;

        for (int i = 0; i < REF_SIDS; i++)
                n += w->sids[i].sets[is_pair].is_there;
        if (s->is_there || n == (is_pair ? 1 : 2))
                return false;
        *s = (RefSet){.is_there = true};
        return true;
}

static bool set(RefWorld *w, RefSid *sid, const TStep *step, KsmInt *value) {
        bool is_pair = step->object == T_PAIRS;
        RefSet *s = &sid->sets[is_pair];
        RefEntry *e;

        if (step->method == KSM_SET_INIT)
                return init_set(w, s, is_pair);
        if (!s->is_there)
                return false;
        if (step->method == KSM_SET_FINI) {
                s->is_there = false;
                return true;
        }
        if (!is_entry(is_pair, step->entry))
                return false;
        e = find_entry(s, is_pair, step->entry);
        *value = e != NULL;
        if (step->method == KSM_SET_ADD && !e)
                return add_entry(s, is_pair ? 2 : 3, step->entry);
        if (step->method == KSM_SET_REMOVE && e)
                e->is_used = false;
        return true;
}

/* StaticMap ---------------------------------------------------------------------------------------------- */

/* REF_KEYS: no such key. */
static unsigned key_of(const TStep *step) {
        static const char *const names[2][REF_KEYS] = {{"low", "high"}, {"", ""}};
        bool is_small = step->object == T_SMALL;
        unsigned n = is_small ? 1 : 2;

        if (!step->text)
                return step->index < n ? step->index : REF_KEYS;
        for (unsigned i = 0; i < n; i++)
                if (strcmp(names[is_small][i], step->text) == 0)
                        return i;
        return REF_KEYS;
}

static bool init_map(RefWorld *w, RefMap *m, bool is_small) {
        int n = 0;

        for (int i = 0; i < REF_SIDS; i++)
                n += w->sids[i].maps[is_small].is_there;
        if (m->is_there || n == (is_small ? 1 : 2))
                return false;
        *m = (RefMap){.is_there = true, .base = {is_small ? -1 : 0, 4096}};
        memcpy(m->working, m->base, sizeof(m->base));
        return true;
}

static bool map_value(RefMap *m, const TStep *step, KsmInt *value) {
        KsmInt low = step->object == T_SMALL ? -128 : 0, high = step->object == T_SMALL ? 127 : UINT32_MAX;
        unsigned key = key_of(step);

        if (key == REF_KEYS)
                return false;
        if (step->method == KSM_MAP_SET) {
                if (step->value < low || step->value > high)
                        return false;
                m->working[key] = step->value;
        }
        *value = step->method == KSM_MAP_GET ? m->base[key] : m->working[key];
        return true;
}

static bool map(RefWorld *w, RefSid *s, const TStep *step, KsmInt *value) {
        bool is_small = step->object == T_SMALL;
        RefMap *m = &s->maps[is_small];

        if (step->method == KSM_MAP_INIT)
                return init_map(w, m, is_small);
        if (!m->is_there)
                return false;
        if (step->method == KSM_MAP_FINI)
                m->is_there = false;
        else if (step->method == KSM_MAP_COMMIT)
                memcpy(m->base, m->working, sizeof(m->base));
        else if (step->method == KSM_MAP_ROLLBACK)
                memcpy(m->working, m->base, sizeof(m->base));
        else
                return map_value(m, step, value);
        return true;
}

/* Mic: A/d <= B/e iff B contains A and d <= e --------------------------------------------------------------
 */

static bool at_most(KsmLevel a, KsmLevel b) {
        return a.degree <= b.degree && (a.categories | b.categories) == b.categories;
}

static bool is_same(KsmLevel a, KsmLevel b) {
        return at_most(a, b) && at_most(b, a);
}

static RefLabel *label_of(RefWorld *w, const TStep *step, KsmSid sid) {
        RefSid *s = alive(w, sid);

        return s ? &s->labels[step->object == T_LATTICE] : NULL;
}

static bool has_level(const RefLabel *l) {
        return l && l->is_there;
}

static bool mic_move(RefWorld *w, const TStep *step) {
        const RefLabel *source = label_of(w, step, step->sid), *target = label_of(w, step, step->target);

        if (!has_level(source) || !has_level(target))
                return false;
        if (step->method == KSM_MIC_CALL || step->method == KSM_MIC_READ)
                return at_most(source->level, target->level) || at_most(source->level_r, target->level);
        return at_most(target->level, source->level);
}

static bool mic_execute(RefWorld *w, const TStep *step) {
        RefLabel *target = label_of(w, step, step->target);
        const RefLabel *image = label_of(w, step, step->sid);
        KsmLevel level, level_r;

        if (!target || target->is_there || (step->sid && !has_level(image)) || (!image && !step->level))
                return false;
        level = step->level ? *step->level : image->level;
        level_r = step->level_r ? *step->level_r : level;
        if (!at_most(level_r, level) || (image && !at_most(level, image->level)))
                return false;
        *target = (RefLabel){.is_there = true, .level = level, .level_r = level_r};
        return true;
}

/* Those that bound a level from above. */
typedef struct Bounds {
        const RefLabel *labels[3];
        int n;
} Bounds;

static bool find_bounds(RefWorld *w, const TStep *step, Bounds *b) {
        b->labels[0] = label_of(w, step, step->sid);
        b->labels[1] = label_of(w, step, step->driver);
        b->labels[2] = label_of(w, step, step->container);
        b->n = step->container ? 3 : 2;
        for (int i = 0; i < b->n; i++)
                if (!has_level(b->labels[i]))
                        return false;
        return true;
}

static bool is_bounded(const Bounds *b, int n, KsmLevel level) {
        for (int i = 0; i < n; i++)
                if (!at_most(level, b->labels[i]->level))
                        return false;
        return true;
}

static KsmLevel highest(const Bounds *b) {
        KsmLevel level = b->labels[0]->level;

        for (int i = 1; i < b->n; i++) {
                level.categories &= b->labels[i]->level.categories;
                if (b->labels[i]->level.degree < level.degree)
                        level.degree = b->labels[i]->level.degree;
        }
        return level;
}

static bool mic_create(RefLabel *target, const Bounds *b, const TStep *step) {
        KsmLevel level = step->level ? *step->level : highest(b);

        if (target->is_there || !is_bounded(b, b->n, level))
                return false;
        *target = (RefLabel){.is_there = true, .level = level, .level_r = level};
        return true;
}

static bool mic_upgrade(RefLabel *target, const Bounds *b, const TStep *step) {
        KsmLevel level = *step->level;

        if (!target->is_there || !at_most(target->level, level) || is_same(target->level, level) ||
                !is_bounded(b, b->n, level))
                return false;
        if (is_same(target->level_r, target->level))
                target->level_r = level;
        target->level = level;
        return true;
}

static bool mic_manage(RefWorld *w, const TStep *step) {
        RefLabel *target = label_of(w, step, step->target);
        Bounds b;

        if (!target || !find_bounds(w, step, &b))
                return false;
        if (step->method == KSM_MIC_CREATE)
                return mic_create(target, &b, step);
        if (step->method == KSM_MIC_UPGRADE)
                return mic_upgrade(target, &b, step);
        if (!target->is_there || !is_bounded(&b, 2, target->level)) /* the container does not bound it */
                return false;
        target->is_there = false;
        return true;
}

/* Labels of the choice: the degrees 0 to 2, without categories. */
static bool mic_query(const RefLabel *l, KsmInt *value) {
        if (!has_level(l))
                return false;
        *value = l->level.categories ? KSM_NO_LABEL : (int)l->level.degree;
        return true;
}

static bool mic(RefWorld *w, const TStep *step, KsmInt *value) {
        if (step->method == KSM_MIC_EXECUTE)
                return mic_execute(w, step);
        if (step->method <= KSM_MIC_UPGRADE)
                return mic_manage(w, step);
        if (step->method == KSM_MIC_QUERY_LEVEL)
                return mic_query(label_of(w, step, step->sid), value);
        return mic_move(w, step);
}

/* Regex: red, [0-9]+ and .* ---------------------------------------------------------------------------------
 */

static bool regex(const TStep *step, KsmInt *value) {
        bool is_red = strcmp(step->text, "red") == 0;
        bool is_number = *step->text && strspn(step->text, "0123456789") == strlen(step->text);

        if (step->method == KSM_RE_SELECT)
                *value = is_red ? 0 : is_number ? 1 : KSM_NO_LABEL;
        else
                *value = step->index == T_RED ? is_red : step->index == T_DIGITS ? is_number : true;
        return true;
}

/* Events
 * ------------------------------------------------------------------------------------------------------ */

static bool run_step(RefWorld *w, const TStep *step, KsmInt *value) {
        RefSid *s;

        if (step->object == T_BASE || step->object == T_BOOL)
                return step->method == KSM_BASE_GRANT || step->condition == (step->method != KSM_BASE_DENY);
        if (step->object == T_RE)
                return regex(step, value);
        if (step->object == T_MIC || step->object == T_LATTICE)
                return mic(w, step, value);
        s = alive(w, step->sid);
        if (!s)
                return false;
        if (step->object == T_SET || step->object == T_PAIRS)
                return set(w, s, step, value);
        return step->object == T_MAP || step->object == T_SMALL ? map(w, s, step, value)
                                                                : flow(s, step, value);
}

bool ref_is_expression(KsmMethod method) {
        return method == KSM_FLOW_QUERY || method == KSM_SET_CONTAINS || method == KSM_MAP_GET ||
               method == KSM_MAP_GET_UNCOMMITED || method == KSM_MIC_QUERY_LEVEL || method == KSM_RE_MATCH ||
               method == KSM_RE_SELECT;
}

bool ref_event(RefWorld *w, const TStep *steps, size_t n, bool *results, KsmInt *values) {
        RefWorld before = *w;
        bool is_granted = true, is_broken = false;
        size_t n_rules = 0;

        for (size_t i = 0; i < n; i++) {
                bool is_rule = !ref_is_expression(steps[i].method);

                values[i] = 0;
                is_broken |= steps[i].is_broken;
                results[i] = !is_broken && run_step(w, steps + i, values + i);
                is_granted &= results[i];
                is_broken = !is_rule && !results[i]; /* until the next rule, which consumes it */
                n_rules += is_rule;
        }
        is_granted &= n_rules > 0;
        if (!is_granted)
                *w = before;
        return is_granted;
}
