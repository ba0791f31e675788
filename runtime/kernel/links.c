/* SPDX-License-Identifier: MIT */
/*
 * Links: legs for two processes that run, and the letters that tell them.
 */
#include "links.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <nkc.h>

#include "boot/end_block.h"
#include "core/mdl.h"
#include "mediator.h"
#include "openings.h"
#include "procs.h"
#include "transport/chan_mem.h"

/* What two classes need to know of a channel, in sealed memory: made once. */
typedef struct LinkBlock {
        struct LinkBlock *next;
        const NkcClass *client, *server; /* client NULL: of a listener */
        uint32_t status;
        bool has_riid;
        uint16_t riid;
        bool has_seat; /* the server knows the client's handles */
        ChanVerdicts *verdicts;
        uint32_t flags; /* END_* */
        int fd;
} LinkBlock;

typedef struct LinkListener {
        struct LinkListener *next; /* of one task's static ones, when they were asked for */
        Links *links;
        uint32_t task;
        uint32_t index; /* in the status page */
        uint32_t n_links;
        uint32_t n_max; /* of them: the others are there since the start */
        bool is_static; /* the descriptors belong to the channels */
        int ear_fd, status_ro_fd, news_fd;
        StatusEntry *entries; /* the page, writable: for the news */
} LinkListener;

typedef struct Link {
        struct Link *next, **at; /* of all that are open */
        uint64_t number;
        LinkListener *listener;
        uint32_t client;
        uint32_t n_legs;      /* that each end has */
        int direct_fd;        /* the direct leg, to ask which slots have memory; -1: nothing is direct */
        MediatorRoute *route; /* NULL: it has not come so far */
} Link;

/* How far the addresses of a process go, and would have to go. */
typedef struct LinkRoom {
        bool is_known;
        rlim_t base; /* without links */
        uint32_t n_legs, n_most;
        uint32_t n_fds; /* of ours, that it has */
        bool has_lived; /* before */
        bool is_dead;
} LinkRoom;

struct Links {
        struct Mediator *mediator;
        Channels *channels;
        const Procs *procs;
        LinkBlock *blocks;
        LinkListener *listeners; /* static ones */
        LinkRoom *rooms;         /* per task */
        Openings openings;       /* of blocks and status pages */
        Link *first;
        uint32_t fds_share; /* of each process */
        uint32_t n_links;
        uint64_t n_ever;
};

static void close_fd(int *fd) {
        if (*fd >= 0)
                (void)close(*fd);
        *fd = -1;
}

static const NkcClass *class_of(const Links *l, uint32_t task) {
        return l->channels->sol->tasks[task].class;
}

static bool has_endpoint(const Links *l, uint32_t task, uint16_t riid) {
        return riid < ((const ShapeTable *)class_of(l, task)->shape)->n_endpoints;
}

/* --- blocks --- */

typedef struct Asking {
        const ChannelsPolicy *policy;
        uint32_t client, server;
        const LinkBlock *block;
} Asking;

/* What another endpoint than the one of a callable handle would be is judged, and then denied. What uses
 * handles has its requests judged where the server has no table of them. */
static ChanWay ask(void *arg, uint16_t riid, uint16_t mid) {
        const Asking *a = arg;
        ChanWay way;

        if (a->block->has_riid && riid != a->block->riid)
                return CHAN_WAY_JUDGED;
        way = a->policy->way(a->policy->arg, a->client, a->server, riid, mid);
        return way == CHAN_WAY_USE && !a->block->has_seat ? CHAN_WAY_STRAIGHT : way;
}

/* A judged leg also where nothing is judged: the client, which has the other leg too, can write over its end,
 * and the server would keep it for ever. */
static int fill_verdicts(const Links *l, LinkBlock *b, uint32_t client, uint32_t server) {
        Asking asking = {&l->channels->policy, client, server, b};

        b->verdicts = calloc(1, verdicts_size(b->server->shape));
        if (!b->verdicts)
                return -ENOMEM;
        b->flags = END_JUDGED;
        if (verdicts_fill(b->verdicts, b->server->shape, ask, &asking) > 0)
                b->flags |= END_DIRECT;
        return 0;
}

static uint32_t rounded(size_t size) {
        return (uint32_t)((size + 7) & ~(size_t)7);
}

/* Nobody can change it any more. */
static int seal_block(const char *bytes, size_t size, int *ret_fd) {
        int fd = memfd_create("caisson-end", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        int r = 0;

        if (fd < 0)
                return -errno;
        if (pwrite(fd, bytes, size, 0) != (ssize_t)size)
                r = -EIO;
        else if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
                r = -errno;
        if (r < 0)
                (void)close(fd);
        else
                *ret_fd = fd;
        return r;
}

static int write_block(LinkBlock *b) {
        EndBlock head = {.magic = END_MAGIC,
                .flags = b->flags | (b->has_riid ? END_RIID : 0),
                .riid = b->riid,
                .status = b->status,
                .shape_off = (uint32_t)sizeof head,
                .shape_size = (uint32_t)b->server->shape_size};
        uint32_t end = head.shape_off + rounded(head.shape_size);
        char *bytes;
        int r;

        if (b->verdicts) {
                head.verdicts_off = end;
                head.verdicts_size = b->verdicts->size;
        }
        head.size = end + head.verdicts_size;
        bytes = calloc(1, head.size);
        if (!bytes)
                return -ENOMEM;
        memcpy(bytes, &head, sizeof head);
        memcpy(bytes + head.shape_off, b->server->shape, b->server->shape_size);
        if (b->verdicts)
                memcpy(bytes + head.verdicts_off, b->verdicts, head.verdicts_size);
        r = seal_block(bytes, head.size, &b->fd);
        free(bytes);
        return r;
}

static LinkBlock *block_free(LinkBlock *b) {
        close_fd(&b->fd);
        free(b->verdicts);
        free(b);
        return NULL;
}

static bool is_block(const LinkBlock *b, const LinkBlock *key) {
        return b->client == key->client && b->server == key->server && b->status == key->status &&
               b->has_riid == key->has_riid && b->riid == key->riid && b->has_seat == key->has_seat;
}

/* client: SOL_NOBODY for the block of a listener. */
static int find_block(
        Links *l, const LinkBlock *key, uint32_t client, uint32_t server, const LinkBlock **ret_block) {
        LinkBlock *b = l->blocks;
        int r = 0;

        while (b && !is_block(b, key))
                b = b->next;
        *ret_block = b;
        if (b)
                return 0;
        b = malloc(sizeof *b);
        if (!b)
                return -ENOMEM;
        *b = *key;
        b->fd = -1;
        if (client != SOL_NOBODY)
                r = fill_verdicts(l, b, client, server);
        if (r == 0)
                r = write_block(b);
        if (r < 0) {
                block_free(b);
                return r;
        }
        b->next = l->blocks;
        l->blocks = b;
        *ret_block = b;
        return 0;
}

/* --- letters --- */

static void fds_close(MailFds *fds) {
        for (uint32_t i = 0; i < fds->n; i++)
                (void)close(fds->list[i]);
        fds->n = 0;
}

/* The letter has it, or it is closed. -1: there is none. */
static void put_fd(MailFds *fds, int fd) {
        if (fd >= 0)
                fds->list[fds->n++] = fd;
}

static int put_copy(MailFds *fds, int of) {
        int fd = fcntl(of, F_DUPFD_CLOEXEC, 0);

        put_fd(fds, fd);
        return fd < 0 ? -errno : 0;
}

/* Opened for the receiver alone: for once, or for all letters to him. */
static int put_new_page(MailFds *fds, int ro_fd) {
        int fd, r = chan_status_reopen(ro_fd, &fd);

        if (r == 0)
                put_fd(fds, fd);
        return r;
}

static int put_page(Links *l, MailFds *fds, uint32_t task, int ro_fd) {
        int fd, r = openings_get(&l->openings, ro_fd, task, &fd);

        return r ? r : put_copy(fds, fd);
}

/* --- descriptors of ours --- */

static uint32_t count_own_fds(void) {
        DIR *folder = opendir("/proc/self/fd");
        uint32_t n = 0;

        while (folder && readdir(folder))
                n++;
        if (folder)
                (void)closedir(folder);
        return n;
}

static uint32_t count_share(const Solution *sol) {
        uint32_t used = count_own_fds(), planned = channels_count_fds(sol);
        uint64_t kept =
                (used > planned ? used : planned) + LINKS_FDS_KEPT + (uint64_t)sol->n_tasks * MDL_OBJECTS_MAX;
        struct rlimit limit;

        if (sol->n_tasks == 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur <= kept)
                return 0;
        return (uint32_t)((limit.rlim_cur - kept) / sol->n_tasks);
}

static int take_fds(Links *l, uint32_t task, uint32_t n) {
        if (l->rooms[task].n_fds + n > l->fds_share)
                return -EDQUOT;
        l->rooms[task].n_fds += n;
        return 0;
}

static void give_fds(Links *l, uint32_t task, uint32_t n) {
        l->rooms[task].n_fds -= n;
}

/* --- addresses --- */

/* A limit of its addresses keeps a process from holding memory that no other limit counts; what its channels
 * take comes on top, as at the start, and no more. Should the process have ended meanwhile, it is somebody
 * else's soft limit that goes up, below his hard one. */
static void make_room(const Links *l, uint32_t task, uint32_t n_legs) {
        LinkRoom *room = &l->rooms[task];
        struct rlimit limit;
        pid_t pid = l->procs ? l->procs->list[task].pid : 0;

        room->n_legs += n_legs;
        if (pid == 0 || room->n_legs <= room->n_most)
                return;
        if (prlimit(pid, RLIMIT_AS, NULL, &limit) < 0)
                return;
        if (!room->is_known)
                room->base = limit.rlim_cur;
        room->is_known = true;
        room->n_most = room->n_legs;
        if (room->base == RLIM_INFINITY)
                return;
        limit.rlim_cur = room->base + (rlim_t)room->n_most * LINKS_ADDRESSES;
        if (limit.rlim_cur > limit.rlim_max)
                limit.rlim_cur = limit.rlim_max;
        (void)prlimit(pid, RLIMIT_AS, &limit, NULL);
}

static void leave_room(Links *l, uint32_t task, uint32_t n_legs) {
        l->rooms[task].n_legs -= n_legs;
        if (l->rooms[task].n_legs == 0)
                openings_drop_task(&l->openings, task);
}

/* --- listeners --- */

static LinkListener *drop_listener(LinkListener *listener) {
        openings_forget(&listener->links->openings, listener->status_ro_fd);
        if (!listener->is_static) {
                close_fd(&listener->ear_fd);
                close_fd(&listener->status_ro_fd);
                close_fd(&listener->news_fd);
                give_fds(listener->links, listener->task, LINKS_LISTENER_FDS);
        }
        chan_status_unmap(listener->entries);
        free(listener);
        return NULL;
}

/* A page of its own, of which it uses the first entry. */
static int open_own(LinkListener *listener, MailFds *fds) {
        int status_fd, r = chan_status_create(&status_fd, &listener->status_ro_fd);

        if (r < 0)
                return r;
        put_fd(fds, status_fd);
        r = chan_status_map(status_fd, true, &listener->entries);
        if (r == 0)
                r = chan_bell_create(&listener->news_fd);
        return r ? r : chan_ear_add(listener->ear_fd, listener->news_fd);
}

static int open_listener(void *arg, uint32_t task, MailFds *ret_fds, void **ret_listener) {
        Links *l = arg;
        LinkBlock key = {.server = class_of(l, task)};
        LinkListener *listener = calloc(1, sizeof *listener);
        const LinkBlock *block;
        int r;

        *ret_fds = (MailFds){.n = 0};
        if (!listener)
                return -ENOMEM;
        *listener = (LinkListener){.links = l,
                .task = task,
                .n_max = LISTENER_CHANNELS_MAX,
                .ear_fd = -1,
                .status_ro_fd = -1,
                .news_fd = -1};
        r = take_fds(l, task, LINKS_LISTENER_FDS);
        if (r < 0) {
                free(listener);
                return r;
        }
        r = find_block(l, &key, SOL_NOBODY, task, &block);
        if (r == 0)
                r = put_new_page(ret_fds, block->fd);
        if (r == 0)
                r = chan_ear_create(&listener->ear_fd);
        if (r == 0)
                r = put_copy(ret_fds, listener->ear_fd);
        if (r == 0)
                r = open_own(listener, ret_fds);
        if (r < 0) {
                fds_close(ret_fds);
                drop_listener(listener);
                return r;
        }
        *ret_listener = listener;
        return 0;
}

static uint32_t count_static(const Links *l, uint32_t task, uint32_t index) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < l->channels->n_channels; i++) {
                const SolChannel *sol = l->channels->list[i].sol;

                n += sol->server == task && sol->listener == index;
        }
        return n;
}

static void *find_listener(void *arg, uint32_t task, uint32_t index) {
        Links *l = arg;
        const ChannelServer *server = &l->channels->servers[task];
        LinkListener *listener = l->listeners;

        if (l->rooms[task].is_dead)
                return NULL;
        while (listener && (listener->task != task || listener->index != index))
                listener = listener->next;
        if (listener || index >= l->channels->sol->tasks[task].n_listeners)
                return listener;
        listener = calloc(1, sizeof *listener);
        if (!listener)
                return NULL;
        *listener = (LinkListener){.next = l->listeners,
                .links = l,
                .task = task,
                .index = index,
                .n_max = LISTENER_CHANNELS_MAX - count_static(l, task, index),
                .is_static = true,
                .ear_fd = server->ear_fds[index],
                .status_ro_fd = server->status_ro_fd,
                .news_fd = server->news_fds[index]};
        if (chan_status_map(server->status_fd, true, &listener->entries) < 0)
                return drop_listener(listener);
        l->listeners = listener;
        return listener;
}

/* Static ones stay for the next time. */
static void close_listener(void *arg, void *of) {
        LinkListener *listener = of;

        (void)arg;
        if (!listener->is_static)
                drop_listener(listener);
}

/* Threads that look find the news. One that sleeps is woken by the first call over the channel, or when more
 * letters lie there than may. */
static void tell(const LinkListener *listener) {
        (void)atomic_fetch_add(&listener->entries[listener->index].news, 1);
        if (mails_count(&listener->links->channels->mails, listener->task) > LINKS_UNTOLD_MAX)
                chan_ring(listener->news_fd);
}

/* --- links --- */

/* Legs while they are being made: descriptors of our own, that go when both letters are written. */
typedef struct Legs {
        int bell, client, server;
} Legs;

static void close_legs(Legs *legs) {
        close_fd(&legs->bell);
        close_fd(&legs->client);
        close_fd(&legs->server);
}

static int make_direct(Link *link, Legs *legs) {
        int r = chan_mem_create(&link->direct_fd);

        if (r == 0)
                r = chan_bell_create(&legs->bell);
        return r ? r : chan_ear_add(link->listener->ear_fd, legs->bell);
}

static int make_judged(Link *link, const LinkBlock *block, Legs *legs) {
        const LinkListener *listener = link->listener;
        RelayPlan plan = {.status = &listener->entries[listener->index],
                .bell_fd = listener->news_fd,
                .shape = block->server->shape,
                .verdicts = block->verdicts,
                .has_riid = block->has_riid,
                .riid = block->riid};
        int r = chan_mem_create(&legs->client);

        if (r == 0)
                r = chan_mem_create(&legs->server);
        if (r < 0)
                return r;
        plan.client_fd = legs->client;
        plan.server_fd = legs->server;
        plan.direct_fd = link->direct_fd;
        return mediator_add(listener->links->mediator, link->client, listener->task, &plan, &link->route);
}

static int make_legs(Link *link, const LinkBlock *block, Legs *legs) {
        int r = block->flags & END_DIRECT ? make_direct(link, legs) : 0;

        return r ? r : make_judged(link, block, legs);
}

/* All that is sent stays ours, or goes with the legs. */
static int send_server_end(const Link *link, const LinkBlock *block, const Legs *legs, uint32_t tag) {
        uint32_t seat = block->has_seat ? link->client + 1 : 0;
        const LinkListener *listener = link->listener;
        Links *l = listener->links;
        MailFds fds = {.n = 0};
        int page, r = openings_get(&l->openings, block->fd, listener->task, &page);

        if (r < 0)
                return r;
        put_fd(&fds, page);
        put_fd(&fds, link->direct_fd);
        put_fd(&fds, legs->server);
        r = mails_send_end(&l->channels->mails, listener->task, link->client, MAIL_UNASKED | tag, seat, &fds,
                l->channels->sol->tasks[link->client].name.text);
        if (r == 0)
                tell(listener);
        return r;
}

static int write_client_end(const Link *link, const LinkBlock *block, Legs *legs, MailFds *ret_fds) {
        Links *l = link->listener->links;
        int r = put_page(l, ret_fds, link->client, block->fd);

        if (r == 0 && link->direct_fd >= 0)
                r = put_copy(ret_fds, link->direct_fd);
        if (r == 0 && link->direct_fd >= 0) {
                put_fd(ret_fds, legs->bell);
                legs->bell = -1;
                r = put_page(l, ret_fds, link->client, link->listener->status_ro_fd);
        }
        put_fd(ret_fds, legs->client);
        legs->client = -1;
        return r;
}

/* Without a route nobody has been sent a leg. The server's bell is rung once, with the route's end. */
static void close_legs_of(const Link *link) {
        ChanHeader *direct = relay_direct(link->route->route);

        if (direct) {
                chan_mem_say_closed(direct, CHAN_CLIENT_GONE | CHAN_SERVER_GONE);
                chan_mem_close_slots(
                        direct, chan_mem_touched(link->direct_fd), CHAN_CLIENT_GONE | CHAN_SERVER_GONE, -1);
        }
        mediator_remove(link->route, CHAN_CLIENT_GONE | CHAN_SERVER_GONE);
}

static void enter(Links *l, Link *link) {
        link->number = ++l->n_ever;
        link->at = &l->first;
        link->next = l->first;
        if (link->next)
                link->next->at = &link->next;
        l->first = link;
}

static void leave(const Link *link) {
        if (link->next)
                link->next->at = link->at;
        if (link->at)
                *link->at = link->next;
}

static void close_link(void *arg, void *of) {
        Links *l = arg;
        Link *link = of;
        LinkListener *listener = link->listener;

        if (link->route)
                close_legs_of(link);
        close_fd(&link->direct_fd);
        listener->n_links--;
        give_fds(l, link->client, LINKS_LINK_FDS);
        leave_room(l, link->client, link->n_legs);
        leave_room(l, listener->task, link->n_legs);
        l->n_links--;
        leave(link);
        free(link);
}

static void make_room_for(Link *link, const LinkBlock *block) {
        const Links *l = link->listener->links;

        link->n_legs = block->flags & END_DIRECT ? LINKS_LEGS_MAX : 1;
        make_room(l, link->client, link->n_legs);
        make_room(l, link->listener->task, link->n_legs);
}

static int link_open(Link *link, const CoreChannelPlan *plan, MailFds *ret_fds) {
        Links *l = link->listener->links;
        uint32_t server = link->listener->task;
        LinkBlock key = {.client = class_of(l, plan->client),
                .server = class_of(l, server),
                .status = link->listener->index,
                .has_riid = plan->has_riid,
                .riid = plan->riid,
                .has_seat = l->channels->servers[server].held.entries};
        Legs legs = {-1, -1, -1};
        const LinkBlock *block;
        int r = find_block(l, &key, plan->client, server, &block);

        if (r < 0)
                return r;
        make_room_for(link, block);
        r = make_legs(link, block, &legs);
        if (r == 0)
                r = send_server_end(link, block, &legs, plan->tag);
        if (r == 0)
                r = write_client_end(link, block, &legs, ret_fds);
        close_legs(&legs);
        return r;
}

static int open_channel(void *arg, const CoreChannelPlan *plan, MailFds *ret_fds, void **ret_channel) {
        Links *l = arg;
        LinkListener *listener = plan->listener;
        Link *link;
        int r;

        *ret_fds = (MailFds){.n = 0};
        if (plan->has_riid && !has_endpoint(l, listener->task, plan->riid))
                return -EINVAL;
        if (l->n_links == LINKS_MAX || listener->n_links == listener->n_max)
                return -ENOBUFS;
        r = take_fds(l, plan->client, LINKS_LINK_FDS);
        if (r < 0)
                return r;
        link = calloc(1, sizeof *link);
        if (!link) {
                give_fds(l, plan->client, LINKS_LINK_FDS);
                return -ENOMEM;
        }
        *link = (Link){.listener = listener, .client = plan->client, .direct_fd = -1};
        listener->n_links++;
        l->n_links++;
        r = link_open(link, plan, ret_fds);
        if (r < 0) {
                fds_close(ret_fds);
                close_link(l, link);
                return r;
        }
        enter(l, link);
        *ret_channel = link;
        return 0;
}

/* --- in place of channels of the init file --- */

static int find_channel(
        void *arg, uint32_t client, uint32_t number, uint32_t *ret_server, uint32_t *ret_index) {
        const Links *l = arg;
        const SolTask *task = &l->channels->sol->tasks[client];
        const SolChannel *channel;

        if (number >= task->n_channels)
                return -EINVAL;
        channel = &task->channels[number];
        if (l->rooms[channel->server].is_dead ||
                (!l->rooms[client].has_lived && !l->rooms[channel->server].has_lived))
                return -ENOTCONN;
        *ret_server = channel->server;
        *ret_index = channel->listener;
        return 0;
}

void links_task_died(Links *l, uint32_t task) {
        l->rooms[task].is_dead = true;
}

void links_not_renewed(Links *l, uint32_t task) {
        l->rooms[task].is_dead = l->rooms[task].has_lived;
}

void links_renew(Links *l, uint32_t task) {
        for (LinkListener **at = &l->listeners; *at;) {
                LinkListener *listener = *at;

                if (listener->task != task) {
                        at = &listener->next;
                        continue;
                }
                *at = listener->next;
                drop_listener(listener);
        }
        l->rooms[task] = (LinkRoom){.has_lived = true};
}

/* --- life --- */

int links_new(struct Mediator *m, Channels *channels, const Procs *procs, Links **ret_links) {
        Links *l = calloc(1, sizeof *l);

        if (!l)
                return -ENOMEM;
        *l = (Links){.mediator = m, .channels = channels, .procs = procs};
        openings_init(&l->openings);
        l->fds_share = count_share(channels->sol);
        l->rooms = calloc(channels->sol->n_tasks + 1u, sizeof *l->rooms);
        if (!l->rooms) {
                free(l);
                return -ENOMEM;
        }
        *ret_links = l;
        return 0;
}

Links *links_free(Links *l) {
        if (!l)
                return NULL;
        while (l->blocks) {
                LinkBlock *b = l->blocks;

                l->blocks = b->next;
                block_free(b);
        }
        while (l->listeners) {
                LinkListener *listener = l->listeners;

                l->listeners = listener->next;
                drop_listener(listener);
        }
        openings_deinit(&l->openings);
        free(l->rooms);
        free(l);
        return NULL;
}

CoreChannels links_ops(Links *l) {
        return (CoreChannels){.listener_open = open_listener,
                .listener_find = find_listener,
                .listener_close = close_listener,
                .channel_open = open_channel,
                .channel_close = close_link,
                .channel_find = find_channel,
                .arg = l};
}

uint32_t links_count(const Links *l) {
        return l->n_links;
}

/* A client takes the lowest free slot: nobody has used the ones behind a fresh one, and looking at them would
 * give each a page of memory. */
static uint32_t calls_of(const Link *link, LinkCall *ret_calls, uint32_t n_max) {
        uint32_t n = 0, thread = 1;

        for (uint32_t i = 0; i < CHAN_SLOTS && n < n_max; i++) {
                ChanPhase phase = relay_peek(link->route->route, i, &thread);

                if (phase == CHAN_PHASE_NONE && thread == 0)
                        break;
                if (phase != CHAN_PHASE_NONE)
                        ret_calls[n++] = (LinkCall){.link = link->number,
                                .client = link->client,
                                .server = link->listener->task,
                                .slot = i,
                                .thread = thread,
                                .phase = phase};
        }
        return n;
}

uint32_t links_calls(const Links *l, LinkCall *ret_calls, uint32_t n_max) {
        uint32_t n = 0;

        for (const Link *link = l->first; link && n < n_max; link = link->next)
                n += calls_of(link, ret_calls + n, n_max - n);
        return n;
}
