/* SPDX-License-Identifier: MIT */
/*
 * HashSet: a pool of tables of unique entries. The context of a SID is its table.
 *
 * A table is a head, buckets and nodes, chained by numbers plus one. A bucket counts only if it has the
 * table's generation: clearing a table is one step, whatever was in it. Hashes are seeded at random,
 * because entries come from messages.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "state.h"

typedef struct Head {
        uint32_t next_free; /* of the pool */
        uint32_t n_entries;
        uint64_t generation;
        uint32_t n_used;    /* nodes ever used in this generation */
        uint32_t free_node; /* first of those given back */
} Head;

typedef struct Bucket {
        uint64_t generation;
        uint64_t first; /* node */
} Bucket;

typedef struct Node {
        uint64_t next;
        uint64_t words[]; /* one a field */
} Node;

/* An operation on one entry of one table. */
typedef struct Access {
        KsmCall *c;
        const SetPool *pool;
        const KsmSet *set;
        Head *head;
        Bucket *bucket;
        uint64_t *link; /* where the node's number stands; NULL: no such entry */
        uint64_t words[KSM_SET_FIELDS_MAX];
} Access;

static Node *node_at(const Access *a, uint64_t number) {
        uint8_t *nodes = (uint8_t *)(a->head + 1) + a->pool->n_buckets * sizeof(Bucket);

        return (Node *)(void *)(nodes + (number - 1) * a->pool->node_size);
}

static uint64_t mix(uint64_t a, uint64_t b) {
        __extension__ typedef unsigned __int128 Wide;
        Wide product = (Wide)a * b;

        return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_words(const SetPool *pool, const uint64_t *words, uint32_t n) {
        uint64_t hash = pool->seed[0];

        for (uint32_t i = 0; i < n; i++)
                hash = mix(hash ^ words[i], pool->seed[1]);
        return hash;
}

/* Finds the bucket and, if the entry is there, the link to its node. */
static void find(Access *a) {
        uint64_t hash = hash_words(a->pool, a->words, a->set->n_fields);
        Bucket *buckets = (Bucket *)(void *)(a->head + 1);

        a->bucket = buckets + (hash & (a->pool->n_buckets - 1));
        a->link = NULL;
        if (a->bucket->generation != a->head->generation)
                return;
        for (uint64_t *link = &a->bucket->first; *link; link = &node_at(a, *link)->next) {
                if (memcmp(node_at(a, *link)->words, a->words, a->set->n_fields * sizeof(uint64_t)) == 0) {
                        a->link = link;
                        return;
                }
        }
}

/* The entry as words; a value outside its type is no entry. */
static KsmWhy take_entry(Access *a, const KsmInt *entry) {
        for (uint32_t i = 0; i < a->set->n_fields; i++) {
                if (!ksm_type_holds((KsmType)a->set->fields[i], entry[i]))
                        return KSM_WHY_TYPE;
                a->words[i] = (uint64_t)entry[i];
        }
        return KSM_WHY_NONE;
}

static KsmWhy find_table(KsmCall *c, ObjectState *object, KsmSid sid, uint32_t **ret_cell) {
        uint32_t *cell = state_context(c, object, sid);

        if (!cell)
                return KSM_WHY_SID;
        *ret_cell = cell;
        return *cell ? KSM_WHY_NONE : KSM_WHY_NO_CONTEXT;
}

/* Up to the entry, found or not. */
static KsmWhy start(Access *a, KsmCall *c, uint32_t site, KsmSid sid, const KsmInt *entry) {
        ObjectState *object = state_object(c, site);
        uint32_t *cell;
        KsmWhy why = find_table(c, object, sid, &cell);

        if (why)
                return why;
        a->c = c;
        a->pool = &object->set;
        a->set = object->object->set;
        a->head = tables_at(&object->set.pool, *cell);
        why = take_entry(a, entry);
        if (!why)
                find(a);
        return why;
}

static KsmWhy insert(Access *a) {
        Head *head = a->head;
        uint64_t number = head->free_node ? head->free_node : head->n_used + 1;
        Node *node = node_at(a, number);

        if (head->n_entries == a->set->set_size)
                return KSM_WHY_FULL;
        if (!state_save(a->c, head, sizeof(*head)) || !state_save(a->c, a->bucket, sizeof(*a->bucket)) ||
                !state_save(a->c, node, a->pool->node_size))
                return KSM_WHY_LIMIT;
        if (head->free_node)
                head->free_node = (uint32_t)node->next;
        else
                head->n_used++;
        head->n_entries++;
        node->next = a->bucket->generation == head->generation ? a->bucket->first : 0;
        memcpy(node->words, a->words, a->set->n_fields * sizeof(uint64_t));
        *a->bucket = (Bucket){.generation = head->generation, .first = number};
        return KSM_WHY_NONE;
}

static KsmWhy withdraw(Access *a) {
        Head *head = a->head;
        uint64_t number = *a->link;
        Node *node = node_at(a, number);

        if (!state_save(a->c, head, sizeof(*head)) || !state_save(a->c, a->link, sizeof(*a->link)) ||
                !state_save(a->c, node, sizeof(node->next)))
                return KSM_WHY_LIMIT;
        *a->link = node->next;
        node->next = head->free_node;
        head->free_node = (uint32_t)number;
        head->n_entries--;
        return KSM_WHY_NONE;
}

static KsmWhy attach(KsmCall *c, ObjectState *object, KsmSid sid) {
        uint32_t *cell = state_context(c, object, sid);
        KsmWhy why = !cell ? KSM_WHY_SID : *cell ? KSM_WHY_HAS_CONTEXT : KSM_WHY_NONE;
        Head *head;

        if (!why)
                why = tables_attach(&object->set.pool, &c->ksm->journal, cell);
        if (why)
                return why;
        head = tables_at(&object->set.pool, *cell);
        if (!state_save(c, head, sizeof(*head)))
                return KSM_WHY_LIMIT;
        *head = (Head){.next_free = head->next_free, .generation = head->generation + 1};
        return KSM_WHY_NONE;
}

static KsmWhy detach(KsmCall *c, ObjectState *object, KsmSid sid) {
        uint32_t *cell;
        KsmWhy why = find_table(c, object, sid, &cell);

        return why ? why : tables_detach(&object->set.pool, &c->ksm->journal, cell);
}

void ksm_set_init(KsmCall *c, uint32_t site, KsmSid sid) {
        state_rule(
                c, site, c->is_broken ? KSM_WHY_NONE : attach(c, state_object(c, site), sid), STATE_NOWHERE);
}

void ksm_set_fini(KsmCall *c, uint32_t site, KsmSid sid) {
        state_rule(
                c, site, c->is_broken ? KSM_WHY_NONE : detach(c, state_object(c, site), sid), STATE_NOWHERE);
}

void ksm_set_add(KsmCall *c, uint32_t site, KsmSid sid, const KsmInt *entry) {
        Access a;
        KsmWhy why = start(&a, c, site, sid, entry);

        if (!why && !a.link && !c->is_broken)
                why = insert(&a);
        state_rule(c, site, why, STATE_NOWHERE);
}

void ksm_set_remove(KsmCall *c, uint32_t site, KsmSid sid, const KsmInt *entry) {
        Access a;
        KsmWhy why = start(&a, c, site, sid, entry);

        if (!why && a.link && !c->is_broken)
                why = withdraw(&a);
        state_rule(c, site, why, STATE_NOWHERE);
}

bool ksm_set_contains(KsmCall *c, uint32_t site, KsmSid sid, const KsmInt *entry) {
        Access a;
        KsmWhy why = start(&a, c, site, sid, entry);

        return state_expression(c, site, why, STATE_NOWHERE) && a.link;
}

static int set_init(ObjectState *object) {
        const KsmSet *config = object->object->set;
        SetPool *set = &object->set;
        uint32_t n_buckets = 1;
        size_t size;

        while (n_buckets < config->set_size)
                n_buckets *= 2;
        set->n_buckets = n_buckets;
        set->node_size = (uint32_t)(sizeof(Node) + config->n_fields * sizeof(uint64_t));
        if (getrandom(set->seed, sizeof(set->seed), 0) != sizeof(set->seed))
                return -EIO;
        set->seed[1] |= 1;
        size = sizeof(Head) + n_buckets * sizeof(Bucket) + (size_t)config->set_size * set->node_size;
        return tables_init(&set->pool, config->pool_size, size);
}

static void set_deinit(ObjectState *object) {
        tables_deinit(&object->set.pool);
}

static void set_release(ObjectState *object, void *context) {
        tables_release(&object->set.pool, context);
}

/* Every field of every entry, whatever its type. */
static void set_mark(const ObjectState *object, const void *context, NumberMarks *marks) {
        const SetPool *set = &object->set;
        Head *head = tables_at(&set->pool, *(const uint32_t *)context);
        const Access a = {.pool = set, .head = head};
        const Bucket *buckets = (const Bucket *)(const void *)(head + 1);

        for (uint32_t i = 0; i < set->n_buckets; i++)
                for (uint64_t at = buckets[i].generation == head->generation ? buckets[i].first : 0; at;
                        at = node_at(&a, at)->next)
                        for (uint32_t k = 0; k < object->object->set->n_fields; k++)
                                numbers_mark(marks, node_at(&a, at)->words[k]);
}

static size_t effect_size(const ObjectState *object, KsmMethod method) {
        size_t head = journal_cost(sizeof(Head));

        if (method == KSM_SET_INIT || method == KSM_SET_FINI)
                return tables_cost() + head;
        if (method == KSM_SET_ADD || method == KSM_SET_REMOVE)
                return head + journal_cost(sizeof(Bucket)) + journal_cost(object->set.node_size);
        return 0;
}

const Model model_set = {
        .context_size = sizeof(uint32_t),
        .init = set_init,
        .deinit = set_deinit,
        .release = set_release,
        .mark = set_mark,
        .effect_size = effect_size,
};
