/* SPDX-License-Identifier: MIT */
/*
 * Random operations on a tree and on the plain model beside it: the same codes, the same results, the
 * same callbacks, and afterwards the same handles with the same rights. Many small worlds, so that
 * everything meets everything; each must end with nothing left. What the servers are told of handles that
 * lead back to them is what a message with these handles would give them.
 *
 * T_STEPS=5000000 runs so many; T_SEED repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <services/ocap.h>

#include "plain.h"
#include "sound.h"

#define N_STEPS     300000u /* by default */
#define WORLD_STEPS 250u
#define MOST        3u /* handles of a message */

static uint64_t seed = 20240611;

typedef struct Tracked {
        bool is_gone;
        uint32_t n_unbound;
} Tracked;

static Htree *tree;
static HtreeSpace *spaces[PLAIN_SPACES];
static void *tables[PLAIN_SPACES]; /* what each is told */
static HeldTable views[PLAIN_SPACES];
static Tracked tracked[PLAIN_OBJECTS];
static Plain plain;

static uint32_t chance(uint32_t below) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        return (uint32_t)((seed >> 33) % below);
}

static void note_gone(void *data) {
        Tracked *t = data;

        assert_false(t->is_gone);
        t->is_gone = true;
}

static void note_unbound(void *data) {
        Tracked *t = data;

        assert_false(t->is_gone);
        t->n_unbound++;
}

static const HtreeKind thing = {.name = "thing", .gone = note_gone};
static const HtreeKind badge = {
        .name = "badge", .is_badge = true, .unbound = note_unbound, .gone = note_gone};

static void open_space(uint32_t i) {
        size_t size = held_size(PLAIN_SPACES);
        HeldTable written;

        if (!tables[i])
                tables[i] = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        assert_true(tables[i] != MAP_FAILED);
        assert_int_equal(madvise(tables[i], size, MADV_DONTNEED), 0);
        written = held_make(tables[i], PLAIN_SPACES, i);
        assert_true(held_look(tables[i], size, views + i));
        assert_non_null(spaces[i] = htree_space_new(tree));
        htree_space_seat(spaces[i], i, &written);
}

/* Choices ---------------------------------------------------------------------------------------------- */

static uint32_t any_space(void) {
        return chance(PLAIN_SPACES);
}

/* Mostly a number that the space has or had, sometimes nonsense. */
static uint32_t any_number(uint32_t space, bool is_badge) {
        for (uint32_t tries = 0; tries < 40 && plain.n_handles; tries++) {
                const PlainHandle *h = plain.handles + chance(plain.n_handles);

                if (h->space != space && chance(30))
                        continue;
                if (h->state == PLAIN_CLOSED && chance(30))
                        continue;
                if (plain.objects[h->object].is_badge != is_badge && chance(30))
                        continue;
                return h->number;
        }
        return chance(2) ? HTREE_INVALID : HTREE_FLAG | chance(70000);
}

static uint32_t any_badge(uint32_t space) {
        return chance(2) ? HTREE_INVALID : any_number(space, true);
}

static uint32_t any_rights(void) {
        static const uint32_t some[] = {
                NKX_RIGHTS_ALL,
                NKX_RIGHTS_ALL,
                OCAP_HANDLE_FULL | 0xff,
                OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY,
                OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY,
                OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY | 3,
                OCAP_HANDLE_COPY,
                1,
                0,
        };

        return some[chance(sizeof(some) / sizeof(some[0]))];
}

static nk_handle_desc_t any_desc(uint32_t space) {
        nk_handle_desc_t desc = nk_handle_desc(any_number(space, false), any_rights());

        if (chance(3) == 0)
                desc.badge = any_badge(space);
        if (chance(100) == 0)
                desc.badge |= 1ull << 32;
        return desc;
}

/* Steps ------------------------------------------------------------------------------------------------ */

static void create(void) {
        uint32_t space = any_space();
        bool is_badge = chance(2) == 0;
        uint32_t object = plain_create(&plain, space, is_badge, chance(1000000) + 1);
        uint32_t rights = is_badge ? 0 : OCAP_HANDLE_FULL | 0xff;
        uint32_t number;
        HtreeObjectSpec spec = {
                .kind = is_badge ? &badge : &thing,
                .data = tracked + object,
                .context = plain.objects[object].context,
                .sid = object + 2,
                .rights = rights,
        };

        assert_int_equal(htree_create(spaces[space], &spec, &number), 0);
        plain_add(&plain, object, -1, -1, space, number, rights);
}

static int32_t badge_object(uint32_t space, uint64_t number) {
        if (number == 0 || number == HTREE_INVALID)
                return -1;
        return (int32_t)plain.handles[plain_find(&plain, space, (uint32_t)number)].object;
}

static void copy(void) {
        uint32_t space = any_space();
        uint32_t number = any_number(space, false);
        uint32_t rights = any_rights();
        uint32_t with = any_badge(space);
        uint32_t copied;
        int expected = plain_copy(&plain, space, number, rights, with);
        int32_t source = plain_find(&plain, space, number);

        assert_int_equal(htree_copy(spaces[space], number, rights, with, &copied), expected);
        if (expected)
                return;
        if (rights == NKX_RIGHTS_ALL)
                rights = plain.handles[source].rights;
        plain_add(&plain, plain.handles[source].object, source, badge_object(space, with), space, copied,
                rights);
}

static void compare_received(const nk_handle_desc_t *received, const nk_handle_desc_t *expected) {
        assert_int_equal(received->rights, expected->rights);
        assert_true(received->badge == expected->badge);
        if (expected->handle)
                assert_int_equal(received->handle, expected->handle);
}

static void compare_sids(uint32_t from, const nk_handle_desc_t *sent, uint32_t n, const uint32_t *sids) {
        for (uint32_t i = 0; i < n; i++) {
                int32_t source = plain_find(&plain, from, sent[i].handle);

                assert_int_equal(sids[i], source < 0 ? 0 : plain.handles[source].object + 2);
        }
}

/* What a server is told of a container is what it would receive. */
static bool is_told(uint32_t from, uint32_t to, const nk_handle_desc_t *sent) {
        nk_handle_desc_t expected, found;
        int32_t own;

        if (!held_find(views + to, from, sent, &found))
                return false;
        assert_int_equal(plain_way(&plain, from, to, sent, &own, &expected), 0);
        assert_true(own >= 0);
        compare_received(&found, &expected);
        return true;
}

/* Whoever handed a handle out is told as long as it has the one that this was made of. */
static void compare_told(const PlainHandle *h) {
        const nk_handle_desc_t sent = nk_handle_desc(h->number), more = nk_handle_desc(h->number, 0x8000);
        int32_t parent = h->parent;

        for (uint32_t to = 0; to < PLAIN_SPACES; to++) {
                bool told = is_told(h->space, to, &sent);

                (void)is_told(h->space, to, &more);
                if (parent >= 0 && plain.handles[parent].space == to && to != h->space &&
                        plain.handles[parent].state == PLAIN_OPEN && h->state == PLAIN_OPEN)
                        assert_true(told);
        }
}

static void transfer(void) {
        uint32_t from = any_space();
        uint32_t to = any_space();
        uint32_t n = chance(MOST) + 1;
        nk_handle_desc_t sent[MOST], expected[MOST], received[MOST];
        int32_t own[MOST];
        uint32_t sids[MOST];
        int r = 0;

        for (uint32_t i = 0; i < n; i++)
                sent[i] = any_desc(from);
        for (uint32_t i = 0; i < n && r == 0; i++)
                r = plain_way(&plain, from, to, sent + i, own + i, expected + i);
        assert_int_equal(htree_check(spaces[from], spaces[to], sent, n, sids), r);
        assert_int_equal(htree_transfer(spaces[from], spaces[to], sent, n, received), r);
        if (r)
                return;
        compare_sids(from, sent, n, sids);
        for (uint32_t i = 0; i < n; i++) {
                int32_t source = plain_find(&plain, from, sent[i].handle);

                compare_received(received + i, expected + i);
                assert_true(own[i] < 0 || from == to || sent[i].badge || is_told(from, to, sent + i));
                if (source >= 0 && own[i] < 0)
                        plain_add(&plain, plain.handles[source].object, source,
                                badge_object(from, sent[i].badge), to, received[i].handle,
                                received[i].rights);
        }
        if (chance(8))
                return;
        plain_settle(&plain);
        htree_take_back(spaces[to], received, n);
        for (uint32_t i = 0; i < n; i++)
                if (sent[i].handle != HTREE_INVALID && own[i] < 0)
                        (void)plain_close(&plain, to, received[i].handle);
}

static void close_one(void) {
        uint32_t space = any_space();
        uint32_t number = any_number(space, chance(4) == 0);

        assert_int_equal(htree_close(spaces[space], number), plain_close(&plain, space, number));
}

static void revoke(void) {
        uint32_t space = any_space();
        uint32_t number = any_number(space, false);

        assert_int_equal(htree_revoke(spaces[space], number), plain_revoke(&plain, space, number));
}

static void revoke_subtree(void) {
        uint32_t space = any_space();
        uint32_t number = any_number(space, false);
        uint32_t with = any_number(space, true);

        assert_int_equal(htree_revoke_subtree(spaces[space], number, with),
                plain_revoke_subtree(&plain, space, number, with));
}

static void kill_one(void) {
        uint32_t space = any_space();

        htree_space_free(spaces[space]);
        open_space(space);
        plain_kill(&plain, space);
}

static void step(void) {
        static const struct {
                void (*run)(void);
                uint32_t weight;
        } kinds[] = {{create, 12}, {copy, 20}, {transfer, 36}, {close_one, 24}, {revoke, 3},
                {revoke_subtree, 6}, {kill_one, 1}};
        uint32_t k = 0;
        uint32_t pick = chance(102);

        while (pick >= kinds[k].weight)
                pick -= kinds[k++].weight;
        kinds[k].run();
}

/* Worlds ----------------------------------------------------------------------------------------------- */

static void compare_counts(void) {
        HtreeCounts found = htree_count(tree);
        HtreeCounts expected = plain_count(&plain, PLAIN_SPACES);

        assert_int_equal(found.n_spaces, expected.n_spaces);
        assert_int_equal(found.n_objects, expected.n_objects);
        assert_int_equal(found.n_handles, expected.n_handles);
        assert_int_equal(found.n_revoked, expected.n_revoked);
        assert_int_equal(found.n_knots, expected.n_knots);
        for (uint32_t i = 0; i < PLAIN_SPACES; i++)
                assert_int_equal(htree_space_count(spaces[i]), plain_space_count(&plain, i));
}

static void compare_callbacks(void) {
        for (uint32_t i = 0; i < plain.n_objects; i++) {
                assert_int_equal(tracked[i].is_gone, plain.objects[i].is_gone);
                assert_int_equal(tracked[i].n_unbound, plain.objects[i].n_unbound);
        }
}

static void compare_handles(void) {
        const char *fault = t_find_fault(tree);

        if (fault)
                fail_msg("%s", fault);
        for (uint32_t i = 0; i < plain.n_handles; i++) {
                const PlainHandle *h = plain.handles + i;
                uint32_t sid, rights;
                int r = htree_describe(spaces[h->space], h->number, 0, &sid, &rights);

                if (h->state == PLAIN_OPEN) {
                        assert_int_equal(r, 0);
                        assert_int_equal(sid, h->object + 2);
                        assert_int_equal(rights, h->rights);
                }
                if (h->state == PLAIN_REVOKED)
                        assert_int_equal(r, HTREE_E_REVOKED);
                compare_told(h);
        }
}

static void live_and_die(uint32_t n_steps) {
        HtreeCounts none = {.n_spaces = 0};
        HtreeCounts left;

        memset(&plain, 0, sizeof(plain));
        memset(tracked, 0, sizeof(tracked));
        for (uint32_t i = 0; i < PLAIN_SPACES; i++)
                open_space(i);
        for (uint32_t i = 0; i < n_steps; i++) {
                step();
                plain_settle(&plain);
                compare_counts();
                if (i % 16 == 0)
                        compare_handles();
        }
        compare_callbacks();
        compare_handles();
        for (uint32_t i = 0; i < PLAIN_SPACES; i++)
                spaces[i] = htree_space_free(spaces[i]);
        for (uint32_t i = 0; i < plain.n_objects; i++)
                assert_true(tracked[i].is_gone);
        left = htree_count(tree);
        assert_memory_equal(&left, &none, sizeof(left));
}

static void random_operations_do_what_the_plain_model_does(void **state) {
        const char *steps = getenv("T_STEPS");
        uint64_t n = steps ? strtoull(steps, NULL, 0) : N_STEPS;

        (void)state;
        assert_non_null(tree = htree_new());
        for (uint64_t i = 0; i < n; i += WORLD_STEPS)
                live_and_die(WORLD_STEPS);
        tree = htree_free(tree);
}

int main(void) {
        const char *text = getenv("T_SEED");
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(random_operations_do_what_the_plain_model_does),
        };

        seed = text ? strtoull(text, NULL, 0) | 1 : seed;
        print_message("# seed %llu; set it with T_SEED, the number of steps with T_STEPS\n",
                (unsigned long long)seed);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
