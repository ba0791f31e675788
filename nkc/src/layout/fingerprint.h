/* SPDX-License-Identifier: MIT */
/*
 * Fingerprint of an interface: equal for equal messages, different as soon as a method, a parameter, its
 * type or its place is another one. What was compiled separately can tell by it whether it fits together:
 * a policy and the solution that it judges.
 */
#pragma once

#include "model.h"

/* Never 0. Comments, constants and the names of types don't count. */
uint64_t fingerprint_interface(const LayInterface *interface);
