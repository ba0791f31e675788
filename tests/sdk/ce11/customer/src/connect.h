/* SPDX-License-Identifier: MIT */
/* Connects a transport to one endpoint of the till. */
#ifndef CONNECT_H
#define CONNECT_H

#include <coresrv/nk/transport-kos.h>

nk_iid_t Connect(NkKosTransport *transport, const char *endpoint);

#endif
