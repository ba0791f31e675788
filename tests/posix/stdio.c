/* SPDX-License-Identifier: MIT */
/* What the C library builds on the calls below it: streams, temporary files, remove. */
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fopen_knows_its_modes(void) {
        FILE *f;

        CHECK(fopen("absent", "r") == NULL && errno == ENOENT);
        CHECK((f = fopen("f", "w")) != NULL && fputs("one\n", f) >= 0 && fclose(f) == 0);
        CHECK((f = fopen("f", "a")) != NULL && fputs("two\n", f) >= 0 && fclose(f) == 0);
        CHECK(suite_holds("f", "one\ntwo\n"));
        CHECK((f = fopen("f", "r+")) != NULL && fputs("ONE", f) >= 0 && fclose(f) == 0);
        CHECK(suite_holds("f", "ONE\ntwo\n"));
        CHECK(fopen("f", "wx") == NULL && errno == EEXIST);
        CHECK((f = fopen("f", "w+")) != NULL && fclose(f) == 0 && suite_size("f") == 0);
}

static void streams_read_lines_and_numbers(void) {
        FILE *f;
        char line[16];
        int a = 0, b = 0;

        SUCCEEDS(suite_file("f", "first\n12 34\nlast"));
        CHECK((f = fopen("f", "r")) != NULL && fgets(line, sizeof(line), f) && strcmp(line, "first\n") == 0);
        CHECK(fscanf(f, "%d %d\n", &a, &b) == 2 && a == 12 && b == 34);
        CHECK(fgets(line, sizeof(line), f) && strcmp(line, "last") == 0);
        CHECK(fgetc(f) == EOF && feof(f) && !ferror(f) && fclose(f) == 0);
}

static void fseek_and_ftell_move_in_the_file(void) {
        FILE *f;

        SUCCEEDS(suite_file("f", "abcdef"));
        CHECK((f = fopen("f", "r+")) != NULL && fseek(f, 2, SEEK_SET) == 0 && fgetc(f) == 'c' &&
                ftell(f) == 3);
        CHECK(ungetc('X', f) == 'X' && fgetc(f) == 'X' && fgetc(f) == 'd');
        CHECK(fseek(f, -1, SEEK_END) == 0 && fputc('Z', f) == 'Z');
        rewind(f);
        CHECK(fgetc(f) == 'a' && fclose(f) == 0 && suite_holds("f", "abcdeZ"));
}

static void what_is_flushed_is_seen_by_others(void) {
        FILE *f = fopen("f", "w");

        CHECK(f && fputs("text", f) >= 0 && fflush(f) == 0 && suite_holds("f", "text"));
        CHECK(setvbuf(f, NULL, _IONBF, 0) == 0 && fputs("!", f) >= 0 && suite_holds("f", "text!"));
        CHECK(fclose(f) == 0);
}

static void fdopen_and_fileno_join_descriptors_and_streams(void) {
        int fd = suite_file("f", "abc");
        FILE *f;

        SUCCEEDS(fd);
        CHECK((f = fdopen(fd, "r+")) != NULL && fileno(f) == fd && fgetc(f) == 'a' && fclose(f) == 0);
        FAILS(EBADF, close(fd));
}

static void freopen_changes_the_file_behind_a_stream(void) {
        FILE *f;

        CHECK(suite_file("a", "one") >= 0 && suite_file("b", "two") >= 0);
        CHECK((f = fopen("a", "r")) != NULL && (f = freopen("b", "r", f)) != NULL && fgetc(f) == 't');
        CHECK(fclose(f) == 0);
}

static void writing_to_a_stream_open_for_reading_is_an_error(void) {
        FILE *f;

        SUCCEEDS(suite_file("f", "abc"));
        CHECK((f = fopen("f", "r")) != NULL && fputc('x', f) == EOF && ferror(f));
        clearerr(f);
        CHECK(!ferror(f) && fgetc(f) == 'a' && fclose(f) == 0);
}

static void a_megabyte_goes_through_a_stream(void) {
        FILE *f = fopen("f", "w+");
        unsigned sum = 0;

        CHECK(f);
        for (unsigned i = 0; i < 1u << 18; i++)
                CHECK(fwrite(&i, sizeof(i), 1, f) == 1);
        rewind(f);
        for (unsigned i, n = 0; n < 1u << 18; n++) {
                CHECK(fread(&i, sizeof(i), 1, f) == 1);
                sum += i == n;
        }
        CHECK(sum == 1u << 18 && fclose(f) == 0 && suite_size("f") == 1 << 20);
}

static void mkstemp_and_mkdtemp_make_new_names(void) {
        char file[] = "tmp-XXXXXX", dir[] = "dir-XXXXXX";
        struct stat st;

        SUCCEEDS(mkstemp(file));
        CHECK(stat(file, &st) == 0 && (st.st_mode & 0777) == 0600);
        CHECK(mkdtemp(dir) != NULL && stat(dir, &st) == 0 && st.st_mode == (S_IFDIR | 0700));
}

static void remove_takes_files_and_empty_directories(void) {
        CHECK(suite_file("f", "") >= 0 && mkdir("d", 0700) == 0 && remove("f") == 0 && remove("d") == 0);
        FAILS(ENOENT, remove("f"));
}

static void getline_grows_as_needed(void) {
        FILE *f = fopen("f", "w+");
        char *line = NULL;
        size_t size = 0;

        CHECK(f);
        for (int i = 0; i < 5000; i++)
                CHECK(fputc('x', f) == 'x');
        CHECK(fputs("\nend", f) >= 0);
        rewind(f);
        CHECK(getline(&line, &size, f) == 5001 && getline(&line, &size, f) == 3 &&
                getline(&line, &size, f) == -1);
        free(line);
        CHECK(fclose(f) == 0);
}

static const SuiteCase cases[] = {CASE(fopen_knows_its_modes), CASE(streams_read_lines_and_numbers),
        CASE(fseek_and_ftell_move_in_the_file), CASE(what_is_flushed_is_seen_by_others),
        CASE(fdopen_and_fileno_join_descriptors_and_streams), CASE(freopen_changes_the_file_behind_a_stream),
        CASE(writing_to_a_stream_open_for_reading_is_an_error), CASE(a_megabyte_goes_through_a_stream),
        CASE(mkstemp_and_mkdtemp_make_new_names), CASE(remove_takes_files_and_empty_directories),
        CASE(getline_grows_as_needed)};
const SuiteGroup suite_stdio = GROUP("stdio", cases, NULL);
