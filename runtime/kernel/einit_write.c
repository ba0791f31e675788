/* SPDX-License-Identifier: MIT */
/*
 * Expanding goes over the YAML document itself, not over what was understood of it: so keys that mean
 * something to `caisson run` alone stay as they are.
 */
#include "einit_write.h"

#include <errno.h>
#include <string.h>

#include <yaml.h>

#include <nkc.h>

#define PIECE_MAX 1000u /* bytes of one string: compilers need not take more than 4095 */

/* --- the description --- */

typedef struct Sink {
        Pool *pool;
        char *data;
        size_t size;
        size_t room;
} Sink;

static int take_bytes(void *userdata, unsigned char *bytes, size_t size) {
        Sink *sink = userdata;

        if (sink->room - sink->size < size) {
                size_t room = 2 * (sink->room + size) + 1024;
                char *data = pool_alloc(sink->pool, room, 1);

                if (sink->size > 0)
                        memcpy(data, sink->data, sink->size);
                sink->data = data;
                sink->room = room;
        }
        memcpy(sink->data + sink->size, bytes, size);
        sink->size += size;
        return 1;
}

static int find_key(yaml_document_t *doc, int map, const char *name) {
        const yaml_node_t *node = yaml_document_get_node(doc, map);

        if (!node || node->type != YAML_MAPPING_NODE)
                return 0;
        for (const yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top;
                p++) {
                const yaml_node_t *key = yaml_document_get_node(doc, p->key);

                if (key && key->type == YAML_SCALAR_NODE && key->data.scalar.length == strlen(name) &&
                        memcmp(key->data.scalar.value, name, key->data.scalar.length) == 0)
                        return p->value;
        }
        return 0;
}

/* Item i of a sequence; 0: there is none. */
static int list_item(yaml_document_t *doc, int list, size_t i) {
        const yaml_node_t *node = yaml_document_get_node(doc, list);

        if (!node || node->type != YAML_SEQUENCE_NODE)
                return 0;
        if (i >= (size_t)(node->data.sequence.items.top - node->data.sequence.items.start))
                return 0;
        return node->data.sequence.items.start[i];
}

/* Quoted, so that it stays a text whatever it looks like. */
static int new_text(yaml_document_t *doc, const char *text) {
        yaml_char_t *value = (yaml_char_t *)(uintptr_t)text;

        return yaml_document_add_scalar(doc, NULL, value, (int)strlen(text), YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static bool add_pair(yaml_document_t *doc, int map, const char *name, const char *text) {
        yaml_char_t *value = (yaml_char_t *)(uintptr_t)name;
        int key = yaml_document_add_scalar(doc, NULL, value, (int)strlen(name), YAML_PLAIN_SCALAR_STYLE);
        int node = new_text(doc, text);

        return key && node && yaml_document_append_mapping_pair(doc, map, key, node);
}

/* id: {var: …, include: …} becomes id: "literal". */
static bool expand_channel(yaml_document_t *doc, int channel, const SolChannel *c) {
        int id = find_key(doc, channel, "id");
        const yaml_node_t *node = yaml_document_get_node(doc, id);
        int literal;

        if (!node || node->type != YAML_MAPPING_NODE)
                return true;
        literal = new_text(doc, c->id.text);
        node = yaml_document_get_node(doc, channel);
        for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
                if (p->value == id)
                        p->value = literal;
        }
        return literal != 0;
}

static bool expand_task(yaml_document_t *doc, int map, const SolTask *task) {
        int channels = find_key(doc, map, "connections");

        for (uint32_t i = 0; i < task->n_channels; i++) {
                if (!expand_channel(doc, list_item(doc, channels, i), &task->channels[i]))
                        return false;
        }
        if (!find_key(doc, map, "task") && !add_pair(doc, map, "task", task->name.text))
                return false;
        return find_key(doc, map, "path") || add_pair(doc, map, "path", task->path.text);
}

static bool expand(yaml_document_t *doc, const Solution *s) {
        int entities = find_key(doc, 1, "entities"); /* node 1 is the root */

        for (uint32_t i = 0; i < s->n_tasks; i++) {
                if (!expand_task(doc, list_item(doc, entities, i), &s->tasks[i]))
                        return false;
        }
        return true;
}

/* The document is gone afterwards. */
static bool print(yaml_document_t *doc, Sink *sink) {
        yaml_emitter_t emitter;
        bool ok;

        if (!yaml_emitter_initialize(&emitter)) {
                yaml_document_delete(doc);
                return false;
        }
        yaml_emitter_set_output(&emitter, take_bytes, sink);
        yaml_emitter_set_unicode(&emitter, 1);
        yaml_emitter_set_width(&emitter, -1);
        doc->start_implicit = doc->end_implicit = 1;
        ok = yaml_emitter_open(&emitter) && yaml_emitter_dump(&emitter, doc) && yaml_emitter_close(&emitter);
        yaml_emitter_delete(&emitter);
        return ok;
}

const char *einit_expand(const Solution *s, const char *source, size_t size, Pool *pool, size_t *ret_size) {
        Sink sink = {.pool = pool};
        yaml_parser_t parser;
        yaml_document_t doc;
        bool ok;

        if (!yaml_parser_initialize(&parser))
                return NULL;
        yaml_parser_set_input_string(&parser, (const unsigned char *)source, size);
        ok = yaml_parser_load(&parser, &doc);
        if (ok && expand(&doc, s))
                ok = print(&doc, &sink);
        else if (ok) {
                yaml_document_delete(&doc);
                ok = false;
        }
        yaml_parser_delete(&parser);
        *ret_size = sink.size;
        return ok ? sink.data : NULL;
}

/* --- the file --- */

static const char head[] = "#include <errno.h>\n"
                           "#include <fcntl.h>\n"
                           "#include <limits.h>\n"
                           "#include <stdio.h>\n"
                           "#include <stdlib.h>\n"
                           "#include <string.h>\n"
                           "#include <sys/mman.h>\n"
                           "#include <unistd.h>\n";

static const char tail[] =
        "\n"
        "static int write_all(int fd) {\n"
        "        for (size_t i = 0; i < sizeof init / sizeof init[0]; i++) {\n"
        "                size_t size = strlen(init[i]);\n"
        "\n"
        "                if (write(fd, init[i], size) != (ssize_t)size)\n"
        "                        return -1;\n"
        "        }\n"
        "        return 0;\n"
        "}\n"
        "\n"
        "/* caisson run -I FOLDER --bin FOLDER --bin FOLDER/bin [--policy FOLDER/ksm.module] OPTION... "
        "/proc/self/fd/N */\n"
        "static int start(int fd, int argc, char **argv) {\n"
        "        char folder[PATH_MAX], bin[PATH_MAX + 8], policy[PATH_MAX + 16], file[32];\n"
        "        ssize_t n = readlink(\"/proc/self/exe\", folder, sizeof folder - 1);\n"
        "        const char **words = calloc((size_t)argc + 12, sizeof *words);\n"
        "        int i = 0;\n"
        "\n"
        "        if (n <= 0 || !words)\n"
        "                return -1;\n"
        "        folder[n] = '\\0';\n"
        "        *strrchr(folder, '/') = '\\0';\n"
        "        (void)snprintf(bin, sizeof bin, \"%s/bin\", folder);\n"
        "        (void)snprintf(policy, sizeof policy, \"%s/ksm.module\", folder);\n"
        "        (void)snprintf(file, sizeof file, \"/proc/self/fd/%d\", fd);\n"
        "        words[i++] = \"caisson\";\n"
        "        words[i++] = \"run\";\n"
        "        words[i++] = \"-I\";\n"
        "        words[i++] = folder;\n"
        "        words[i++] = \"--bin\";\n"
        "        words[i++] = folder;\n"
        "        words[i++] = \"--bin\";\n"
        "        words[i++] = bin;\n"
        "        if (access(policy, F_OK) == 0) {\n"
        "                words[i++] = \"--policy\";\n"
        "                words[i++] = policy;\n"
        "        }\n"
        "        for (int k = 1; k < argc; k++)\n"
        "                words[i++] = argv[k];\n"
        "        words[i] = file;\n"
        "        (void)execvp(\"caisson\", (char *const *)(size_t)words);\n"
        "        free(words);\n"
        "        return -1;\n"
        "}\n"
        "\n"
        "int main(int argc, char **argv) {\n"
        "        int fd;\n"
        "\n"
        "        if (argc == 2 && strcmp(argv[1], \"--print\") == 0)\n"
        "                return write_all(STDOUT_FILENO) < 0;\n"
        "        fd = memfd_create(\"init.yaml\", 0);\n"
        "        if (fd >= 0 && write_all(fd) == 0)\n"
        "                (void)start(fd, argc, argv);\n"
        "        (void)fprintf(stderr, \"Einit: cannot start caisson: %s\\n\", strerror(errno));\n"
        "        return 3;\n"
        "}\n";

/* Inside of a comment: nothing ends it, nothing turns the direction of writing. */
static void put_comment(FILE *out, const char *text) {
        for (const char *c = text; *c; c++) {
                (void)fputc(*c >= ' ' && *c <= '~' ? *c : '?', out);
                if (strncmp(c, "*/", 2) == 0 || strncmp(c, "/*", 2) == 0 || strncmp(c, "??", 2) == 0)
                        (void)fputc(' ', out);
        }
}

static void put_byte(FILE *out, unsigned char byte) {
        if (byte == '\n')
                (void)fputs("\\n", out);
        else if (byte == '"' || byte == '\\')
                (void)fprintf(out, "\\%c", byte);
        else if (byte >= ' ' && byte <= '~' && byte != '?')
                (void)fputc(byte, out);
        else
                (void)fprintf(out, "\\%03o", byte);
}

/* A line of the description is a string, a long one several. */
static void put_lines(FILE *out, const char *text, size_t size) {
        size_t begin = 0;

        (void)fputs("static const char *const init[] = {\n", out);
        while (begin < size) {
                const char *line = memchr(text + begin, '\n', size - begin);
                size_t end = line ? (size_t)(line - text) + 1 : size;

                if (end - begin > PIECE_MAX)
                        end = begin + PIECE_MAX;
                (void)fputs("        \"", out);
                for (; begin < end; begin++)
                        put_byte(out, (unsigned char)text[begin]);
                (void)fputs("\",\n", out);
        }
        (void)fputs("};\n", out);
}

static void put_task(FILE *out, const Solution *s, const SolTask *task) {
        (void)fputs(" *   ", out);
        put_comment(out, task->name.text);
        if (strcmp(task->name.text, task->class_name.text) != 0) {
                (void)fputs(" : ", out);
                put_comment(out, task->class_name.text);
        }
        (void)fputc('\n', out);
        for (size_t i = 0; i < task->class->n_endpoints; i++)
                (void)fprintf(out, " *       %u  %s : %s\n", task->class->endpoints[i].riid,
                        task->class->endpoints[i].path_name, task->class->endpoints[i].interface_name);
        for (uint32_t i = 0; i < task->n_channels; i++) {
                (void)fputs(" *       -> ", out);
                put_comment(out, s->tasks[task->channels[i].server].name.text);
                (void)fputs(", channel ", out);
                put_comment(out, task->channels[i].id.text);
                (void)fputc('\n', out);
        }
}

int einit_write(FILE *out, const Solution *s, const char *name, const char *text, size_t size) {
        (void)fputs("/* Einit of ", out);
        put_comment(out, name);
        (void)fputs(", written by einit. Do not edit: change the init description.\n"
                    " *\n"
                    " * The description as `caisson run` reads it, checked, with every name resolved. As a "
                    "program, Einit\n"
                    " * starts it: `Einit OPTION...` is `caisson run OPTION...` for it, with programs, "
                    "descriptions and the\n"
                    " * module of the policy in the folder of Einit. `Einit --print` prints it.\n"
                    " *\n"
                    " * Processes, their endpoints by RIID, and their channels:\n",
                out);
        for (uint32_t i = 0; i < s->n_tasks; i++)
                put_task(out, s, &s->tasks[i]);
        (void)fprintf(out, " */\n#define _GNU_SOURCE\n%s\n", head);
        put_lines(out, text, size);
        (void)fputs(tail, out);
        return ferror(out) ? -EIO : 0;
}
