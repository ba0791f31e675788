/* SPDX-License-Identifier: MIT */
/*
 * A solution whose classes a test made up, as solution_check leaves one behind.
 */
#pragma once

#include <nkc.h>

#include "reading.h"

/* Reads the text; a task whose class name begins with "Server" gets a class with one endpoint and
 * a shape table of 12 bytes, any other one without. Listeners are numbered by their names. */
Reading *connected_new(const char *text);

extern const NkcClass connected_server, connected_client;
