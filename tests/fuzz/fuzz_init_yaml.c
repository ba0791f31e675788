/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: init.yaml reader, start order and the printed problems. Whatever the bytes are, the
 * reader returns, what it read is within the limits, and every problem can be printed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/bounds.h"
#include "kernel/init_yaml.h"
#include "kernel/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void check_text(const Text *text, size_t size_max) {
        if (text->text)
                must(strlen(text->text) <= size_max && text->at.line > 0 && text->at.column > 0);
}

static void check_list(const TextList *list, size_t size_max) {
        must(list->n_items <= INIT_LIST_MAX);
        for (uint32_t i = 0; i < list->n_items; i++)
                check_text(&list->items[i], size_max);
}

static void check_task(const SolTask *task) {
        check_text(&task->class_name, INIT_NAME_MAX);
        check_text(&task->name, INIT_NAME_MAX);
        check_text(&task->path, INIT_PATH_MAX);
        check_list(&task->args, INIT_ELEMENT_MAX);
        check_list(&task->env, INIT_ELEMENT_MAX);
        check_list(&task->before, INIT_NAME_MAX);
        check_list(&task->after, INIT_NAME_MAX);
        must(task->limits.memory == 0 ||
                (task->limits.memory >= INIT_MEMORY_MIN && task->limits.memory <= INIT_MEMORY_MAX));
        must(task->limits.pids <= INIT_PIDS_MAX && task->limits.files <= INIT_FILES_MAX);
        must(task->limits.cpu <= INIT_CPU_MAX && task->n_grants <= INIT_GRANTS_MAX);
        for (uint32_t i = 0; i < task->n_grants; i++) {
                check_text(&task->grants[i].file, INIT_PATH_MAX);
                check_text(&task->grants[i].name, INIT_PATH_MAX);
        }
        for (uint32_t i = 0; i < task->n_channels; i++) {
                check_text(&task->channels[i].id, INIT_NAME_MAX);
                check_text(&task->channels[i].target, INIT_NAME_MAX);
                must(task->channels[i].deadline_ms <= INIT_DEADLINE_MAX);
        }
}

static void find_targets(Solution *s) {
        for (uint32_t i = 0; i < s->n_tasks; i++) {
                for (uint32_t j = 0; j < s->tasks[i].n_channels; j++) {
                        const SolTask *server = solution_find(s, s->tasks[i].channels[j].target.text);

                        if (server)
                                s->tasks[i].channels[j].server = (uint32_t)(server - s->tasks);
                }
        }
}

static void print(Problems *p) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        must(out != NULL);
        problems_print(p, out);
        (void)fclose(out);
        must(p->n_found == 0 || size > 0);
        free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static Problems problems;
        Pool pool = POOL_NULL;
        Solution sol;

        problems_init(&problems, &pool, "init.yaml");
        problems.source = (const char *)data;
        problems.source_size = size;
        init_read(&sol, &problems, &pool);
        must(sol.n_tasks <= INIT_TASKS_MAX && sol.n_channels <= INIT_CHANNELS_MAX);
        for (uint32_t i = 0; i < sol.n_tasks; i++)
                check_task(&sol.tasks[i]);
        find_targets(&sol);
        order_tasks(&sol, &problems, &pool);
        print(&problems);
        pool_deinit(&pool);
        return 0;
}
