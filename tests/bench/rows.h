/* SPDX-License-Identifier: MIT */
/*
 * The rows that exist; each file of them says what it measures.
 */
#pragma once

#include "bench.h"

/* rows_bare.c */
extern const BenchRow row_shm_futex, row_shm_spin, row_shm_yield;
extern const BenchRow row_unix_packet, row_unix_stream, row_unix_epoll;

/* rows_channel.c */
extern const BenchRow row_channel;

/* rows_caisson.c: generated proxy and dispatcher over a direct channel, default settings */
extern const BenchRow row_caisson;
/* over the relay, with a judge that grants */
extern const BenchRow row_straight, row_judged;

/* rows_peers.c: what is installed */
extern const BenchRow *const rows_peers[];
extern const size_t n_rows_peers;
