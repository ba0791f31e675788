/* SPDX-License-Identifier: MIT */
/*
 * What can be done with the handles of one process, and with handles on their way to another.
 *
 * A way (Move) is found first and changes nothing; then room for all of a message is reserved; then nothing
 * can fail any more.
 */
#include <services/ocap.h>

#include "state.h"

typedef struct Move {
        HtreeNode *source; /* NULL: HTREE_INVALID, nothing moves */
        HtreeNode *own;    /* the receiver's, if the handle is dereferenced; NULL: a new one is made */
        HtreeObject *badge;
        uint32_t rights;
        uint64_t context;
} Move;

/* Finding ---------------------------------------------------------------------------------------------- */

static int find_node(const HtreeSpace *space, uint32_t number, uint32_t rights, HtreeNode **ret_node) {
        HtreeNode *node;
        int r = space_find(space, number, &node);

        if (r)
                return r;
        if ((node->rights & rights) != rights)
                return HTREE_E_NO_RIGHT;
        *ret_node = node;
        return 0;
}

static int find_badge(const HtreeSpace *space, uint64_t badge, HtreeObject **ret_badge) {
        HtreeNode *node;
        int r;

        if (badge > UINT32_MAX)
                return HTREE_E_INVALID;
        r = find_node(space, (uint32_t)badge, 0, &node);
        if (r)
                return r;
        if (!node->object->kind->is_badge)
                return HTREE_E_KIND;
        *ret_badge = node->object;
        return 0;
}

int htree_find(
        const HtreeSpace *space, uint32_t number, const HtreeKind *kind, uint32_t rights, void **ret_data) {
        HtreeNode *node;
        int r = find_node(space, number, 0, &node);

        if (r)
                return r;
        if (kind && node->object->kind != kind)
                return HTREE_E_KIND;
        if ((node->rights & rights) != rights)
                return HTREE_E_NO_RIGHT;
        *ret_data = node->object->data;
        return 0;
}

int htree_describe(
        const HtreeSpace *space, uint32_t number, uint32_t rights, uint32_t *ret_sid, uint32_t *ret_rights) {
        HtreeNode *node;
        int r = find_node(space, number, rights, &node);

        if (r)
                return r;
        if (ret_sid)
                *ret_sid = node->object->sid;
        if (ret_rights)
                *ret_rights = node->rights;
        return 0;
}

/* Ways ------------------------------------------------------------------------------------------------- */

/* Who handed the handle on, gets it dereferenced: looks for a handle of the receiver's above it, or the one
 * itself if the receiver made the object, and for the receiver's last badge on the way. */
static void find_way_back(Move *move, const HtreeSpace *to) {
        const HtreeObject *object = move->source->object;
        const HtreeObject *badge = NULL;

        for (HtreeNode *node = move->source; node; node = node->parent) {
                if (!badge && node->badge && node->badge->owner == to)
                        badge = node->badge;
                if (!move->own && node->space == to && (node != move->source || object->owner == to))
                        move->own = node;
        }
        if (badge)
                move->context = badge->context;
        else if (object->owner == to)
                move->context = object->context;
}

static int find_rights(Move *move, uint32_t asked) {
        return held_rights(asked, move->source->rights, &move->rights) ? 0 : HTREE_E_ESCALATION;
}

static int find_new(Move *move, uint32_t right) {
        if (!(move->source->rights & right))
                return HTREE_E_NO_RIGHT;
        if (nodes_depth(move->source) >= HTREE_DEPTH_MAX)
                return HTREE_E_DEPTH;
        return 0;
}

static int find_move(const HtreeSpace *from, const HtreeSpace *to, const nk_handle_desc_t *sent, Move *move) {
        int r;

        *move = (Move){.source = NULL};
        if (sent->handle == HTREE_INVALID)
                return 0;
        r = space_find(from, sent->handle, &move->source);
        if (r == 0)
                r = find_rights(move, sent->rights & NKX_RIGHTS_ALL);
        if (r == 0 && sent->badge != 0 && sent->badge != HTREE_INVALID)
                r = find_badge(from, sent->badge, &move->badge);
        if (r)
                return r;
        find_way_back(move, to);
        return move->own ? 0 : find_new(move, OCAP_HANDLE_TRANSFER);
}

static bool makes_new(const Move *move) {
        return move->source && !move->own;
}

/* Do the processes' limits admit everything that the moves make? */
static int find_room(
        const HtreeSpace *from, const HtreeSpace *to, const Move *moves, uint32_t n, uint32_t *ret_n_new) {
        uint32_t n_new = 0;
        uint32_t n_bound = 0;

        for (uint32_t i = 0; i < n; i++) {
                n_new += makes_new(moves + i);
                n_bound += makes_new(moves + i) && moves[i].badge;
        }
        if (n_bound > HTREE_BOUND_MAX - from->n_bound)
                return HTREE_E_BOUND;
        if (n_new > HTREE_HANDLES_MAX - to->n_used)
                return HTREE_E_FULL;
        *ret_n_new = n_new;
        return 0;
}

static int find_moves(const HtreeSpace *from, const HtreeSpace *to, const nk_handle_desc_t *sent, uint32_t n,
        Move *moves, uint32_t *ret_n_new) {
        if (n > HTREE_MESSAGE_MAX)
                return HTREE_E_MESSAGE;
        for (uint32_t i = 0; i < n; i++) {
                int r = find_move(from, to, sent + i, moves + i);

                if (r)
                        return r;
        }
        return find_room(from, to, moves, n, ret_n_new);
}

static int reserve(HtreeSpace *to, uint32_t n_new) {
        int r = space_reserve(to, n_new);

        return r ? r : nodes_reserve(to->tree, n_new);
}

/* Whoever hands a handle out is going to be called with it. */
static void tell_sender(HtreeNode *node, const HtreeSpace *from) {
        Move back = {.source = node};

        if (!from->held.entries || from == node->space)
                return;
        find_way_back(&back, from);
        seats_tell(node, back.own, back.context);
}

static nk_handle_desc_t let_move(const Move *move, HtreeSpace *from, HtreeSpace *to) {
        HtreeNode *node;

        if (!move->source)
                return nkx_handle_desc_make(HTREE_INVALID, 0, 0);
        if (move->own) {
                seats_tell(move->source, move->own, move->context);
                return nkx_handle_desc_dereferenced(move->own->number, move->rights, move->context);
        }
        node = nodes_add(move->source->object, move->source, move->badge, to, move->rights);
        tell_sender(node, from);
        return nkx_handle_desc_make(node->number, node->rights, 0);
}

int htree_check(const HtreeSpace *from, const HtreeSpace *to, const nk_handle_desc_t *sent, uint32_t n,
        uint32_t *ret_sids) {
        Move moves[HTREE_MESSAGE_MAX];
        uint32_t n_new;
        int r = find_moves(from, to, sent, n, moves, &n_new);

        if (r)
                return r;
        for (uint32_t i = 0; i < n; i++)
                ret_sids[i] = moves[i].source ? moves[i].source->object->sid : 0;
        return 0;
}

int htree_transfer(HtreeSpace *from, HtreeSpace *to, const nk_handle_desc_t *sent, uint32_t n,
        nk_handle_desc_t *ret_received) {
        Move moves[HTREE_MESSAGE_MAX];
        uint32_t n_new;
        int r = find_moves(from, to, sent, n, moves, &n_new);

        if (r == 0)
                r = reserve(to, n_new);
        if (r)
                return r;
        for (uint32_t i = 0; i < n; i++)
                ret_received[i] = let_move(moves + i, from, to);
        return 0;
}

void htree_take_back(HtreeSpace *to, const nk_handle_desc_t *received, uint32_t n) {
        for (uint32_t i = 0; i < n; i++)
                if (received[i].handle != HTREE_INVALID && !nk_is_handle_dereferenced(received + i))
                        (void)htree_close(to, received[i].handle);
}

int htree_copy(HtreeSpace *space, uint32_t number, uint32_t rights, uint32_t badge, uint32_t *ret_number) {
        Move move = {.source = NULL};
        uint32_t n_new;
        int r = space_find(space, number, &move.source);

        if (r == 0)
                r = find_new(&move, OCAP_HANDLE_COPY);
        if (r == 0)
                r = find_rights(&move, rights);
        if (r == 0 && badge != HTREE_INVALID)
                r = find_badge(space, badge, &move.badge);
        if (r == 0)
                r = find_room(space, space, &move, 1, &n_new);
        if (r == 0)
                r = reserve(space, n_new);
        if (r)
                return r;
        *ret_number = let_move(&move, space, space).handle;
        return 0;
}

/* Removing --------------------------------------------------------------------------------------------- */

int htree_close(HtreeSpace *space, uint32_t number) {
        HtreeNode *node = NULL;
        int r = space_find(space, number, &node);

        if (r == HTREE_E_INVALID)
                return r;
        space_release(space, number);
        if (node)
                nodes_close(node);
        objects_settle(space->tree);
        return 0;
}

int htree_revoke(HtreeSpace *space, uint32_t number) {
        HtreeNode *node;
        int r = space_find(space, number, &node);

        if (r)
                return r;
        nodes_revoke_below(node);
        return htree_close(space, number);
}

int htree_revoke_subtree(HtreeSpace *space, uint32_t number, uint32_t badge) {
        HtreeNode *node;
        HtreeObject *object;
        int r = space_find(space, number, &node);

        if (r == 0)
                r = find_badge(space, badge, &object);
        if (r)
                return r;
        nodes_revoke_bound(node, object);
        objects_settle(space->tree);
        return 0;
}

const char *htree_error_text(int error) {
        static const char *const texts[] = {
                [HTREE_E_INVALID] = "no such handle in the process",
                [HTREE_E_REVOKED] = "the handle was revoked",
                [HTREE_E_KIND] = "a handle of another kind",
                [HTREE_E_NO_RIGHT] = "the handle lacks the right",
                [HTREE_E_ESCALATION] = "more rights than the handle has",
                [HTREE_E_FULL] = "too many handles in the process",
                [HTREE_E_BOUND] = "too many handles bound to badges of the process",
                [HTREE_E_DEPTH] = "handed on too many times",
                [HTREE_E_MESSAGE] = "too many handles in a message",
        };

        if (error < 0)
                return "no memory";
        return error < (int)(sizeof(texts) / sizeof(texts[0])) ? texts[error] : NULL;
}
