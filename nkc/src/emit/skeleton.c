/* SPDX-License-Identifier: MIT */
/*
 * What server and client skeletons share: empty values, and the name of the channel.
 */
#include "skeleton.h"

#include <ctype.h>

bool skeleton_is_possible(const LayUnit *unit) {
        if (unit->kind == LAY_UNIT_IDL)
                return unit->n_interfaces > 0;
        return unit->kind == LAY_UNIT_EDL && unit->component->has_server;
}

void skeleton_set_channel(Emit *e, Text *text) {
        for (const char *p = e->unit->name->last; *p; p++)
                text_putc(text, (char)tolower((unsigned char)*p));
        text_puts(text, "_connection");
        emit_set(e, "channel", text->data);
}

bool skeleton_uses_arena(const LayMessage *m) {
        for (uint32_t i = 0; i < m->n_fields; i++)
                if (m->fields[i].type->kind == LAY_STRING)
                        return true;
        return false;
}

/* ---- Empty values ------------------------------------------------------------------------ */

static void put_no_handle(Emit *e, const char *path) {
        emit_set(e, "path", path);
        emit_text(e, "        $(path) = nk_handle_desc(INVALID_HANDLE);\n");
}

/* The handles inside of a struct or array that is all zero already: zero is no handle, but it is not
 * INVALID_HANDLE either. There are few: they count towards the limit of one message. */
static void fill_handles(Emit *e, const char *path, const LayType *t) {
        Text inner = TEXT_NULL;

        if (t->kind == LAY_HANDLE)
                put_no_handle(e, path);
        for (uint32_t i = 0; t->kind == LAY_ARRAY && t->n_handles && i < t->bound; i++) {
                text_clear(&inner);
                text_printf(&inner, "%s[%u]", path, i);
                fill_handles(e, inner.data, t->elem);
        }
        for (uint32_t i = 0; t->kind == LAY_STRUCT && t->n_handles && i < t->record->n_fields; i++) {
                text_clear(&inner);
                text_printf(&inner, "%s.%s", path, t->record->fields[i].name);
                fill_handles(e, inner.data, t->record->fields[i].type);
        }
        text_deinit(&inner);
}

static void fill_field(Emit *e, const char *path, const LayType *t) {
        emit_set(e, "path", path);
        switch (t->kind) {
        case LAY_UINT8:
        case LAY_UINT16:
        case LAY_UINT32:
        case LAY_UINT64:
        case LAY_SINT8:
        case LAY_SINT16:
        case LAY_SINT32:
        case LAY_SINT64:
                emit_text(e, "        $(path) = 0;\n");
                return;
        case LAY_HANDLE:
                put_no_handle(e, path);
                return;
        case LAY_STRING:
                emit_text(e, "        if (nk_arena_store(char, $(arena), &$(path), \"\", 1) != NK_EOK)\n"
                             "                return NK_ENOMEM;\n");
                return;
        case LAY_BYTES:
        case LAY_SEQUENCE:
                emit_text(e, "        $(path) = (nk_ptr_t){0};\n");
                return;
        case LAY_ARRAY:
        case LAY_STRUCT:
        case LAY_UNION:
                emit_text(e, "        memset(&$(path), 0, sizeof($(path)));\n");
                fill_handles(e, path, t);
                return;
        }
}

void skeleton_fill(Emit *e, const LayMessage *m, const char *where, const char *arena) {
        Text path = TEXT_NULL;

        emit_set(e, "arena", arena);
        for (uint32_t i = 0; i < m->n_fields; i++) {
                text_clear(&path);
                text_puts(&path, where);
                text_puts(&path, m->fields[i].name);
                fill_field(e, path.data, m->fields[i].type);
        }
        text_deinit(&path);
}
