/* SPDX-License-Identifier: MIT */
/*
 * libnkc: the compiler as a library. Options in, diagnostics and files out.
 *
 * A session owns everything a compilation allocates: one free drops it all. Diagnostics go to
 * the session's sink in the order of the text; library code never prints. Not thread-safe; any
 * number of sessions may live side by side.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct NkcSession NkcSession;

typedef enum NkcSeverity { NKC_NOTE, NKC_WARNING, NKC_ERROR } NkcSeverity;

/* One message, complete: `text` is the printed form with path:line:col, caret and notes. */
typedef void NkcSink(void *userdata, NkcSeverity severity, unsigned number, const char *text);

NkcSession *nkc_session_new(NkcSink *sink, void *userdata);
NkcSession *nkc_session_free(NkcSession *s);                     /* NULL is fine; returns NULL */
void nkc_session_add_include(NkcSession *s, const char *folder); /* searched in the order of the calls */
unsigned nkc_session_errors(const NkcSession *s);

/* An endpoint of a process class, in RIID order. Texts live as long as the session. */
typedef struct NkcEndpoint {
        const char *path_name;  /* "main.store" */
        const char *class_name; /* "demo.CStore.store" */
        const char *interface_name;
        uint16_t riid;
        uint16_t n_methods;
        uint64_t fingerprint; /* of the interface: another one as soon as a message is laid out differently */
} NkcEndpoint;

/* What the start-up of a solution must know about one class. */
typedef struct NkcClass {
        const char *name; /* "demo.Keeper" */
        const NkcEndpoint *endpoints;
        size_t n_endpoints;
        const void *shape; /* shape table, 8-byte aligned; format: docs/reference/shape-table.md */
        size_t shape_size;
        const NkcEndpoint *security; /* its security interfaces, in the order of their numbers */
        size_t n_security;
        const void *security_shape; /* of its security interfaces, in place of endpoints; NULL: it has none */
        size_t security_shape_size;
} NkcClass;

/* Finds NAME's .edl under the include folders and compiles it with everything it uses. NULL after
 * an error (which the sink got): unknown class, or errors in the descriptions. Cached by name. */
const NkcClass *nkc_class_load(NkcSession *s, const char *name);
