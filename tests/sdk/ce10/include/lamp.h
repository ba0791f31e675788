/* SPDX-License-Identifier: MIT */
/* The channel between the hand and the lamp. */
#ifndef LAMP_H
#define LAMP_H

#define LAMP_CONNECTION "lamp_connection"

#endif
