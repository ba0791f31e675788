/* SPDX-License-Identifier: MIT */
/*
 * C sources to start from: a server and a client of a class (.edl) or of one interface (.idl),
 * complete programs that compile and run unchanged. They belong to whoever has them written.
 */
#pragma once

#include "emit.h"

/* Each appends one source file. `unit` is an .idl with an interface, or an .edl with endpoints. */
void skeleton_server(Text *out, const LayUnit *unit);
void skeleton_client(Text *out, const LayUnit *unit);

/* False when there is nothing to serve or to call: a type package, a class without endpoints. */
bool skeleton_is_possible(const LayUnit *unit);

/* ---- Shared by the two ------------------------------------------------------------------- */

/* Assigns a valid empty value to every parameter of a message: zero, "", an empty sequence, no handle.
 * where: what stands before the parameter's name, "res->"; arena: the message's, "res_arena". */
void skeleton_fill(Emit *e, const LayMessage *m, const char *where, const char *arena);

/* Does skeleton_fill use the arena? */
bool skeleton_uses_arena(const LayMessage *m);

/* Sets $(channel) for the connection's name, "keeper_connection"; *text keeps it. */
void skeleton_set_channel(Emit *e, Text *text);
