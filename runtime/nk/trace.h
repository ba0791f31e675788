/* SPDX-License-Identifier: MIT */
/*
 * Lines of nkx_trace_message() (<nk/transport.h>), made in memory so that one write prints one line.
 */
#pragma once

#include <stddef.h>

#include <nk/transport.h>

#define TRACE_TEXT_MAX 255  /* bytes of a name that are printed */
#define TRACE_DUMP_MAX 1024 /* bytes of the constant part, and of the arena, that are dumped */
#define TRACE_LINE_MAX (2 * 2 * TRACE_DUMP_MAX + 3 * TRACE_TEXT_MAX + 512)

/* Formats one line, '\n' included, into line[TRACE_LINE_MAX]. Returns its length. Parameters as for
 * nkx_trace_message(). */
size_t trace_format(char *line, unsigned what, int dump, const char *owner, const char *endpoint,
        const char *method, const struct nk_message *msg, const struct nk_arena *arena, nk_err_t err);
