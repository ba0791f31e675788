/* SPDX-License-Identifier: MIT */
/*
 * System V's shared memory for a program of the host: some programs keep there what their children are to
 * see. A chamber has no children and no such segments, so a private one is memory of the process. A segment
 * with a key belongs to other programs too, and stays refused.
 *
 * A segment that is removed ends with its last attachment; each attachment is at the same address.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/shm.h>

#define SHOWN        __attribute__((visibility("default")))
#define SEGMENTS_MAX 64

typedef struct Segment {
        void *memory; /* NULL: a free place */
        size_t size;
        unsigned n_attached;
        bool is_removed;
} Segment;

static Segment segments[SEGMENTS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int refuse(int error) {
        errno = error;
        return -1;
}

static Segment *find(int id) {
        return id >= 0 && id < SEGMENTS_MAX && segments[id].memory ? &segments[id] : NULL;
}

static void end_if_unused(Segment *segment) {
        if (!segment->is_removed || segment->n_attached > 0)
                return;
        (void)munmap(segment->memory, segment->size);
        *segment = (Segment){.memory = NULL};
}

/* The identifier, or -1: no place, no memory. */
static int make(size_t size) {
        int id = 0;
        void *memory;

        while (id < SEGMENTS_MAX && segments[id].memory)
                id++;
        if (id == SEGMENTS_MAX)
                return refuse(ENOSPC);
        memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
                return -1;
        segments[id] = (Segment){.memory = memory, .size = size};
        return id;
}

SHOWN int shmget(key_t key, size_t size, int flags) {
        int id;

        (void)flags; /* permissions are for others */
        if (key != IPC_PRIVATE)
                return refuse(EPERM);
        if (size == 0)
                return refuse(EINVAL);
        (void)pthread_mutex_lock(&lock);
        id = make(size);
        (void)pthread_mutex_unlock(&lock);
        return id;
}

SHOWN void *shmat(int id, const void *at, int flags) {
        void *memory = (void *)-1;
        Segment *segment;

        (void)pthread_mutex_lock(&lock);
        segment = find(id);
        if (segment && !at && !(flags & SHM_RDONLY)) {
                segment->n_attached++;
                memory = segment->memory;
        } else {
                errno = EINVAL;
        }
        (void)pthread_mutex_unlock(&lock);
        return memory;
}

SHOWN int shmdt(const void *at) {
        int r = -1;

        (void)pthread_mutex_lock(&lock);
        for (int id = 0; r < 0 && at && id < SEGMENTS_MAX; id++)
                if (segments[id].memory == at && segments[id].n_attached > 0) {
                        segments[id].n_attached--;
                        end_if_unused(&segments[id]);
                        r = 0;
                }
        (void)pthread_mutex_unlock(&lock);
        return r < 0 ? refuse(EINVAL) : r;
}

SHOWN int shmctl(int id, int command, struct shmid_ds *info) {
        Segment *segment;

        (void)info;
        if (command != IPC_RMID)
                return refuse(EPERM);
        (void)pthread_mutex_lock(&lock);
        segment = find(id);
        if (segment) {
                segment->is_removed = true;
                end_if_unused(segment);
        }
        (void)pthread_mutex_unlock(&lock);
        return segment ? 0 : refuse(EINVAL);
}
