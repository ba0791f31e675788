/* SPDX-License-Identifier: MIT */
/*
 * Memory that processes share: sealed memory files, as core/mdl.h wants them.
 */
#pragma once

#include "core/mdl.h"

extern const MdlHost memory_host;
