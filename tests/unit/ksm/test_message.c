/* SPDX-License-Identifier: MIT */
/*
 * Values and messages as generated code reads them: numbers without wrapping, nothing outside the message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy.h"

static TPolicy p;

static int setup(void **state) {
        (void)state;
        t_policy_init(&p);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        t_policy_deinit(&p);
        return 0;
}

/* A message as generated headers lay it out. */
typedef struct Point {
        nk_uint16_t x;
        nk_sint16_t y;
        nk_ptr_t name;
} Point;

typedef struct Message {
        struct nk_message base_;
        nk_uint8_t u8;
        nk_sint8_t s8;
        nk_uint16_t u16;
        nk_sint32_t s32;
        nk_uint64_t u64;
        nk_sint64_t s64;
        nk_ptr_t text;
        nk_ptr_t points;
        nk_uint16_t array[3];
        nk_uint32_t tag;
        nk_uint64_t member;
        nk_handle_desc_t handle;
} Message;

static Message message;
static _Alignas(8) char arena[256];
static uint32_t arena_size;
static void (*body)(KsmCall *c);

static void begin(void) {
        message = (Message){.u8 = 255,
                .s8 = -1,
                .u16 = 65535,
                .s32 = INT32_MIN,
                .u64 = UINT64_MAX,
                .s64 = INT64_MIN,
                .array = {10, 20, 30},
                .tag = 1,
                .member = 7,
                .handle = {.handle = 5, .rights = 0x80000003u}};
        memset(arena, 0, sizeof(arena));
        arena_size = sizeof(arena);
}

static void run_and_grant(KsmCall *c) {
        body(c);
        ksm_base_grant(c, t_site(T_BASE, KSM_BASE_GRANT));
}

/* The expressions of the body all have a value. */
static void good(void (*what)(KsmCall *c)) {
        body = what;
        if (!t_run_body(&p, run_and_grant, &message, sizeof(message), arena, arena_size))
                fail_msg("%s", ksm_why_text((KsmWhy)p.record.results[0].why));
}

static void bad(void (*what)(KsmCall *c), KsmWhy why) {
        body = what;
        assert_false(t_run_body(&p, run_and_grant, &message, sizeof(message), arena, arena_size));
        assert_int_equal(p.record.results[0].outcome, KSM_FAILED);
        assert_string_equal(ksm_why_text((KsmWhy)p.record.results[0].why), ksm_why_text(why));
}

/* Numbers ------------------------------------------------------------------------------------------- */

static KsmInt left, right, result;

static void add(KsmCall *c) {
        result = ksm_int_add(c, left, right);
}

static void sub(KsmCall *c) {
        result = ksm_int_sub(c, left, right);
}

static void mul(KsmCall *c) {
        result = ksm_int_mul(c, left, right);
}

static void neg(KsmCall *c) {
        result = ksm_int_neg(c, left);
}

static void magnitude(KsmCall *c) {
        result = ksm_int_abs(c, left);
}

static void check_int(void (*what)(KsmCall *c), KsmInt a, KsmInt b, KsmInt expected) {
        left = a;
        right = b;
        good(what);
        assert_true(result == expected);
}

static void check_overflow(void (*what)(KsmCall *c), KsmInt a, KsmInt b) {
        left = a;
        right = b;
        bad(what, KSM_WHY_OVERFLOW);
        assert_true(result == 0);
}

static void sums_are_mathematical_up_to_both_ends(void **state) {
        (void)state;
        begin();
        check_int(add, UINT64_MAX, -1, (KsmInt)UINT64_MAX - 1);
        check_int(add, (KsmInt)UINT64_MAX - 1, 1, UINT64_MAX);
        check_overflow(add, UINT64_MAX, 1);
        check_int(add, (KsmInt)INT64_MIN + 1, -1, INT64_MIN);
        check_overflow(add, INT64_MIN, -1);
}

static void differences_of_unsigned_numbers_may_be_negative(void **state) {
        (void)state;
        begin();
        check_int(sub, 5, 7, -2);
        check_int(sub, 0, (KsmInt)1 << 63, INT64_MIN);
        check_overflow(sub, 0, ((KsmInt)1 << 63) + 1);
        check_overflow(sub, UINT64_MAX, -1);
}

static void products_overflow_at_both_ends(void **state) {
        (void)state;
        begin();
        check_int(mul, (KsmInt)1 << 32, ((KsmInt)1 << 32) - 1, ((KsmInt)1 << 64) - ((KsmInt)1 << 32));
        check_overflow(mul, (KsmInt)1 << 32, (KsmInt)1 << 32);
        check_int(mul, (KsmInt)1 << 32, -((KsmInt)1 << 31), INT64_MIN);
        check_overflow(mul, ((KsmInt)1 << 32) + 1, -((KsmInt)1 << 31));
        check_overflow(mul, UINT64_MAX, UINT64_MAX);
        check_overflow(mul, INT64_MIN, INT64_MIN);
        check_int(mul, INT64_MIN, -1, (KsmInt)1 << 63);
        check_int(mul, UINT64_MAX, 0, 0);
        check_int(mul, 0, -5, 0);
}

static void negation_and_magnitude_know_the_smallest_number(void **state) {
        (void)state;
        begin();
        check_int(neg, INT64_MIN, 0, (KsmInt)1 << 63);
        check_overflow(neg, UINT64_MAX, 0);
        check_int(magnitude, INT64_MIN, 0, (KsmInt)1 << 63);
        check_int(magnitude, 5, 0, 5);
}

static const KsmInt numbers[] = {UINT64_MAX, 3, -4};

static void sum_all(KsmCall *c) {
        result = ksm_int_sum(c, numbers, (uint32_t)left);
}

static void multiply_all(KsmCall *c) {
        result = ksm_int_product(c, numbers + 1, (uint32_t)left);
}

static void sum_and_product_of_lists(void **state) {
        (void)state;
        begin();
        check_int(sum_all, 0, 0, 0);
        check_int(sum_all, 1, 0, UINT64_MAX);
        check_overflow(sum_all, 2, 0);
        check_int(sum_all, 3, 0, (KsmInt)UINT64_MAX - 1);
        check_int(multiply_all, 0, 0, 1);
        check_int(multiply_all, 2, 0, -12);
}

static void bits(KsmCall *c) {
        result = ksm_int_or(c, ksm_int_and(c, left, right), ksm_int_invert(c, 1, KSM_U8));
}

static void invert(KsmCall *c) {
        result = ksm_int_invert(c, left, (KsmType)right);
}

static void bitwise_operators_know_the_width(void **state) {
        (void)state;
        begin();
        check_int(bits, 3, 1, 255);
        check_int(bits, -1, 6, 254);
        check_int(invert, 0, KSM_U32, UINT32_MAX);
        check_int(invert, 0, KSM_U64, UINT64_MAX);
        check_int(invert, 0, KSM_S64, -1);
        check_int(invert, INT64_MIN, KSM_S64, INT64_MAX);
        left = 256;
        right = KSM_U8;
        bad(invert, KSM_WHY_TYPE);
}

static void cast(KsmCall *c) {
        result = ksm_int_cast(c, left, (KsmType)right);
}

static void a_cast_must_fit(void **state) {
        (void)state;
        begin();
        check_int(cast, 255, KSM_U8, 255);
        check_int(cast, -128, KSM_S8, -128);
        left = -129;
        right = KSM_S8;
        bad(cast, KSM_WHY_TYPE);
        left = 1;
        right = KSM_BOOLEAN;
        good(cast);
        left = 2;
        bad(cast, KSM_WHY_TYPE);
}

static void make_sid(KsmCall *c) {
        result = ksm_int_sid(c, left);
}

static void sids_lie_between_zero_and_all_ones(void **state) {
        (void)state;
        begin();
        check_int(make_sid, 1, 0, 1);
        check_int(make_sid, UINT32_MAX - 1, 0, UINT32_MAX - 1);
        for (int i = 0; i < 3; i++) {
                left = ((const KsmInt[]){0, UINT32_MAX, -1})[i];
                bad(make_sid, KSM_WHY_SID);
        }
}

static void pick(KsmCall *c) {
        result = ksm_index(c, left, 3);
}

static void lists_of_the_policy_have_bounds(void **state) {
        (void)state;
        begin();
        check_int(pick, 2, 0, 2);
        left = 3;
        bad(pick, KSM_WHY_INDEX);
        left = -1;
        bad(pick, KSM_WHY_INDEX);
}

static void variants(KsmCall *c) {
        assert_true(ksm_scalar_equal(ksm_scalar_int(1), ksm_scalar_int(1)));
        assert_false(ksm_scalar_equal(ksm_scalar_int(1), ksm_scalar_bool(true)));
        assert_true(ksm_scalar_equal(ksm_scalar_unit(), ksm_scalar_unit()));
        assert_true(ksm_scalar_to_int(c, ksm_scalar_int(-3)) == -3);
        assert_true(ksm_scalar_to_bool(c, ksm_scalar_bool(true)));
}

static void unit_as_number(KsmCall *c) {
        result = ksm_scalar_to_int(c, ksm_scalar_unit());
}

static void number_as_boolean(KsmCall *c) {
        result = ksm_scalar_to_bool(c, ksm_scalar_int(1));
}

static void variants_of_different_kinds_differ(void **state) {
        (void)state;
        begin();
        good(variants);
        bad(unit_as_number, KSM_WHY_TYPE);
        bad(number_as_boolean, KSM_WHY_TYPE);
}

static void lists_of_booleans(void **state) {
        static const bool mixed[] = {true, false};

        (void)state;
        assert_true(ksm_all(mixed, 0));
        assert_false(ksm_any(mixed, 0));
        assert_true(ksm_all(mixed, 1));
        assert_false(ksm_all(mixed, 2));
        assert_true(ksm_any(mixed, 2));
        assert_false(ksm_any(mixed + 1, 1));
}

/* Fields -------------------------------------------------------------------------------------------- */

#define AT(field) ((uint32_t)offsetof(Message, field))

static void read_numbers(KsmCall *c) {
        KsmPlace m = ksm_message(c);

        assert_true(ksm_load(c, m, AT(u8), KSM_U8) == 255);
        assert_true(ksm_load(c, m, AT(s8), KSM_S8) == -1);
        assert_true(ksm_load(c, m, AT(u16), KSM_U16) == 65535);
        assert_true(ksm_load(c, m, AT(u16), KSM_S16) == -1);
        assert_true(ksm_load(c, m, AT(s32), KSM_S32) == INT32_MIN);
        assert_true(ksm_load(c, m, AT(s32), KSM_U32) == (KsmInt)1 << 31);
        assert_true(ksm_load(c, m, AT(u64), KSM_U64) == UINT64_MAX);
        assert_true(ksm_load(c, m, AT(s64), KSM_S64) == INT64_MIN);
}

static void numbers_keep_their_size_and_sign(void **state) {
        (void)state;
        begin();
        good(read_numbers);
}

static uint32_t offset;

static void read_u32(KsmCall *c) {
        result = ksm_load(c, ksm_message(c), offset, KSM_U32);
}

static void nothing_outside_the_constant_part_is_read(void **state) {
        static const uint32_t outside[] = {sizeof(Message) - 3, sizeof(Message), UINT32_MAX, UINT32_MAX - 3};

        (void)state;
        begin();
        offset = sizeof(Message) - 4;
        good(read_u32);
        for (size_t i = 0; i < 4; i++) {
                offset = outside[i];
                bad(read_u32, KSM_WHY_MESSAGE);
        }
}

static void an_event_without_message_has_no_fields(void **state) {
        (void)state;
        body = read_u32;
        offset = 0;
        assert_false(t_run_body(&p, run_and_grant, NULL, 64, NULL, 64));
        assert_int_equal(p.record.results[0].why, KSM_WHY_MESSAGE);
}

static void read_handle(KsmCall *c) {
        KsmHandle handle = ksm_load_handle(c, ksm_message(c), AT(handle));

        result = (KsmInt)handle.sid * 100 + handle.rights;
}

static void a_handle_is_a_sid_and_rights(void **state) {
        (void)state;
        begin();
        good(read_handle);
        assert_true(result == 503);
}

static KsmText text;

static void read_text(KsmCall *c) {
        text = ksm_load_text(c, ksm_message(c), AT(text));
}

static void set_text(const char *bytes, uint32_t size) {
        begin();
        memcpy(arena + 8, bytes, size);
        message.text = (nk_ptr_t){.offset = 8, .size = size};
}

static void a_text_comes_without_its_closing_zero(void **state) {
        (void)state;
        set_text("red", 4);
        good(read_text);
        assert_true(ksm_text_equal(text, KSM_TEXT("red")));
        set_text("", 1);
        good(read_text);
        assert_int_equal(text.size, 0);
        set_text("", 0);
        good(read_text);
        assert_true(ksm_text_equal(text, KSM_TEXT("")));
}

static void a_text_with_a_zero_inside_fails(void **state) {
        (void)state;
        set_text("re\0d", 5);
        bad(read_text, KSM_WHY_ZERO);
        set_text("red\0", 5);
        bad(read_text, KSM_WHY_ZERO);
        set_text("red", 3);
        bad(read_text, KSM_WHY_ZERO);
}

static void no_chunk_outside_the_arena_is_read(void **state) {
        static const nk_ptr_t chunks[] = {{256, 1}, {255, 2}, {UINT32_MAX, 2}, {0, 257}, {8, UINT32_MAX}};

        (void)state;
        begin();
        for (size_t i = 0; i < 5; i++) {
                message.text = chunks[i];
                bad(read_text, KSM_WHY_MESSAGE);
                assert_int_equal(text.size, 0);
        }
        message.text = (nk_ptr_t){255, 1};
        good(read_text);
}

static KsmInt element;

static void read_point(KsmCall *c) {
        KsmPlace point = ksm_element(c, ksm_message(c), AT(points), sizeof(Point), element);

        result = ksm_load(c, point, offsetof(Point, y), KSM_S16);
        text = ksm_load_text(c, point, offsetof(Point, name));
        left = ksm_count(c, ksm_message(c), AT(points), sizeof(Point));
}

static void set_points(void) {
        Point points[2] = {{1, -1, {100, 4}}, {2, -2, {104, 2}}};

        begin();
        memcpy(arena + 16, points, sizeof(points));
        memcpy(arena + 100, "one\0b", 6);
        message.points = (nk_ptr_t){.offset = 16, .size = sizeof(points)};
}

static void elements_of_a_sequence_have_bounds(void **state) {
        (void)state;
        set_points();
        element = 1;
        good(read_point);
        assert_true(result == -2);
        assert_true(ksm_text_equal(text, KSM_TEXT("b")));
        assert_true(left == 2);
        element = 2;
        bad(read_point, KSM_WHY_INDEX);
        element = -1;
        bad(read_point, KSM_WHY_INDEX);
        element = UINT64_MAX;
        bad(read_point, KSM_WHY_INDEX);
        message.points.size = 0;
        element = 0;
        bad(read_point, KSM_WHY_INDEX);
}

static void what_lies_inside_an_element_is_checked_too(void **state) {
        (void)state;
        set_points();
        ((Point *)(void *)(arena + 16))->name.offset = 254;
        element = 0;
        bad(read_point, KSM_WHY_MESSAGE);
}

static void read_beyond_element(KsmCall *c) {
        KsmPlace point = ksm_element(c, ksm_message(c), AT(points), sizeof(Point), 0);

        result = ksm_load(c, point, sizeof(Point), KSM_U8);
}

static void an_element_ends_where_the_next_begins(void **state) {
        (void)state;
        set_points();
        bad(read_beyond_element, KSM_WHY_MESSAGE);
}

static void read_array(KsmCall *c) {
        KsmPlace place = ksm_array_element(c, ksm_message(c), AT(array), 2, 3, element);

        result = ksm_load(c, place, 0, KSM_U16);
}

static void elements_of_an_array_have_bounds(void **state) {
        (void)state;
        begin();
        element = 2;
        good(read_array);
        assert_true(result == 30);
        element = 3;
        bad(read_array, KSM_WHY_INDEX);
        element = -1;
        bad(read_array, KSM_WHY_INDEX);
}

static void read_far_array(KsmCall *c) {
        ksm_array_element(c, ksm_message(c), AT(array), UINT32_MAX, UINT32_MAX, element);
}

static void places_beyond_the_address_range_fail(void **state) {
        (void)state;
        begin();
        element = UINT32_MAX - 1;
        bad(read_far_array, KSM_WHY_MESSAGE);
}

static uint32_t tag;

static void read_member(KsmCall *c) {
        result = ksm_load(c, ksm_member(c, ksm_message(c), AT(tag), tag, AT(member), 8), 0, KSM_U64);
}

static void a_member_is_there_when_the_tag_says_so(void **state) {
        (void)state;
        begin();
        tag = 1;
        good(read_member);
        assert_true(result == 7);
        tag = 0;
        bad(read_member, KSM_WHY_MEMBER);
}

static void read_part(KsmCall *c) {
        KsmPlace part = ksm_part(c, ksm_message(c), AT(u64), 8);

        result = ksm_load(c, part, offset, KSM_U64);
}

static void a_part_has_its_own_end(void **state) {
        (void)state;
        begin();
        offset = 0;
        good(read_part);
        assert_true(result == UINT64_MAX);
        offset = 1;
        bad(read_part, KSM_WHY_MESSAGE);
}

static void read_bytes(KsmCall *c) {
        text = ksm_load_bytes(c, ksm_message(c), AT(text));
}

static void bytes_of_a_key_may_hold_zeros(void **state) {
        (void)state;
        set_text("a\0b", 3);
        good(read_bytes);
        assert_int_equal(text.size, 3);
        assert_memory_equal(text.bytes, "a\0b", 3);
}

static void fail_twice(KsmCall *c) {
        ksm_fail(c, KSM_WHY_INDEX);
        ksm_fail(c, KSM_WHY_MESSAGE);
}

static void the_first_failure_is_the_reason(void **state) {
        (void)state;
        begin();
        bad(fail_twice, KSM_WHY_INDEX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(sums_are_mathematical_up_to_both_ends, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        differences_of_unsigned_numbers_may_be_negative, setup, teardown),
                cmocka_unit_test_setup_teardown(products_overflow_at_both_ends, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        negation_and_magnitude_know_the_smallest_number, setup, teardown),
                cmocka_unit_test_setup_teardown(sum_and_product_of_lists, setup, teardown),
                cmocka_unit_test_setup_teardown(bitwise_operators_know_the_width, setup, teardown),
                cmocka_unit_test_setup_teardown(a_cast_must_fit, setup, teardown),
                cmocka_unit_test_setup_teardown(sids_lie_between_zero_and_all_ones, setup, teardown),
                cmocka_unit_test_setup_teardown(lists_of_the_policy_have_bounds, setup, teardown),
                cmocka_unit_test_setup_teardown(variants_of_different_kinds_differ, setup, teardown),
                cmocka_unit_test_setup_teardown(lists_of_booleans, setup, teardown),
                cmocka_unit_test_setup_teardown(numbers_keep_their_size_and_sign, setup, teardown),
                cmocka_unit_test_setup_teardown(nothing_outside_the_constant_part_is_read, setup, teardown),
                cmocka_unit_test_setup_teardown(an_event_without_message_has_no_fields, setup, teardown),
                cmocka_unit_test_setup_teardown(a_handle_is_a_sid_and_rights, setup, teardown),
                cmocka_unit_test_setup_teardown(a_text_comes_without_its_closing_zero, setup, teardown),
                cmocka_unit_test_setup_teardown(a_text_with_a_zero_inside_fails, setup, teardown),
                cmocka_unit_test_setup_teardown(no_chunk_outside_the_arena_is_read, setup, teardown),
                cmocka_unit_test_setup_teardown(elements_of_a_sequence_have_bounds, setup, teardown),
                cmocka_unit_test_setup_teardown(what_lies_inside_an_element_is_checked_too, setup, teardown),
                cmocka_unit_test_setup_teardown(an_element_ends_where_the_next_begins, setup, teardown),
                cmocka_unit_test_setup_teardown(elements_of_an_array_have_bounds, setup, teardown),
                cmocka_unit_test_setup_teardown(places_beyond_the_address_range_fail, setup, teardown),
                cmocka_unit_test_setup_teardown(a_member_is_there_when_the_tag_says_so, setup, teardown),
                cmocka_unit_test_setup_teardown(a_part_has_its_own_end, setup, teardown),
                cmocka_unit_test_setup_teardown(bytes_of_a_key_may_hold_zeros, setup, teardown),
                cmocka_unit_test_setup_teardown(the_first_failure_is_the_reason, setup, teardown),
        };

        return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
