/* SPDX-License-Identifier: MIT */
/*
 * Mic: levels of integrity of subjects and resources. The context of a SID is its level and the lowest
 * level it may receive data from.
 *
 * Levels form a lattice: A/d >= B/e when A contains B and d >= e. "Exceeds or is incomparable" is
 * therefore "not at most", the one question that all rules ask.
 */
#include "state.h"

typedef struct Label {
        uint32_t is_present;
        uint32_t reserved;
        KsmLevel level;
        KsmLevel level_r; /* of a resource: its level */
} Label;

static bool at_most(KsmLevel a, KsmLevel b) {
        return a.degree <= b.degree && (a.categories & ~b.categories) == 0;
}

static bool is_equal(KsmLevel a, KsmLevel b) {
        return a.degree == b.degree && a.categories == b.categories;
}

static KsmLevel lower_bound(KsmLevel a, KsmLevel b) {
        return (KsmLevel){.categories = a.categories & b.categories,
                .degree = a.degree < b.degree ? a.degree : b.degree};
}

/* The labels of some SIDs, some of which may be left out. */
typedef struct Labels {
        KsmCall *c;
        const ObjectState *object;
        KsmWhy why; /* the first SID that is wrong */
} Labels;

static Label *find_cell(Labels *l, KsmSid sid) {
        Label *label = state_context(l->c, l->object, sid);

        if (!label && !l->why)
                l->why = KSM_WHY_SID;
        return label;
}

static Label *find(Labels *l, KsmSid sid) {
        Label *label = find_cell(l, sid);

        if (label && !label->is_present && !l->why)
                l->why = KSM_WHY_NO_LEVEL;
        return label;
}

static Label *find_optional(Labels *l, KsmSid sid) {
        return sid == KSM_SID_NONE ? NULL : find(l, sid);
}

static Labels labels_of(KsmCall *c, uint32_t site) {
        return (Labels){.c = c, .object = state_object(c, site), .why = KSM_WHY_NONE};
}

static KsmWhy put(KsmCall *c, Label *label, KsmLevel level, KsmLevel level_r) {
        if (!state_save(c, label, sizeof(*label)))
                return KSM_WHY_LIMIT;
        *label = (Label){.is_present = 1, .level = level, .level_r = level_r};
        return KSM_WHY_NONE;
}

/* Three that bound a level from above; the container may be missing. */
typedef struct Bounds {
        const Label *source;
        const Label *driver;
        const Label *container;
} Bounds;

static KsmWhy find_bounds(Labels *l, KsmSid source, KsmSid driver, KsmSid container, Bounds *b) {
        b->source = find(l, source);
        b->driver = find(l, driver);
        b->container = find_optional(l, container);
        return l->why;
}

static bool is_bounded(const Bounds *b, KsmLevel level) {
        return at_most(level, b->source->level) && at_most(level, b->driver->level) &&
               (!b->container || at_most(level, b->container->level));
}

static KsmLevel bound_of(const Bounds *b) {
        KsmLevel level = lower_bound(b->source->level, b->driver->level);

        return b->container ? lower_bound(level, b->container->level) : level;
}

static KsmWhy create(KsmCall *c, uint32_t site, const KsmSid sids[4], const KsmLevel *level) {
        Labels l = labels_of(c, site);
        Bounds b;
        Label *target = find_cell(&l, sids[1]);
        KsmWhy why = find_bounds(&l, sids[0], sids[3], sids[2], &b);
        KsmLevel wanted;

        if (why)
                return why;
        if (target->is_present)
                return KSM_WHY_HAS_LEVEL;
        wanted = level ? *level : bound_of(&b);
        return is_bounded(&b, wanted) ? put(c, target, wanted, wanted) : KSM_WHY_LEVEL;
}

static KsmWhy remove_level(KsmCall *c, uint32_t site, const KsmSid sids[4]) {
        Labels l = labels_of(c, site);
        Bounds b;
        Label *target = find(&l, sids[1]);
        KsmWhy why = find_bounds(&l, sids[0], sids[3], sids[2], &b);

        if (why)
                return why;
        if (!at_most(target->level, b.source->level) || !at_most(target->level, b.driver->level))
                return KSM_WHY_LEVEL;
        if (!state_save(c, target, sizeof(*target)))
                return KSM_WHY_LIMIT;
        *target = (Label){.is_present = 0};
        return KSM_WHY_NONE;
}

static KsmWhy execute(KsmCall *c, uint32_t site, KsmSid image, KsmSid target, const KsmLevel *level,
        const KsmLevel *level_r) {
        Labels l = labels_of(c, site);
        Label *label = find_cell(&l, target);
        const Label *source = find_optional(&l, image);
        KsmLevel wanted, wanted_r;

        if (l.why)
                return l.why;
        if (label->is_present)
                return KSM_WHY_HAS_LEVEL;
        if (!source && !level)
                return KSM_WHY_NO_LEVEL;
        wanted = level ? *level : source->level;
        wanted_r = level_r ? *level_r : wanted;
        if (!at_most(wanted_r, wanted) || (source && !at_most(wanted, source->level)))
                return KSM_WHY_LEVEL;
        return put(c, label, wanted, wanted_r);
}

static KsmWhy upgrade(KsmCall *c, uint32_t site, const KsmSid sids[4], KsmLevel level) {
        Labels l = labels_of(c, site);
        Bounds b;
        Label *target = find(&l, sids[1]);
        KsmWhy why = find_bounds(&l, sids[0], sids[3], sids[2], &b);
        bool has_own_r;

        if (why)
                return why;
        has_own_r = !is_equal(target->level_r, target->level);
        if (!at_most(target->level, level) || is_equal(target->level, level) || !is_bounded(&b, level))
                return KSM_WHY_LEVEL; /* bounded by the source, so the old level is too */
        return put(c, target, level, has_own_r ? target->level_r : level);
}

/* Data go from `from` to `to`, which is a subject that may admit lower ones. */
static KsmWhy receive(KsmCall *c, uint32_t site, KsmSid to, KsmSid from) {
        Labels l = labels_of(c, site);
        const Label *a = find(&l, to);
        const Label *b = find(&l, from);

        if (l.why)
                return l.why;
        return at_most(a->level, b->level) || at_most(a->level_r, b->level) ? KSM_WHY_NONE : KSM_WHY_LEVEL;
}

static KsmWhy send(KsmCall *c, uint32_t site, KsmSid from, KsmSid to) {
        Labels l = labels_of(c, site);
        const Label *a = find(&l, from);
        const Label *b = find(&l, to);

        if (l.why)
                return l.why;
        return at_most(b->level, a->level) ? KSM_WHY_NONE : KSM_WHY_LEVEL;
}

void ksm_mic_create(KsmCall *c, uint32_t site, KsmSid source, KsmSid target, KsmSid container, KsmSid driver,
        const KsmLevel *level) {
        const KsmSid sids[4] = {source, target, container, driver};

        state_rule(c, site, c->is_broken ? KSM_WHY_NONE : create(c, site, sids, level), STATE_NOWHERE);
}

void ksm_mic_delete(
        KsmCall *c, uint32_t site, KsmSid source, KsmSid target, KsmSid container, KsmSid driver) {
        const KsmSid sids[4] = {source, target, container, driver};

        state_rule(c, site, c->is_broken ? KSM_WHY_NONE : remove_level(c, site, sids), STATE_NOWHERE);
}

void ksm_mic_execute(KsmCall *c, uint32_t site, KsmSid image, KsmSid target, const KsmLevel *level,
        const KsmLevel *level_r) {
        KsmWhy why = c->is_broken ? KSM_WHY_NONE : execute(c, site, image, target, level, level_r);

        state_rule(c, site, why, STATE_NOWHERE);
}

void ksm_mic_upgrade(KsmCall *c, uint32_t site, KsmSid source, KsmSid target, KsmSid container, KsmSid driver,
        const KsmLevel *level) {
        const KsmSid sids[4] = {source, target, container, driver};

        state_rule(c, site, c->is_broken ? KSM_WHY_NONE : upgrade(c, site, sids, *level), STATE_NOWHERE);
}

void ksm_mic_call(KsmCall *c, uint32_t site, KsmSid source, KsmSid target) {
        state_rule(c, site, receive(c, site, source, target), STATE_NOWHERE);
}

void ksm_mic_invoke(KsmCall *c, uint32_t site, KsmSid source, KsmSid target) {
        state_rule(c, site, send(c, site, source, target), STATE_NOWHERE);
}

void ksm_mic_read(KsmCall *c, uint32_t site, KsmSid source, KsmSid target) {
        state_rule(c, site, receive(c, site, source, target), STATE_NOWHERE);
}

void ksm_mic_write(KsmCall *c, uint32_t site, KsmSid source, KsmSid target) {
        state_rule(c, site, send(c, site, source, target), STATE_NOWHERE);
}

int ksm_mic_query_level(KsmCall *c, uint32_t site, KsmSid source, const KsmLevel *labels, uint32_t n) {
        Labels l = labels_of(c, site);
        const Label *label = find(&l, source);

        if (!state_expression(c, site, l.why, STATE_NOWHERE))
                return KSM_UNKNOWN;
        for (uint32_t i = 0; i < n; i++)
                if (is_equal(labels[i], label->level))
                        return (int)i;
        return KSM_NO_LABEL;
}

KsmLevel ksm_mic_level(KsmCall *c, uint32_t site, KsmText degree) {
        const KsmMic *mic = state_object(c, site)->object->mic;

        for (uint32_t i = 0; i < mic->n_degrees; i++) {
                const char *name = mic->degrees[i];

                if (ksm_text_equal(degree, (KsmText){.bytes = name, .size = (uint32_t)strlen(name)}))
                        return (KsmLevel){.degree = i, .categories = 0};
        }
        ksm_fail(c, KSM_WHY_TYPE);
        return (KsmLevel){.degree = 0, .categories = 0};
}

static size_t effect_size(const ObjectState *object, KsmMethod method) {
        (void)object;
        return method >= KSM_MIC_CREATE && method <= KSM_MIC_UPGRADE ? journal_cost(sizeof(Label)) : 0;
}

const Model model_mic = {
        .context_size = sizeof(Label),
        .effect_size = effect_size,
};
