/* SPDX-License-Identifier: MIT */
/*
 * The moment at which a process is closed: afterwards it can't install a filter of system calls or load a
 * library.
 *
 * For libraries that stand between a program and its system calls, such as the one of the VFS's clients: they
 * define the function, and link it in by name (-u nkx_at_closing).
 *
 * Source: our own extension.
 */
#ifndef CAISSON_CLOSING_H
#define CAISSON_CLOSING_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Called by the runtime in a process of a solution, before main(): with false just before it closes the
 * process and tries its walls, with true when they have held. Runs before or among the constructors of the
 * program, with one thread; must not call anything of the runtime. A process whose walls do not hold is never
 * told so: it ends.
 */
__attribute__((weak)) void nkx_at_closing(bool is_closed);

#ifdef __cplusplus
}
#endif

#endif
