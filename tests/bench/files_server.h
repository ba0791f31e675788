/* SPDX-License-Identifier: MIT */
/*
 * The server of class bench.Files: what does not depend on the benchmark.
 */
#pragma once

#include <coresrv/nk/transport-kos.h>
#include <rtl/retcode.h>

#include <bench/Files.edl.h>
#include <bench/IUse.idl.h>

#define FILES_CHANNEL "bench"

#define FILES_CONTEXT 7 /* of the handle that Get gives, which Use answers with */

/* The resource: before what follows. */
Retcode files_create(void);
nk_err_t files_use(struct bench_IUse *self, const bench_IUse_Use_req *req, const struct nk_arena *req_arena,
        bench_IUse_Use_res *res, struct nk_arena *res_arena);
nk_err_t files_get(struct bench_IUse *self, const bench_IUse_Get_req *req, const struct nk_arena *req_arena,
        bench_IUse_Get_res *res, struct nk_arena *res_arena);
nk_err_t files_judged(struct bench_IUse *self, const bench_IUse_Judged_req *req,
        const struct nk_arena *req_arena, bench_IUse_Judged_res *res, struct nk_arena *res_arena);
/* For ever, or to the exit status for main when nothing can be received any more. */
int files_serve(NkKosTransport *transport, const bench_IUse_ops *ops);
