/* SPDX-License-Identifier: MIT */
/*
 * Locks and tables of this folder at a fork (family_calls.c): what belongs to the process, and not to its
 * family, must be whole in the child, whatever other threads were doing.
 */
#pragma once

#include <pthread.h>

/* Each is held while the memory is copied. */
pthread_mutex_t *hooks_get_lock(void);
pthread_mutex_t *ns_get_create_lock(void);
pthread_mutex_t *ns_get_table_lock(void);
pthread_mutex_t *vmm_get_lock(void);

/* In the child, of whose threads there is only the calling one; threads_lock is held: the others are over. */
void threads_forget_others(void);
/* Requests that the calling thread had received are the parent's to answer. */
void pending_forget(void);
