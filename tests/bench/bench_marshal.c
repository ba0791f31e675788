/* SPDX-License-Identifier: MIT */
/*
 * Marshalling and checking one message without IPC: four scalars, a string of 256 bytes, 64 numbers.
 *
 * The limit is two bare copies of the same content as a plain struct, read at the end. Ours: the
 * generated request is filled and its arena stored, both parts are copied once as the receiver does,
 * the copy is checked against the shape table and read through nk_arena_get.
 */
#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bench/IBench.idl.h>
#include <bench/Server.edl.h>

#include "nk/verify.h"

#define INNER   64   /* messages between two clock reads */
#define BATCHES 4001 /* of a round */
#define ROUNDS  7

typedef struct Plain {
        uint32_t a;
        uint64_t b;
        int32_t c;
        uint16_t d;
        char name[257];
        uint32_t numbers[64];
} Plain;

static Plain source, target;
static _Alignas(64) char shared_memory[4096];
static _Alignas(64) char table[1 << 16];
static volatile uint64_t sink;

static void use(
        uint32_t a, uint64_t b, int32_t c, uint16_t d, const char *name, size_t name_size, uint64_t sum) {
        if (name_size != 257 || name[255] != source.name[255])
                abort();
        sink += a + b + (uint64_t)c + d + sum;
}

static uint64_t sum_of(const uint32_t *numbers, size_t n) {
        uint64_t sum = 0;

        for (size_t i = 0; i < n; i++)
                sum += numbers[i];
        return sum;
}

static void barrier(void) {
        __asm__ volatile("" ::: "memory");
}

static void copy_twice(void) {
        memcpy(shared_memory, &source, sizeof source);
        barrier();
        memcpy(&target, shared_memory, sizeof target);
        barrier();
        use(target.a, target.b, target.c, target.d, target.name, sizeof target.name,
                sum_of(target.numbers, 64));
}

/* --- ours --- */

typedef struct Buffers {
        bench_IBench_Mixed_req req;
        _Alignas(8) char arena[bench_IBench_Mixed_req_arena_size];
        uint32_t used;
} Buffers;

static Buffers sent, received;
static VerifyScratch scratch;

static void encode(void) {
        struct nk_arena arena = NK_ARENA_INITIALIZER(sent.arena, sent.arena + sizeof sent.arena);
        bench_IBench_Mixed_req *req = &sent.req;

        nk_req_reset(req);
        nk_msg_set_method_id(req, bench_Server_main_iid, bench_IBench_Mixed_mid);
        req->a = source.a;
        req->b = source.b;
        req->c = source.c;
        req->d = source.d;
        if (nk_arena_store(nk_char_t, &arena, &req->name, source.name, sizeof source.name) != NK_EOK ||
                nk_arena_store(nk_uint32_t, &arena, &req->numbers, source.numbers, 64) != NK_EOK)
                abort();
        sent.used = (uint32_t)((char *)arena.current - sent.arena);
        barrier();
}

static void receive(void) {
        memcpy(&received.req, &sent.req, sizeof sent.req);
        memcpy(received.arena, sent.arena, sent.used);
        received.used = sent.used;
        barrier();
        if (verify_request((const ShapeTable *)(const void *)table, &received.req.base_, sizeof received.req,
                    received.arena, received.used, &scratch))
                abort();
}

static void decode(void) {
        struct nk_arena arena = NK_ARENA_INITIALIZER(received.arena, received.arena + received.used);
        const bench_IBench_Mixed_req *req = &received.req;
        nk_uint32_t name_size, n;
        const nk_char_t *name;
        const nk_uint32_t *numbers;

        arena.current = arena.end;
        name = nk_arena_get(const nk_char_t, &arena, &req->name, &name_size);
        numbers = nk_arena_get(const nk_uint32_t, &arena, &req->numbers, &n);
        if (!name || !numbers || n != 64)
                abort();
        use(req->a, req->b, req->c, req->d, name, name_size, sum_of(numbers, n));
}

static void marshal_and_check(void) {
        encode();
        receive();
        decode();
}

/* --- timing --- */

static int compare(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return x < y ? -1 : x > y;
}

static double median_ns(void (*work)(void)) {
        static double v[BATCHES];

        for (int i = 0; i < BATCHES; i++) {
                uint64_t start = bench_now_ns();

                for (int k = 0; k < INNER; k++)
                        work();
                v[i] = (double)(bench_now_ns() - start) / INNER;
        }
        qsort(v, BATCHES, sizeof *v, compare);
        return v[BATCHES / 2];
}

static void load_table(void) {
        int fd = open(BENCH_SHAPE, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, table, sizeof table);

        if (n <= 0 || verify_table(table, (size_t)n)) {
                (void)fprintf(stderr, "no shape table in %s\n", BENCH_SHAPE);
                exit(3);
        }
        (void)close(fd);
}

int main(void) {
        double ratios[ROUNDS], plain = 0, ours = 0;

        load_table();
        source = (Plain){.a = 70000, .b = 1ull << 40, .c = -5, .d = 515};
        for (int i = 0; i < 256; i++)
                source.name[i] = (char)('a' + i % 26);
        for (uint32_t i = 0; i < 64; i++)
                source.numbers[i] = i * 1000003u;
        for (int i = 0; i < ROUNDS; i++) {
                plain = median_ns(copy_twice);
                ours = median_ns(marshal_and_check);
                ratios[i] = ours / plain;
        }
        qsort(ratios, ROUNDS, sizeof *ratios, compare);
        printf("two bare copies       %6.1f ns\n", plain);
        printf("marshal, check, read  %6.1f ns\n", ours);
        bench_gate("marshalling and check over two copies", ratios[ROUNDS / 2], "<=", 2.0);
        return bench_finish();
}
