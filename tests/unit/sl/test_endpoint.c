/* SPDX-License-Identifier: MIT */
/*
 * Endpoint names: every accepted spelling, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sl/endpoint.h"
#include "support/keeper.h"

static void every_spelling_leads_to_the_riid(void **state) {
        static const struct {
                const char *name;
                nk_iid_t iid;
        } rows[] = {
                {"main.store", KEEPER_STORE_IID},                    /* instance and endpoint */
                {"demo.CStore.store", KEEPER_STORE_IID},             /* component class and endpoint */
                {"demo.Keeper.main.store", KEEPER_STORE_IID},        /* behind the server's class */
                {"demo.Keeper.demo.CStore.store", KEEPER_STORE_IID}, /* the same */
                {"log", KEEPER_LOG_IID},                             /* declared by the class itself */
                {"demo.Keeper.log", KEEPER_LOG_IID},
                {"demo.Keeper.demo.Keeper.log", KEEPER_LOG_IID},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
                assert_int_equal(endpoint_find(keeper_shape(), rows[i].name), rows[i].iid);
}

static void other_names_are_not_found(void **state) {
        static const char *const names[] = {"", "store", "main", "main.", "main.store.", "main.store2",
                ".log", "Main.store", "demo.Keeper", "demo.Keeper.", "demo.Keeper.store", "demo.Keeperlog",
                "demo.Keeper.demo.Keeper.demo.Keeper.log", "demo.IStore"};

        (void)state;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
                assert_int_equal(endpoint_find(keeper_shape(), names[i]), INVALID_RIID);
}

/* A table where the path of one endpoint is the class name of another. */
static void path_wins_over_class_name(void **state) {
        const ShapeTable *good = keeper_shape();
        ShapeTable *t = malloc(good->size);
        ShapeEndpoint *endpoints;

        (void)state;
        memcpy(t, good, good->size);
        endpoints = (ShapeEndpoint *)(void *)((char *)t + t->endpoints_off);
        endpoints[1].path_off = endpoints[0].class_off;
        assert_int_equal(endpoint_find(t, "demo.CStore.store"), 1);
        free(t);
}

/* Two instances of one component class share the class name. */
static void first_of_equal_names_wins(void **state) {
        const ShapeTable *good = keeper_shape();
        ShapeTable *t = malloc(good->size);
        ShapeEndpoint *endpoints;

        (void)state;
        memcpy(t, good, good->size);
        endpoints = (ShapeEndpoint *)(void *)((char *)t + t->endpoints_off);
        endpoints[1].class_off = endpoints[0].class_off;
        assert_int_equal(endpoint_find(t, "demo.CStore.store"), 0);
        free(t);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_spelling_leads_to_the_riid),
                cmocka_unit_test(other_names_are_not_found),
                cmocka_unit_test(path_wins_over_class_name),
                cmocka_unit_test(first_of_equal_names_wins),
        };

        return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
