/* SPDX-License-Identifier: MIT */
/*
 * The server of class bench.Files: what does not depend on the benchmark.
 */
#pragma once

#include <coresrv/nk/transport-kos.h>

#include <bench/Files.edl.h>
#include <bench/IUse.idl.h>

#define FILES_CHANNEL "bench"

nk_err_t files_judged(struct bench_IUse *self, const bench_IUse_Judged_req *req,
        const struct nk_arena *req_arena, bench_IUse_Judged_res *res, struct nk_arena *res_arena);
/* For ever, or to the exit status for main when nothing can be received any more. */
int files_serve(NkKosTransport *transport, const bench_IUse_ops *ops);
