/* SPDX-License-Identifier: MIT */
/*
 * A name that fits into eight and three capital letters, digits and signs is stored so, small letters with a
 * mark if all of a part are small; any other gets entries with its text, and a short name made of it.
 */
#include "fat/name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fat/bytes.h"

#define BASE     8u
#define SUFFIX   3u
#define LAST     0x40u /* mark of the first long entry, which has the end of the name */
#define ATTR_LFN 0x0fu
#define BYTE_E5  0x05u /* stands for 0xe5 as first byte, which would mean: deleted */

static const uint8_t unit_at[FAT_LONG_PER] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

/* --- what may be in a name --- */

static bool is_bad(uint16_t unit) {
        return unit < 0x20 || unit == 0x7f || (unit < 0x80 && strchr("*?<>|\":/\\", unit));
}

/* Also in a short one. */
static bool is_short_char(uint16_t unit) {
        return unit > 0x20 && unit < 0x7f && !is_bad(unit) && !strchr("+,;=[].", unit);
}

static uint32_t length_without_dots(const FsName *name) {
        uint32_t n = name->length;

        while (n > 0 && name->text[n - 1] == '.')
                n--;
        return n;
}

bool fat_fold_name(const FsName *name, FatUnits *ret) {
        uint32_t n = length_without_dots(name);

        if (n == 0 || !fat_units_of(name->text, n, ret))
                return false;
        for (uint32_t i = 0; i < ret->n; i++)
                ret->units[i] = fat_fold(ret->units[i]);
        return true;
}

/* --- short names --- */

typedef struct Part {
        const uint16_t *units;
        uint32_t n;
} Part;

static bool has(const Part *p, uint16_t low, uint16_t high) {
        for (uint32_t i = 0; i < p->n; i++)
                if (p->units[i] >= low && p->units[i] <= high)
                        return true;
        return false;
}

/* Fits as it is, or with the mark for small letters. */
static bool is_exact(const Part *p, uint32_t room) {
        if (p->n > room || (has(p, 'a', 'z') && has(p, 'A', 'Z')))
                return false;
        for (uint32_t i = 0; i < p->n; i++)
                if (!is_short_char(p->units[i]))
                        return false;
        return true;
}

/* Capital letters; '_' for what there is not; spaces and dots go. Bytes put; *lossy: some went. */
static uint32_t shorten(const Part *p, uint32_t room, uint8_t *to, bool *lossy) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < p->n; i++) {
                uint16_t c = p->units[i];

                if (c == ' ' || c == '.' || n == room) {
                        *lossy = true;
                        continue;
                }
                if (!is_short_char(c)) {
                        *lossy = true;
                        c = '_';
                }
                to[n++] = (uint8_t)(c >= 'a' && c <= 'z' ? c - 32 : c);
        }
        return n;
}

static void split(const FatUnits *u, Part *base, Part *suffix) {
        uint32_t dot = u->n;

        while (dot > 1 && u->units[dot - 1] != '.')
                dot--;
        if (dot <= 1) { /* none, or only in front */
                *base = (Part){.units = u->units, .n = u->n};
                *suffix = (Part){.units = u->units, .n = 0};
                return;
        }
        *base = (Part){.units = u->units, .n = dot - 1};
        *suffix = (Part){.units = u->units + dot, .n = u->n - dot};
}

static void make_short(FatWanted *w) {
        bool lossy = false;
        Part base, suffix;

        split(&w->units, &base, &suffix);
        memset(w->short_name, ' ', FAT_SHORT);
        w->is_exact = is_exact(&base, BASE) && is_exact(&suffix, SUFFIX);
        w->base_length = shorten(&base, BASE, w->short_name, &lossy);
        (void)shorten(&suffix, SUFFIX, w->short_name + BASE, &lossy);
        if (w->base_length == 0) {
                w->short_name[w->base_length++] = '_';
                lossy = true;
        }
        w->needs_tail = lossy;
        w->lower = 0;
        if (w->is_exact && has(&base, 'a', 'z'))
                w->lower |= FAT_LOWER_BASE;
        if (w->is_exact && has(&suffix, 'a', 'z'))
                w->lower |= FAT_LOWER_SUFFIX;
        w->n_long = w->is_exact ? 0 : (w->units.n + FAT_LONG_PER - 1) / FAT_LONG_PER;
}

int fat_want_name(const FsName *name, FatWanted *ret) {
        uint32_t n = length_without_dots(name);

        if (n == 0 || name->text[n - 1] == ' ' || !fat_units_of(name->text, n, &ret->units))
                return -EINVAL;
        for (uint32_t i = 0; i < ret->units.n; i++)
                if (is_bad(ret->units.units[i]))
                        return -EINVAL;
        make_short(ret);
        return 0;
}

void fat_add_tail(const FatWanted *w, uint32_t number, uint8_t *ret_short) {
        char tail[BASE + 4];
        uint32_t n = (uint32_t)snprintf(tail, sizeof tail, "~%u", number);
        uint32_t at = w->base_length < BASE - n ? w->base_length : BASE - n;

        memcpy(ret_short, w->short_name, FAT_SHORT);
        memset(ret_short + at, ' ', BASE - at);
        memcpy(ret_short + at, tail, n);
}

uint8_t fat_checksum(const uint8_t *short_name) {
        uint32_t sum = 0;

        for (uint32_t i = 0; i < FAT_SHORT; i++)
                sum = (((sum & 1) << 7 | sum >> 1) + short_name[i]) & 0xff;
        return (uint8_t)sum;
}

/* Bytes before the spaces that fill up a part. */
static uint32_t filled(const uint8_t *part, uint32_t room) {
        while (room > 0 && part[room - 1] == ' ')
                room--;
        return room;
}

static void show_part(const uint8_t *part, uint32_t n, bool is_lower, FatUnits *ret) {
        for (uint32_t i = 0; i < n; i++) {
                uint16_t unit = fat_unit_of_437(part[i]);

                if (is_bad(unit))
                        unit = '_';
                ret->units[ret->n++] = is_lower ? fat_fold(unit) : unit;
        }
}

void fat_show_short(const uint8_t *short_name, uint8_t lower, FatUnits *ret) {
        uint32_t n_suffix = filled(short_name + BASE, SUFFIX);
        uint8_t base[BASE];

        memcpy(base, short_name, BASE);
        if (base[0] == BYTE_E5)
                base[0] = 0xe5;
        ret->n = 0;
        show_part(base, filled(base, BASE), lower & FAT_LOWER_BASE, ret);
        if (n_suffix > 0)
                ret->units[ret->n++] = '.';
        show_part(short_name + BASE, n_suffix, lower & FAT_LOWER_SUFFIX, ret);
}

/* --- long names --- */

void fat_put_long(const FatWanted *w, uint32_t i, uint8_t checksum, uint8_t *ret_slot) {
        uint32_t from = (i - 1) * FAT_LONG_PER;

        memset(ret_slot, 0, FAT_SLOT);
        ret_slot[0] = (uint8_t)(i | (i == w->n_long ? LAST : 0));
        ret_slot[11] = ATTR_LFN;
        ret_slot[13] = checksum;
        for (uint32_t j = 0; j < FAT_LONG_PER; j++) {
                uint32_t at = from + j;

                put16(ret_slot + unit_at[j], at < w->units.n    ? w->units.units[at]
                                             : at == w->units.n ? 0
                                                                : 0xffff);
        }
}

void fat_long_reset(FatLong *l) {
        l->next = FAT_LONG_MAX + 1;
}

/* The units of a slot; behind a zero there is nothing. */
static void take_units(FatLong *l, const uint8_t *slot, uint32_t number) {
        uint32_t from = (number - 1) * FAT_LONG_PER;

        for (uint32_t j = 0; j < FAT_LONG_PER; j++) {
                uint16_t unit = get16(slot + unit_at[j]);

                if (from + j >= FAT_UNITS_MAX) {
                        if (unit != 0 && unit != 0xffff)
                                fat_long_reset(l); /* longer than any name */
                        return;
                }
                if (unit == 0) {
                        if (from + j < l->units.n)
                                l->units.n = from + j;
                        return;
                }
                l->units.units[from + j] = unit;
        }
}

void fat_long_take(FatLong *l, const uint8_t *slot) {
        uint32_t number = slot[0] & (uint32_t)~LAST;

        if (slot[0] & LAST) {
                fat_long_reset(l);
                if (number < 1 || number > FAT_LONG_MAX)
                        return;
                l->units.n = number * FAT_LONG_PER < FAT_UNITS_MAX ? number * FAT_LONG_PER : FAT_UNITS_MAX;
                l->checksum = slot[13];
        } else if (number != l->next || number == 0 || slot[13] != l->checksum) {
                fat_long_reset(l);
                return;
        }
        l->next = number - 1;
        take_units(l, slot, number);
}

bool fat_long_belongs(const FatLong *l, const uint8_t *short_name) {
        const uint16_t *u = l->units.units;

        if (l->next != 0 || l->units.n == 0 || l->checksum != fat_checksum(short_name))
                return false;
        for (uint32_t i = 0; i < l->units.n; i++)
                if (is_bad(u[i]))
                        return false;
        return !(u[0] == '.' && (l->units.n == 1 || (l->units.n == 2 && u[1] == '.')));
}
