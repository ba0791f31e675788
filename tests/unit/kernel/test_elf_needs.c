/* SPDX-License-Identifier: MIT */
/*
 * What a program needs, read from whatever its file is: damaged in each part, cut at each length, with
 * every count at, below and above its bound, and other kinds of files.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf_image.h"
#include "kernel/chamber_root.h"
#include "kernel/elf_needs.h"

#define NOWHERE ((uint64_t)1 << 62)

static ElfNeeds needs;

static int read_bytes(const void *bytes, size_t size) {
        int fd = elf_image_open(bytes, size);
        int r = elf_needs_of(fd, &needs);

        (void)close(fd);
        return r;
}

static int read_image(const ElfImage *image) {
        return read_bytes(image, sizeof *image);
}

static int setup(void **state) {
        static ElfImage image;

        elf_image_init(&image);
        *state = &image;
        return 0;
}

/* --- what is read --- */

static void a_whole_file_is_read(void **state) {
        assert_int_equal(read_image(*state), 0);
        assert_string_equal(needs.loader, "/lib64/ld.so");
        assert_int_equal(needs.n_needed, 2);
        assert_string_equal(needs.needed[0], "liba.so");
        assert_string_equal(needs.needed[1], "libb.so.1");
        assert_string_equal(needs.folders, "$ORIGIN/lib:/opt/lib");
}

static void this_program_is_read(void **state) {
        (void)state;
        assert_int_equal(elf_needs("/proc/self/exe", &needs), 0);
        assert_true(needs.n_needed > 0 && needs.loader[0] == '/');
}

static void a_program_without_dynamic_section_needs_nothing(void **state) {
        ElfImage *image = *state;

        image->head.e_phnum = ELF_IMAGE_ALL + 1;
        image->segments[ELF_IMAGE_LOADER].p_type = PT_NULL;
        assert_int_equal(read_image(image), 0);
        assert_true(needs.n_needed == 0 && needs.loader[0] == '\0');
}

static void nothing_behind_the_end_mark_counts(void **state) {
        ElfImage *image = *state;

        image->dynamic[ELF_IMAGE_SECOND].d_tag = DT_NULL;
        assert_int_equal(read_image(image), 0);
        assert_int_equal(needs.n_needed, 1);
        assert_string_equal(needs.folders, "");
}

/* --- what is no program --- */

static void other_files_are_no_programs(void **state) {
        static const char script[] =
                "#!/bin/sh\nexec true and so on, for more bytes than a header has, a lot of them\n";
        static const char almost[] =
                "\177ELE and so on, for more bytes than a header has, a lot of them, and more";

        (void)state;
        assert_int_equal(read_bytes("", 0), -ENOEXEC);
        assert_int_equal(read_bytes(script, sizeof script), -ENOEXEC);
        assert_int_equal(read_bytes(almost, sizeof almost), -ENOEXEC);
        assert_int_equal(elf_needs("/", &needs), -ENOEXEC);
        assert_int_equal(elf_needs("/dev/null", &needs), -ENOEXEC);
        assert_int_equal(elf_needs("/nowhere", &needs), -ENOENT);
}

static void other_machines_are_no_programs(void **state) {
        ElfImage *image = *state;

        image->head.e_ident[EI_CLASS] = ELFCLASS32;
        assert_int_equal(read_image(image), -ENOEXEC);
        elf_image_init(image);
        image->head.e_ident[EI_DATA] = ELFDATA2MSB;
        assert_int_equal(read_image(image), -ENOEXEC);
        elf_image_init(image);
        image->head.e_machine ^= 1;
        assert_int_equal(read_image(image), -ENOEXEC);
        elf_image_init(image);
        image->head.e_type = ET_REL;
        assert_int_equal(read_image(image), -ENOEXEC);
        image->head.e_type = ET_CORE;
        assert_int_equal(read_image(image), -ENOEXEC);
        image->head.e_type = ET_EXEC;
        assert_int_equal(read_image(image), 0);
}

/* --- damage --- */

/* Each shorter file lacks something: the last text ends with it. */
static void a_cut_file_is_damaged_wherever_it_ends(void **state) {
        ElfImage *image = *state;
        size_t whole = offsetof(ElfImage, texts) + sizeof "\0liba.so\0libb.so.1\0$ORIGIN/lib:/opt/lib";

        assert_int_equal(read_bytes(image, whole), 0);
        for (size_t size = 0; size < whole - 1; size++)
                assert_int_equal(read_bytes(image, size), size < sizeof image->head ? -ENOEXEC : -EBADMSG);
}

static void offsets_lead_nowhere(void **state) {
        static const uint64_t places[] = {
                sizeof(ElfImage), NOWHERE, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX - 63, UINT64_MAX};

        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
                ElfImage *image = *state;
                uint64_t *parts[] = {&image->head.e_phoff, &image->segments[ELF_IMAGE_LOADER].p_offset,
                        &image->segments[ELF_IMAGE_DYNAMIC].p_offset,
                        &image->segments[ELF_IMAGE_ALL].p_offset, &image->segments[ELF_IMAGE_ALL].p_vaddr,
                        &image->dynamic[ELF_IMAGE_STRTAB].d_un.d_ptr,
                        &image->dynamic[ELF_IMAGE_SECOND].d_un.d_val,
                        &image->dynamic[ELF_IMAGE_RUNPATH].d_un.d_val};

                for (size_t j = 0; j < sizeof parts / sizeof *parts; j++) {
                        elf_image_init(image);
                        *parts[j] = places[i];
                        if (read_image(image) != -EBADMSG)
                                fail_msg("part %zu at %llu", j, (unsigned long long)places[i]);
                }
        }
}

/* Wrapped around, the sum would be inside of the file again. */
static void sums_of_offsets_do_not_wrap(void **state) {
        ElfImage *image = *state;

        image->dynamic[ELF_IMAGE_FIRST].d_un.d_val = (uint64_t)0 - offsetof(ElfImage, texts);
        assert_int_equal(read_image(image), -EBADMSG);
        elf_image_init(image);
        image->segments[ELF_IMAGE_ALL].p_offset = (uint64_t)0 - offsetof(ElfImage, texts) + 8;
        assert_int_equal(read_image(image), -EBADMSG);
        elf_image_init(image);
        image->segments[ELF_IMAGE_ALL].p_vaddr = UINT64_MAX;
        image->segments[ELF_IMAGE_ALL].p_filesz = UINT64_MAX;
        image->dynamic[ELF_IMAGE_STRTAB].d_un.d_ptr = 8;
        assert_int_equal(read_image(image), -EBADMSG);
}

static void a_text_without_end_is_damaged(void **state) {
        ElfImage *image = *state;

        memset(image->texts, 'x', sizeof image->texts);
        assert_int_equal(read_image(image), -EBADMSG);
        elf_image_init(image);
        memset(image->loader, '/', sizeof image->loader + sizeof image->texts);
        assert_int_equal(read_image(image), -EBADMSG);
}

static void entries_of_another_size_are_damaged(void **state) {
        ElfImage *image = *state;

        for (unsigned size = 0; size < 200; size++) {
                image->head.e_phentsize = (uint16_t)size;
                assert_int_equal(read_image(image), size == sizeof *image->segments ? 0 : -EBADMSG);
        }
}

static void names_can_be_shown(void **state) {
        static const char bad[] = {'\033', '\n', 1, 0x1f, 0x7f};

        for (size_t i = 0; i < sizeof bad; i++) {
                ElfImage *image = *state;

                elf_image_init(image);
                image->texts[2] = bad[i];
                assert_int_equal(read_image(image), -EBADMSG);
                elf_image_init(image);
                image->loader[5] = bad[i];
                assert_int_equal(read_image(image), -EBADMSG);
        }
}

static void the_loaders_path_leads_to_a_file_and_not_up(void **state) {
        static const char *const bad[] = {"", "ld.so", "/", "//", "/lib/", "//ld.so", "/lib//ld.so",
                "/../ld.so", "/lib/..", "/./ld.so", "/lib/../../ld.so", "/."};
        static const char *const good[] = {"/l", "/lib/ld.so", "/..lib/ld.so", "/lib../.ld"};
        ElfImage *image = *state;

        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                (void)snprintf(image->loader, sizeof image->loader, "%s", bad[i]);
                if (read_image(image) != -EBADMSG)
                        fail_msg("'%s' is taken", bad[i]);
        }
        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
                (void)snprintf(image->loader, sizeof image->loader, "%s", good[i]);
                if (read_image(image) != 0)
                        fail_msg("'%s' is refused", good[i]);
        }
}

/* --- bounds --- */

static void segments_are_bounded(void **state) {
        ElfImage *image = *state;
        size_t room = sizeof *image + (ELF_SEGMENTS_MAX + 1) * sizeof *image->segments;
        char *bytes = calloc(1, room);

        assert_non_null(bytes);
        for (unsigned n = ELF_SEGMENTS_MAX - 1; n <= ELF_SEGMENTS_MAX + 1; n++) {
                image->head.e_phoff = sizeof *image;
                image->head.e_phnum = (uint16_t)n;
                memcpy(bytes, image, sizeof *image);
                memcpy(bytes + sizeof *image, image->segments, sizeof image->segments);
                assert_int_equal(read_bytes(bytes, room), n <= ELF_SEGMENTS_MAX ? 0 : -E2BIG);
        }
        image->head.e_phnum = UINT16_MAX;
        assert_int_equal(read_image(image), -E2BIG);
        free(bytes);
}

/* Entries that nobody asks for, then the end of the file's own list. */
static int read_with_entries(const ElfImage *image, size_t n, int64_t tag) {
        size_t room = sizeof *image + (n + 1) * sizeof *image->dynamic;
        ElfImage *copy = calloc(1, room);
        Elf64_Dyn *list = (Elf64_Dyn *)(copy + 1);
        int r;

        assert_non_null(copy);
        *copy = *image;
        copy->segments[ELF_IMAGE_DYNAMIC].p_offset = sizeof *image;
        copy->segments[ELF_IMAGE_DYNAMIC].p_filesz = n * sizeof *list;
        copy->segments[ELF_IMAGE_ALL].p_filesz = room;
        list[0] = image->dynamic[ELF_IMAGE_STRTAB];
        for (size_t i = 1; i < n; i++)
                list[i] = (Elf64_Dyn){.d_tag = tag, .d_un.d_val = image->dynamic[ELF_IMAGE_FIRST].d_un.d_val};
        r = read_bytes(copy, room);
        free(copy);
        return r;
}

static void entries_are_bounded(void **state) {
        for (size_t n = ELF_DYNAMIC_MAX - 1; n <= ELF_DYNAMIC_MAX + 1; n++)
                assert_int_equal(read_with_entries(*state, n, DT_DEBUG), n <= ELF_DYNAMIC_MAX ? 0 : -E2BIG);
        ((ElfImage *)*state)->segments[ELF_IMAGE_DYNAMIC].p_filesz = UINT64_MAX;
        assert_int_equal(read_image(*state), -E2BIG);
}

static void libraries_are_bounded(void **state) {
        for (size_t n = ELF_NEEDED_MAX - 1; n <= ELF_NEEDED_MAX + 1; n++) {
                assert_int_equal(
                        read_with_entries(*state, n + 1, DT_NEEDED), n <= ELF_NEEDED_MAX ? 0 : -E2BIG);
                assert_true(needs.n_needed <= ELF_NEEDED_MAX);
        }
}

static void names_are_bounded(void **state) {
        ElfImage *image = *state;
        struct {
                ElfImage image;
                char name[ELF_NAME_MAX + 2];
        } file;

        for (size_t size = ELF_NAME_MAX - 2; size <= ELF_NAME_MAX; size++) {
                memset(&file, 0, sizeof file);
                file.image = *image;
                memset(file.name, 'n', size);
                file.image.segments[ELF_IMAGE_ALL].p_filesz = sizeof file;
                file.image.dynamic[ELF_IMAGE_FIRST].d_un.d_val = sizeof *image - offsetof(ElfImage, texts);
                assert_int_equal(read_bytes(&file, sizeof file), size < ELF_NAME_MAX ? 0 : -E2BIG);
        }
}

static void search_paths_are_bounded(void **state) {
        ElfImage *image = *state;
        struct {
                ElfImage image;
                char path[ELF_FOLDERS_MAX + 2];
        } file;

        for (size_t size = ELF_FOLDERS_MAX - 2; size <= ELF_FOLDERS_MAX; size++) {
                memset(&file, 0, sizeof file);
                file.image = *image;
                memset(file.path, '/', size);
                file.image.segments[ELF_IMAGE_ALL].p_filesz = sizeof file;
                file.image.dynamic[ELF_IMAGE_RUNPATH].d_un.d_val = sizeof *image - offsetof(ElfImage, texts);
                assert_int_equal(read_bytes(&file, sizeof file), size < ELF_FOLDERS_MAX ? 0 : -E2BIG);
                if (size < ELF_FOLDERS_MAX)
                        assert_int_equal(strlen(needs.folders), size);
        }
}

/* --- plans --- */

typedef struct Folder {
        char path[64];
        char program[96], library[96], other[96];
} Folder;

static void put_file(const char *path, const void *bytes, size_t size) {
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, bytes, size), (ssize_t)size);
        (void)close(fd);
}

/* A program whose loader is a library beside it, and which needs itself in a circle. */
static Folder make_folder(ElfImage *image) {
        Folder f = {.path = "/tmp/caisson-elf-XXXXXX"};
        ElfImage library = *image;

        assert_non_null(mkdtemp(f.path));
        (void)snprintf(f.program, sizeof f.program, "%s/prog", f.path);
        (void)snprintf(f.library, sizeof f.library, "%s/liba.so", f.path);
        (void)snprintf(f.other, sizeof f.other, "%s/libb.so.1", f.path);
        (void)snprintf(image->loader, sizeof image->loader, "%.31s", f.library);
        memcpy(image->texts + image->dynamic[ELF_IMAGE_RUNPATH].d_un.d_val, "$ORIGIN", sizeof "$ORIGIN");
        library = *image;
        library.segments[ELF_IMAGE_LOADER].p_type = PT_NULL;
        put_file(f.program, image, sizeof *image);
        put_file(f.library, &library, sizeof library);
        put_file(f.other, &library, sizeof library);
        return f;
}

static void remove_folder(const Folder *f) {
        (void)unlink(f->program);
        (void)unlink(f->library);
        (void)unlink(f->other);
        assert_int_equal(rmdir(f->path), 0);
}

static void libraries_that_need_each_other_are_planned_once(void **state) {
        Folder f = make_folder(*state);
        static RootPlan plan;
        size_t n_own = 0;

        assert_int_equal(root_plan_init(&plan, f.program, NULL), 0);
        for (size_t i = 0; i < plan.n_files; i++)
                n_own += strncmp(plan.list[i].source, f.path, strlen(f.path)) == 0;
        assert_int_equal(n_own, 3);
        root_plan_deinit(&plan);
        remove_folder(&f);
}

/* A program must not get into its chamber what only its caller may read, by calling it a library. */
static void a_file_that_is_no_code_is_no_library(void **state) {
        Folder f = make_folder(*state);
        static const char secret[] =
                "-----BEGIN SOMETHING THAT IS NOBODY'S BUSINESS, AND LONGER THAN A HEADER-----";
        static RootPlan plan;

        put_file(f.other, secret, sizeof secret);
        assert_int_equal(root_plan_init(&plan, f.program, NULL), -ELIBBAD);
        assert_string_equal(plan.object, f.other);
        put_file(f.library, secret, sizeof secret);
        assert_int_equal(root_plan_init(&plan, f.program, NULL), -ELIBBAD);
        assert_string_equal(plan.object, f.library);
        remove_folder(&f);
}

static void a_device_is_no_loader(void **state) {
        Folder f = make_folder(*state);
        ElfImage *image = *state;
        static RootPlan plan;

        (void)snprintf(image->loader, sizeof image->loader, "/dev/null");
        put_file(f.program, image, sizeof *image);
        assert_int_equal(root_plan_init(&plan, f.program, NULL), -ELIBBAD);
        remove_folder(&f);
}

static void a_program_that_is_none_is_left_to_exec(void **state) {
        Folder f = make_folder(*state);
        ElfImage *image = *state;
        static RootPlan plan;

        (void)snprintf(image->loader, sizeof image->loader, "/nowhere/ld.so");
        put_file(f.program, image, sizeof *image);
        assert_int_equal(root_plan_init(&plan, f.program, NULL), 0);
        assert_int_equal(plan.n_files, 1);
        root_plan_deinit(&plan);
        put_file(f.program, "#!/bin/sh\n", 10);
        assert_int_equal(root_plan_init(&plan, f.program, NULL), 0);
        assert_int_equal(plan.n_files, 1);
        root_plan_deinit(&plan);
        remove_folder(&f);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(a_whole_file_is_read, setup),
                cmocka_unit_test(this_program_is_read),
                cmocka_unit_test_setup(a_program_without_dynamic_section_needs_nothing, setup),
                cmocka_unit_test_setup(nothing_behind_the_end_mark_counts, setup),
                cmocka_unit_test(other_files_are_no_programs),
                cmocka_unit_test_setup(other_machines_are_no_programs, setup),
                cmocka_unit_test_setup(a_cut_file_is_damaged_wherever_it_ends, setup),
                cmocka_unit_test_setup(offsets_lead_nowhere, setup),
                cmocka_unit_test_setup(sums_of_offsets_do_not_wrap, setup),
                cmocka_unit_test_setup(a_text_without_end_is_damaged, setup),
                cmocka_unit_test_setup(entries_of_another_size_are_damaged, setup),
                cmocka_unit_test_setup(names_can_be_shown, setup),
                cmocka_unit_test_setup(the_loaders_path_leads_to_a_file_and_not_up, setup),
                cmocka_unit_test_setup(segments_are_bounded, setup),
                cmocka_unit_test_setup(entries_are_bounded, setup),
                cmocka_unit_test_setup(libraries_are_bounded, setup),
                cmocka_unit_test_setup(names_are_bounded, setup),
                cmocka_unit_test_setup(search_paths_are_bounded, setup),
                cmocka_unit_test_setup(libraries_that_need_each_other_are_planned_once, setup),
                cmocka_unit_test_setup(a_file_that_is_no_code_is_no_library, setup),
                cmocka_unit_test_setup(a_device_is_no_loader, setup),
                cmocka_unit_test_setup(a_program_that_is_none_is_left_to_exec, setup),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
