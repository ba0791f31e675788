/* SPDX-License-Identifier: MIT */
/*
 * Command-line options from a table.
 */
#include "base/opts.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"

#define HELP_COLUMN 34u

void opt_init(OptScan *s, const Opt *opts, size_t n_opts, int argc, char **argv) {
        *s = (OptScan){.opts = opts, .n_opts = n_opts, .argc = argc, .argv = argv, .next = 1};
}

void opt_deinit(OptScan *s) {
        text_deinit(&s->problem);
}

static int take_value(OptScan *s, size_t index, const char *joined, const char *spelling) {
        if (!s->opts[index].value_name) {
                if (!joined)
                        return (int)index;
                text_printf(&s->problem, "option '%s' takes no value", spelling);
                return OPT_BAD;
        }
        if (joined) {
                s->value = joined;
                return (int)index;
        }
        if (s->next >= s->argc) {
                text_printf(
                        &s->problem, "option '%s' needs a value: %s", spelling, s->opts[index].value_name);
                return OPT_BAD;
        }
        s->value = s->argv[s->next++];
        return (int)index;
}

static int unknown_word(OptScan *s, const char *word, size_t length) {
        char wanted[SUGGEST_NAME_MAX + 1];
        Suggest suggest;

        text_printf(&s->problem, "unknown option '--%.*s'", (int)length, word);
        if (length > SUGGEST_NAME_MAX)
                return OPT_BAD;
        memcpy(wanted, word, length);
        wanted[length] = '\0';
        suggest = suggest_for(wanted);
        for (size_t i = 0; i < s->n_opts; i++) {
                if (s->opts[i].word)
                        suggest_offer(&suggest, s->opts[i].word);
        }
        if (suggest.best)
                text_printf(&s->problem, "; did you mean '--%s'?", suggest.best);
        return OPT_BAD;
}

static int scan_word(OptScan *s, const char *word) {
        const char *equals = strchr(word, '=');
        size_t length = equals ? (size_t)(equals - word) : strlen(word);

        for (size_t i = 0; i < s->n_opts; i++) {
                const char *known = s->opts[i].word;
                char spelling[SUGGEST_NAME_MAX + 3];

                if (!known || strlen(known) != length || memcmp(known, word, length) != 0)
                        continue;
                (void)snprintf(spelling, sizeof spelling, "--%s", known);
                return take_value(s, i, equals ? equals + 1 : NULL, spelling);
        }
        return unknown_word(s, word, length);
}

/* One letter of "-xyz"; the rest is its value if it takes one, more letters otherwise. */
static int scan_letter(OptScan *s) {
        char spelling[3] = {'-', *s->letters, '\0'};
        const char *rest = s->letters + 1;

        for (size_t i = 0; i < s->n_opts; i++) {
                if (s->opts[i].letter != spelling[1])
                        continue;
                s->letters = *rest && !s->opts[i].value_name ? rest : NULL;
                return take_value(s, i, *rest && s->opts[i].value_name ? rest : NULL, spelling);
        }
        text_printf(&s->problem, "unknown option '%s'", spelling);
        return OPT_BAD;
}

int opt_next(OptScan *s) {
        const char *word;

        s->value = NULL;
        if (s->letters)
                return scan_letter(s);
        if (s->next >= s->argc)
                return OPT_END;
        word = s->argv[s->next++];
        if (s->only_arguments || word[0] != '-' || word[1] == '\0') {
                s->value = word;
                return OPT_ARGUMENT;
        }
        if (word[1] != '-') {
                s->letters = word + 1;
                return scan_letter(s);
        }
        if (word[2] != '\0')
                return scan_word(s, word + 2);
        s->only_arguments = 1;
        return opt_next(s);
}

static void put_spelling(const Opt *opt, Text *out) {
        if (opt->letter)
                text_printf(out, "  -%c", opt->letter);
        else
                text_puts(out, "    ");
        if (opt->word)
                text_printf(out, "%s--%s", opt->letter ? ", " : "  ", opt->word);
        if (opt->value_name)
                text_printf(out, " %s", opt->value_name);
}

void opt_print_help(const Opt *opts, size_t n_opts, Text *out) {
        for (size_t i = 0; i < n_opts; i++) {
                size_t begin = out->size;

                if (!opts[i].help)
                        continue;
                put_spelling(&opts[i], out);
                if (out->size - begin + 2 > HELP_COLUMN)
                        text_puts(out, "\n");
                else
                        text_fill(out, ' ', HELP_COLUMN - (out->size - begin));
                if (out->data[out->size - 1] == '\n')
                        text_fill(out, ' ', HELP_COLUMN);
                text_printf(out, "%s\n", opts[i].help);
        }
}
