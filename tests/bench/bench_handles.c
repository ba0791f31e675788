/* SPDX-License-Identifier: MIT */
/*
 * Cost of the operations on handles in the kernel process, in ns each: in a process with few handles, in
 * one that has all it may have, and in such a one among fifty others like it. The cost must not grow
 * but for what the processor's caches no longer hold.
 */
#include <stdio.h>
#include <stdlib.h>

#include <services/ocap.h>

#include "bench.h"
#include "handletree/htree.h"

#define INNER   200 /* operations between two clock reads */
#define BATCHES 400
#define RIGHTS  (OCAP_HANDLE_FULL | 0xff)
#define FULL    (HTREE_HANDLES_MAX - INNER - 2)

static const HtreeKind thing = {.name = "thing"};
static const HtreeKind badge = {.name = "badge", .is_badge = true};

typedef struct World {
        Htree *tree;
        HtreeSpace *server;
        HtreeSpace *client;
        uint32_t number; /* the server's */
        uint32_t badge;
        uint32_t theirs;      /* the client's */
        uint32_t made[INNER]; /* by the row */
        uint32_t crowd[FULL]; /* the client's other handles */
        uint32_t n_crowd;
        uint32_t turn;
} World;

static void must(int r) {
        if (r)
                abort();
}

static uint32_t create(HtreeSpace *space, const HtreeKind *kind) {
        HtreeObjectSpec spec = {.kind = kind, .sid = 2, .rights = kind->is_badge ? 0 : RIGHTS};
        uint32_t number;

        must(htree_create(space, &spec, &number));
        return number;
}

static uint32_t send(HtreeSpace *from, HtreeSpace *to, nk_handle_desc_t desc) {
        nk_handle_desc_t received;

        must(htree_transfer(from, to, &desc, 1, &received));
        return received.handle;
}

/* Rows: an operation, and what makes room for the next batch. */

static void row_create(World *w, uint32_t i) {
        w->made[i] = create(w->client, &thing);
}

static void row_find(World *w, uint32_t i) {
        void *data;

        w->turn = (w->turn + 7919) % w->n_crowd; /* far from the one before */
        w->made[i] = HTREE_INVALID;
        must(htree_find(w->client, w->crowd[w->turn], &thing, 1, &data));
}

static void row_copy(World *w, uint32_t i) {
        must(htree_copy(w->client, w->theirs, NKX_RIGHTS_ALL, HTREE_INVALID, w->made + i));
}

static void row_check(World *w, uint32_t i) {
        nk_handle_desc_t desc = nk_handle_desc(w->number);
        uint32_t sid;

        w->made[i] = HTREE_INVALID;
        must(htree_check(w->server, w->client, &desc, 1, &sid));
}

static void row_transfer(World *w, uint32_t i) {
        w->made[i] = send(w->server, w->client, nk_handle_desc(w->number, 0xff, w->badge));
}

static void row_dereference(World *w, uint32_t i) {
        w->made[i] = HTREE_INVALID;
        (void)send(w->client, w->server, nk_handle_desc(w->theirs));
}

static void close_made(World *w) {
        for (uint32_t i = 0; i < INNER; i++)
                if (w->made[i] != HTREE_INVALID)
                        must(htree_close(w->client, w->made[i]));
}

static void revoke_made(World *w) {
        must(htree_revoke_subtree(w->server, w->number, w->badge));
}

static const struct {
        const char *name;
        void (*run)(World *w, uint32_t i);
        void (*undo)(World *w); /* NULL: close_made */
        bool times_undo;
} rows[] = {
        {"create", row_create, NULL, false},
        {"find", row_find, NULL, false},
        {"copy", row_copy, NULL, false},
        {"check of a transfer", row_check, NULL, false},
        {"transfer with badge", row_transfer, NULL, false},
        {"dereference", row_dereference, NULL, false},
        {"close", row_transfer, close_made, true},
        {"revoke", row_transfer, revoke_made, true},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void fill(HtreeSpace *space, HtreeSpace *from, uint32_t number, uint32_t n, uint32_t *ret_numbers) {
        for (uint32_t i = 0; i < n; i++) {
                uint32_t made = send(from, space, nk_handle_desc(number));

                if (ret_numbers)
                        ret_numbers[i] = made;
        }
}

static World *world_new(uint32_t n_crowd, uint32_t n_others) {
        World *w = calloc(1, sizeof(*w));

        if (!w)
                abort();
        w->tree = htree_new();
        w->server = htree_space_new(w->tree);
        w->client = htree_space_new(w->tree);
        w->number = create(w->server, &thing);
        w->badge = create(w->server, &badge);
        w->theirs = send(w->server, w->client, nk_handle_desc(w->number));
        w->n_crowd = n_crowd;
        fill(w->client, w->server, w->number, n_crowd, w->crowd);
        for (uint32_t i = 0; i < n_others; i++)
                fill(htree_space_new(w->tree), w->server, w->number, FULL, NULL);
        return w;
}

static void world_free(World *w) {
        htree_free(w->tree);
        free(w);
}

static int by_value(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

/* The revoked ones are closed outside of the measured time. */
static void tidy(World *w, size_t row) {
        if (rows[row].undo != close_made)
                close_made(w);
}

/* Median over the batches, ns an operation. */
static double measure(World *w, size_t row) {
        static double batches[BATCHES];

        for (int b = 0; b < BATCHES; b++) {
                uint64_t begin = bench_now_ns();

                for (uint32_t i = 0; i < INNER; i++)
                        rows[row].run(w, i);
                if (rows[row].times_undo) {
                        begin = bench_now_ns();
                        rows[row].undo(w);
                }
                batches[b] = (double)(bench_now_ns() - begin) / INNER;
                tidy(w, row);
        }
        qsort(batches, BATCHES, sizeof(batches[0]), by_value);
        return batches[BATCHES / 2];
}

int main(void) {
        static const struct {
                const char *name;
                uint32_t n_crowd;
                uint32_t n_others;
        } worlds[] = {{"100 handles", 100, 0}, {"full process", FULL, 0}, {"51 full processes", FULL, 50}};
        double ns[N_ROWS][3];
        double worst = 0;

        for (int k = 0; k < 3; k++) {
                World *w = world_new(worlds[k].n_crowd, worlds[k].n_others);

                for (size_t i = 0; i < N_ROWS; i++)
                        ns[i][k] = measure(w, i);
                world_free(w);
        }
        printf("%-22s %14s %14s %20s\n", "ns an operation", worlds[0].name, worlds[1].name, worlds[2].name);
        for (size_t i = 0; i < N_ROWS; i++) {
                printf("%-22s %14.1f %14.1f %20.1f\n", rows[i].name, ns[i][0], ns[i][1], ns[i][2]);
                worst = ns[i][1] / ns[i][0] > worst ? ns[i][1] / ns[i][0] : worst;
        }
        bench_gate("full process over 100 handles, worst operation", worst, "<=", 4.0);
        return bench_finish();
}
