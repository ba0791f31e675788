/* SPDX-License-Identifier: MIT */
/*
 * The models as plainly as possible: see reference.h.
 */
#include "reference.h"

#include <string.h>

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

static unsigned count_sets(const RefWorld *w) {
        unsigned n = 0;

        for (int i = 0; i < REF_SIDS; i++)
                n += w->sids[i].has_set;
        return n;
}

static int find_entry(const RefSid *s, int entry) {
        for (int i = 0; i < REF_ENTRIES; i++)
                if (s->entries[i] == entry)
                        return i;
        return -1;
}

static bool set(RefWorld *w, RefSid *s, const TStep *step, KsmInt *value) {
        int entry = (int)step->entry[0];
        int at;

        if (step->method == KSM_SET_INIT) {
                if (s->has_set || count_sets(w) == 2)
                        return false;
                s->has_set = true;
                memset(s->entries, 0xff, sizeof(s->entries));
                return true;
        }
        if (!s->has_set)
                return false;
        if (step->method == KSM_SET_FINI) {
                s->has_set = false;
                return true;
        }
        if (entry < 0 || entry > 65535)
                return false;
        at = find_entry(s, entry);
        *value = at >= 0;
        if (step->method == KSM_SET_REMOVE && at >= 0)
                s->entries[at] = -1;
        if (step->method == KSM_SET_ADD && at < 0) {
                at = find_entry(s, -1);
                if (at < 0)
                        return false;
                s->entries[at] = entry;
        }
        return true;
}

static unsigned count_maps(const RefWorld *w) {
        unsigned n = 0;

        for (int i = 0; i < REF_SIDS; i++)
                n += w->sids[i].has_map;
        return n;
}

static bool map(RefWorld *w, RefSid *s, const TStep *step, KsmInt *value) {
        if (step->method == KSM_MAP_INIT) {
                if (s->has_map || count_maps(w) == 2)
                        return false;
                s->has_map = true;
                s->base[0] = s->working[0] = 0;
                s->base[1] = s->working[1] = 4096;
                return true;
        }
        if (!s->has_map)
                return false;
        if (step->method == KSM_MAP_FINI)
                s->has_map = false;
        else if (step->method == KSM_MAP_COMMIT)
                memcpy(s->base, s->working, sizeof(s->base));
        else if (step->method == KSM_MAP_ROLLBACK)
                memcpy(s->working, s->base, sizeof(s->base));
        else if (step->index > 1)
                return false;
        else if (step->method == KSM_MAP_GET)
                *value = s->base[step->index];
        else if (step->method == KSM_MAP_GET_UNCOMMITED)
                *value = s->working[step->index];
        else if (step->value < 0 || step->value > UINT32_MAX)
                return false;
        else
                s->working[step->index] = step->value;
        return true;
}

/* Levels on a line are numbers. */
static bool mic_move(const RefSid *source, const RefSid *target, const TStep *step) {
        if (!source->has_level || !target->has_level)
                return false;
        if (step->method == KSM_MIC_CALL || step->method == KSM_MIC_READ)
                return source->level <= target->level || source->level_r <= target->level;
        return target->level <= source->level;
}

static bool mic_execute(RefWorld *w, const TStep *step) {
        RefSid *target = alive(w, step->target);
        const RefSid *image = alive(w, step->sid);
        uint32_t level, level_r;

        if (!target || target->has_level || (step->sid && (!image || !image->has_level)))
                return false;
        if (!image && !step->level)
                return false;
        level = step->level ? step->level->degree : image->level;
        level_r = step->level_r ? step->level_r->degree : level;
        if (level_r > level || (image && level > image->level))
                return false;
        target->has_level = true;
        target->level = level;
        target->level_r = level_r;
        return true;
}

static bool mic_manage(RefWorld *w, const TStep *step) {
        RefSid *source = alive(w, step->sid), *target = alive(w, step->target);
        RefSid *driver = alive(w, step->driver), *container = alive(w, step->container);
        uint32_t bound, level;

        if (!source || !target || !driver || (step->container && !container))
                return false;
        if (!source->has_level || !driver->has_level || (container && !container->has_level))
                return false;
        if ((step->method == KSM_MIC_CREATE) == target->has_level)
                return false;
        bound = source->level < driver->level ? source->level : driver->level;
        if (step->method == KSM_MIC_DELETE) {
                target->has_level = target->level > bound;
                return !target->has_level;
        }
        bound = container && container->level < bound ? container->level : bound;
        level = step->level ? step->level->degree : bound;
        if (level > bound || (step->method == KSM_MIC_UPGRADE && level <= target->level))
                return false;
        if (step->method == KSM_MIC_CREATE || target->level_r == target->level)
                target->level_r = level;
        target->level = level;
        target->has_level = true;
        return true;
}

static bool mic(RefWorld *w, const TStep *step, KsmInt *value) {
        const RefSid *source, *target;

        if (step->method == KSM_MIC_EXECUTE)
                return mic_execute(w, step);
        if (step->method <= KSM_MIC_UPGRADE)
                return mic_manage(w, step);
        source = alive(w, step->sid);
        target = alive(w, step->target);
        if (step->method == KSM_MIC_QUERY_LEVEL) {
                *value = source && source->has_level ? source->level : 0;
                return source && source->has_level;
        }
        return source && target && mic_move(source, target, step);
}

bool ref_step(RefWorld *w, const TStep *step, KsmInt *value) {
        RefSid *s;

        if (step->object == T_BASE)
                return step->method == KSM_BASE_GRANT || step->condition == (step->method == KSM_BASE_ASSERT);
        if (step->object == T_MIC)
                return mic(w, step, value);
        s = alive(w, step->sid);
        if (!s)
                return false;
        if (step->object == T_SET)
                return set(w, s, step, value);
        return step->object == T_MAP ? map(w, s, step, value) : flow(s, step, value);
}
