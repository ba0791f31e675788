/* Names of channels, for the cases with `id: {var: …, include: names.h}`. */
#pragma once

#include "more_names.h"

#define ECHO_CHANNEL "echo_channel"
#define EMPTY_CHANNEL ""
#define CHANNEL_NUMBER 12
#define ROUND_CHANNEL ROUND_AGAIN
#define ROUND_AGAIN ROUND_CHANNEL
