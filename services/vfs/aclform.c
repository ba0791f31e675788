/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing of lists: see aclform.h.
 */
#include "aclform.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define VERSION   2u
#define HEAD_SIZE 4u

enum { USER_OBJ = 1, USER = 2, GROUP_OBJ = 4, GROUP = 8, MASK = 16, OTHER = 32 };

typedef struct Entry {
        uint16_t tag, permissions;
        uint32_t id;
} Entry;

static size_t count_of(size_t size) {
        return (size - HEAD_SIZE) / sizeof(Entry);
}

static Entry get(const void *list, size_t i) {
        Entry e;

        memcpy(&e, (const char *)list + HEAD_SIZE + i * sizeof e, sizeof e);
        return (Entry){.tag = le16toh(e.tag), .permissions = le16toh(e.permissions), .id = le32toh(e.id)};
}

static void put(void *list, size_t i, const Entry *e) {
        const Entry le = {
                .tag = htole16(e->tag), .permissions = htole16(e->permissions), .id = htole32(e->id)};

        memcpy((char *)list + HEAD_SIZE + i * sizeof le, &le, sizeof le);
}

static bool is_tag(uint16_t tag) {
        return tag == USER_OBJ || tag == USER || tag == GROUP_OBJ || tag == GROUP || tag == MASK ||
               tag == OTHER;
}

static bool has_id(uint16_t tag) {
        return tag == USER || tag == GROUP;
}

/* In the order of tags; those with ids in the order of these, each once. */
static bool may_follow(const Entry *a, const Entry *b) {
        return a->tag < b->tag || (a->tag == b->tag && has_id(a->tag) && a->id < b->id);
}

static bool has_version(const void *list) {
        uint32_t version;

        memcpy(&version, list, sizeof version);
        return le32toh(version) == VERSION;
}

bool aclform_is_valid(const void *list, size_t size) {
        const unsigned needed = USER_OBJ | GROUP_OBJ | OTHER;
        Entry before = {.tag = 0};
        unsigned seen = 0;

        if (size < ACLFORM_SIZE_MINIMAL || (size - HEAD_SIZE) % sizeof(Entry) != 0 || !has_version(list))
                return false;
        for (size_t i = 0; i < count_of(size); i++) {
                const Entry e = get(list, i);

                if (!is_tag(e.tag) || e.permissions > 7 || (i > 0 && !may_follow(&before, &e)))
                        return false;
                seen |= e.tag;
                before = e;
        }
        return (seen & needed) == needed && (!(seen & (USER | GROUP)) || (seen & MASK));
}

/* How far left the permissions of a tag stand in a mode; the mask, if there is one, stands for the group. */
static int shift_of(uint16_t tag, bool has_mask) {
        if (tag == USER_OBJ)
                return 6;
        if (tag == (has_mask ? MASK : GROUP_OBJ))
                return 3;
        return tag == OTHER ? 0 : -1;
}

static bool has_mask(const void *list, size_t size) {
        for (size_t i = 0; i < count_of(size); i++)
                if (get(list, i).tag == MASK)
                        return true;
        return false;
}

mode_t aclform_mode(const void *list, size_t size) {
        bool masked = has_mask(list, size);
        mode_t mode = 0;

        for (size_t i = 0; i < count_of(size); i++) {
                const Entry e = get(list, i);
                int shift = shift_of(e.tag, masked);

                if (shift >= 0)
                        mode |= (mode_t)e.permissions << shift;
        }
        return mode;
}

void aclform_of_mode(mode_t mode, void *ret) {
        const uint32_t version = htole32(VERSION);
        static const uint16_t tags[] = {USER_OBJ, GROUP_OBJ, OTHER};

        memcpy(ret, &version, sizeof version);
        for (size_t i = 0; i < 3; i++) {
                const Entry e = {.tag = tags[i],
                        .permissions = (uint16_t)(mode >> shift_of(tags[i], false) & 7),
                        .id = UINT32_MAX};

                put(ret, i, &e);
        }
}

void aclform_apply_mode(void *list, size_t size, mode_t mode) {
        bool masked = has_mask(list, size);

        for (size_t i = 0; i < count_of(size); i++) {
                Entry e = get(list, i);
                int shift = shift_of(e.tag, masked);

                if (shift < 0)
                        continue;
                e.permissions = (uint16_t)(mode >> shift & 7);
                put(list, i, &e);
        }
}

mode_t aclform_inherit(void *list, size_t size, mode_t mode) {
        mode_t both = mode & aclform_mode(list, size);

        aclform_apply_mode(list, size, both);
        return both;
}
