/* SPDX-License-Identifier: MIT */
/*
 * The plain model: plain.h. Handles are never removed, a parent has a smaller index than its child.
 */
#include "plain.h"

#include <services/ocap.h>

/* Is a usable handle among it and all below it? */
static bool has_life(const Plain *p, uint32_t i) {
        const PlainHandle *h = p->handles + i;

        return !h->is_cut && (h->state == PLAIN_OPEN || h->n_lines > 0);
}

/* A closed handle that has to stay: several lines descend from it, or it is bound and one does. */
static bool is_knot(const Plain *p, uint32_t i) {
        const PlainHandle *h = p->handles + i;

        if (h->state == PLAIN_OPEN || h->is_cut)
                return false;
        return h->n_lines >= 2 || (h->n_lines == 1 && h->badge >= 0);
}

/* Children come after their parents. */
static void count_lines(Plain *p) {
        for (uint32_t i = 0; i < p->n_handles; i++)
                p->handles[i].n_lines = 0;
        for (uint32_t i = p->n_handles; i-- > 0;)
                if (p->handles[i].parent >= 0 && has_life(p, i))
                        p->handles[p->handles[i].parent].n_lines++;
}

static uint32_t depth(const Plain *p, int32_t i) {
        uint32_t n = 0;

        for (; i >= 0; i = p->handles[i].parent)
                n += p->handles[i].state == PLAIN_OPEN || is_knot(p, (uint32_t)i);
        return n;
}

int32_t plain_find(const Plain *p, uint32_t space, uint32_t number) {
        for (uint32_t i = 0; i < p->n_handles; i++) {
                const PlainHandle *h = p->handles + i;

                if (h->space == space && h->number == number && h->state != PLAIN_CLOSED)
                        return (int32_t)i;
        }
        return -1;
}

static int find(const Plain *p, uint32_t space, uint32_t number, int32_t *ret) {
        *ret = plain_find(p, space, number);
        if (*ret < 0)
                return HTREE_E_INVALID;
        return p->handles[*ret].state == PLAIN_REVOKED ? HTREE_E_REVOKED : 0;
}

static int find_badge(const Plain *p, uint32_t space, uint64_t badge, int32_t *ret_object) {
        int32_t h;
        int r = badge > UINT32_MAX ? HTREE_E_INVALID : find(p, space, (uint32_t)badge, &h);

        if (r)
                return r;
        *ret_object = (int32_t)p->handles[h].object;
        return p->objects[*ret_object].is_badge ? 0 : HTREE_E_KIND;
}

static void find_way_back(const Plain *p, int32_t from, uint32_t to, int32_t *own, uint64_t *context) {
        const PlainObject *object = p->objects + p->handles[from].object;
        bool is_maker = object->owner == (int32_t)to;
        bool has_context = false;

        *own = -1;
        *context = 0;
        for (int32_t i = from; i >= 0; i = p->handles[i].parent) {
                const PlainHandle *h = p->handles + i;

                if (!has_context && h->badge >= 0 && p->objects[h->badge].owner == (int32_t)to) {
                        has_context = true;
                        *context = p->objects[h->badge].context;
                }
                if (*own < 0 && h->state == PLAIN_OPEN && h->space == to && (i != from || is_maker))
                        *own = i;
        }
        if (!has_context && is_maker)
                *context = object->context;
}

int plain_way(const Plain *p, uint32_t from, uint32_t to, const nk_handle_desc_t *sent, int32_t *ret_own,
        nk_handle_desc_t *ret_received) {
        int32_t source, badge;
        uint32_t rights = sent->rights & NKX_RIGHTS_ALL;
        uint64_t context;
        int r;

        *ret_own = -1;
        *ret_received = nkx_handle_desc_make(HTREE_INVALID, 0, 0);
        if (sent->handle == HTREE_INVALID)
                return 0;
        r = find(p, from, sent->handle, &source);
        if (r)
                return r;
        if (rights == NKX_RIGHTS_ALL)
                rights = p->handles[source].rights;
        if (rights & ~p->handles[source].rights)
                return HTREE_E_ESCALATION;
        if (sent->badge != 0 && sent->badge != HTREE_INVALID)
                r = find_badge(p, from, sent->badge, &badge);
        if (r)
                return r;
        find_way_back(p, source, to, ret_own, &context);
        if (*ret_own >= 0) {
                *ret_received = nkx_handle_desc_dereferenced(p->handles[*ret_own].number, rights, context);
                return 0;
        }
        if (!(p->handles[source].rights & OCAP_HANDLE_TRANSFER))
                return HTREE_E_NO_RIGHT;
        *ret_received = nkx_handle_desc_make(0, rights, 0);
        return depth(p, source) >= HTREE_DEPTH_MAX ? HTREE_E_DEPTH : 0;
}

int plain_copy(const Plain *p, uint32_t space, uint32_t number, uint32_t rights, uint32_t badge) {
        int32_t source, object;
        int r = find(p, space, number, &source);

        if (r)
                return r;
        if (!(p->handles[source].rights & OCAP_HANDLE_COPY))
                return HTREE_E_NO_RIGHT;
        if (depth(p, source) >= HTREE_DEPTH_MAX)
                return HTREE_E_DEPTH;
        if (rights != NKX_RIGHTS_ALL && (rights & ~p->handles[source].rights))
                return HTREE_E_ESCALATION;
        return badge == HTREE_INVALID ? 0 : find_badge(p, space, badge, &object);
}

void plain_add(Plain *p, uint32_t object, int32_t parent, int32_t badge, uint32_t space, uint32_t number,
        uint32_t rights) {
        p->handles[p->n_handles++] = (PlainHandle){
                .state = PLAIN_OPEN,
                .space = space,
                .number = number,
                .object = object,
                .parent = parent,
                .badge = badge,
                .rights = rights,
        };
}

uint32_t plain_create(Plain *p, uint32_t space, bool is_badge, uint64_t context) {
        p->objects[p->n_objects] =
                (PlainObject){.owner = (int32_t)space, .is_badge = is_badge, .context = context};
        return p->n_objects++;
}

static bool is_below(const Plain *p, int32_t i, int32_t top) {
        for (i = p->handles[i].parent; i >= 0; i = p->handles[i].parent)
                if (i == top)
                        return true;
        return false;
}

static void cut(PlainHandle *h) {
        h->is_cut = true;
        if (h->state == PLAIN_OPEN)
                h->state = PLAIN_REVOKED;
}

static void cut_below(Plain *p, int32_t top) {
        for (uint32_t i = 0; i < p->n_handles; i++)
                if (is_below(p, (int32_t)i, top))
                        cut(p->handles + i);
}

int plain_close(Plain *p, uint32_t space, uint32_t number) {
        int32_t h = plain_find(p, space, number);

        if (h < 0)
                return HTREE_E_INVALID;
        p->handles[h].state = PLAIN_CLOSED;
        return 0;
}

int plain_revoke(Plain *p, uint32_t space, uint32_t number) {
        int32_t h;
        int r = find(p, space, number, &h);

        if (r)
                return r;
        cut_below(p, h);
        return plain_close(p, space, number);
}

/* The first handle above that is not closed. */
static int32_t maker(const Plain *p, uint32_t i) {
        int32_t above = p->handles[i].parent;

        while (above >= 0 && p->handles[above].state != PLAIN_OPEN)
                above = p->handles[above].parent;
        return above;
}

int plain_revoke_subtree(Plain *p, uint32_t space, uint32_t number, uint32_t badge) {
        int32_t h, object;
        int r = find(p, space, number, &h);

        if (r == 0)
                r = find_badge(p, space, badge, &object);
        if (r)
                return r;
        for (uint32_t i = 0; i < p->n_handles; i++) {
                if (p->handles[i].badge != object || p->handles[i].is_cut || maker(p, i) != h)
                        continue;
                cut(p->handles + i);
                cut_below(p, (int32_t)i);
        }
        return 0;
}

static bool is_badge_of(const Plain *p, int32_t object, uint32_t space) {
        return object >= 0 && p->objects[object].owner == (int32_t)space;
}

void plain_kill(Plain *p, uint32_t space) {
        for (uint32_t i = 0; i < p->n_handles; i++) {
                if (p->handles[i].space == space)
                        p->handles[i].state = PLAIN_CLOSED;
                if (is_badge_of(p, p->handles[i].badge, space))
                        p->handles[i].badge = -1;
        }
        for (uint32_t i = 0; i < p->n_objects; i++)
                if (p->objects[i].owner == (int32_t)space)
                        p->objects[i].owner = -1;
}

void plain_settle(Plain *p) {
        bool has_handles[PLAIN_OBJECTS] = {false};
        bool has_bound[PLAIN_OBJECTS] = {false};

        count_lines(p);
        for (uint32_t i = 0; i < p->n_handles; i++) {
                const PlainHandle *h = p->handles + i;

                has_handles[h->object] |= h->state == PLAIN_OPEN;
                if (h->badge >= 0)
                        has_bound[h->badge] |= has_life(p, i);
        }
        for (uint32_t i = 0; i < p->n_objects; i++) {
                PlainObject *o = p->objects + i;

                if (o->is_bound && !has_bound[i] && o->owner >= 0)
                        o->n_unbound++;
                o->is_bound = has_bound[i];
                o->is_gone = !has_bound[i] && !has_handles[i];
        }
}

HtreeCounts plain_count(const Plain *p, uint32_t n_spaces) {
        HtreeCounts counts = {.n_spaces = n_spaces};

        for (uint32_t i = 0; i < p->n_handles; i++) {
                counts.n_handles += p->handles[i].state == PLAIN_OPEN;
                counts.n_revoked += p->handles[i].state == PLAIN_REVOKED;
                counts.n_knots += is_knot(p, i);
        }
        for (uint32_t i = 0; i < p->n_objects; i++)
                counts.n_objects += !p->objects[i].is_gone;
        return counts;
}

uint32_t plain_space_count(const Plain *p, uint32_t space) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < p->n_handles; i++)
                n += p->handles[i].space == space && p->handles[i].state != PLAIN_CLOSED;
        return n;
}
