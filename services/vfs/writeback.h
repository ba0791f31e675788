/* SPDX-License-Identifier: MIT */
/*
 * Writing back by time: what was written reaches its device after a while though nobody asks for it.
 *
 * A thread sleeps until a file system has something to be written back that had nothing before
 * (fs_note_change()), then for the period, and then writes back whatever all have. There is none while
 * nothing ever changes.
 *
 * What can't be written stays, is said once on standard error, and is tried again after the next period.
 * Nothing is lost by it, so nobody is told of it later: fsync(), sync() and umount() try again themselves,
 * and say what comes of that.
 */
#pragma once

#include "mounts.h"

#define WRITEBACK_S     30u /* as long as Linux leaves what was written in memory */
#define WRITEBACK_MAX_S 3600u

/* The period that VFS_WRITE_BACK asks for: seconds, 1 .. WRITEBACK_MAX_S; 0: not by time at all. NULL:
 * WRITEBACK_S of them; so with what is no such number, which is said on standard error. */
uint32_t writeback_period_ms(const char *text);

/* From now on, for what is mounted later. One set of mounts in a process at a time. */
void writeback_begin(Mounts *mounts, uint32_t period_ms);
/* Ends the thread: it writes nothing after that. What is under way is waited for. */
void writeback_end(void);
