/* SPDX-License-Identifier: MIT */
/*
 * Visit: looks at every byte of a message that the runtime has let through, the way a program would,
 * and trusts nothing of what the runtime has checked.
 */
#pragma once

#include <hostile/Target.edl.h>

/* What was found; static text. NULL: the message is as it must be. *ret_sum: of all its bytes. */
const char *visit_request(
        const hostile_Target_entity_req *req, const struct nk_arena *arena, nk_uint32_t *ret_sum);
const char *visit_response(
        const hostile_Target_entity_res *res, const struct nk_arena *arena, nk_uint32_t *ret_sum);
