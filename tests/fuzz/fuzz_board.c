/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: configurations of the drivers of pins and of the board. Whatever the bytes are, they are read
 * or refused with a text, and what was read is within its limits.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void try_pins(const char *text, size_t size) {
        const BankHost host = {.arg = NULL};
        Config config = {.bank = bank_new(&host)};
        unsigned line;

        config.sim = config.bank ? sim_new(config.bank) : NULL;
        must(config.sim != NULL);
        if (conf_text(&config, text, size, &line) && conf_complete(&config))
                for (uint32_t i = 0; i < bank_count_ports(config.bank); i++)
                        must(bank_count_pins(config.bank, i) <= BANK_PINS_MAX && i < BANK_PORTS_MAX);
        else
                must(config.error[0] != '\0');
        config.bank = bank_free(config.bank);
        config.sim = sim_free(config.sim);
}

static void try_modules(const char *text, size_t size) {
        static Board board;
        unsigned line;

        board_init(&board, "b");
        if (board_text(&board, text, size, &line) && board_complete(&board))
                must(board.n_modules <= BOARD_MODULES_MAX);
        else
                must(board.error[0] != '\0');
        for (unsigned i = 0; i < board.n_modules; i++)
                must(board.modules[i].n_configs <= BOARD_CONFIGS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        try_pins((const char *)data, size);
        try_modules((const char *)data, size);
        return 0;
}
