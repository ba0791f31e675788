/* SPDX-License-Identifier: MIT */
/*
 * Reader of init.yaml, on libyaml's document tree: each node has its place in the text.
 *
 * A dictionary is read by a table of its keys, so that the table is the documentation of the
 * format. What nodes are read as, and what is said of those that can't be, is in reader.h.
 */
#include "init_yaml.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "amount.h"
#include "bounds.h"
#include "lives.h"
#include "reader.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof *(a))
/* --- a channel --- */

static void read_target(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'target'", .size_max = INIT_NAME_MAX, .is_name = true};

        reader_text(r, value, &rule, &((SolChannel *)object)->target);
}

static void read_var(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'var'", .size_max = INIT_NAME_MAX, .is_name = true};

        reader_text(r, value, &rule, &((SolChannel *)object)->var);
}

static void read_include(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'include'", .size_max = INIT_PATH_MAX, .is_name = true};

        reader_text(r, value, &rule, &((SolChannel *)object)->include);
}

static void read_id(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'id'", .size_max = INIT_NAME_MAX, .is_name = true};
        static const ReaderKey keys[] = {
                {"var", read_var, true},
                {"include", read_include, true},
        };
        SolChannel *channel = object;

        if (value->type == YAML_MAPPING_NODE)
                reader_dictionary(r, value, keys, ARRAY_SIZE(keys), "'id'", channel);
        else
                reader_text(r, value, &rule, &channel->id);
}

static void read_deadline(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'deadline'", .size_max = INIT_NAME_MAX, .is_name = true};
        Text text = {.text = NULL};
        uint64_t ms = 0;

        reader_text(r, value, &rule, &text);
        if (!text.text)
                return;
        for (const char *c = text.text; *c; c++) {
                if (*c < '0' || *c > '9') {
                        ms = 0;
                        break;
                }
                ms = ms > INIT_DEADLINE_MAX ? ms : ms * 10 + (uint64_t)(*c - '0');
        }
        if (ms == 0 || ms > INIT_DEADLINE_MAX)
                problem_add(r->problems, PROBLEM_BAD_NUMBER, text.at,
                        "'deadline' must be a number of milliseconds from 1 to %u", INIT_DEADLINE_MAX);
        else
                ((SolChannel *)object)->deadline_ms = (uint32_t)ms;
}

static const ReaderKey channel_keys[] = {
        {"target", read_target, true},
        {"id", read_id, true},
        {"deadline", read_deadline, false},
};

/* --- a process --- */

static void read_class(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'name'", .size_max = INIT_NAME_MAX, .is_name = true};

        reader_text(r, value, &rule, &((SolTask *)object)->class_name);
}

static void read_task(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'task'", .size_max = INIT_NAME_MAX, .is_name = true};

        reader_text(r, value, &rule, &((SolTask *)object)->name);
}

static void read_starter(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'starter'", .size_max = INIT_NAME_MAX, .is_name = true};

        reader_text(r, value, &rule, &((SolTask *)object)->starter);
}

static void read_path(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'path'", .size_max = INIT_PATH_MAX, .is_name = true};

        reader_text(r, value, &rule, &((SolTask *)object)->path);
}

static void read_args(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {
                .what = "an element of 'args'", .size_max = INIT_ELEMENT_MAX, .may_be_empty = true};

        reader_text_list(r, value, "'args'", &rule, &((SolTask *)object)->args);
}

static void read_before(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {
                .what = "an element of 'before'", .size_max = INIT_NAME_MAX, .is_name = true};

        reader_text_list(r, value, "'before'", &rule, &((SolTask *)object)->before);
}

static void read_after(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {
                .what = "an element of 'after'", .size_max = INIT_NAME_MAX, .is_name = true};

        reader_text_list(r, value, "'after'", &rule, &((SolTask *)object)->after);
}

static const yaml_node_t *same_key_before(Reader *r, const yaml_node_t *map, const yaml_node_pair_t *stop) {
        const yaml_node_t *key = reader_node(r, stop->key);

        for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < stop; pair++) {
                const yaml_node_t *other = reader_node(r, pair->key);

                if (other->type == YAML_SCALAR_NODE && strcmp(reader_scalar(other), reader_scalar(key)) == 0)
                        return other;
        }
        return NULL;
}

/* One variable, as "NAME=value". */
static void read_variable(Reader *r, const yaml_node_t *map, const yaml_node_pair_t *pair, Text *ret_text) {
        static const TextRule name_rule = {
                .what = "a variable's name", .size_max = INIT_ELEMENT_MAX, .is_name = true};
        static const TextRule value_rule = {
                .what = "a variable's value", .size_max = INIT_ELEMENT_MAX, .may_be_empty = true};
        Text name = {.text = NULL}, value = {.text = NULL};
        const yaml_node_t *first;

        reader_text(r, reader_node(r, pair->key), &name_rule, &name);
        reader_text(r, reader_node(r, pair->value), &value_rule, &value);
        if (!name.text || !value.text)
                return;
        first = same_key_before(r, map, pair);
        if (first)
                reader_duplicate_key(r, reader_node(r, pair->key), first);
        else if (strchr(name.text, '='))
                problem_add(r->problems, PROBLEM_BAD_TEXT, name.at, "a variable's name must not contain '='");
        else if (strlen(name.text) + 1 + strlen(value.text) > INIT_ELEMENT_MAX)
                problem_add(r->problems, PROBLEM_TOO_LONG, name.at,
                        "the variable has %zu bytes with its name and '=', the limit is %u",
                        strlen(name.text) + 1 + strlen(value.text), INIT_ELEMENT_MAX);
        else
                *ret_text = (Text){pool_printf(r->pool, "%s=%s", name.text, value.text), name.at};
}

static void read_env(Reader *r, void *object, const yaml_node_t *value) {
        SolTask *task = object;
        const yaml_node_pair_t *pair;
        size_t n;

        if (reader_is_null(value))
                return;
        if (value->type != YAML_MAPPING_NODE) {
                reader_wrong_type(r, value, "'env'", "a dictionary");
                return;
        }
        n = (size_t)(value->data.mapping.pairs.top - value->data.mapping.pairs.start);
        if (n > INIT_LIST_MAX) {
                problem_add(r->problems, PROBLEM_TOO_MANY, reader_pos(value),
                        "'env' has %zu elements, the limit is %u", n, INIT_LIST_MAX);
                return;
        }
        task->env.items = pool_alloc(r->pool, n, sizeof *task->env.items);
        task->env.n_items = (uint32_t)n;
        for (pair = value->data.mapping.pairs.start; n; pair++, n--)
                read_variable(r, value, pair, &task->env.items[task->env.n_items - n]);
}

static void read_connections(Reader *r, void *object, const yaml_node_t *value) {
        SolTask *task = object;
        uint32_t n = reader_list_size(r, value, "'connections'", INIT_CHANNELS_MAX);

        if (r->sol->n_channels + n > INIT_CHANNELS_MAX) {
                problem_add(r->problems, PROBLEM_TOO_MANY, reader_pos(value),
                        "the solution has more than %u channels", INIT_CHANNELS_MAX);
                return;
        }
        task->channels = pool_alloc(r->pool, n, sizeof *task->channels);
        task->n_channels = n;
        r->sol->n_channels += n;
        for (uint32_t i = 0; i < n; i++) {
                const yaml_node_t *item = reader_list_item(r, value, i);

                task->channels[i] = (SolChannel){.at = reader_pos(item), .server = SOL_NOBODY};
                reader_dictionary(
                        r, item, channel_keys, ARRAY_SIZE(channel_keys), "a connection", &task->channels[i]);
        }
}

/* --- what a process may use --- */

static void read_memory(Reader *r, void *object, const yaml_node_t *value) {
        static const AmountRule rule = {"'memory'", amount_size, INIT_MEMORY_MIN, INIT_MEMORY_MAX,
                "a size from 1M to 1T, such as 64M"};

        reader_amount(r, value, &rule, &((SolLimits *)object)->memory);
}

static void read_shared(Reader *r, void *object, const yaml_node_t *value) {
        static const AmountRule rule = {"'shared'", amount_size, INIT_SHARED_MIN, INIT_MEMORY_MAX,
                "a size from 4K to 1T, such as 64M"};

        reader_amount(r, value, &rule, &((SolLimits *)object)->shared);
}

static void read_pids(Reader *r, void *object, const yaml_node_t *value) {
        static const AmountRule rule = {
                "'pids'", amount_count, INIT_PIDS_MIN, INIT_PIDS_MAX, "a number of threads from 1 to 32768"};

        reader_amount(r, value, &rule, &((SolLimits *)object)->pids);
}

static void read_files(Reader *r, void *object, const yaml_node_t *value) {
        static const AmountRule rule = {"'files'", amount_count, INIT_FILES_MIN, INIT_FILES_MAX,
                "a number of descriptors from 4 to 65536"};

        reader_amount(r, value, &rule, &((SolLimits *)object)->files);
}

static void read_cpu(Reader *r, void *object, const yaml_node_t *value) {
        static const AmountRule rule = {"'cpu'", amount_share, INIT_CPU_MIN, INIT_CPU_MAX,
                "a number of processors from 0.01 to 1024, such as 0.5"};

        reader_amount(r, value, &rule, &((SolLimits *)object)->cpu);
}

static void read_limits(Reader *r, void *object, const yaml_node_t *value) {
        static const ReaderKey keys[] = {
                {"memory", read_memory, false},
                {"shared", read_shared, false},
                {"pids", read_pids, false},
                {"files", read_files, false},
                {"cpu", read_cpu, false},
        };
        SolTask *task = object;

        if (reader_is_null(value))
                return;
        task->limits.at = reader_pos(value);
        reader_dictionary(r, value, keys, ARRAY_SIZE(keys), "'limits'", &task->limits);
}

static void read_grant_file(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'file'", .size_max = INIT_PATH_MAX, .is_name = true};

        reader_text(r, value, &rule, &((SolGrant *)object)->file);
}

static void read_grant_device(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'device'", .size_max = INIT_PATH_MAX, .is_name = true};
        SolGrant *grant = object;

        grant->kind = GRANT_DEVICE;
        grant->is_writable = true;
        reader_text(r, value, &rule, &grant->file);
}

static void read_grant_control(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'control'", .size_max = INIT_CONTROL_MAX, .is_name = true};
        SolGrant *grant = object;

        grant->kind = GRANT_CONTROL;
        reader_text(r, value, &rule, &grant->file);
}

static void read_grant_name(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'name'", .size_max = INIT_NAME_MAX, .is_name = true};

        reader_text(r, value, &rule, &((SolGrant *)object)->name);
}

static void read_grant_mode(Reader *r, void *object, const yaml_node_t *value) {
        static const char *const words[] = {"ro", "rw"};

        reader_word(r, value, "'mode'", words, &((SolGrant *)object)->is_writable);
}

static const ReaderKey grant_keys[] = {
        {"control", read_grant_control, false},
        {"device", read_grant_device, false},
        {"file", read_grant_file, false},
        {"mode", read_grant_mode, false},
        {"name", read_grant_name, false},
};

static bool has_key(const yaml_node_t *dictionary, Reader *r, const char *name) {
        const yaml_node_pair_t *pair = dictionary->data.mapping.pairs.start;

        for (; pair < dictionary->data.mapping.pairs.top; pair++) {
                const yaml_node_t *key = reader_node(r, pair->key);

                if (key->type == YAML_SCALAR_NODE && strcmp(reader_scalar(key), name) == 0)
                        return true;
        }
        return false;
}

/* One of three, and `mode` only with a file. */
static void check_grant_keys(Reader *r, const yaml_node_t *item) {
        unsigned n;

        if (item->type != YAML_MAPPING_NODE)
                return;
        n = (unsigned)has_key(item, r, "file") + has_key(item, r, "device") + has_key(item, r, "control");
        if (n == 0)
                problem_add(r->problems, PROBLEM_MISSING_KEY, reader_pos(item),
                        "a grant lacks the key 'file' (or 'device', or 'control')");
        else if (n > 1 || (has_key(item, r, "mode") && !has_key(item, r, "file")))
                problem_add(r->problems, PROBLEM_BAD_WORD, reader_pos(item),
                        "a grant is one of 'file', 'device' and 'control'; 'mode' is for files");
}

static void complete_grant(Reader *r, const SolTask *task, SolGrant *grant) {
        const char *slash = grant->file.text ? strrchr(grant->file.text, '/') : NULL;
        Problem *problem;

        if (!grant->name.text && grant->file.text)
                grant->name = (Text){slash ? slash + 1 : grant->file.text, grant->file.at};
        for (const SolGrant *other = task->grants; grant->name.text && other < grant; other++) {
                if (!other->name.text || strcmp(other->name.text, grant->name.text) != 0)
                        continue;
                problem = problem_add(r->problems, PROBLEM_GRANT_SHARED, grant->name.at,
                        "two files are called '%s' here", grant->name.text);
                problem_note_at(r->problems, problem, other->name.at, "first one here");
                problem_help(r->problems, problem, "give each a 'name' of its own");
                return;
        }
}

static void read_grants(Reader *r, void *object, const yaml_node_t *value) {
        SolTask *task = object;
        uint32_t n = reader_list_size(r, value, "'grants'", INIT_GRANTS_MAX);

        task->grants = pool_alloc(r->pool, n, sizeof *task->grants);
        for (uint32_t i = 0; i < n; i++) {
                const yaml_node_t *item = reader_list_item(r, value, i);

                task->grants[i] = (SolGrant){.at = reader_pos(item)};
                reader_dictionary(r, item, grant_keys, ARRAY_SIZE(grant_keys), "a grant", &task->grants[i]);
                check_grant_keys(r, item);
                complete_grant(r, task, &task->grants[i]);
        }
        task->n_grants = n;
}

static void read_network(Reader *r, void *object, const yaml_node_t *value) {
        static const char *const words[] = {"none", "host"};

        reader_word(r, value, "'network'", words, &((SolTask *)object)->has_network);
}

_Static_assert(INIT_RESTARTS_MAX == 10000 && LIVES_DELAY_MAX_MS == 30000, "messages say so");

static void note_first(Pos *at, const yaml_node_t *value) {
        if (at->line == 0)
                *at = reader_pos(value);
}

static void note_pace(SolTask *task, const yaml_node_t *value) {
        note_first(&task->restart_at, value);
        note_first(&task->restart_pace_at, value);
}

static void read_restart(Reader *r, void *object, const yaml_node_t *value) {
        static const char *const words[] = {
                [RESTART_NO] = "no", [RESTART_ON_FAILURE] = "on-failure", [RESTART_ALWAYS] = "always"};
        SolTask *task = object;
        size_t index = task->restart;

        note_first(&task->restart_at, value);
        task->says_restart = true;
        reader_choice(r, value, "'restart'", words, ARRAY_SIZE(words), &index);
        task->restart = (SolRestart)index;
}

static void read_restart_limit(Reader *r, void *object, const yaml_node_t *value) {
        static const AmountRule rule = {
                "'restart_limit'", amount_count, 1, INIT_RESTARTS_MAX, "a number of starts from 1 to 10000"};
        SolTask *task = object;
        uint64_t limit = task->restart_limit;

        note_pace(task, value);
        reader_amount(r, value, &rule, &limit);
        task->restart_limit = (uint32_t)limit;
}

static void read_restart_delay(Reader *r, void *object, const yaml_node_t *value) {
        static const AmountRule rule = {"'restart_delay'", amount_count, 0, LIVES_DELAY_MAX_MS,
                "a number of milliseconds from 0 to 30000"};
        SolTask *task = object;
        uint64_t delay_ms = task->restart_delay_ms;

        note_pace(task, value);
        reader_amount(r, value, &rule, &delay_ms);
        task->restart_delay_ms = (uint32_t)delay_ms;
}

static const ReaderKey task_keys[] = {
        {"name", read_class, true},
        {"task", read_task, false},
        {"path", read_path, false},
        {"connections", read_connections, false},
        {"args", read_args, false},
        {"env", read_env, false},
        {"before", read_before, false},
        {"after", read_after, false},
        {"starter", read_starter, false},
        {"restart", read_restart, false},
        {"restart_delay", read_restart_delay, false},
        {"restart_limit", read_restart_limit, false},
        {"limits", read_limits, false},
        {"grants", read_grants, false},
        {"network", read_network, false},
};

/* What follows from `name` when the entry doesn't say it. */
static void apply_defaults(SolTask *task) {
        const char *dot;

        if (!task->class_name.text)
                return;
        if (!task->name.text)
                task->name = task->class_name;
        dot = strrchr(task->class_name.text, '.');
        if (!task->path.text)
                task->path = (Text){dot ? dot + 1 : task->class_name.text, task->class_name.at};
}

/* --- the file --- */

static void read_entities(Reader *r, void *object, const yaml_node_t *value) {
        Solution *sol = object;
        uint32_t n = reader_list_size(r, value, "'entities'", INIT_TASKS_MAX);

        if (n == 0 && r->problems->n_found == 0)
                problem_add(r->problems, PROBLEM_EMPTY, reader_pos(value), "'entities' lists no process");
        sol->tasks = pool_alloc(r->pool, n, sizeof *sol->tasks);
        sol->n_tasks = n;
        for (uint32_t i = 0; i < n; i++) {
                const yaml_node_t *item = reader_list_item(r, value, i);

                sol->tasks[i].at = reader_pos(item);
                sol->tasks[i].restart_limit = LIVES_LIMIT;
                sol->tasks[i].restart_delay_ms = LIVES_DELAY_MS;
                reader_dictionary(r, item, task_keys, ARRAY_SIZE(task_keys), "a process", &sol->tasks[i]);
                apply_defaults(&sol->tasks[i]);
                for (uint32_t j = 0; j < sol->tasks[i].n_channels; j++)
                        sol->tasks[i].channels[j].client = i;
        }
}

static void read_mediation(Reader *r, void *object, const yaml_node_t *value) {
        static const char *const words[] = {"policy", "always"};

        reader_word(r, value, "'mediation'", words, &((Solution *)object)->is_never_direct);
}

static void read_board(Reader *r, void *object, const yaml_node_t *value) {
        static const TextRule rule = {.what = "'board'", .size_max = INIT_NAME_MAX, .is_name = true};

        reader_text(r, value, &rule, &((Solution *)object)->board);
}

static const ReaderKey file_keys[] = {
        {"board", read_board, false},
        {"entities", read_entities, true},
        {"mediation", read_mediation, false},
};

/* libyaml counts bytes for what it can't even decode, and marks for everything else. */
static Pos parser_pos(const Problems *p, const yaml_parser_t *parser) {
        Pos at = {.line = 1, .column = 1, .width = 1};

        if (parser->error != YAML_READER_ERROR) {
                at.line = (uint32_t)parser->problem_mark.line + 1;
                at.column = (uint32_t)parser->problem_mark.column + 1;
                return at;
        }
        for (size_t i = 0; i < parser->problem_offset && i < p->source_size; i++) {
                at.column = p->source[i] == '\n' ? 1 : at.column + 1;
                at.line += p->source[i] == '\n';
        }
        return at;
}

/* What usually lies behind libyaml's words. */
static const struct {
        const char *words, *help;
} syntax_helps[] = {
        {"cannot start any token", "indent with spaces; quote a text that begins with one of % @ `"},
        {"did not find expected key", "indent the keys of one dictionary alike"},
        {"did not find expected '-' indicator", "indent the elements of one list alike"},
        {"mapping values are not allowed", "quote a text that contains ': '"},
};

static void report_syntax(Reader *r, const yaml_parser_t *parser) {
        const char *words = parser->problem ? parser->problem : "can't be read";
        Problem *problem = problem_add(
                r->problems, PROBLEM_SYNTAX, parser_pos(r->problems, parser), "not valid YAML: %s", words);

        if (parser->context && parser->context_mark.line != parser->problem_mark.line)
                problem_note_at(r->problems, problem,
                        (Pos){(uint32_t)parser->context_mark.line + 1,
                                (uint32_t)parser->context_mark.column + 1, 1},
                        "%s that begins here", parser->context);
        for (size_t i = 0; i < ARRAY_SIZE(syntax_helps); i++)
                if (strstr(words, syntax_helps[i].words))
                        problem_help(r->problems, problem, "%s", syntax_helps[i].help);
}

static void read_document(Reader *r) {
        const yaml_node_t *root = yaml_document_get_root_node(r->doc);

        if (!root || reader_is_null(root)) {
                problem_add(r->problems, PROBLEM_EMPTY, (Pos){1, 1, 1}, "the file is empty");
                return;
        }
        reader_dictionary(r, root, file_keys, ARRAY_SIZE(file_keys), "the file", r->sol);
}

static void refuse_second_document(Reader *r, yaml_parser_t *parser) {
        yaml_document_t next;
        yaml_node_t *root;

        if (!yaml_parser_load(parser, &next)) {
                report_syntax(r, parser);
                return;
        }
        root = yaml_document_get_root_node(&next);
        if (root)
                problem_add(r->problems, PROBLEM_SYNTAX, reader_pos(root),
                        "a second document follows; one file describes one solution");
        yaml_document_delete(&next);
}

void init_read(Solution *s, Problems *p, Pool *pool) {
        yaml_parser_t parser;
        yaml_document_t doc;
        Reader r = {.doc = &doc, .sol = s, .problems = p, .pool = pool};

        *s = (Solution){.tasks = NULL};
        if (p->source_size > INIT_FILE_MAX) {
                problem_add(p, PROBLEM_FILE_TOO_LARGE, (Pos){.line = 0},
                        "the file has %zu bytes, the limit is %u", p->source_size, INIT_FILE_MAX);
                return;
        }
        if (!yaml_parser_initialize(&parser)) {
                problem_add(p, PROBLEM_SYNTAX, (Pos){.line = 0}, "not enough memory to read the file");
                return;
        }
        yaml_parser_set_input_string(&parser, (const unsigned char *)p->source, p->source_size);
        if (yaml_parser_load(&parser, &doc)) {
                read_document(&r);
                refuse_second_document(&r, &parser);
                yaml_document_delete(&doc);
        } else {
                report_syntax(&r, &parser);
        }
        yaml_parser_delete(&parser);
}
