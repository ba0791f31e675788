/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the check of shape tables. Whatever table it lets pass must be safe to follow, so each
 * method of it then checks messages made of the same bytes.
 */
#include <nk/types.h>

#include <stdlib.h>
#include <string.h>

#include "nk/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TABLE_MAX = 1 << 13, MESSAGE_MAX = 1 << 12, METHODS_MAX = 64 };

/* A message with a right header and `seed` over and over as parameters. */
static struct nk_message *make_message(
        const ShapeMessage *shape, uint16_t iid, uint16_t mid, const uint8_t *seed, size_t seed_size) {
        uint8_t *bytes = malloc(shape->size);
        struct nk_message *m = (struct nk_message *)(void *)bytes;

        if (!bytes)
                abort();
        for (size_t i = 0; i < shape->size; i++)
                bytes[i] = seed[i % seed_size];
        nk_message_make_req(m, shape->size);
        nkx_message_set_method_id(m, iid, mid);
        nk_message_set_ncaps(m, shape->n_handles);
        return m;
}

static void follow(const ShapeTable *t, uint16_t iid, uint16_t mid, const ShapeMethod *method,
        const uint8_t *seed, size_t size) {
        VerifyScratch scratch = VERIFY_SCRATCH_NULL;

        if (method->req.size <= MESSAGE_MAX) {
                struct nk_message *m = make_message(&method->req, iid, mid, seed, size);

                (void)verify_request(t, m, method->req.size, seed, (uint32_t)size, &scratch);
                free(m);
        }
        if (method->res.size <= MESSAGE_MAX) {
                struct nk_message *m = make_message(&method->res, iid, mid, seed, size);

                (void)verify_reply(t, iid, mid, m, method->res.size, seed, (uint32_t)size, &scratch);
                free(m);
        }
        verify_scratch_deinit(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        ShapeTable *t;

        if (size > TABLE_MAX)
                return 0;
        t = malloc(size + (size == 0)); /* aligned, which the input need not be */
        if (!t)
                abort();
        if (size)
                memcpy(t, data, size);
        if (verify_table(t, size) == 0) {
                const ShapeEndpoint *endpoints =
                        (const ShapeEndpoint *)(const void *)((char *)t + t->endpoints_off);
                const ShapeMethod *methods = (const ShapeMethod *)(const void *)((char *)t + t->methods_off);

                for (uint32_t i = 0; i < t->n_endpoints && i < METHODS_MAX; i++)
                        for (uint32_t k = 0; k < endpoints[i].n_methods && k < METHODS_MAX; k++)
                                follow(t, (uint16_t)i, (uint16_t)k, &methods[endpoints[i].first_method + k],
                                        data, size);
        }
        free(t);
        return 0;
}
