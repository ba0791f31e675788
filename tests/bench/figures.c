/* SPDX-License-Identifier: MIT */
/*
 * Figures: running the solution, reading what its client wrote, medians.
 */
#include "figures.h"

#include <stdlib.h>

static _Noreturn void die(const char *what) {
        (void)fprintf(stderr, "%s\n", what);
        exit(3);
}

FILE *figures_begin(const Tool *t) {
        FILE *f = tool_create(t, FIGURES_RESULT);

        (void)fprintf(f, "%*s", FIGURES_RESULT_SIZE, "");
        tool_finish(f);
        f = tool_create(t, "init.yaml");
        (void)fputs("entities:\n", f);
        return f;
}

/* The next number of the text, which moves on. */
static double take_number(char **text) {
        char *end;
        double number = strtod(*text, &end);

        if (end == *text)
                die("the client has not written all of its figures");
        *text = end;
        return number;
}

static void read_result(const Tool *t, char text[static FIGURES_RESULT_SIZE + 1]) {
        char path[TOOL_PATH];
        FILE *f;

        tool_path(t, path, FIGURES_RESULT);
        f = fopen(path, "r");
        if (!f)
                die("the file of results can't be opened");
        text[fread(text, 1, FIGURES_RESULT_SIZE, f)] = '\0';
        (void)fclose(f);
}

void figures_run(const Tool *t, const char *isolation, Figures *f, int n_more) {
        const char *const argv[] = {CAISSON_PROGRAM, "run", "--policy=none", isolation, "-I", BENCH_IDL, "-I",
                IDL_ROOT, t->folder, NULL};
        static char text[FIGURES_RESULT_SIZE + 1];
        char *at = text;
        int n = f->n_rounds * f->n_rows + n_more;

        if (n > FIGURES_MAX)
                die("more figures than there is room for");
        if (tool_run(argv) < 0)
                die("the solution does not run");
        read_result(t, text);
        for (int i = 0; i < n; i++)
                f->numbers[i] = take_number(&at);
}

static int by_value(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

double figures_median(double *values, int n) {
        qsort(values, (size_t)n, sizeof *values, by_value);
        return values[n / 2];
}

double figures_time(const Figures *f, int row) {
        double values[FIGURES_MAX];

        for (int i = 0; i < f->n_rounds; i++)
                values[i] = f->numbers[i * f->n_rows + row];
        return figures_median(values, f->n_rounds);
}

double figures_ratio(const Figures *f, int row, int over) {
        double values[FIGURES_MAX];

        for (int i = 0; i < f->n_rounds; i++)
                values[i] = f->numbers[i * f->n_rows + row] / f->numbers[i * f->n_rows + over];
        return figures_median(values, f->n_rounds);
}

double figures_other(const Figures *f, int i) {
        return f->numbers[f->n_rounds * f->n_rows + i];
}
