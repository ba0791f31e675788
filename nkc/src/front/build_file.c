/* SPDX-License-Identifier: MIT */
/*
 * Puts the parts of a file in their places, and reports parts that come twice, too late or in the
 * wrong kind of file.
 */
#include "front/build.h"

/* How the three kinds of file begin. */
static const struct {
        const char *article;
        const char *head;
} kinds[] = {
        [AST_IDL] = {"an IDL file", "'package'"},
        [AST_CDL] = {"a CDL file", "'component'"},
        [AST_EDL] = {"an EDL file", "'entity' or 'task class'"},
};

static const AstFileKind head_kinds[] = {
        [AST_HEAD_NONE] = AST_IDL,
        [AST_PACKAGE] = AST_IDL,
        [AST_COMPONENT] = AST_CDL,
        [AST_ENTITY] = AST_EDL,
        [AST_TASK_CLASS] = AST_EDL,
};

static const char *const section_words[] = {
        [AST_SECURITY] = "security", [AST_ENDPOINTS] = "endpoints", [AST_COMPONENTS] = "components"};

/* Every part but the head begins with this. One message is enough, and none when the head itself
 * could not be parsed. */
static void need_head(Parse *p, Span span) {
        if (p->file->head != AST_HEAD_NONE || p->stage != STAGE_HEAD || parse_has_errors(p))
                return;
        diag_report(
                p->ctx->diags, MISSING_HEAD, span, kinds[p->file->kind].article, kinds[p->file->kind].head);
}

static void reach(Parse *p, ParseStage stage) {
        if (p->stage < stage)
                p->stage = stage;
}

void file_head(Parse *p, AstHeadKind kind, AstPath name, Span keyword, Span span) {
        AstFile *file = p->file;

        if (file->head != AST_HEAD_NONE) {
                diag_report(p->ctx->diags, SECOND_HEAD, span, ast_head_text(kind));
                diag_note(p->ctx->diags, file->head_span, "the first one is here");
                return;
        }
        if (head_kinds[kind] != file->kind) {
                diag_report(
                        p->ctx->diags, WRONG_HEAD, keyword, ast_head_text(kind), kinds[file->kind].article);
                diag_help(p->ctx->diags, "%s begins with %s; '%s' belongs into a file that ends in .%s",
                        kinds[file->kind].article, kinds[file->kind].head, ast_head_text(kind),
                        ast_file_kind_text(head_kinds[kind]));
        }
        file->head = kind;
        file->head_span = span;
        file->name = name;
        reach(p, STAGE_IMPORTS);
}

/* IDL ------------------------------------------------------------------------------------------ */

void file_import(Parse *p, AstPath path, Span span) {
        AstImportList *list = &p->file->imports;
        AstImport *import = ARENA_NEW(p->ctx->arena, AstImport);

        need_head(p, span);
        if (p->stage > STAGE_IMPORTS)
                diag_report(p->ctx->diags, LATE_IMPORT, span);
        reach(p, STAGE_IMPORTS);
        if (p->is_silent) /* the name itself was refused */
                return;
        *import = (AstImport){.span = span, .path = path};
        if (list->last)
                list->last->next = import;
        else
                list->first = import;
        list->last = import;
        list->n++;
}

void file_decl(Parse *p, AstDecl *decl) {
        AstDeclList *list = &p->file->decls;

        if (!decl)
                return;
        need_head(p, decl->span);
        if (p->file->interface) {
                diag_report(p->ctx->diags, LATE_DEFINITION, decl->name.span);
                diag_note(p->ctx->diags, p->file->interface->keyword, "the interface is here");
        }
        reach(p, STAGE_DEFINITIONS);
        if (list->last)
                list->last->next = decl;
        else
                list->first = decl;
        list->last = decl;
        list->n++;
}

void file_interface(Parse *p, AstInterface *interface) {
        need_head(p, interface->keyword);
        reach(p, STAGE_END);
        if (p->file->interface) {
                diag_report(p->ctx->diags, SECOND_INTERFACE, interface->keyword);
                diag_note(p->ctx->diags, p->file->interface->keyword, "the first one is here");
                return;
        }
        if (interface->methods.n == 0 && !parse_has_errors(p))
                diag_report(p->ctx->diags, EMPTY_INTERFACE, interface->keyword);
        p->file->interface = interface;
}

void file_named_interface(Parse *p, AstName name) {
        diag_report(p->ctx->diags, NAMED_INTERFACE, name.span, name.text);
        diag_help(p->ctx->diags, "its name is the name of the package; write 'interface {'");
}

void file_inherits(Parse *p, Span base) {
        diag_report(p->ctx->diags, INHERITANCE, base);
}

/* CDL and EDL ---------------------------------------------------------------------------------- */

static AstSection **section_slot(AstFile *file, AstSectionKind kind) {
        AstSection **const slots[] = {
                [AST_SECURITY] = &file->security,
                [AST_ENDPOINTS] = &file->endpoints,
                [AST_COMPONENTS] = &file->components,
        };

        return slots[kind];
}

static void add_section(Parse *p, AstSection section) {
        AstSectionList *list = &p->file->sections;
        AstSection **slot = section_slot(p->file, section.kind);
        AstSection *node;

        if (*slot) {
                diag_report(p->ctx->diags, SECOND_SECTION, section.keyword, section_words[section.kind]);
                diag_note(p->ctx->diags, (*slot)->keyword, "the first one is here");
                return;
        }
        node = ARENA_NEW(p->ctx->arena, AstSection);
        *node = section;
        *slot = node;
        if (list->last)
                list->last->next = node;
        else
                list->first = node;
        list->last = node;
        list->n++;
}

void file_security(Parse *p, AstPath interface, Span keyword, Span span) {
        need_head(p, keyword);
        reach(p, STAGE_DEFINITIONS);
        add_section(p,
                (AstSection){.kind = AST_SECURITY, .keyword = keyword, .span = span, .security = interface});
}

void file_block(Parse *p, AstSectionKind kind, AstSectionForm form, AstBindingList bindings, Span keyword,
        Span span) {
        need_head(p, keyword);
        reach(p, STAGE_DEFINITIONS);
        if (form == AST_FORM_INTERFACES)
                diag_report(p->ctx->diags, OLD_INTERFACES, keyword);
        add_section(p,
                (AstSection){
                        .kind = kind, .form = form, .keyword = keyword, .span = span, .bindings = bindings});
}

void file_bare_binding(Parse *p, AstBinding *binding) {
        AstSection *last = p->file->sections.last;

        need_head(p, binding->span);
        reach(p, STAGE_DEFINITIONS);
        if (last && last->form == AST_FORM_BARE) {
                last->bindings = add_binding(last->bindings, binding);
                last->span = span_join(last->span, binding->span);
                return;
        }
        if (last) {
                diag_report(p->ctx->diags, OUTSIDE_OF_BLOCK, binding->span, binding->name.text);
                return;
        }
        diag_report(p->ctx->diags, BARE_ENDPOINTS, binding->span);
        diag_help(p->ctx->diags, "put them in 'endpoints { }'");
        add_section(p, (AstSection){
                               .kind = AST_ENDPOINTS,
                               .form = AST_FORM_BARE,
                               .keyword = binding->span,
                               .span = binding->span,
                               .bindings = add_binding((AstBindingList){.first = NULL}, binding),
                       });
}

/* All kinds ------------------------------------------------------------------------------------ */

void file_stray(Parse *p, Span semicolon) {
        diag_report(p->ctx->diags, STRAY_SEMICOLON, semicolon);
}

void file_separator(Parse *p, const char *text, Span span) {
        diag_report(p->ctx->diags, SEPARATOR, span, text);
}

void file_end(Parse *p) {
        need_head(p, (Span){p->pos, p->pos});
        p->file->comments = p->comments;
        p->file->n_comments = p->n_comments;
        p->file->is_bad = parse_has_errors(p);
}
