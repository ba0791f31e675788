/* SPDX-License-Identifier: MIT */
/*
 * The one system call instruction that the trap lets through (trap.h): see raw.h.
 */
        .text
        .globl  raw_call
        .hidden raw_call
        .globl  raw_call_end
        .hidden raw_call_end
        .type   raw_call, @function
raw_call:
        .cfi_startproc
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    %rdx, %rsi
        movq    %rcx, %rdx
        movq    %r8, %r10
        movq    %r9, %r8
        movq    8(%rsp), %r9
        syscall
raw_call_end:
        ret
        .cfi_endproc
        .size   raw_call, . - raw_call
        .section .note.GNU-stack, "", @progbits
