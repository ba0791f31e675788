/* SPDX-License-Identifier: MIT */
/*
 * --ipc-trace-method-filter: which methods the generated code traces.
 */
#pragma once

#include "emit.h"

/* Is this method traced? trace: of the side in question. The filter names methods as "Put" or
 * "demo.IStore.Put", separated by commas. */
bool emit_is_traced(EmitTrace trace, const EmitOptions *o, const LayInterface *i, const LayMethod *m);
