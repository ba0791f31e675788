/* SPDX-License-Identifier: MIT */
/*
 * What the commands of nkc use of a session beyond the public nkc.h: one description in,
 * its layout model out.
 */
#pragma once

#include <stdbool.h>

#include "layout/model.h"
#include "nkc.h"
#include "psl/load.h"
#include "psl/policy.h"

/* Compiles the description at `path` (.idl, .cdl or .edl) with everything it uses. The model
 * lives as long as the session. NULL after an error, which the sink got. Descriptions that
 * several inputs share are read and checked once per session and error mode. */
const LayUnit *nkc_unit_compile(NkcSession *s, const char *path, bool extended_errors);

/* Was there a file that could not be read? Then the exit code of a program is not that of errors in the
 * input. */
bool nkc_session_io_failed(const NkcSession *s);

/* The class of a compiled .edl with its endpoints and shape table; NULL after an error. Unlike
 * nkc_class_load() it reads nothing again. */
const NkcClass *nkc_class_of(NkcSession *s, const LayUnit *unit);

/* Reads and parses the policy at `path` (.psl) with all it includes, descriptions of classes too. NULL or
 * is_bad after an error, which the sink got. `options` may be NULL. */
const PslUnit *nkc_policy_read(NkcSession *s, const char *path, const PslOptions *options);

/* The same, with everything in it resolved and checked; NULL after an error. lenient_classes: a class that is
 * not included is only warned of. */
const PolPolicy *nkc_policy_resolve(
        NkcSession *s, const char *path, const PslOptions *options, bool lenient_classes);

/* Memory that lives as long as the session. */
Arena *nkc_session_arena(NkcSession *s);
