/* SPDX-License-Identifier: MIT */
/*
 * A cache of pages in two lists, the clean ones to be given up, longest unused first, and the busy ones that
 * have something to be written or flushed. Each page knows about each of its sectors.
 */
#include "blkcache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SECTORS  (BLKCACHE_PAGE / BLKCACHE_SECTOR)
#define ALL      ((uint8_t)((1u << SECTORS) - 1))
#define AHEAD_AT 4u /* pages with which reading ahead begins */

typedef struct Page Page;

/* Ends of a list; in a page, its neighbours. */
typedef struct Links {
        Page *prev, *next;
} Links;

/* Bit i of a mask: sector i. */
struct Page {
        Links links; /* clean or busy */
        Page *next;  /* in its bucket */
        uint64_t index;
        uint8_t valid;
        uint8_t dirty, late;               /* to be written; never both */
        uint8_t unflushed, unflushed_late; /* written, as one of the two, and not safe yet */
        uint8_t data[BLKCACHE_PAGE];
};

typedef struct BlkCache {
        Blk head;
        Blk *below;
        pthread_mutex_t lock;
        Page **buckets; /* a power of two of them */
        uint32_t n_buckets;
        Links clean, busy; /* next: the page used last; prev: the one to go first */
        uint32_t n_pages, n_busy, n_late, max_pages;
        bool is_unflushed; /* something was written since the device was flushed */
        Page **order;      /* room for all pages, sorted to be written */
        uint8_t *transfer; /* BLKCACHE_AHEAD pages */
        uint64_t read_end; /* page behind the one read last */
        uint32_t n_ahead;
} BlkCache;

/* --- pages and lists --- */

static bool is_busy(const Page *p) {
        return p->dirty | p->late | p->unflushed | p->unflushed_late;
}

static void list_remove(Links *list, Page *p) {
        *(p->links.prev ? &p->links.prev->links.next : &list->next) = p->links.next;
        *(p->links.next ? &p->links.next->links.prev : &list->prev) = p->links.prev;
}

static void list_push(Links *list, Page *p) {
        p->links = (Links){.next = list->next};
        *(list->next ? &list->next->links.prev : &list->prev) = p;
        list->next = p;
}

/* To the head of the list that its masks say, from the one they said before. */
static void settle(BlkCache *c, Page *p, bool was_busy) {
        list_remove(was_busy ? &c->busy : &c->clean, p);
        list_push(is_busy(p) ? &c->busy : &c->clean, p);
        c->n_busy = c->n_busy + is_busy(p) - was_busy;
}

static Page **bucket_of(BlkCache *c, uint64_t index) {
        return &c->buckets[(index * 0x9e3779b97f4a7c15u >> 32) & (c->n_buckets - 1)];
}

static Page *find(BlkCache *c, uint64_t index) {
        Page *p = *bucket_of(c, index);

        while (p && p->index != index)
                p = p->next;
        return p;
}

static void take_from_bucket(BlkCache *c, Page *gone) {
        Page **link = bucket_of(c, gone->index);

        while (*link != gone)
                link = &(*link)->next;
        *link = gone->next;
}

/* --- writing out --- */

static int by_index(const void *a, const void *b) {
        const Page *x = *(Page *const *)a, *y = *(Page *const *)b;

        return (x->index > y->index) - (x->index < y->index);
}

/* What may have been lost with the device is to be written again. */
static void take_back(BlkCache *c) {
        for (Page *p = c->busy.next; p; p = p->links.next) {
                c->n_late += !p->late && p->unflushed_late;
                p->late |= p->unflushed_late;
                p->dirty = (uint8_t)((p->dirty | p->unflushed) & ~p->late);
                p->unflushed = p->unflushed_late = 0;
        }
        c->is_unflushed = false;
}

static void note_written(BlkCache *c, Page *p, uint8_t sectors, bool late) {
        if (late) {
                p->late &= (uint8_t)~sectors;
                p->unflushed_late |= sectors;
                c->n_late -= !p->late;
        } else {
                p->dirty &= (uint8_t)~sectors;
                p->unflushed |= sectors;
        }
        c->is_unflushed = true;
}

/* A run of sectors to be written with one transfer. */
typedef struct Run {
        uint64_t at; /* bytes */
        size_t size;
        Page **pages; /* that it comes from, in order */
        uint32_t n_pages;
} Run;

/* Sectors of a page that lie in the run. */
static uint8_t sectors_in(const Run *run, const Page *p) {
        uint64_t start = p->index * BLKCACHE_PAGE;
        uint64_t from = run->at > start ? (run->at - start) / BLKCACHE_SECTOR : 0;
        uint64_t end = (run->at + run->size - start + BLKCACHE_SECTOR - 1) / BLKCACHE_SECTOR;

        return (uint8_t)((1u << (end < SECTORS ? end : SECTORS)) - (1u << from));
}

static int write_run(BlkCache *c, const Run *run, bool late) {
        size_t size = run->size < c->head.size - run->at ? run->size : (size_t)(c->head.size - run->at);
        int r = blk_write(c->below, c->transfer, size, run->at);

        if (r < 0) {
                take_back(c);
                return r;
        }
        for (uint32_t i = 0; i < run->n_pages; i++)
                note_written(c, run->pages[i], sectors_in(run, run->pages[i]), late);
        return 0;
}

static bool run_takes(const Run *run, uint64_t at) {
        return run->size > 0 && run->at + run->size == at && run->size < BLKCACHE_AHEAD * BLKCACHE_PAGE;
}

/* Adds one sector, and writes what was there before if it doesn't follow. */
static int run_add(BlkCache *c, Run *run, Page **page, unsigned sector, bool late) {
        uint64_t at = (*page)->index * BLKCACHE_PAGE + sector * BLKCACHE_SECTOR;
        int r = 0;

        if (!run_takes(run, at)) {
                if (run->size > 0)
                        r = write_run(c, run, late);
                *run = (Run){.at = at, .pages = page};
        }
        memcpy(c->transfer + run->size, (*page)->data + sector * BLKCACHE_SECTOR, BLKCACHE_SECTOR);
        run->size += BLKCACHE_SECTOR;
        run->n_pages = (uint32_t)(page - run->pages) + 1;
        return r;
}

/* Pages with such sectors, sorted. */
static uint32_t gather(BlkCache *c, bool late) {
        uint32_t n = 0;

        for (Page *p = c->busy.next; p; p = p->links.next)
                if (late ? p->late : p->dirty)
                        c->order[n++] = p;
        qsort(c->order, n, sizeof(*c->order), by_index);
        return n;
}

/* Writes all late sectors, or all others; the first error, after trying all: what fails with -EIO may be a
 * bad place. Other errors are of the whole device, which is not asked again. */
static int write_out(BlkCache *c, bool late) {
        uint32_t n = gather(c, late);
        Run run = {.size = 0};
        int first = 0;

        for (uint32_t i = 0; i < n && (first == 0 || first == -EIO); i++) {
                uint8_t mask = late ? c->order[i]->late : c->order[i]->dirty;

                for (unsigned s = 0; s < SECTORS; s++) {
                        int r = mask & 1u << s ? run_add(c, &run, &c->order[i], s, late) : 0;

                        if (first == 0)
                                first = r;
                }
        }
        if (run.size > 0) {
                int r = write_run(c, &run, late);

                if (first == 0)
                        first = r;
        }
        return first;
}

static int flush_device(BlkCache *c) {
        int r;

        if (!c->is_unflushed)
                return 0;
        r = blk_flush(c->below);
        if (r < 0) {
                take_back(c);
                return r;
        }
        for (Page *p = c->busy.next, *next; p; p = next) {
                next = p->links.next;
                p->unflushed = p->unflushed_late = 0;
                if (!is_busy(p))
                        settle(c, p, true);
        }
        c->is_unflushed = false;
        return 0;
}

static int try_flush_early(BlkCache *c) {
        int r = write_out(c, false);

        return r < 0 ? r : flush_device(c);
}

static int try_flush_all(BlkCache *c) {
        int r = write_out(c, false);

        if (r == 0 && c->n_late > 0) {
                r = flush_device(c);
                if (r == 0)
                        r = write_out(c, true);
        }
        return r < 0 ? r : flush_device(c);
}

/* From the start when the driver has lost what it had: it is all here still. */
static int flush_with(BlkCache *c, int (*try)(BlkCache *c)) {
        int r = try(c);

        for (uint32_t n = 0; r == -ECONNRESET && n < BLKCACHE_RESETS; n++)
                r = try(c);
        return r == -ECONNRESET ? -EIO : r;
}

static int flush_early(BlkCache *c) {
        return flush_with(c, try_flush_early);
}

static int flush_all(BlkCache *c) {
        return flush_with(c, try_flush_all);
}

/* --- getting pages --- */

static Page *page_put_in(BlkCache *c, Page *p, uint64_t index) {
        Page **bucket = bucket_of(c, index);

        p->index = index;
        p->valid = p->dirty = p->late = p->unflushed = p->unflushed_late = 0;
        p->next = *bucket;
        *bucket = p;
        list_push(&c->clean, p);
        return p;
}

/* A page for something that is not in the cache, with nothing valid. */
static int page_get(BlkCache *c, uint64_t index, Page **ret) {
        Page *p = NULL;

        if (c->n_busy >= c->max_pages / 4 * 3) {
                int r = flush_early(c);

                if (r < 0 && c->n_busy >= c->max_pages)
                        return r;
        }
        if (c->n_pages < c->max_pages)
                p = malloc(sizeof *p);
        if (p) {
                c->n_pages++;
        } else {
                p = c->clean.prev;
                if (!p)
                        return -ENOMEM;
                list_remove(&c->clean, p);
                take_from_bucket(c, p);
        }
        *ret = page_put_in(c, p, index);
        return 0;
}

static size_t bytes_of_page(const BlkCache *c, uint64_t index) {
        uint64_t left = c->head.size - index * BLKCACHE_PAGE;

        return left < BLKCACHE_PAGE ? (size_t)left : BLKCACHE_PAGE;
}

/* The sectors of a page that are not valid, from what the device gave. */
static void page_fill(Page *p, const uint8_t *data, size_t size) {
        for (unsigned s = 0; s < SECTORS && s * BLKCACHE_SECTOR < size; s++) {
                size_t left = size - s * BLKCACHE_SECTOR;

                if (!(p->valid & 1u << s))
                        memcpy(p->data + s * BLKCACHE_SECTOR, data + s * BLKCACHE_SECTOR,
                                left < BLKCACHE_SECTOR ? left : BLKCACHE_SECTOR);
        }
        p->valid = ALL;
}

/* How many pages from here to read at once: what is asked for, more if reading goes on and on, and none that
 * is here already. */
static uint32_t choose_ahead(BlkCache *c, uint64_t index, uint64_t n_wanted) {
        uint64_t n_left = (c->head.size + BLKCACHE_PAGE - 1) / BLKCACHE_PAGE - index;
        uint64_t n = n_wanted;
        uint32_t limit = BLKCACHE_AHEAD < c->max_pages / 8 ? BLKCACHE_AHEAD : c->max_pages / 8;

        c->n_ahead = index == c->read_end && c->n_ahead > 0 ? c->n_ahead * 2 : AHEAD_AT;
        if (c->n_ahead > limit)
                c->n_ahead = limit;
        if (index == c->read_end && n < c->n_ahead)
                n = c->n_ahead;
        if (n > n_left)
                n = n_left;
        if (n > limit)
                n = limit;
        for (uint32_t i = 1; i < n; i++)
                if (find(c, index + i))
                        return i;
        return (uint32_t)n;
}

static int read_pages(BlkCache *c, uint64_t index, uint32_t n) {
        uint64_t last = index + n - 1;
        size_t size = (n - 1) * BLKCACHE_PAGE + bytes_of_page(c, last);
        int r = blk_read(c->below, c->transfer, size, index * BLKCACHE_PAGE);

        if (r < 0)
                take_back(c);
        return r;
}

/* Reads a page that is not here, and some behind it. */
static int load_new(BlkCache *c, uint64_t index, uint64_t n_wanted, Page **ret) {
        uint32_t n = choose_ahead(c, index, n_wanted);
        Page *p;
        int r;

        for (uint32_t i = n; i-- > 0;) { /* first, because making room may need the transfer buffer */
                r = page_get(c, index + i, &p);
                if (r < 0)
                        return r;
        }
        r = read_pages(c, index, n);
        if (r < 0 && n > 1) { /* one that nobody asked for may be the bad one */
                n = 1;
                r = read_pages(c, index, n);
        }
        if (r < 0)
                return r;
        page_fill(p, c->transfer, bytes_of_page(c, index));
        for (uint32_t i = 1; i < n; i++) {
                Page *more = find(c, index + i); /* unless there was so little room that it had to go again */

                if (more)
                        page_fill(more, c->transfer + i * BLKCACHE_PAGE, bytes_of_page(c, index + i));
        }
        c->read_end = index + n;
        *ret = p;
        return 0;
}

/* A page with the sectors of `mask` valid. n_wanted: pages that the request goes on for. */
static int load(BlkCache *c, uint64_t index, uint8_t mask, uint64_t n_wanted, Page **ret) {
        Page *p = find(c, index);
        int r;

        if (!p)
                return load_new(c, index, n_wanted, ret);
        if ((p->valid & mask) != mask) {
                r = read_pages(c, index, 1);
                if (r < 0)
                        return r;
                page_fill(p, c->transfer, bytes_of_page(c, index));
        }
        *ret = p;
        return 0;
}

/* --- the device --- */

static BlkCache *cache_of(Blk *blk) {
        return (BlkCache *)blk;
}

/* The part of [at, at + size) in one page, and the sectors it touches. */
typedef struct Part {
        uint64_t index;
        size_t from, size;
        uint8_t touched, covered; /* sectors; covered: wholly */
} Part;

static Part part_of(const BlkCache *c, uint64_t at, size_t size) {
        Part part = {.index = at / BLKCACHE_PAGE, .from = (size_t)(at % BLKCACHE_PAGE)};
        size_t room = BLKCACHE_PAGE - part.from, end;
        unsigned first, last;

        part.size = size < room ? size : room;
        end = part.from + part.size;
        first = (unsigned)(part.from / BLKCACHE_SECTOR);
        last = (unsigned)((end + BLKCACHE_SECTOR - 1) / BLKCACHE_SECTOR);
        part.touched = (uint8_t)((1u << last) - (1u << first));
        first = (unsigned)((part.from + BLKCACHE_SECTOR - 1) / BLKCACHE_SECTOR);
        if (at + part.size < c->head.size) /* the last sector of a device may be a short one */
                last = (unsigned)(end / BLKCACHE_SECTOR);
        part.covered = (uint8_t)(last > first ? (1u << last) - (1u << first) : 0u);
        return part;
}

static int read_locked(BlkCache *c, uint8_t *out, size_t size, uint64_t at) {
        while (size > 0) {
                Part part = part_of(c, at, size);
                Page *p;
                int r = load(c, part.index, part.touched, (part.from + size - 1) / BLKCACHE_PAGE + 1, &p);

                if (r < 0)
                        return r;
                memcpy(out, p->data + part.from, part.size);
                if (!is_busy(p))
                        settle(c, p, false);
                out += part.size;
                at += part.size;
                size -= part.size;
        }
        return 0;
}

static void mark(BlkCache *c, Page *p, const Part *part, bool late) {
        bool was_busy = is_busy(p), was_late = p->late;

        p->valid |= part->covered;
        if (late)
                p->late |= part->touched;
        p->dirty = (uint8_t)((p->dirty | part->touched) & ~p->late);
        c->n_late += !was_late && p->late;
        settle(c, p, was_busy);
}

static int write_locked(BlkCache *c, const uint8_t *in, size_t size, uint64_t at, bool late) {
        while (size > 0) {
                Part part = part_of(c, at, size);
                Page *p = find(c, part.index);
                int r = 0;

                if (part.touched != part.covered)
                        r = load(c, part.index, part.touched, 1, &p);
                else if (!p)
                        r = page_get(c, part.index, &p);
                if (r < 0)
                        return r;
                memcpy(p->data + part.from, in, part.size);
                mark(c, p, &part, late);
                in += part.size;
                at += part.size;
                size -= part.size;
        }
        return 0;
}

static int cache_read(Blk *blk, void *buffer, size_t size, uint64_t at) {
        BlkCache *c = cache_of(blk);
        int r;

        (void)pthread_mutex_lock(&c->lock);
        r = read_locked(c, buffer, size, at);
        (void)pthread_mutex_unlock(&c->lock);
        return r;
}

static int write_some(Blk *blk, const void *data, size_t size, uint64_t at, bool late) {
        BlkCache *c = cache_of(blk);
        int r;

        (void)pthread_mutex_lock(&c->lock);
        r = write_locked(c, data, size, at, late);
        (void)pthread_mutex_unlock(&c->lock);
        return r;
}

static int cache_write(Blk *blk, const void *data, size_t size, uint64_t at) {
        return write_some(blk, data, size, at, false);
}

int blkcache_write_late(Blk *cache, const void *data, size_t size, uint64_t at) {
        if (cache->is_read_only)
                return -EROFS;
        return blk_holds(cache, size, at) ? write_some(cache, data, size, at, true) : -EINVAL;
}

static int cache_flush(Blk *blk) {
        BlkCache *c = cache_of(blk);
        int r;

        (void)pthread_mutex_lock(&c->lock);
        r = flush_all(c);
        (void)pthread_mutex_unlock(&c->lock);
        return r;
}

int blkcache_flush_early(Blk *cache) {
        BlkCache *c = cache_of(cache);
        int r;

        (void)pthread_mutex_lock(&c->lock);
        r = flush_early(c);
        (void)pthread_mutex_unlock(&c->lock);
        return r;
}

bool blkcache_is_crowded(Blk *cache) {
        BlkCache *c = cache_of(cache);
        bool is_crowded;

        (void)pthread_mutex_lock(&c->lock);
        is_crowded = c->n_late >= c->max_pages / 2;
        (void)pthread_mutex_unlock(&c->lock);
        return is_crowded;
}

static void free_list(Page *p) {
        while (p) {
                Page *next = p->links.next;

                free(p);
                p = next;
        }
}

static void cache_free(BlkCache *c) {
        free_list(c->clean.next);
        free_list(c->busy.next);
        free(c->buckets);
        free(c->order);
        free(c->transfer);
        (void)pthread_mutex_destroy(&c->lock);
        free(c);
}

void blkcache_leave(Blk *cache) {
        BlkCache *c = cache_of(cache);

        (void)flush_all(c);
        cache_free(c);
}

static void cache_close(Blk *blk) {
        Blk *below = cache_of(blk)->below;

        blkcache_leave(blk);
        (void)blk_close(below);
}

static const BlkOps cache_ops = {
        .read = cache_read,
        .write = cache_write,
        .flush = cache_flush,
        .close = cache_close,
};

bool blkcache_is(const Blk *blk) {
        return blk->ops == &cache_ops;
}

int blkcache_new(Blk *below, uint32_t max_pages, Blk **ret_cache) {
        BlkCache *c;

        if (max_pages == 0)
                max_pages = BLKCACHE_PAGES;
        if (max_pages < BLKCACHE_PAGES_MIN || max_pages > UINT32_MAX / 2)
                return -EINVAL;
        c = calloc(1, sizeof *c);
        if (!c)
                return -ENOMEM;
        c->head = (Blk){.ops = &cache_ops, .size = below->size};
        c->head.is_read_only = below->is_read_only || !below->ops->write;
        c->below = below;
        c->max_pages = max_pages;
        for (c->n_buckets = 1; c->n_buckets < max_pages;)
                c->n_buckets *= 2;
        (void)pthread_mutex_init(&c->lock, NULL);
        c->buckets = calloc(c->n_buckets, sizeof(*c->buckets));
        c->order = calloc(max_pages, sizeof(*c->order));
        c->transfer = malloc((size_t)BLKCACHE_AHEAD * BLKCACHE_PAGE);
        if (!c->buckets || !c->order || !c->transfer) {
                cache_free(c);
                return -ENOMEM;
        }
        *ret_cache = &c->head;
        return 0;
}
