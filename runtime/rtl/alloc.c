/* SPDX-License-Identifier: MIT */
/*
 * kos/alloc.h, on the allocator of the C library: memory checkers see every allocation as it is.
 */
#include <kos/alloc.h>

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void *KosMemAlloc(rtl_size_t size) {
        return malloc(size > 0 ? size : 1);
}

void *KosMemZalloc(rtl_size_t size) {
        return calloc(1, size > 0 ? size : 1);
}

void *KosMemAllocEx(rtl_size_t size, rtl_size_t align, int zeroed) {
        void *memory;

        if ((align & (align - 1)) != 0)
                return RTL_NULL;
        if (align <= _Alignof(max_align_t))
                return zeroed ? KosMemZalloc(size) : KosMemAlloc(size);
        if (posix_memalign(&memory, align, size > 0 ? size : 1) != 0)
                return RTL_NULL;
        return zeroed ? memset(memory, 0, size) : memory;
}

void KosMemFree(void *ptr) {
        free(ptr);
}

rtl_size_t KosMemGetSize(const void *ptr) {
        return malloc_usable_size((void *)(rtl_uintptr_t)ptr); /* which only looks */
}
