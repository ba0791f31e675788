/* SPDX-License-Identifier: MIT */
/*
 * What one process can leave for another without a call, in everything that both might have: memory, the
 * offset and the flags of a descriptor, times and sizes of a file, the count of a bell.
 */
#pragma once

/* Keeps all descriptors that this process was born with: opening an end closes those that it no longer needs.
 */
void traces_keep(void);
void traces_leave(void);       /* in all descriptors and legs of this process */
void traces_look_before(void); /* remembers how everything is */
void traces_look_after(void);  /* prints what has changed, or that nothing has */
