/* SPDX-License-Identifier: MIT */
/*
 * Keeper: hands out a handle for each opened file, and reads by handle.
 *
 * A file is a resource of this process (KnHandleCreateUserObject); opening it makes a context of its own, a
 * badge, and sends a descendant of the file's handle together with that badge. When the descendant comes back
 * in a request, what arrives is the context: it cannot be guessed or invented. When nobody holds the handle
 * any more, a notification says so.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/handle/notice_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/time/timeout.h>
#include <services/ocap.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <files/Keeper.edl.h>

#define RIGHTS_OF_FILES                                                                                      \
        (OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY | OCAP_HANDLE_GET_EVENT | files_IFiles_RightRead |          \
                files_IFiles_RightRewind)

#define OPENED_MAX 64

struct File {
        const char *name;
        const char *text;
        Handle handle;
};

/* One opening of a file. A request may be on its way when its handle is closed, and arrive after this place
 * was given to somebody else: so what the kernel keeps for us is not a pointer but a number that is never
 * used again. */
struct Opened {
        struct File *file; /* NULL: free */
        rtl_uintptr_t number;
        size_t position;
        Handle badge;
};

static struct File files[] = {
        {.name = "poem", .text = "Closed is what is closed for all, open is what one may open."},
        {.name = "secret", .text = "Rosebud"},
};
static struct Opened opened_files[OPENED_MAX];
static rtl_uintptr_t last_number;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the two above */
static Notice notice;

static struct File *find(const struct nk_arena *arena, const nk_ptr_t *from) {
        nk_uint32_t size = 0;
        const char *name = nk_arena_get(char, arena, from, &size);

        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
                if (name && strcmp(files[i].name, name) == 0)
                        return &files[i];
        return NULL;
}

/* Under the lock; number 0: a free place. NULL: none. */
static struct Opened *find_opened(rtl_uintptr_t number) {
        for (size_t i = 0; i < OPENED_MAX; i++)
                if (opened_files[i].number == number)
                        return &opened_files[i];
        return NULL;
}

/* The badge that stands for a new opening, or INVALID_HANDLE. */
static Handle open_file(struct File *file) {
        struct Opened *opened;
        Handle badge = INVALID_HANDLE;

        pthread_mutex_lock(&lock);
        opened = find_opened(0);
        if (opened != NULL &&
                KnHandleCreateBadge(notice, last_number + 1, (void *)(last_number + 1), &badge) == rcOk)
                *opened = (struct Opened){.file = file, .number = ++last_number, .badge = badge};
        pthread_mutex_unlock(&lock);
        return badge;
}

static nk_err_t open_method(struct files_IFiles *self, const struct files_IFiles_Open_req *req,
        const struct nk_arena *req_arena, struct files_IFiles_Open_res *res, struct nk_arena *res_arena) {
        struct File *file = find(req_arena, &req->name);
        Handle badge = file ? open_file(file) : INVALID_HANDLE;

        (void)self;
        (void)res_arena;
        res->file = badge == INVALID_HANDLE ? nk_handle_desc(INVALID_HANDLE)
                                            : nk_handle_desc(file->handle, RIGHTS_OF_FILES, badge);
        return NK_EOK;
}

/* Under the lock: what is behind a handle that came back with that right; NULL: *result says why not. */
static struct Opened *opened_by(const nk_handle_desc_t *desc, nk_rights_t right, nk_uint16_t *result) {
        nk_badge_t context = 0;
        nk_err_t err = nk_get_badge_op(desc, right, &context);
        struct Opened *opened = err == NK_EOK ? find_opened((rtl_uintptr_t)context) : NULL;

        *result = (nk_uint16_t)(err == NK_EOK && opened == NULL ? NK_ENOENT : err);
        return opened;
}

static size_t min(size_t a, size_t b) {
        return a < b ? a : b;
}

static nk_err_t read_method(struct files_IFiles *self, const struct files_IFiles_Read_req *req,
        const struct nk_arena *req_arena, struct files_IFiles_Read_res *res, struct nk_arena *res_arena) {
        struct Opened *opened;
        nk_err_t err = NK_EOK;

        (void)self;
        (void)req_arena;
        res->data.offset = res->data.size = 0;
        pthread_mutex_lock(&lock);
        opened = opened_by(&req->file, files_IFiles_RightRead, &res->result);
        if (opened != NULL) {
                const char *next = opened->file->text + opened->position;
                size_t size = min(strlen(next), min(req->size, files_IFiles_MaxRead));

                err = nk_arena_store(
                        nk_uint8_t, res_arena, &res->data, (const nk_uint8_t *)next, (nk_uint32_t)size);
                opened->position += err == NK_EOK ? size : 0;
        }
        pthread_mutex_unlock(&lock);
        return err;
}

static nk_err_t rewind_method(struct files_IFiles *self, const struct files_IFiles_Rewind_req *req,
        const struct nk_arena *req_arena, struct files_IFiles_Rewind_res *res, struct nk_arena *res_arena) {
        struct Opened *opened;

        (void)self;
        (void)req_arena;
        (void)res_arena;
        pthread_mutex_lock(&lock);
        opened = opened_by(&req->file, files_IFiles_RightRewind, &res->result);
        if (opened)
                opened->position = 0;
        pthread_mutex_unlock(&lock);
        return NK_EOK;
}

static Retcode create_file(struct File *file) {
        return KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, RIGHTS_OF_FILES, file, &file->handle);
}

/* Revoking closes the file's own handle too: it gets a new one. */
static nk_err_t withdraw_method(struct files_IFiles *self, const struct files_IFiles_Withdraw_req *req,
        const struct nk_arena *req_arena, struct files_IFiles_Withdraw_res *res, struct nk_arena *res_arena) {
        struct File *file = find(req_arena, &req->name);

        (void)self;
        (void)res;
        (void)res_arena;
        if (file == NULL || KnHandleRevoke(file->handle) != rcOk || create_file(file) != rcOk)
                return NK_EINVAL;
        return NK_EOK;
}

static nk_err_t count_method(struct files_IFiles *self, const struct files_IFiles_Count_req *req,
        const struct nk_arena *req_arena, struct files_IFiles_Count_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req;
        (void)req_arena;
        (void)res_arena;
        res->opened = 0;
        pthread_mutex_lock(&lock);
        for (size_t i = 0; i < OPENED_MAX; i++)
                res->opened += opened_files[i].number != 0;
        pthread_mutex_unlock(&lock);
        return NK_EOK;
}

/* The last handle of an opening is gone. Closing the badge ends its events. */
static void forget(rtl_uintptr_t number) {
        struct Opened *opened;

        pthread_mutex_lock(&lock);
        opened = find_opened(number);
        if (opened != NULL) {
                (void)KnNoticeUnsubscribeFromObject(notice, opened->badge);
                (void)KnHandleClose(opened->badge);
                *opened = (struct Opened){.number = 0};
        }
        pthread_mutex_unlock(&lock);
}

static void *hear(void *arg) {
        EventDesc event;
        rtl_size_t count;

        while (KnNoticeGetEvent(notice, INFINITE_TIMEOUT, 1, &event, &count) == rcOk)
                if (event.eventMask & EVENT_BADGE_CLOSED)
                        forget(event.eventId);
        return arg;
}

static int prepare(void) {
        pthread_t thread;

        if (KnNoticeCreate(&notice) != rcOk)
                return -1;
        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
                if (create_file(&files[i]) != rcOk)
                        return -1;
        return pthread_create(&thread, NULL, hear, NULL);
}

int main(void) {
        static const struct files_IFiles_ops ops = {.Open = open_method,
                .Read = read_method,
                .Rewind = rewind_method,
                .Withdraw = withdraw_method,
                .Count = count_method};
        struct files_IFiles impl = {.ops = &ops};
        files_CFiles_component component;
        files_Keeper_entity entity;
        files_Keeper_entity_req req;
        files_Keeper_entity_res res;
        char req_buffer[files_Keeper_entity_req_arena_size];
        char res_buffer[files_Keeper_entity_res_arena_size];
        struct nk_arena req_arena = NK_ARENA_INITIALIZER(req_buffer, req_buffer + sizeof(req_buffer));
        struct nk_arena res_arena = NK_ARENA_INITIALIZER(res_buffer, res_buffer + sizeof(res_buffer));
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("files", NULL, 0, &id);

        if (listener == INVALID_HANDLE || prepare() != 0) {
                fprintf(stderr, "the keeper cannot begin\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        files_CFiles_component_init(&component, &impl);
        files_Keeper_entity_init(&entity, &component);

        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&req_arena);
                nk_arena_reset(&res_arena);
                if (nk_transport_recv(&transport.base, &req.base_, &req_arena) != NK_EOK)
                        break;
                (void)files_Keeper_entity_dispatch(&entity, &req.base_, &req_arena, &res.base_, &res_arena);
                (void)nk_transport_reply(&transport.base, &res.base_, &res_arena);
        }
        return EXIT_FAILURE;
}
