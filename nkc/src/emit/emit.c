/* SPDX-License-Identifier: MIT */
/*
 * The printer: templates, comments, guards and the lines that several sections share.
 */
#include "emit.h"

#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>

enum {
        COMMENT_WIDTH = 104, /* a longer declaration is broken after a comma */
        SECTION_VARS = 2,    /* $(prefix), $(dotted): what stays of the banner's */
        LAYOUT_WIDTH = 80,   /* a longer nkx_layout() goes on in the next line */
        LAYOUT_MEMBERS = 8,  /* in one nkx_layout() of <nk/method.h> */
};

/* ---- Templates --------------------------------------------------------------------------- */

static uint64_t key_of(const char *name) {
        uint64_t key = 0;

        for (; *name; name++)
                key = key << 8 | (unsigned char)*name;
        return key;
}

static EmitVar *find(Emit *e, uint64_t key) {
        for (unsigned i = 0; i < e->n_vars; i++)
                if (e->vars[i].key == key)
                        return &e->vars[i];
        return NULL;
}

/* The variable of that name, new if there is none. */
static EmitVar *variable(Emit *e, const char *name) {
        uint64_t key = key_of(name);
        EmitVar *var = find(e, key);

        assert(strlen(name) <= EMIT_NAME_MAX);
        if (!var) {
                assert(e->n_vars < EMIT_VARS_MAX);
                var = &e->vars[e->n_vars++];
                var->key = key;
        }
        return var;
}

static void set_sized(Emit *e, const char *name, const char *text, size_t size) {
        EmitVar *var = variable(e, name);

        var->text = text;
        var->size = size;
}

void emit_set(Emit *e, const char *name, const char *text) {
        set_sized(e, name, text, strlen(text));
}

void emit_set_uint(Emit *e, const char *name, uint32_t value) {
        EmitVar *var = variable(e, name);
        char *end = var->digits + sizeof(var->digits), *p = end;

        do
                *--p = (char)('0' + value % 10);
        while (value /= 10);
        var->text = p;
        var->size = (size_t)(end - p);
}

static void methods_deinit(EmitMethods *m) {
        text_deinit(&m->names);
        free(m->ends);
        *m = (EmitMethods){.interface = NULL};
}

static void methods_init(EmitMethods *m, const LayInterface *i) {
        m->interface = i;
        m->ends = malloc((i->n_methods + 1) * sizeof(*m->ends));
        if (!m->ends)
                arena_out_of_memory();
        for (uint32_t k = 0; k < i->n_methods; k++) {
                text_puts(&m->names, i->methods[k].c_name);
                m->ends[k] = m->names.size;
        }
}

void emit_set_method(Emit *e, const LayInterface *i, uint32_t mid) {
        EmitMethods *m = &e->methods;
        const size_t skip = i->name->prefix_len + 1;
        size_t begin;

        if (m->interface != i) {
                methods_deinit(m);
                methods_init(m, i);
        }
        begin = mid ? m->ends[mid - 1] : 0;
        set_sized(e, "fn", m->names.data + begin, m->ends[mid] - begin);
        set_sized(e, "method", m->names.data + begin + skip, m->ends[mid] - begin - skip);
}

void emit_deinit(Emit *e) {
        methods_deinit(&e->methods);
}

void emit_expand(Emit *e, const char *template, size_t size) {
        const char *p = template, *end = template + size;

        for (;;) {
                const char *dollar = memchr(p, '$', (size_t)(end - p));
                const EmitVar *var;
                uint64_t key = 0;

                if (!dollar)
                        break;
                text_append(e->out, p, (size_t)(dollar - p));
                for (p = dollar + 2; *p != ')'; p++)
                        key = key << 8 | (unsigned char)*p;
                p++;
                var = find(e, key);
                assert(var);
                text_append(e->out, var->text, var->size);
        }
        text_append(e->out, p, (size_t)(end - p));
}

/* ---- Comments ---------------------------------------------------------------------------- */

/* Two bytes that must not stand together inside a block comment: they end or open one, or begin a
 * trigraph. */
static bool is_trap(const char *p) {
        return !memcmp(p, "*/", 2) || !memcmp(p, "/*", 2) || !memcmp(p, "??", 2);
}

/* A character that turns the direction of writing (U+202A to U+202E, U+2066 to U+2069): it would show the
 * reader of the header other text than the compiler sees, and compilers warn about it. */
static bool is_bidi(const char *p, size_t size) {
        return size >= 3 &&
               (!memcmp(p, "\xe2\x80", 2) ? p[2] >= '\xaa' && p[2] <= '\xae'
                                          : !memcmp(p, "\xe2\x81", 2) && p[2] >= '\xa6' && p[2] <= '\xa9');
}

static void comment_text(Emit *e, const char *text, size_t size) {
        for (size_t i = 0; i < size; i++) {
                if (is_bidi(text + i, size - i)) {
                        text_putc(e->out, '?');
                        i += 2;
                        continue;
                }
                text_putc(e->out, text[i]);
                if (i + 1 < size && is_trap(text + i))
                        text_putc(e->out, ' ');
        }
}

static void doc_lines(Emit *e, const char *indent, const char *doc) {
        for (const char *line = doc; line;) {
                const char *end = strchr(line, '\n');
                size_t size = end ? (size_t)(end - line) : strlen(line);

                text_puts(e->out, indent);
                text_puts(e->out, size ? " * " : " *");
                comment_text(e, line, size);
                text_putc(e->out, '\n');
                line = end ? end + 1 : NULL;
        }
}

/* Where to break `text` so that it fits into `width`: behind the last comma between parameters, or not. */
static size_t break_at(const char *text, size_t size, size_t width) {
        size_t best = size;
        int depth = 0; /* of <...> */

        for (size_t i = 0; size > width && i + 1 < size && (i < width || best == size); i++) {
                depth += (text[i] == '<') - (text[i] == '>');
                if (depth == 0 && text[i] == ',' && text[i + 1] == ' ')
                        best = i + 2;
        }
        return best;
}

/* "demo/IStore.idl:5  Drop(in UInt16 slot);", continued under itself when it is long. */
static void source_line(Emit *e, const char *indent, const LaySource *src) {
        const char *text = src->text;
        size_t left = strlen(text);
        size_t n = break_at(text, left, COMMENT_WIDTH - strlen(src->file));

        text_puts(e->out, src->file);
        text_putc(e->out, ':');
        text_uint(e->out, src->line);
        text_puts(e->out, "  ");
        for (;;) {
                text_append(e->out, text, text[n - 1] == ' ' ? n - 1 : n);
                text += n;
                left -= n;
                if (!left)
                        return;
                text_putc(e->out, '\n');
                text_puts(e->out, indent);
                text_puts(e->out, " *         ");
                n = break_at(text, left, COMMENT_WIDTH);
        }
}

void emit_comment(Emit *e, const char *indent, const LaySource *src, const char *doc) {
        text_puts(e->out, indent);
        text_puts(e->out, "/*");
        if (doc) {
                text_putc(e->out, '\n');
                doc_lines(e, indent, doc);
                text_puts(e->out, indent);
                text_puts(e->out, " *");
        }
        text_putc(e->out, ' ');
        source_line(e, indent, src);
        if (doc) {
                text_putc(e->out, '\n');
                text_puts(e->out, indent);
        }
        text_puts(e->out, " */\n");
}

void emit_doc(Emit *e, const char *doc) {
        text_puts(e->out, "/*\n");
        doc_lines(e, "", doc);
        text_puts(e->out, " */\n");
}

/* ---- Lines that several sections share --------------------------------------------------- */

void emit_enumerator(Emit *e, const char *name, uint32_t value) {
        text_puts(e->out, "        ");
        text_puts(e->out, name);
        text_puts(e->out, " = ");
        text_uint(e->out, value);
        text_puts(e->out, ",\n");
}

/* Does the C type hide what the IDL says? */
static bool is_opaque(const LayType *t) {
        while (t->kind == LAY_ARRAY)
                t = t->elem;
        return t->kind == LAY_STRING || t->kind == LAY_BYTES || t->kind == LAY_SEQUENCE;
}

void emit_field(Emit *e, const char *indent, const LayField *f) {
        text_puts(e->out, indent);
        text_puts(e->out, "__nk_alignas(");
        text_putc(e->out, (char)('0' + f->align));
        text_puts(e->out, ") ");
        text_puts(e->out, f->c_type);
        text_putc(e->out, ' ');
        text_puts(e->out, f->name);
        text_puts(e->out, f->c_dims);
        text_putc(e->out, ';');
        if (is_opaque(f->type)) {
                text_puts(e->out, " /* ");
                text_puts(e->out, f->type->idl);
                text_puts(e->out, " */");
        }
        text_putc(e->out, '\n');
}

static void layout_chunk(Emit *e, const char *name, uint32_t size, const LayField *f, uint32_t n) {
        size_t line = e->out->size;

        text_puts(e->out, n ? "nkx_layout(" : "nkx_layout_size(");
        emit_expand(e, name, strlen(name));
        text_puts(e->out, ", ");
        text_uint(e->out, size);
        for (; n; n--, f++) {
                bool is_full = e->out->size - line > LAYOUT_WIDTH;

                text_puts(e->out, is_full ? ",\n        " : ", ");
                line = is_full ? e->out->size : line;
                text_puts(e->out, f->name);
                text_puts(e->out, ", ");
                text_uint(e->out, f->offset);
        }
        text_puts(e->out, ");\n");
}

void emit_layout(Emit *e, const char *name, uint32_t size, const LayField *fields, uint32_t n_fields) {
        uint32_t done = 0;

        do {
                uint32_t n = n_fields - done < LAYOUT_MEMBERS ? n_fields - done : LAYOUT_MEMBERS;

                layout_chunk(e, name, size, fields + done, n);
                done += n;
        } while (done < n_fields);
}

/* ---- Short names and sections ------------------------------------------------------------ */

bool emit_names_begin(Emit *e, const LayName *owner, const char *section) {
        if (!owner->short_prefix)
                return false;
        e->n_vars = 0;
        emit_set(e, "prefix", owner->prefix);
        emit_set(e, "short", owner->short_prefix);
        emit_set(e, "section", section);
        emit_text(e, "\n#if defined(NK_USE_UNQUALIFIED_NAMES) && !defined(__$(short)__$(section)_NAMES__)\n"
                     "#define __$(short)__$(section)_NAMES__\n");
        return true;
}

void emit_names_end(Emit *e) {
        emit_text(e, "#endif\n");
}

void emit_name(Emit *e, const LayName *owner, const char *c_name) {
        size_t size = strlen(c_name);

        text_puts(e->out, "#define ");
        text_puts(e->out, owner->short_prefix);
        text_append(e->out, c_name + owner->prefix_len, size - owner->prefix_len);
        text_putc(e->out, ' ');
        text_append(e->out, c_name, size);
        text_putc(e->out, '\n');
}

void emit_section_begin(Emit *e, const LayName *owner, const char *section, const char *title) {
        e->n_vars = 0;
        emit_set(e, "prefix", owner->prefix);
        emit_set(e, "dotted", owner->dotted);
        emit_set(e, "space", owner->space);
        emit_set(e, "last", owner->last);
        emit_set(e, "section", section);
        emit_set(e, "title", title);
        emit_text(e, "\n#ifndef __$(space)__$(last)__$(section)__\n"
                     "#define __$(space)__$(last)__$(section)__\n"
                     "/* ---- $(dotted): $(title) ---- */\n");
        e->n_vars = SECTION_VARS;
}

void emit_section_end(Emit *e) {
        emit_text(e, "\n#endif\n");
}
