/* SPDX-License-Identifier: MIT */
/*
 * A policy with everything it includes: PSL files through `use`, process classes through `use EDL` and
 * `task class`. Each file is included once, where it is named first; files that include each other are
 * harmless. A dotted name is looked up under the include folders, in order, then in the folder of the file
 * that names it, then in that of the top file.
 */
#pragma once

#include "psl/ast.h"
#include "psl/preprocess.h"
#include "sema/sema.h"

#define PSL_INCLUDE_DEPTH 256 /* length of a chain of `use` */

/* A class of processes that the policy knows. */
typedef struct PslClass {
        const char *name; /* interned; the policy's name for it: of the EDL, or that of `task class` */
        const char *link; /* interned; dotted name of the EDL file */
        SemaFile *file; /* its description, read with extended errors; NULL or is_bad: has errors, reported */
        Span use;       /* the name in the `use EDL` or `task class` that came first */
} PslClass;

/* All parts of a policy, in the order in which they take effect: a file's declarations stand where it was
 * included first. */
typedef struct PslUnit {
        bool is_bad;           /* some file could not be found, read or parsed: names may be missing */
        const PslFile **files; /* in the order in which they were opened; the top one is first */
        size_t n_files;
        const PslDecl **decls; /* without USE, USE_EDL and TASK_CLASS; nor EXECUTE_INTERFACE and second
                                * AUDIT_DEFAULT, see below */
        size_t n_decls;
        const PslDecl *execute;       /* EXECUTE_INTERFACE that came first; NULL: kl.core.Execute */
        const PslDecl *audit_default; /* NULL: `empty`, level 0 */
        const PslClass **classes;     /* each name once */
        size_t n_classes;
        Map class_by_name;
} PslUnit;

/* Gets each policy file as the preprocessor leaves it. */
typedef void PslDump(void *userdata, const SrcFile *source);

typedef struct PslOptions {
        bool has_preprocessor;
        const char *const *definitions; /* for the preprocessor: "NAME" or "NAME=VALUE" */
        size_t n_definitions;
        PslDump *dump; /* NULL: nobody wants to see */
        void *userdata;
} PslOptions;

/* `sema` must be one of extended errors. Its include folders are searched for PSL files too. `options` may
 * be NULL. NULL: the top file cannot be read. */
const PslUnit *psl_load(Sema *sema, const char *path, const PslOptions *options);

/* The class of that name (interned), or NULL. */
const PslClass *psl_find_class(const PslUnit *unit, const char *name);
