/* SPDX-License-Identifier: MIT */
/*
 * Command-line options from a table.
 */
#include "options.h"

#include <stdbool.h>
#include <string.h>

#include "spell.h"

#define HELP_COLUMN 26

typedef struct Scan {
        const Options *options;
        char **argv;
        int argc, at;
        void *command;
} Scan;

static int unknown(const Scan *s, const char *word) {
        size_t size = strcspn(word, "=");
        char name[SPELL_WORD_MAX + 1] = "";
        Spell spell;

        (void)snprintf(name, sizeof name, "%.*s", (int)(size < sizeof name ? size : sizeof name - 1), word);
        spell = spell_start(name + strspn(name, "-"));
        for (size_t i = 0; word[0] == '-' && word[1] == '-' && i < s->options->n_options; i++)
                spell_offer(&spell, s->options->list[i].name);
        (void)fprintf(stderr, "caisson %s: unknown option '%s'\n", s->options->command, name);
        if (spell.best)
                (void)fprintf(stderr, "help: did you mean '--%s'?\n", spell.best);
        else
                (void)fprintf(stderr, "help: caisson %s --help\n", s->options->command);
        return -1;
}

static int set(const Scan *s, const Option *option, const char *value) {
        const char *wrong = option->set(s->command, value);

        if (!wrong)
                return 0;
        (void)fprintf(stderr, "caisson %s: --%s: %s\n", s->options->command, option->name, wrong);
        return -1;
}

static int refuse_value(const Scan *s, const Option *option) {
        (void)fprintf(stderr, "caisson %s: --%s takes no value\nhelp: caisson %s --help\n",
                s->options->command, option->name, s->options->command);
        return -1;
}

/* attached: the value within the same word, or NULL. */
static int take(Scan *s, const Option *option, const char *attached) {
        if (!option->value && attached)
                return refuse_value(s, option);
        if (!option->value || attached)
                return set(s, option, attached);
        if (s->at + 1 >= s->argc) {
                (void)fprintf(stderr, "caisson %s: --%s needs a value: %s\n", s->options->command,
                        option->name, option->value);
                return -1;
        }
        return set(s, option, s->argv[++s->at]);
}

static int read_long(Scan *s, const char *word) {
        size_t size = strcspn(word + 2, "=");

        for (size_t i = 0; i < s->options->n_options; i++) {
                const Option *option = &s->options->list[i];

                if (strlen(option->name) == size && strncmp(option->name, word + 2, size) == 0)
                        return take(s, option, word[2 + size] == '=' ? word + 3 + size : NULL);
        }
        return unknown(s, word);
}

static int read_short(Scan *s, const char *word) {
        for (size_t i = 0; i < s->options->n_options; i++) {
                const Option *option = &s->options->list[i];

                if (option->letter == word[1])
                        return take(s, option, word[2] ? word + 2 : NULL);
        }
        return unknown(s, word);
}

int options_read(const Options *options, int argc, char **argv, void *command, size_t *n_words) {
        Scan s = {.options = options, .argv = argv, .argc = argc, .at = 1, .command = command};
        bool are_over = false;

        *n_words = 0;
        for (; s.at < argc; s.at++) {
                char *word = argv[s.at];
                int r = 0;

                if (are_over || word[0] != '-' || word[1] == '\0')
                        argv[++*n_words] = word;
                else if (strcmp(word, "--") == 0)
                        are_over = true;
                else
                        r = word[1] == '-' ? read_long(&s, word) : read_short(&s, word);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void print_option(const Option *option, FILE *out) {
        char left[HELP_COLUMN * 2];
        int n = snprintf(left, sizeof left, "  %c%c%s--%s%s%s", option->letter ? '-' : ' ',
                option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
                option->value ? " " : "", option->value ? option->value : "");

        (void)fprintf(out, "%s%*s%s\n", left, n < HELP_COLUMN ? HELP_COLUMN - n : 1, "", option->help);
}

void options_print(const Options *options, FILE *out) {
        for (size_t i = 0; i < options->n_options; i++)
                print_option(&options->list[i], out);
}
