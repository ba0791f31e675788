/* SPDX-License-Identifier: MIT */
/* The channel between the hand and the lamp. */
#pragma once

#define LAMP_CONNECTION "lamp_connection"
