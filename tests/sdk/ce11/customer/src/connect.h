/* SPDX-License-Identifier: MIT */
/* Connects a transport to one endpoint of the till. */
#pragma once

#include <coresrv/nk/transport-kos.h>

nk_iid_t Connect(NkKosTransport *transport, const char *endpoint);
