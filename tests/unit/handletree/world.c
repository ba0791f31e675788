/* SPDX-License-Identifier: MIT */
/*
 * Processes and objects for tests of handles: world.h.
 */
#include "world.h"

#include "sound.h"

TWorld w;

static void note_gone(void *data) {
        ((TCounter *)data)->n_gone++;
}

static void note_unbound(void *data) {
        ((TCounter *)data)->n_unbound++;
}

const HtreeKind t_thing_kind = {.name = "thing", .gone = note_gone};
const HtreeKind t_badge_kind = {
        .name = "badge", .is_badge = true, .unbound = note_unbound, .gone = note_gone};

int t_setup(void **state) {
        (void)state;
        w = (TWorld){.tree = htree_new()};
        if (!w.tree)
                return -1;
        w.a = htree_space_new(w.tree);
        w.b = htree_space_new(w.tree);
        w.c = htree_space_new(w.tree);
        return w.a && w.b && w.c ? 0 : -1;
}

int t_teardown(void **state) {
        HtreeCounts counts = htree_count(w.tree);
        const char *fault = counts.n_handles < 1000 ? t_find_fault(w.tree) : NULL; /* it takes n^2 steps */

        (void)state;
        if (fault) {
                print_message("# %s\n", fault);
                return -1;
        }
        htree_space_free(w.a);
        htree_space_free(w.b);
        htree_space_free(w.c);
        counts = htree_count(w.tree);
        htree_free(w.tree);
        return counts.n_spaces + counts.n_objects + counts.n_handles + counts.n_revoked + counts.n_knots ? -1
                                                                                                         : 0;
}

static uint32_t create(HtreeSpace *space, const HtreeKind *kind, TCounter *counter, uint64_t context) {
        HtreeObjectSpec spec = {
                .kind = kind,
                .data = counter,
                .context = context,
                .sid = (uint32_t)context + 1000,
                .rights = kind->is_badge ? 0 : T_RIGHTS,
        };
        uint32_t number;

        assert_int_equal(htree_create(space, &spec, &number), 0);
        return number;
}

uint32_t t_thing(HtreeSpace *space, uint64_t context) {
        return create(space, &t_thing_kind, &w.thing, context);
}

uint32_t t_badge(HtreeSpace *space, uint64_t context) {
        return create(space, &t_badge_kind, &w.badge, context);
}

nk_handle_desc_t t_send(HtreeSpace *from, HtreeSpace *to, nk_handle_desc_t desc) {
        nk_handle_desc_t received;

        assert_int_equal(htree_transfer(from, to, &desc, 1, &received), 0);
        return received;
}

uint32_t t_give(HtreeSpace *from, HtreeSpace *to, nk_handle_desc_t desc) {
        nk_handle_desc_t received = t_send(from, to, desc);

        assert_false(nk_is_handle_dereferenced(&received));
        return received.handle;
}

int t_try(HtreeSpace *from, HtreeSpace *to, nk_handle_desc_t desc) {
        nk_handle_desc_t received;
        uint32_t sid;
        int r = htree_check(from, to, &desc, 1, &sid);

        assert_int_equal(htree_transfer(from, to, &desc, 1, &received), r);
        return r;
}

uint32_t t_copy(HtreeSpace *space, uint32_t number, uint32_t rights) {
        uint32_t copied;

        assert_int_equal(htree_copy(space, number, rights, HTREE_INVALID, &copied), 0);
        return copied;
}

int t_use(const HtreeSpace *space, uint32_t number) {
        return htree_describe(space, number, 0, NULL, NULL);
}

uint32_t t_rights(const HtreeSpace *space, uint32_t number) {
        uint32_t rights;

        assert_int_equal(htree_describe(space, number, 0, NULL, &rights), 0);
        return rights;
}
