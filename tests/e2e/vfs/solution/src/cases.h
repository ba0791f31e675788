/* SPDX-License-Identifier: MIT */
/*
 * Groups of cases, each in a file of its name. All leave the root directory as they found it.
 */
#pragma once

#include "raw.h"

#define CHANNEL "kl.VfsRamFs"

void files_cases(Raw *raw);
void waits_cases(Raw *raw);
void forks_cases(Raw *raw);
void hostile_cases(Raw *raw);
/* Takes all there is, and gives it back. */
void limits_cases(Raw *raw);
