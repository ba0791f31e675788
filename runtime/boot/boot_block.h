/* SPDX-License-Identifier: MIT */
/*
 * Boot block: what the kernel process tells a new process about itself.
 *
 * A sealed memfd at descriptor BOOT_FD. It names the process, its channels with their
 * descriptors, and holds the shape tables of the classes it talks to. Everything in it was
 * written by the kernel process before the program started and can't change any more.
 * Offsets count from the first byte of the block; text is NUL-terminated.
 */
#pragma once

#include <stdint.h>

#define BOOT_FD      3
#define BOOT_MAGIC   0x31544f4f42534943ull /* "CISBOOT1" */
#define BOOT_VERSION 8u

typedef struct BootBlock {
        uint64_t magic;
        uint32_t version;
        uint32_t size;            /* bytes of the whole block */
        uint32_t task_off;        /* text: process name (init.yaml `task`) */
        uint32_t class_off;       /* text: process class */
        int32_t kernel_fd;        /* leg for calls to kl.core.Core; -1: it may call nothing there */
        int32_t status_fd;        /* own status page (chan_layout.h), writable; -1: no listener */
        uint32_t n_listeners;     /* channel names this process can serve */
        uint32_t listeners_off;   /* BootListener[] */
        uint32_t n_channels;      /* channel ends of both roles */
        uint32_t channels_off;    /* BootChannel[] */
        uint32_t layers;          /* LAYER_* of the chamber (walls.h); 0: none, for debugging */
        int32_t kernel_bell_fd;   /* our bell to the kernel process; -1: nothing is judged */
        int32_t kernel_status_fd; /* its status page, read-only; with the bell */
        int32_t security_fd;      /* leg for the class's security interface; -1: none, or no policy */
        uint32_t has_policy;      /* 0: everything is granted, and `security` too */
        uint32_t n_grants;        /* files of the host that it was given */
        uint32_t grants_off;      /* BootGrant[] */
        int32_t mail_fd;          /* with kernel_fd: where descriptors come (mail.h), else -1 */
        int32_t held_fd;    /* what handles in direct requests stand for (nk/held.h), read-only; -1: none */
        int32_t console_fd; /* where it shows what its clients print (console.h); -1: nowhere */
        int32_t family_fd;  /* memory for it and what it forks (transport/family.h); -1: it may not fork */
        uint32_t unused;
} BootBlock;

/* All static channels with one name that end at this process. */
typedef struct BootListener {
        uint32_t name_off; /* text: channel name (init.yaml `id`) */
        uint32_t status;   /* index of its StatusEntry in the status page */
        int32_t ear_fd;    /* epoll set that hears the bells of its channels */
        uint32_t
                shape_off; /* shape table of this process's class, aligned to 8; 0: answers are not checked */
        uint32_t shape_size; /* bytes */
} BootListener;

/* BOOT_LATE: a client's end of which one side has lived before. It has no legs: the first call asks the
 * kernel process for a channel (kl.core.Handle, Reopen). */
enum { BOOT_CLIENT = 0, BOOT_SERVER = 1, BOOT_LATE = 2 };

typedef struct BootChannel {
        uint32_t role;          /* BOOT_* */
        uint32_t name_off;      /* text: channel name */
        uint32_t peer_off;      /* text: name of the process at the other end */
        uint32_t listener;      /* BOOT_SERVER: index into the listeners */
        int32_t mem_fd;         /* memory shared with the peer; -1: with verdicts of which none is direct */
        int32_t bell_fd;        /* BOOT_CLIENT, with mem_fd: eventfd that the listener's ear hears */
        int32_t status_fd;      /* BOOT_CLIENT, with mem_fd: the server's status page, read-only */
        uint32_t status;        /* BOOT_CLIENT: index of the listener's StatusEntry in that page */
        uint32_t shape_off;     /* the server class's shape table, aligned to 8 */
        uint32_t shape_size;    /* bytes */
        uint32_t deadline_ms;   /* a call's limit when the caller sets none; 0: none */
        uint32_t verdicts_off;  /* ChanVerdicts, aligned to 8; 0: everything is direct */
        uint32_t verdicts_size; /* bytes */
        int32_t judged_fd;      /* with verdicts: memory shared with the kernel process; -1: all are direct */
        uint32_t seat;          /* BOOT_SERVER: the client's row in the table of held_fd */
        uint32_t number;        /* of a client's end: which of its channels in the init file, from 0 */
} BootChannel;

/* caisson/grant.h */
typedef struct BootGrant {
        uint32_t name_off; /* text: what the program asks for */
        int32_t fd;
} BootGrant;

_Static_assert(sizeof(BootBlock) == 96, "boot block header");
_Static_assert(sizeof(BootListener) == 20, "boot listener");
_Static_assert(sizeof(BootChannel) == 64, "boot channel");
_Static_assert(sizeof(BootGrant) == 8, "boot grant");
