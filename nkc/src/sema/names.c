/* SPDX-License-Identifier: MIT */
/*
 * Rules for single names. Fields, parameters, methods, endpoints and instances become members of C
 * structs under their own name, so they must not be words of C. Names of methods, endpoints and
 * instances are joined by '_' with their neighbours, so '_' in them could make two C names equal.
 */
#include "passes.h"

#include <string.h>

typedef struct NameRule {
        const char *word;
        bool may_have_underscore;
} NameRule;

static const NameRule rules[] = {
        [SEMA_NAME_FIELD] = {"field", true},
        [SEMA_NAME_MEMBER] = {"union member", true},
        [SEMA_NAME_PARAMETER] = {"parameter", true},
        [SEMA_NAME_METHOD] = {"method", false},
        [SEMA_NAME_ENDPOINT] = {"endpoint", false},
        [SEMA_NAME_INSTANCE] = {"component instance", false},
};

/* Members that the generated structs have beside the described ones. */
static const struct {
        SemaNameKind kind;
        const char *name;
} taken[] = {
        {SEMA_NAME_MEMBER, "tag_"},
        {SEMA_NAME_PARAMETER, "base_"},
        {SEMA_NAME_PARAMETER, "res_"},
        {SEMA_NAME_PARAMETER, "err_"},
};

static const char *const c_words[] = {"auto", "break", "case", "char", "const", "continue", "default", "do",
        "double", "else", "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register",
        "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union",
        "unsigned", "void", "volatile", "while", "_Alignas", "_Alignof", "_Atomic", "_Bool", "_Complex",
        "_Generic", "_Imaginary", "_Noreturn", "_Static_assert", "_Thread_local"};

static const char *const cpp_words[] = {"alignas", "alignof", "and", "and_eq", "asm", "bitand", "bitor",
        "bool", "catch", "char16_t", "char32_t", "class", "compl", "const_cast", "constexpr", "decltype",
        "delete", "dynamic_cast", "explicit", "export", "false", "friend", "mutable", "namespace", "new",
        "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
        "reinterpret_cast", "static_assert", "static_cast", "template", "this", "thread_local", "throw",
        "true", "try", "typeid", "typename", "using", "virtual", "wchar_t", "xor", "xor_eq"};

static void put_words(Sema *s, Map *map, const char *const *words, size_t n) {
        for (size_t i = 0; i < n; i++)
                map_put(map, intern_text(s->ctx->names, words[i]), s);
}

void sema_put_words(Sema *s) {
        put_words(s, &s->c_words, c_words, sizeof c_words / sizeof c_words[0]);
        put_words(s, &s->cpp_words, cpp_words, sizeof cpp_words / sizeof cpp_words[0]);
}

void sema_check_name(Sema *s, const AstName *name, SemaNameKind kind) {
        if (!rules[kind].may_have_underscore && strchr(name->text, '_'))
                diag_report(s->ctx->diags, UNDERSCORE, name->span, rules[kind].word, name->text);
        else if (map_get(&s->c_words, name->text))
                diag_report(s->ctx->diags, C_WORD, name->span, rules[kind].word, name->text);
        else if (map_get(&s->cpp_words, name->text))
                diag_report(s->ctx->diags, CPP_WORD, name->span, rules[kind].word, name->text);
        for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
                if (taken[i].kind == kind && strcmp(taken[i].name, name->text) == 0)
                        diag_report(s->ctx->diags, TAKEN_NAME, name->span, rules[kind].word, name->text);
}

void sema_names_init(SemaNames *set, Arena *a) {
        set->n = 0;
        map_init(&set->many, a);
}

/* Most lists are short: a few comparisons beat a map. The step to the map moves what is there. */
const AstName *sema_names_add(SemaNames *set, const AstName *name) {
        if (set->n < SEMA_NAMES_FEW) {
                for (size_t i = 0; i < set->n; i++)
                        if (set->few[i]->text == name->text)
                                return set->few[i];
                set->few[set->n++] = name;
                return NULL;
        }
        if (set->many.n_used == 0)
                for (size_t i = 0; i < SEMA_NAMES_FEW; i++)
                        map_put(&set->many, set->few[i]->text, (void *)(uintptr_t)set->few[i]);
        return map_put(&set->many, name->text, (void *)(uintptr_t)name);
}
