/* SPDX-License-Identifier: MIT */
/*
 * Board: see board.h.
 */
#include "board.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX (2u + BOARD_CONFIGS_MAX)
#define BLANKS    " \t\r"

static const char *const usual[] = {
        "module gpio0 default",
        "module i2c0 default",
        "module i2c1 default p2-3",
        "module spi0 default",
        "module uart2 default",
        "module uart3 default",
        "module uart4 default",
        "module uart5 default",
};

__attribute__((format(printf, 2, 3))) static bool fail(Board *board, const char *format, ...) {
        va_list args;

        va_start(args, format);
        (void)vsnprintf(board->error, sizeof board->error, format, args);
        va_end(args);
        return false;
}

void board_init(Board *board, const char *name) {
        memset(board, 0, sizeof *board);
        memcpy(board->name, name, strnlen(name, BOARD_NAME_MAX));
}

const BoardModule *board_find(const Board *board, const char *module) {
        for (unsigned i = 0; i < board->n_modules; i++)
                if (strcmp(board->modules[i].name, module) == 0)
                        return &board->modules[i];
        return NULL;
}

/* --- reading --- */

static bool copy_name(Board *board, char *name, const char *word) {
        if (strlen(word) > BOARD_NAME_MAX)
                return fail(board, "'%.32s...': a name has at most %u bytes", word, BOARD_NAME_MAX);
        memcpy(name, word, strlen(word) + 1);
        return true;
}

static bool add_module(Board *board, char **words, unsigned n_words) {
        BoardModule *module = &board->modules[board->n_modules];

        if (n_words < 3 || strcmp(words[0], "module") != 0)
                return fail(board, "write: module NAME SUFFIX...");
        if (board_find(board, words[1]))
                return fail(board, "there are two modules '%.63s'", words[1]);
        if (board->n_modules == BOARD_MODULES_MAX)
                return fail(board, "there are at most %u modules", BOARD_MODULES_MAX);
        *module = (BoardModule){.n_configs = n_words - 2, .config = n_words - 2};
        if (!copy_name(board, module->name, words[1]))
                return false;
        for (unsigned i = 0; i < module->n_configs; i++)
                if (!copy_name(board, module->configs[i], words[2 + i]))
                        return false;
        board->n_modules++;
        return true;
}

static bool run_line(Board *board, const char *line, size_t size) {
        char copy[BOARD_LINE_MAX + 1], *words[WORDS_MAX], *rest = copy, *word;
        unsigned n = 0;

        if (size > BOARD_LINE_MAX)
                return fail(board, "the line has more than %u bytes", BOARD_LINE_MAX);
        if (memchr(line, '\0', size))
                return fail(board, "the line has a zero in it");
        memcpy(copy, line, size);
        copy[size] = '\0';
        copy[strcspn(copy, "#")] = '\0';
        while ((word = strtok_r(rest, BLANKS, &rest))) {
                if (n == WORDS_MAX)
                        return fail(board, "a module has at most %u configurations", BOARD_CONFIGS_MAX);
                words[n++] = word;
        }
        return n == 0 || add_module(board, words, n);
}

bool board_line(Board *board, const char *line) {
        return run_line(board, line, strlen(line));
}

bool board_text(Board *board, const char *text, size_t size, unsigned *ret_line) {
        const char *at = text, *end = text + size;

        for (*ret_line = 1; at < end; ++*ret_line) {
                const char *newline = memchr(at, '\n', (size_t)(end - at));
                size_t length = (size_t)((newline ? newline : end) - at);

                if (!run_line(board, at, length))
                        return false;
                at += length + (newline != NULL);
        }
        return true;
}

bool board_complete(Board *board) {
        if (board->n_modules > 0)
                return true;
        for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
                if (!board_line(board, usual[i]))
                        return false;
        return true;
}

/* --- using --- */

static BoardModule *find(Board *board, const char *module) {
        const BoardModule *found = board_find(board, module);

        return found ? &board->modules[found - board->modules] : NULL;
}

int board_enable(Board *board, const char *module) {
        BoardModule *m = find(board, module);

        if (!m)
                return BOARD_E_MODULE;
        m->is_enabled = true;
        return 0;
}

int board_configure(Board *board, const char *module, const char *config) {
        BoardModule *m = find(board, module);
        size_t size = strlen(board->name);

        if (!m)
                return BOARD_E_MODULE;
        if (strncmp(config, board->name, size) != 0 || config[size] != '.')
                return BOARD_E_CONFIG;
        for (unsigned i = 0; i < m->n_configs; i++) {
                if (strcmp(m->configs[i], config + size + 1) != 0)
                        continue;
                m->config = i;
                return 0;
        }
        return BOARD_E_CONFIG;
}
