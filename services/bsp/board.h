/* SPDX-License-Identifier: MIT */
/*
 * Board: modules, each with the configurations it can have, read from lines of text.
 *
 *      module NAME SUFFIX...     its configurations are <board>.<SUFFIX>
 *
 * '#' begins a comment. Nothing said: a few modules with the configuration `default`, and what the Raspberry
 * Pi's I2C has.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define BOARD_NAME_MAX    63u /* bytes of a name, without the zero */
#define BOARD_MODULES_MAX 64u
#define BOARD_CONFIGS_MAX 8u /* of one module */
#define BOARD_LINE_MAX    1023u
#define BOARD_FILE_MAX    65536u
#define BOARD_ERROR_MAX   256u

enum { BOARD_E_MODULE = 1, BOARD_E_CONFIG };

typedef struct BoardModule {
        char name[BOARD_NAME_MAX + 1];
        char configs[BOARD_CONFIGS_MAX][BOARD_NAME_MAX + 1];
        unsigned n_configs;
        unsigned config; /* the one that was chosen; n_configs: none was */
        bool is_enabled;
} BoardModule;

typedef struct Board {
        char name[BOARD_NAME_MAX + 1];
        BoardModule modules[BOARD_MODULES_MAX];
        unsigned n_modules;
        char error[BOARD_ERROR_MAX]; /* what is wrong with the last line */
} Board;

/* name: of the board; its first BOARD_NAME_MAX bytes are copied. */
void board_init(Board *board, const char *name);
bool board_line(Board *board, const char *line);
bool board_text(Board *board, const char *text, size_t size, unsigned *ret_line);
bool board_complete(Board *board);

/* 0, BOARD_E_MODULE, BOARD_E_CONFIG. */
int board_enable(Board *board, const char *module);
int board_configure(Board *board, const char *module, const char *config);
const BoardModule *board_find(const Board *board, const char *module); /* NULL: none */
