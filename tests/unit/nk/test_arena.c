/* SPDX-License-Identifier: MIT */
/*
 * Arena: allocation, limits, what a receiver accepts. (That the macros work with every count type in
 * both languages: tests/abi/headers/use_nk.c.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <nk/arena.h>
#include <services/rtl/nk_cstr.h>
#include <services/rtl/nk_msg.h>

struct Item {
        nk_uint64_t stamp;
        nk_ptr_t name;
};

static void assert_chunk(nk_ptr_t ptr, uint32_t offset, uint32_t size) {
        assert_int_equal(ptr.offset, offset);
        assert_int_equal(ptr.size, size);
}

static void buffer_is_filled_to_the_last_byte(void **state) {
        char buffer[16];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_ptr_t ptr;
        (void)state;

        assert_ptr_equal(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 15), buffer);
        assert_chunk(ptr, 0, 15);
        assert_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 2));
        assert_chunk(ptr, 0, 15);
        assert_ptr_equal(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 1), buffer + 15);
        assert_chunk(ptr, 15, 1);
        assert_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 1));
        assert_int_equal(nkx_arena_used(&arena), 16);
}

static void one_element_too_many_fails(void **state) {
        char buffer[16];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_ptr_t ptr;
        (void)state;

        assert_null(nk_arena_alloc(nk_uint32_t, &arena, &ptr, 5));
        assert_int_equal(nkx_arena_used(&arena), 0);
        assert_non_null(nk_arena_alloc(nk_uint32_t, &arena, &ptr, 4));
}

static void chunks_are_aligned_and_gaps_are_cleared(void **state) {
        char buffer[32];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_ptr_t ptr;
        (void)state;

        memset(buffer, 'x', sizeof(buffer));
        assert_non_null(nk_arena_alloc(nk_char_t, &arena, &ptr, 1));
        assert_non_null(nk_arena_alloc(nk_uint64_t, &arena, &ptr, 1));
        assert_chunk(ptr, 8, 8);
        assert_memory_equal(buffer, "x\0\0\0\0\0\0\0x", 9);
        assert_non_null(nk_arena_alloc(nk_char_t, &arena, &ptr, 3));
        assert_non_null(nk_arena_alloc(nk_ptr_t, &arena, &ptr, 1));
        assert_chunk(ptr, 20, 8);
        assert_null(nk_arena_alloc(struct Item, &arena, &ptr, 1));
}

static void alignment_counts_from_the_start_of_the_buffer(void **state) {
        _Alignas(8) char buffer[33];
        (void)state;

        for (int shift = 0; shift < 8; shift++) {
                struct nk_arena arena;
                nk_ptr_t text, numbers;
                const nk_uint32_t values[] = {7, 9};
                nk_uint32_t *read, n;

                nk_arena_init(&arena, buffer + shift, buffer + shift + 12);
                assert_int_equal(nk_arena_store(nk_char_t, &arena, &text, "abc", 4), NK_EOK);
                assert_int_equal(nk_arena_store(nk_uint32_t, &arena, &numbers, values, 2), NK_EOK);
                assert_memory_equal(buffer + shift, "abc\0\7\0\0\0\11\0\0\0", 12);
                read = nk_arena_get(nk_uint32_t, &arena, &numbers, &n);
                assert_ptr_equal(read, buffer + shift + 4);
                assert_int_equal(n, 2);
        }
}

static void empty_chunk_is_not_null(void **state) {
        char buffer[4];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_ptr_t ptr;
        nk_uint32_t n = 5;
        (void)state;

        assert_non_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 3));
        assert_non_null(nk_arena_alloc(nk_uint64_t, &arena, &ptr, 0));
        assert_chunk(ptr, 3, 0);
        assert_int_equal(nk_arena_store(nk_uint8_t, &arena, &ptr, NULL, 0), NK_EOK);
        assert_int_equal(nkx_arena_used(&arena), 3);
        assert_null(nk_arena_get(nk_uint8_t, &arena, &ptr, &n));
        assert_int_equal(n, 0);
        assert_non_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 1));
        assert_non_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 0));
        assert_chunk(ptr, 4, 0);
}

static void count_that_overflows_fails(void **state) {
        char buffer[64];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_ptr_t ptr;
        (void)state;

        assert_null(nk_arena_alloc(nk_uint64_t, &arena, &ptr, SIZE_MAX));
        assert_null(nk_arena_alloc(nk_uint64_t, &arena, &ptr, SIZE_MAX / 8 + 1));
        assert_null(nk_arena_alloc(nk_uint64_t, &arena, &ptr, SIZE_MAX / 8 + 2));
        assert_null(nk_arena_alloc(nk_uint64_t, &arena, &ptr, UINT64_C(0x2000000000000001)));
        assert_null(nk_arena_alloc(nk_uint64_t, &arena, &ptr, -1));
        assert_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, (nk_sint8_t)-1));
        assert_int_equal(nk_arena_store(nk_uint64_t, &arena, &ptr, NULL, SIZE_MAX), NK_ENOMEM);
        assert_int_equal(nkx_arena_used(&arena), 0);
}

static void offset_beyond_32_bits_fails(void **state) {
        char *none = (char *)16; /* never touched: only the sizes count */
        struct nk_arena arena = NK_ARENA_INITIALIZER(none, none + UINT64_C(0x100000010));
        nk_ptr_t ptr;
        (void)state;

        assert_non_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, UINT32_MAX));
        assert_chunk(ptr, 0, UINT32_MAX);
        assert_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 1));
        nk_arena_reset(&arena);
        assert_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, UINT64_C(0x100000000)));
}

static void arena_without_buffer_has_no_room(void **state) {
        struct nk_arena empty = NK_ARENA_INITIALIZER(NULL, NULL);
        nk_ptr_t ptr = {0, 4};
        nk_uint32_t n = 5;
        (void)state;

        for (struct nk_arena *arena = &empty;; arena = NULL) {
                assert_null(nk_arena_alloc(nk_uint8_t, arena, &ptr, 1));
                assert_null(nk_arena_alloc(nk_uint8_t, arena, &ptr, 0));
                assert_null(nk_arena_get(nk_uint8_t, arena, &ptr, &n));
                assert_int_equal(n, 0);
                assert_int_equal(nkx_arena_used(arena), 0);
                assert_int_equal(nkx_arena_capacity(arena), 0);
                nk_arena_reset(arena);
                if (!arena)
                        break;
        }
        assert_int_equal(nkx_arena_set_used(&empty, 0), NK_EOK);
        assert_int_equal(nkx_arena_set_used(&empty, 1), NK_ENOMEM);
}

static void reset_makes_the_whole_buffer_free(void **state) {
        NK_ARENA_AUTO(arena, 8);
        nk_ptr_t ptr;
        (void)state;

        assert_non_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 8));
        assert_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 1));
        nk_arena_reset(&arena);
        assert_non_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 8));
        assert_chunk(ptr, 0, 8);
}

static void received_size_is_limited_by_the_buffer(void **state) {
        NK_ARENA_AUTO(arena, 8);
        (void)state;

        assert_int_equal(nkx_arena_set_used(&arena, 7), NK_EOK);
        assert_int_equal(nkx_arena_used(&arena), 7);
        assert_int_equal(nkx_arena_set_used(&arena, 8), NK_EOK);
        assert_int_equal(nkx_arena_set_used(&arena, 9), NK_ENOMEM);
        assert_int_equal(nkx_arena_used(&arena), 8);
        assert_int_equal(nkx_arena_set_used(&arena, 0), NK_EOK);
        assert_int_equal(nkx_arena_used(&arena), 0);
}

static void automatic_arena_may_be_empty(void **state) {
        NK_ARENA_AUTO(arena, 0);
        nk_ptr_t ptr;
        (void)state;

        assert_int_equal(nkx_arena_capacity(&arena), 0);
        assert_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 1));
        assert_non_null(nk_arena_alloc(nk_uint8_t, &arena, &ptr, 0));
}

static void get_refuses_what_is_not_in_the_used_part(void **state) {
        /* used part: 16 bytes; element: 4 */
        static const struct {
                nk_ptr_t ptr;
                nk_uint32_t n;
        } rows[] = {
                {{0, 4}, 1},
                {{0, 16}, 4},
                {{12, 4}, 1},
                {{0, 20}, 0},
                {{16, 4}, 0},
                {{16, 0}, 0},
                {{0, 0}, 0},
                {{4, 16}, 0},
                {{UINT32_MAX, 4}, 0},
                {{UINT32_MAX - 3, 4}, 0},
                {{4, UINT32_MAX - 3}, 0},
                {{8, UINT32_MAX}, 0},
                {{0, 3}, 0},
                {{0, 5}, 0},
                {{0, 15}, 0},
                {{1, 4}, 0},
                {{2, 4}, 0},
        };
        NK_ARENA_AUTO(arena, 32);
        (void)state;

        assert_int_equal(nkx_arena_set_used(&arena, 16), NK_EOK);
        for (size_t i = 0; i < nk_array_size(rows); i++) {
                nk_uint32_t n = 99;
                nk_uint32_t *got = nk_arena_get(nk_uint32_t, &arena, &rows[i].ptr, &n);

                assert_int_equal(n, rows[i].n);
                if (rows[i].n)
                        assert_ptr_equal(got, (char *)arena.start + rows[i].ptr.offset);
                else
                        assert_null(got);
        }
}

static void sequence_of_strings_goes_through(void **state) {
        static const char *const words[] = {"", "one", "three"};
        NK_ARENA_AUTO(arena, 3 * 8 + 1 + 4 + 6);
        nk_ptr_t sequence, *parts;
        nk_size_t n;
        (void)state;

        parts = nk_arena_alloc(nk_ptr_t, &arena, &sequence, 3);
        assert_non_null(parts);
        for (int i = 0; i < 3; i++)
                assert_int_equal(NkKosCopyStringToArena(&arena, &parts[i], words[i]), NK_EOK);
        assert_int_equal(nkx_arena_used(&arena), nkx_arena_capacity(&arena));

        parts = nk_arena_get(nk_ptr_t, &arena, &sequence, &n);
        assert_int_equal(n, 3);
        for (int i = 0; i < 3; i++) {
                const char *text;

                assert_int_equal(RtlArenaGetCStr(&arena, &parts[i], &text), NK_EOK);
                assert_string_equal(text, words[i]);
        }
}

static void text_that_does_not_fit_is_refused(void **state) {
        NK_ARENA_AUTO(arena, 4);
        nk_ptr_t ptr;
        (void)state;

        assert_int_equal(NkKosCopyStringToArena(&arena, &ptr, "four"), NK_ENOMEM);
        assert_int_equal(NkKosCopyStringToArena(NULL, &ptr, ""), NK_ENOMEM);
        assert_int_equal(NkKosCopyStringToArena(&arena, &ptr, "3.."), NK_EOK);
        assert_chunk(ptr, 0, 4);
}

static void text_without_end_is_refused(void **state) {
        NK_ARENA_AUTO(arena, 4);
        nk_ptr_t ptr;
        char before[] = "before", *text = before;
        (void)state;

        assert_int_equal(nk_arena_store(char, &arena, &ptr, "abc", 4), NK_EOK);
        assert_int_equal(RtlArenaGetCStr(&arena, &ptr, &text), NK_EOK);
        ptr.size = 3;
        assert_int_equal(RtlArenaGetCStr(&arena, &ptr, &text), NK_EBADMSG);
        assert_null(text);
        ptr.size = 5;
        assert_int_equal(RtlArenaGetCStr(&arena, &ptr, &text), NK_EBADMSG);
        ptr.size = 0;
        assert_int_equal(RtlArenaGetCStr(&arena, &ptr, &text), NK_EBADMSG);
        assert_int_equal(RtlArenaGetCStr(NULL, &ptr, &text), NK_EBADMSG);
}

static void structs_with_chunks_of_their_own_go_through(void **state) {
        NK_ARENA_AUTO(arena, 64);
        nk_ptr_t sequence;
        struct Item *items = nk_arena_alloc(struct Item, &arena, &sequence, 2);
        nk_uint64_t n;
        const char *text;
        (void)state;

        assert_non_null(items);
        for (unsigned i = 0; i < 2; i++) {
                items[i].stamp = i;
                assert_int_equal(NkKosCopyStringToArena(&arena, &items[i].name, i ? "b" : "a"), NK_EOK);
        }
        items = nk_arena_get(struct Item, &arena, &sequence, &n);
        assert_int_equal(n, 2);
        assert_int_equal(items[1].stamp, 1);
        assert_int_equal(RtlArenaGetCStr(&arena, &items[1].name, &text), NK_EOK);
        assert_string_equal(text, "b");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(buffer_is_filled_to_the_last_byte),
                cmocka_unit_test(one_element_too_many_fails),
                cmocka_unit_test(chunks_are_aligned_and_gaps_are_cleared),
                cmocka_unit_test(alignment_counts_from_the_start_of_the_buffer),
                cmocka_unit_test(empty_chunk_is_not_null),
                cmocka_unit_test(count_that_overflows_fails),
                cmocka_unit_test(offset_beyond_32_bits_fails),
                cmocka_unit_test(arena_without_buffer_has_no_room),
                cmocka_unit_test(reset_makes_the_whole_buffer_free),
                cmocka_unit_test(received_size_is_limited_by_the_buffer),
                cmocka_unit_test(automatic_arena_may_be_empty),
                cmocka_unit_test(get_refuses_what_is_not_in_the_used_part),
                cmocka_unit_test(sequence_of_strings_goes_through),
                cmocka_unit_test(text_that_does_not_fit_is_refused),
                cmocka_unit_test(text_without_end_is_refused),
                cmocka_unit_test(structs_with_chunks_of_their_own_go_through),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
