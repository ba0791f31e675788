/* SPDX-License-Identifier: MIT */
/*
 * Name server: which process serves an interface, and what to ask it for.
 *
 *      NsHandle ns;
 *
 *      if (NsCreate(RTL_NULL, INFINITE_TIMEOUT, &ns) == rcOk)
 *              rc = NsPublishService(ns, "kl.drivers.Block", "kl.drivers.Ata", "blkdev.ata");
 *
 * The name server is a program of the solution, `ns`, of the class kl.core.NameServer; the policy says who
 * may publish and who may ask. A service is there until it is taken back or its process dies. The name server
 * learns the name of a process from the kernel process: nobody publishes in another's name.
 *
 * All functions but NsCreate may be called by any number of threads at once, and block until the name server
 * has answered. Names are NUL-terminated, 1 to 255 bytes, and borrowed for the call.
 *
 * Errors of all of them: rcInvalidArgument: a pointer is null, a name empty or too long, `ns` is no
 * connection; rcNotConnected: the name server is gone; rcSecurityDisallow: the policy forbids it; rcFail:
 * something else of the connection. Source: documented, but for the codes, which are our choice where nothing
 * else is said.
 */
#ifndef CORESRV_NS_NS_API_H
#define CORESRV_NS_NS_API_H

#include <coresrv/time/timeout.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The class of the name server, and the name of static channels to it. */
#define NS_CHANNEL "kl.core.NameServer"

#define NS_CONNECTIONS_MAX 16u /* connections of one process */

typedef struct NsConnection *NsHandle;
#define NS_INVALID_HANDLE ((NsHandle)RTL_NULL)

/* Connects to a name server: over the static channel NS_CHANNEL if the process has one, else over a channel
 * made now (KnCmConnect with the service NS_CHANNEL).
 * name:   process name of the name server; RTL_NULL: `kl.core.NameServer`, or `ns` where there is no such
 *         process. A static channel is used whatever the name.
 * msecs:  how long to wait for it to accept; INFINITE_TIMEOUT. Not needed over a static channel.
 * ns:     out, untouched on failure; the same again for the same name, unless that connection has broken.
 *         It lasts as long as the process.
 * Also rcResourceNotFound: msecs is 0 and there is no such process; rcTimeout; rcAbort: that process does
 * not want to be a name server; rcQuotaExceeded: NS_CONNECTIONS_MAX, or the limits of KnCmConnect;
 * rcOutOfMemory.
 * Blocks: up to msecs.   Threads: any, one after the other. */
Retcode NsCreate(const char *name, rtl_uint32_t msecs, NsHandle *ns);

/* Publishes a service of this process.
 * type:    interface name.
 * server:  name of this process (KnTaskGetName).
 * service: endpoint name; any text that client and server have agreed upon.
 * Also rcSecurityDisallow: `server` is another process's name; rcAlreadyExists: this process has published it
 * over this connection; rcQuotaExceeded: 64 services of one process; rcOutOfMemory. */
Retcode NsPublishService(NsHandle ns, const char *type, const char *server, const char *service);

/* Takes a service back that was published over this connection.
 * Also rcResourceNotFound: it was not. */
Retcode NsUnPublishService(NsHandle ns, const char *type, const char *server, const char *service);

/* Asks for one of the services with an interface.
 * type:   interface name.
 * index:  from 0, in the order in which they were published. When one is taken back, those behind it move up.
 * server, service:          out, NUL-terminated; untouched on failure.
 * serverSize, serviceSize:  bytes of them; 256 are enough for all names.
 * Also rcResourceNotFound: there are no more (observed); rcBufferTooSmall. */
Retcode NsEnumServices(NsHandle ns, const char *type, unsigned index, char *server, rtl_size_t serverSize,
        char *service, rtl_size_t serviceSize);

#ifdef __cplusplus
}
#endif

#endif
