/* SPDX-License-Identifier: MIT */
/*
 * Converting text. What is not text is refused or replaced, never passed on.
 */
#include "fat/text.h"

#define REPLACEMENT 0xfffdu

/* Upper half of code page 437. */
static const uint16_t upper_437[128] = {0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7,
        0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5, 0x00c9, 0x00e6, 0x00c6, 0x00f4,
        0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192,
        0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x2310, 0x00ac, 0x00bd,
        0x00bc, 0x00a1, 0x00ab, 0x00bb, 0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556,
        0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534, 0x252c, 0x251c,
        0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567,
        0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518, 0x250c, 0x2588,
        0x2584, 0x258c, 0x2590, 0x2580, 0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4,
        0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264,
        0x2320, 0x2321, 0x00f7, 0x2248, 0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0};

uint16_t fat_unit_of_437(uint8_t byte) {
        return byte < 0x80 ? byte : upper_437[byte - 0x80];
}

/* --- UTF-8 --- */

/* One character; bytes it took, 0: not UTF-8. */
static size_t decode(const unsigned char *p, size_t left, uint32_t *ret_char) {
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        size_t n = p[0] < 0x80   ? 1
                   : p[0] < 0xc2 ? 0
                   : p[0] < 0xe0 ? 2
                   : p[0] < 0xf0 ? 3
                   : p[0] < 0xf5 ? 4
                                 : 0;
        uint32_t c = n == 1 ? p[0] : n ? p[0] & (0xffu >> (n + 1)) : 0;

        if (n == 0 || n > left)
                return 0;
        for (size_t i = 1; i < n; i++) {
                if ((p[i] & 0xc0) != 0x80)
                        return 0;
                c = c << 6 | (p[i] & 0x3f);
        }
        if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
                return 0;
        *ret_char = c;
        return n;
}

bool fat_units_of(const char *text, size_t length, FatUnits *ret) {
        const unsigned char *p = (const unsigned char *)text;

        ret->n = 0;
        while (length > 0) {
                uint32_t c, n_units;
                size_t n = decode(p, length, &c);

                if (n == 0)
                        return false;
                n_units = c > 0xffff ? 2 : 1;
                if (ret->n + n_units > FAT_UNITS_MAX)
                        return false;
                if (n_units == 2) {
                        ret->units[ret->n++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
                        ret->units[ret->n++] = (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff));
                } else {
                        ret->units[ret->n++] = (uint16_t)c;
                }
                p += n;
                length -= n;
        }
        return true;
}

/* One character from units; units it took. */
static uint32_t join(const uint16_t *units, uint32_t n, uint32_t *ret_char) {
        uint32_t c = units[0];

        if (c >= 0xd800 && c < 0xdc00 && n > 1 && units[1] >= 0xdc00 && units[1] < 0xe000) {
                *ret_char = 0x10000 + ((c - 0xd800) << 10) + (units[1] - 0xdc00u);
                return 2;
        }
        *ret_char = c >= 0xd800 && c < 0xe000 ? REPLACEMENT : c;
        return 1;
}

/* Bytes it took. */
static size_t encode(uint32_t c, unsigned char *p) {
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};

        for (size_t i = n; i-- > 1; c >>= 6)
                p[i] = (unsigned char)(0x80 | (c & 0x3f));
        p[0] = (unsigned char)(first[n == 1 ? 0 : n] | c);
        return n;
}

size_t fat_units_to(const uint16_t *units, uint32_t n, char *text, size_t size) {
        size_t length = 0;

        for (uint32_t i = 0; i < n;) {
                unsigned char bytes[4];
                uint32_t c;
                size_t n_bytes;

                i += join(units + i, n - i, &c);
                n_bytes = encode(c, bytes);
                if (n_bytes > size - length)
                        return SIZE_MAX;
                for (size_t j = 0; j < n_bytes; j++)
                        text[length++] = (char)bytes[j];
        }
        return length;
}

/* --- letters --- */

typedef struct Letters {
        uint16_t first, last, step; /* capital letters */
        uint16_t distance;          /* to the small ones */
} Letters;

/* step 2: capital and small ones take turns. */
static const Letters letters[] = {
        {0x0041, 0x005a, 1, 32},
        {0x00c0, 0x00d6, 1, 32},
        {0x00d8, 0x00de, 1, 32},
        {0x0100, 0x012e, 2, 1},
        {0x0132, 0x0136, 2, 1},
        {0x0139, 0x0147, 2, 1},
        {0x014a, 0x0176, 2, 1},
        {0x0179, 0x017d, 2, 1},
        {0x0391, 0x03a1, 1, 32},
        {0x03a3, 0x03ab, 1, 32},
        {0x0400, 0x040f, 1, 80},
        {0x0410, 0x042f, 1, 32},
        {0x0460, 0x0480, 2, 1},
        {0x048a, 0x04be, 2, 1},
        {0x04d0, 0x052e, 2, 1},
        {0x0531, 0x0556, 1, 48},
        {0x1e00, 0x1e94, 2, 1},
        {0x1ea0, 0x1efe, 2, 1},
};

uint16_t fat_fold(uint16_t unit) {
        if (unit < 0x80)
                return (uint16_t)(unit >= 'A' && unit <= 'Z' ? unit + 32 : unit);
        for (size_t i = 1; i < sizeof letters / sizeof *letters && unit >= letters[i].first; i++)
                if (unit <= letters[i].last && (unit - letters[i].first) % letters[i].step == 0)
                        return (uint16_t)(unit + letters[i].distance);
        return unit;
}
