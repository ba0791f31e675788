/* SPDX-License-Identifier: MIT */
/*
 * Handles: what is documented of copying, transferring, dereferencing, revoking and closing them.
 */
#include "world.h"

/* Finding ---------------------------------------------------------------------------------------------- */

static void a_number_means_nothing_in_another_process(void **state) {
        uint32_t first = t_thing(w.a, 1);
        uint32_t second = t_thing(w.a, 2);

        (void)state;
        assert_int_equal(t_use(w.b, first), HTREE_E_INVALID);
        t_thing(w.b, 3);
        assert_int_equal(t_use(w.b, second), HTREE_E_INVALID);
        assert_int_equal(htree_close(w.b, second), HTREE_E_INVALID);
        assert_int_equal(t_use(w.a, second), 0);
}

static void forged_numbers_are_invalid(void **state) {
        uint32_t number = t_thing(w.a, 1);
        const uint32_t forged[] = {0, 1, HTREE_INVALID, number ^ HTREE_FLAG, number + 1, number + (1u << 14),
                number ^ (1u << 30), 0x7fffffff};

        (void)state;
        for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
                assert_int_equal(t_use(w.a, forged[i]), HTREE_E_INVALID);
                assert_int_equal(htree_close(w.a, forged[i]), HTREE_E_INVALID);
                assert_int_equal(htree_revoke(w.a, forged[i]), HTREE_E_INVALID);
        }
        assert_int_equal(t_use(w.a, number), 0);
}

static void a_handle_is_found_by_kind_and_rights(void **state) {
        uint32_t number = t_copy(w.a, t_thing(w.a, 1), 3);
        void *data = NULL;

        (void)state;
        assert_int_equal(htree_find(w.a, number, &t_thing_kind, 3, &data), 0);
        assert_ptr_equal(data, &w.thing);
        assert_int_equal(htree_find(w.a, number, NULL, 0, &data), 0);
        assert_int_equal(htree_find(w.a, number, &t_badge_kind, 0, &data), HTREE_E_KIND);
        assert_int_equal(htree_find(w.a, number, &t_thing_kind, 4, &data), HTREE_E_NO_RIGHT);
        assert_int_equal(htree_describe(w.a, number, OCAP_HANDLE_GET_SID, NULL, NULL), HTREE_E_NO_RIGHT);
}

static void handles_of_one_object_have_its_sid(void **state) {
        uint32_t mine = t_thing(w.a, 7);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine));
        uint32_t sid = 0;

        (void)state;
        assert_int_equal(htree_describe(w.b, theirs, 0, &sid, NULL), 0);
        assert_int_equal(sid, 1007);
}

/* Rights ----------------------------------------------------------------------------------------------- */

static void a_copy_has_the_rights_asked_for(void **state) {
        uint32_t number = t_thing(w.a, 1);

        (void)state;
        assert_int_equal(t_rights(w.a, t_copy(w.a, number, 3)), 3);
        assert_int_equal(t_rights(w.a, t_copy(w.a, number, NKX_RIGHTS_ALL)), T_RIGHTS);
        assert_int_equal(t_rights(w.a, t_copy(w.a, number, 0)), 0);
}

static void copying_needs_the_right_to_copy(void **state) {
        uint32_t number = t_copy(w.a, t_thing(w.a, 1), T_RIGHTS & ~OCAP_HANDLE_COPY);
        uint32_t copied = 5;

        (void)state;
        assert_int_equal(htree_copy(w.a, number, 0, HTREE_INVALID, &copied), HTREE_E_NO_RIGHT);
        assert_int_equal(copied, 5);
}

static void nobody_gives_more_rights_than_he_has(void **state) {
        uint32_t weak = t_copy(w.a, t_thing(w.a, 1), OCAP_HANDLE_COPY | OCAP_HANDLE_TRANSFER | 1);
        uint32_t copied;

        (void)state;
        assert_int_equal(htree_copy(w.a, weak, 2, HTREE_INVALID, &copied), HTREE_E_ESCALATION);
        assert_int_equal(t_try(w.a, w.b, nk_handle_desc(weak, 3)), HTREE_E_ESCALATION);
        assert_int_equal(htree_space_count(w.b), 0);
}

static void a_transfer_needs_the_right_to_transfer(void **state) {
        uint32_t number = t_copy(w.a, t_thing(w.a, 1), T_RIGHTS & ~OCAP_HANDLE_TRANSFER);

        (void)state;
        assert_int_equal(t_try(w.a, w.b, nk_handle_desc(number)), HTREE_E_NO_RIGHT);
}

static void a_transferred_handle_has_the_rights_that_were_sent(void **state) {
        uint32_t number = t_thing(w.a, 1);
        nk_handle_desc_t received = t_send(w.a, w.b, nk_handle_desc(number, 5));

        (void)state;
        assert_int_equal(nk_get_rights(&received), 5);
        assert_int_equal(t_rights(w.b, received.handle), 5);
        assert_int_equal(t_rights(w.b, t_give(w.a, w.b, nk_handle_desc(number))), T_RIGHTS);
}

static void a_sender_cannot_pretend_that_a_handle_was_dereferenced(void **state) {
        nk_handle_desc_t desc = nk_handle_desc(t_thing(w.a, 1));

        (void)state;
        desc.rights |= NKX_HANDLE_DEREFERENCED;
        desc = t_send(w.a, w.b, desc);
        assert_false(nk_is_handle_dereferenced(&desc));
}

/* Messages --------------------------------------------------------------------------------------------- */

static void no_handle_travels_as_no_handle(void **state) {
        nk_handle_desc_t received = t_send(w.a, w.b, nk_handle_desc(HTREE_INVALID));

        (void)state;
        assert_int_equal(received.handle, HTREE_INVALID);
        assert_int_equal(received.rights, 0);
        assert_false(nk_is_handle_dereferenced(&received));
        assert_int_equal(htree_space_count(w.b), 0);
}

static void a_message_arrives_with_all_its_handles_or_none(void **state) {
        uint32_t good = t_thing(w.a, 1);
        nk_handle_desc_t sent[] = {nk_handle_desc(good), nk_handle_desc(good), nk_handle_desc(good + 1)};
        nk_handle_desc_t received[3];
        uint32_t sids[3];

        (void)state;
        assert_int_equal(htree_check(w.a, w.b, sent, 3, sids), HTREE_E_INVALID);
        assert_int_equal(htree_transfer(w.a, w.b, sent, 3, received), HTREE_E_INVALID);
        assert_int_equal(htree_space_count(w.b), 0);
        assert_int_equal(htree_transfer(w.a, w.b, sent, 2, received), 0);
        assert_int_not_equal(received[0].handle, received[1].handle);
        assert_int_equal(htree_space_count(w.b), 2);
}

static void a_check_names_the_sids_and_changes_nothing(void **state) {
        nk_handle_desc_t sent[] = {nk_handle_desc(t_thing(w.a, 1)), nk_handle_desc(HTREE_INVALID),
                nk_handle_desc(t_thing(w.a, 2))};
        uint32_t sids[3];

        (void)state;
        assert_int_equal(htree_check(w.a, w.b, sent, 3, sids), 0);
        assert_int_equal(sids[0], 1001);
        assert_int_equal(sids[1], 0);
        assert_int_equal(sids[2], 1002);
        assert_int_equal(htree_space_count(w.b), 0);
}

static void a_transfer_is_taken_back(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine));
        nk_handle_desc_t sent[] = {
                nk_handle_desc(theirs), nk_handle_desc(HTREE_INVALID), nk_handle_desc(t_thing(w.b, 2))};
        nk_handle_desc_t received[3];

        (void)state;
        assert_int_equal(htree_transfer(w.b, w.a, sent, 3, received), 0);
        assert_int_equal(htree_space_count(w.a), 2);
        htree_take_back(w.a, received, 3);
        assert_int_equal(htree_space_count(w.a), 1);
        assert_int_equal(t_use(w.a, mine), 0); /* it was dereferenced: it is the receiver's own */
}

/* Dereferencing ---------------------------------------------------------------------------------------- */

static void the_maker_gets_the_context_of_the_object(void **state) {
        uint32_t mine = t_thing(w.a, 77);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine, OCAP_HANDLE_TRANSFER | 3));
        nk_handle_desc_t back = t_send(w.b, w.a, nk_handle_desc(theirs));
        nk_badge_t context = 0;

        (void)state;
        assert_true(nk_is_handle_dereferenced(&back));
        assert_int_equal(back.handle, mine);
        assert_int_equal(nk_get_badge_op(&back, 3, &context), NK_EOK);
        assert_int_equal(context, 77);
        assert_int_equal(nk_get_badge_op(&back, 4, &context), NK_EPERM);
        assert_int_equal(htree_space_count(w.a), 1);
}

static void the_maker_gets_the_context_of_the_badge(void **state) {
        uint32_t mine = t_thing(w.a, 77);
        uint32_t badge = t_badge(w.a, 88);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine, NKX_RIGHTS_ALL, badge));
        uint32_t other = t_give(w.b, w.c, nk_handle_desc(theirs));
        nk_handle_desc_t back = t_send(w.c, w.a, nk_handle_desc(other));

        (void)state;
        assert_true(nk_is_handle_dereferenced(&back));
        assert_int_equal(back.handle, mine);
        assert_int_equal(back.badge, 88);
}

static void each_process_on_the_way_gets_its_own_context(void **state) {
        uint32_t root = t_thing(w.a, 1);
        uint32_t middle = t_give(w.a, w.b, nk_handle_desc(root, NKX_RIGHTS_ALL, t_badge(w.a, 10)));
        uint32_t leaf = t_give(w.b, w.c, nk_handle_desc(middle, NKX_RIGHTS_ALL, t_badge(w.b, 20)));
        nk_handle_desc_t to_b = t_send(w.c, w.b, nk_handle_desc(leaf));
        nk_handle_desc_t to_a = t_send(w.c, w.a, nk_handle_desc(leaf));

        (void)state;
        assert_int_equal(to_b.handle, middle);
        assert_int_equal(to_b.badge, 20);
        assert_int_equal(to_a.handle, root);
        assert_int_equal(to_a.badge, 10);
}

static void using_a_handle_needs_no_right_to_hand_it_on(void **state) {
        uint32_t mine = t_thing(w.a, 5);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine, 1));
        nk_handle_desc_t back = t_send(w.b, w.a, nk_handle_desc(theirs));

        (void)state;
        assert_true(nk_is_handle_dereferenced(&back));
        assert_int_equal(t_try(w.b, w.c, nk_handle_desc(theirs)), HTREE_E_NO_RIGHT);
}

static void a_maker_who_closed_its_handle_gets_a_new_one(void **state) {
        uint32_t mine = t_thing(w.a, 5);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine));
        nk_handle_desc_t back;

        (void)state;
        assert_int_equal(htree_close(w.a, mine), 0);
        back = t_send(w.b, w.a, nk_handle_desc(theirs));
        assert_false(nk_is_handle_dereferenced(&back));
        assert_int_equal(t_use(w.a, back.handle), 0);
}

static void a_holder_sending_to_itself_gets_a_second_handle(void **state) {
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(t_thing(w.a, 5)));
        nk_handle_desc_t second = t_send(w.b, w.b, nk_handle_desc(theirs));

        (void)state;
        assert_false(nk_is_handle_dereferenced(&second));
        assert_int_not_equal(second.handle, theirs);
}

static void a_maker_sending_to_itself_dereferences(void **state) {
        uint32_t mine = t_thing(w.a, 5);
        nk_handle_desc_t back = t_send(w.a, w.a, nk_handle_desc(mine, 1));

        (void)state;
        assert_true(nk_is_handle_dereferenced(&back));
        assert_int_equal(back.handle, mine);
        assert_int_equal(back.badge, 5);
}

static void only_a_badge_of_the_sender_is_one(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t thing = t_thing(w.a, 2);
        uint32_t copied;

        (void)state;
        (void)t_badge(w.b, 3);
        assert_int_equal(t_try(w.a, w.b, nk_handle_desc(mine, 1, thing)), HTREE_E_KIND);
        assert_int_equal(t_try(w.a, w.b, nk_handle_desc(mine, 1, 12)), HTREE_E_INVALID);
        assert_int_equal(t_try(w.a, w.b, nk_handle_desc(mine, 1, 1ull << 40)), HTREE_E_INVALID);
        assert_int_equal(htree_copy(w.a, mine, 1, thing, &copied), HTREE_E_KIND);
}

/* Closing ---------------------------------------------------------------------------------------------- */

static void a_closed_number_is_invalid(void **state) {
        uint32_t number = t_thing(w.a, 1);

        (void)state;
        assert_int_equal(htree_close(w.a, number), 0);
        assert_int_equal(t_use(w.a, number), HTREE_E_INVALID);
        assert_int_equal(htree_close(w.a, number), HTREE_E_INVALID);
        assert_int_equal(w.thing.n_gone, 1);
}

static void descendants_outlive_a_closed_handle(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine));
        uint32_t last = t_give(w.b, w.c, nk_handle_desc(theirs));

        (void)state;
        assert_int_equal(htree_close(w.b, theirs), 0);
        assert_int_equal(t_use(w.c, last), 0);
        assert_int_equal(t_use(w.a, mine), 0);
}

static void an_ancestor_takes_the_place_of_a_closed_handle(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine));
        uint32_t one = t_give(w.b, w.c, nk_handle_desc(theirs));
        uint32_t two = t_give(w.b, w.c, nk_handle_desc(theirs));

        (void)state;
        assert_int_equal(htree_close(w.b, theirs), 0);
        assert_int_equal(htree_revoke(w.a, mine), 0);
        assert_int_equal(t_use(w.c, one), HTREE_E_REVOKED);
        assert_int_equal(t_use(w.c, two), HTREE_E_REVOKED);
}

static void an_object_goes_with_its_last_handle(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine));

        (void)state;
        assert_int_equal(htree_close(w.a, mine), 0);
        assert_int_equal(w.thing.n_gone, 0);
        assert_int_equal(htree_close(w.b, theirs), 0);
        assert_int_equal(w.thing.n_gone, 1);
}

/* Revoking --------------------------------------------------------------------------------------------- */

static void revoking_closes_the_handle_and_revokes_what_is_below(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t copied = t_copy(w.a, mine, NKX_RIGHTS_ALL);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(copied));
        uint32_t last = t_give(w.b, w.c, nk_handle_desc(theirs));

        (void)state;
        assert_int_equal(htree_revoke(w.a, copied), 0);
        assert_int_equal(t_use(w.a, copied), HTREE_E_INVALID);
        assert_int_equal(t_use(w.b, theirs), HTREE_E_REVOKED);
        assert_int_equal(t_use(w.c, last), HTREE_E_REVOKED);
        assert_int_equal(t_use(w.a, mine), 0);
        assert_int_equal(w.thing.n_gone, 0);
}

static void a_revoked_handle_does_nothing_but_close(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine));
        uint32_t copied;
        void *data;

        (void)state;
        assert_int_equal(htree_revoke(w.a, mine), 0);
        assert_int_equal(w.thing.n_gone, 1);
        assert_int_equal(htree_find(w.b, theirs, NULL, 0, &data), HTREE_E_REVOKED);
        assert_int_equal(htree_copy(w.b, theirs, 0, HTREE_INVALID, &copied), HTREE_E_REVOKED);
        assert_int_equal(t_try(w.b, w.a, nk_handle_desc(theirs)), HTREE_E_REVOKED);
        assert_int_equal(htree_revoke(w.b, theirs), HTREE_E_REVOKED);
        assert_int_equal(htree_revoke_subtree(w.b, theirs, t_badge(w.b, 1)), HTREE_E_REVOKED);
        assert_int_equal(htree_space_count(w.b), 2);
        assert_int_equal(htree_close(w.b, theirs), 0);
        assert_int_equal(htree_space_count(w.b), 1);
        assert_int_equal(t_use(w.b, theirs), HTREE_E_INVALID);
}

static void revoking_a_subtree_takes_what_was_made_with_the_badge(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t badge = t_badge(w.a, 10);
        uint32_t other = t_badge(w.a, 20);
        uint32_t first = t_give(w.a, w.b, nk_handle_desc(mine, NKX_RIGHTS_ALL, badge));
        uint32_t below = t_give(w.b, w.c, nk_handle_desc(first));
        uint32_t second = t_give(w.a, w.b, nk_handle_desc(mine, NKX_RIGHTS_ALL, badge));
        uint32_t third = t_give(w.a, w.b, nk_handle_desc(mine, NKX_RIGHTS_ALL, other));
        uint32_t plain = t_give(w.a, w.b, nk_handle_desc(mine));

        (void)state;
        assert_int_equal(htree_revoke_subtree(w.a, mine, badge), 0);
        assert_int_equal(t_use(w.b, first), HTREE_E_REVOKED);
        assert_int_equal(t_use(w.c, below), HTREE_E_REVOKED);
        assert_int_equal(t_use(w.b, second), HTREE_E_REVOKED);
        assert_int_equal(t_use(w.b, third), 0);
        assert_int_equal(t_use(w.b, plain), 0);
        assert_int_equal(t_use(w.a, mine), 0);
        assert_int_equal(w.badge.n_unbound, 1);
}

static void revoking_a_subtree_leaves_other_handles_of_the_badge(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t yours = t_thing(w.a, 2);
        uint32_t badge = t_badge(w.a, 10);
        uint32_t first = t_give(w.a, w.b, nk_handle_desc(mine, NKX_RIGHTS_ALL, badge));
        uint32_t second = t_give(w.a, w.b, nk_handle_desc(yours, NKX_RIGHTS_ALL, badge));

        (void)state;
        assert_int_equal(htree_revoke_subtree(w.a, mine, badge), 0);
        assert_int_equal(t_use(w.b, first), HTREE_E_REVOKED);
        assert_int_equal(t_use(w.b, second), 0);
        assert_int_equal(w.badge.n_unbound, 0);
        assert_int_equal(htree_revoke_subtree(w.a, mine, yours), HTREE_E_KIND);
}

/* Badges ----------------------------------------------------------------------------------------------- */

static void a_badge_is_closed_when_the_last_descendant_of_the_transfer_is(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t badge = t_badge(w.a, 10);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine, NKX_RIGHTS_ALL, badge));
        uint32_t last = t_give(w.b, w.c, nk_handle_desc(theirs));

        (void)state;
        assert_int_equal(htree_close(w.b, theirs), 0);
        assert_int_equal(w.badge.n_unbound, 0);
        assert_int_equal(t_send(w.c, w.a, nk_handle_desc(last)).badge, 10);
        assert_int_equal(htree_close(w.c, last), 0);
        assert_int_equal(w.badge.n_unbound, 1);
        assert_int_equal(w.badge.n_gone, 0);
        assert_int_equal(htree_close(w.a, badge), 0);
        assert_int_equal(w.badge.n_gone, 1);
}

static void a_badge_closed_early_keeps_its_context(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t badge = t_badge(w.a, 10);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine, NKX_RIGHTS_ALL, badge));

        (void)state;
        assert_int_equal(htree_close(w.a, badge), 0);
        assert_int_equal(w.badge.n_gone, 0);
        assert_int_equal(t_send(w.b, w.a, nk_handle_desc(theirs)).badge, 10);
        assert_int_equal(htree_close(w.b, theirs), 0);
        assert_int_equal(w.badge.n_unbound, 1);
        assert_int_equal(w.badge.n_gone, 1);
}

static void a_badge_belongs_to_its_process(void **state) {
        uint32_t badge = t_badge(w.a, 10);
        uint32_t copied;

        (void)state;
        assert_int_equal(htree_copy(w.a, badge, 0, HTREE_INVALID, &copied), HTREE_E_NO_RIGHT);
        assert_int_equal(t_try(w.a, w.b, nk_handle_desc(badge)), HTREE_E_NO_RIGHT);
}

/* Death ------------------------------------------------------------------------------------------------ */

static void a_process_takes_its_handles_with_it(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine, NKX_RIGHTS_ALL, t_badge(w.a, 10)));
        uint32_t last = t_give(w.b, w.c, nk_handle_desc(theirs));

        (void)state;
        w.b = htree_space_free(w.b);
        assert_int_equal(t_use(w.c, last), 0);
        assert_int_equal(w.badge.n_unbound, 0);
        w.c = htree_space_free(w.c);
        assert_int_equal(w.badge.n_unbound, 1);
        assert_int_equal(htree_count(w.tree).n_handles, 2);
        assert_int_equal(t_use(w.a, mine), 0);
}

static void handles_outlive_the_maker_without_context(void **state) {
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(t_thing(w.a, 1), NKX_RIGHTS_ALL, t_badge(w.a, 10)));
        nk_handle_desc_t again;

        (void)state;
        w.a = htree_space_free(w.a);
        assert_int_equal(w.badge.n_unbound, 0);
        assert_int_equal(w.badge.n_gone, 1);
        assert_int_equal(w.thing.n_gone, 0);
        assert_int_equal(t_use(w.b, theirs), 0);

        w.a = htree_space_new(w.tree);
        again = t_send(w.b, w.a, nk_handle_desc(theirs));
        assert_false(nk_is_handle_dereferenced(&again));
        w.a = htree_space_free(w.a);
        assert_int_equal(htree_close(w.b, theirs), 0);
        assert_int_equal(w.thing.n_gone, 1);
}

/* Callbacks -------------------------------------------------------------------------------------------- */

static HtreeSpace *chain_space;
static uint32_t chain_next;

/* An object that holds another, as a notice holds what it watches. */
static void close_next(void *data) {
        (void)data;
        assert_int_equal(htree_close(chain_space, chain_next), 0);
}

static const HtreeKind chain_kind = {.name = "chain", .gone = close_next};

static void a_callback_may_close_other_handles(void **state) {
        HtreeObjectSpec spec = {.kind = &chain_kind, .rights = T_RIGHTS};
        uint32_t number;

        (void)state;
        chain_space = w.b;
        chain_next = t_thing(w.b, 1);
        assert_int_equal(htree_create(w.a, &spec, &number), 0);
        assert_int_equal(htree_close(w.a, number), 0);
        assert_int_equal(w.thing.n_gone, 1);
        assert_int_equal(htree_count(w.tree).n_handles, 0);
}

static void a_tree_is_freed_with_everything_in_it(void **state) {
        uint32_t thing = t_thing(w.a, 1);

        (void)state;
        (void)t_give(w.a, w.b, nk_handle_desc(thing, NKX_RIGHTS_ALL, t_badge(w.a, 2)));
        w.tree = htree_free(w.tree);
        assert_int_equal(w.thing.n_gone, 1);
        assert_int_equal(w.badge.n_gone, 1);
        assert_int_equal(t_setup(NULL), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, t_setup, t_teardown)

/* Watchers --------------------------------------------------------------------------------------------- */

static uint32_t n_lost;

static void note_lost(void *watcher) {
        n_lost++;
        ++*(uint32_t *)watcher;
}

static void a_watcher_hears_once_of_the_end_of_its_number(void **state) {
        uint32_t closed = 0, revoked = 0, died = 0, left = 0;
        uint32_t mine = t_thing(w.a, 1), other = t_thing(w.a, 2);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(mine)),
                 third = t_give(w.a, w.c, nk_handle_desc(other));

        (void)state;
        n_lost = 0;
        htree_on_lost(w.tree, note_lost);
        assert_int_equal(htree_watch(w.a, mine, &closed), 0);
        assert_int_equal(htree_watch(w.b, theirs, &revoked), 0);
        assert_int_equal(htree_watch(w.c, third, &died), 0);
        assert_int_equal(htree_watch(w.a, other, &left), 0);
        assert_ptr_equal(htree_watcher(w.b, theirs), &revoked);
        assert_int_equal(htree_watch(w.a, other, NULL), 0); /* not interested any more */
        assert_int_equal(htree_revoke(w.a, mine), 0);
        assert_int_equal(closed, 1);
        assert_int_equal(revoked, 1);
        assert_null(htree_watcher(w.b, theirs));
        assert_int_equal(htree_watch(w.b, theirs, &revoked), HTREE_E_REVOKED);
        assert_int_equal(htree_watch(w.b, 0x80001234u, &revoked), HTREE_E_INVALID);
        assert_int_equal(htree_close(w.b, theirs), 0);
        assert_int_equal(htree_close(w.a, other), 0);
        w.c = htree_space_free(w.c);
        assert_int_equal(died, 1);
        assert_int_equal(n_lost, 3);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(a_watcher_hears_once_of_the_end_of_its_number),
                CASE(a_number_means_nothing_in_another_process),
                CASE(forged_numbers_are_invalid),
                CASE(a_handle_is_found_by_kind_and_rights),
                CASE(handles_of_one_object_have_its_sid),
                CASE(a_copy_has_the_rights_asked_for),
                CASE(copying_needs_the_right_to_copy),
                CASE(nobody_gives_more_rights_than_he_has),
                CASE(a_transfer_needs_the_right_to_transfer),
                CASE(a_transferred_handle_has_the_rights_that_were_sent),
                CASE(a_sender_cannot_pretend_that_a_handle_was_dereferenced),
                CASE(no_handle_travels_as_no_handle),
                CASE(a_message_arrives_with_all_its_handles_or_none),
                CASE(a_check_names_the_sids_and_changes_nothing),
                CASE(a_transfer_is_taken_back),
                CASE(the_maker_gets_the_context_of_the_object),
                CASE(the_maker_gets_the_context_of_the_badge),
                CASE(each_process_on_the_way_gets_its_own_context),
                CASE(using_a_handle_needs_no_right_to_hand_it_on),
                CASE(a_maker_who_closed_its_handle_gets_a_new_one),
                CASE(a_holder_sending_to_itself_gets_a_second_handle),
                CASE(a_maker_sending_to_itself_dereferences),
                CASE(only_a_badge_of_the_sender_is_one),
                CASE(a_closed_number_is_invalid),
                CASE(descendants_outlive_a_closed_handle),
                CASE(an_ancestor_takes_the_place_of_a_closed_handle),
                CASE(an_object_goes_with_its_last_handle),
                CASE(revoking_closes_the_handle_and_revokes_what_is_below),
                CASE(a_revoked_handle_does_nothing_but_close),
                CASE(revoking_a_subtree_takes_what_was_made_with_the_badge),
                CASE(revoking_a_subtree_leaves_other_handles_of_the_badge),
                CASE(a_badge_is_closed_when_the_last_descendant_of_the_transfer_is),
                CASE(a_badge_closed_early_keeps_its_context),
                CASE(a_badge_belongs_to_its_process),
                CASE(a_process_takes_its_handles_with_it),
                CASE(handles_outlive_the_maker_without_context),
                CASE(a_callback_may_close_other_handles),
                CASE(a_tree_is_freed_with_everything_in_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
