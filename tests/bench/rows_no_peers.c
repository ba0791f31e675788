/* SPDX-License-Identifier: MIT */
/*
 * No peer is installed: the report has our rows and the bare ones.
 */
#include "rows.h"

const BenchRow *const rows_peers[] = {NULL};
const size_t n_rows_peers = 0;
