/* SPDX-License-Identifier: MIT */
/*
 * Ledger: a table in the family's memory. A handle is looked for from the place that its number gives on; it
 * is taken out before it is closed, as its number may be another's right after.
 */
#include "ledger.h"

#include <stdatomic.h>
#include <stdbool.h>

#include <caisson/family.h>
#include <coresrv/handle/handle_api.h>

/* The member and 1 above a handle; 0: free. */
static _Atomic uint64_t *entries;

static uint64_t entry_of(uint32_t member, Handle file) {
        return ((uint64_t)member + 1) << 32 | file;
}

static uint32_t member_of(uint64_t entry) {
        return (uint32_t)(entry >> 32) - 1;
}

void ledger_open(void) {
        entries = nkx_family_alloc(LEDGER_MAX * sizeof *entries);
}

void ledger_note(uint32_t member, Handle file) {
        if (!entries || file == INVALID_HANDLE)
                return;
        for (uint32_t i = 0; i < LEDGER_MAX; i++) {
                uint64_t nobody = 0;

                if (atomic_compare_exchange_strong(
                            &entries[(file + i) % LEDGER_MAX], &nobody, entry_of(member, file)))
                        return;
        }
}

static bool take_out(uint32_t i, uint64_t entry) {
        return atomic_compare_exchange_strong(&entries[i], &entry, 0);
}

void ledger_close(Handle file) {
        for (uint32_t i = 0; entries && i < LEDGER_MAX; i++) {
                uint32_t at = (file + i) % LEDGER_MAX;
                uint64_t entry = atomic_load_explicit(&entries[at], memory_order_relaxed);

                if (entry != 0 && (uint32_t)entry == file) {
                        if (!take_out(at, entry))
                                return; /* somebody else closes it */
                        break;
                }
        }
        (void)KnHandleClose(file);
}

void ledger_close_all(uint32_t member) {
        for (uint32_t i = 0; entries && i < LEDGER_MAX; i++) {
                uint64_t entry = atomic_load_explicit(&entries[i], memory_order_relaxed);

                if (entry != 0 && member_of(entry) == member && take_out(i, entry))
                        (void)KnHandleClose((Handle)(uint32_t)entry);
        }
}
