/* SPDX-License-Identifier: MIT */
/*
 * What ThreadSanitizer can't see of a channel.
 *
 * Two threads of a server use a slot one after the other, and what orders them is the client: a
 * different process. The tool sees only this one and would report a race. The two marks tell it
 * that whoever enters a slot comes after whoever left it. They are nothing in other builds.
 */
#pragma once

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CHAN_UNDER_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define CHAN_UNDER_TSAN 1
#endif

#ifdef CHAN_UNDER_TSAN
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define CHAN_ENTER(slot) __tsan_acquire(slot)
#define CHAN_LEAVE(slot) __tsan_release(slot)
#else
#define CHAN_ENTER(slot) ((void)(slot))
#define CHAN_LEAVE(slot) ((void)(slot))
#endif
