/* SPDX-License-Identifier: MIT */
/*
 * Messages as the rules read them: judge_message.h.
 */
#include "judge_message.h"

#include <string.h>

#include <handle/handletype.h>
#include <nk/types.h>

#include "ksm/ksm.h"
#include "nk/places.h"

static const void *at(const ShapeTable *table, uint32_t offset) {
        return (const char *)table + offset;
}

const ShapeMethod *judge_find_method(const ShapeTable *table, uint16_t riid, uint16_t mid) {
        const ShapeEndpoint *endpoint = at(table, table->endpoints_off);

        if (riid >= table->n_endpoints || mid >= endpoint[riid].n_methods)
                return NULL;
        return (const ShapeMethod *)at(table, table->methods_off) + endpoint[riid].first_method + mid;
}

static uint32_t room_for(const ShapeMessage *shape, uint32_t room) {
        return shape->n_handles > 0 && shape->size > room ? shape->size : room;
}

bool judge_takes_handles(const ShapeTable *table) {
        const ShapeMethod *methods = at(table, table->methods_off);

        for (uint32_t i = 0; i < table->n_methods; i++)
                if (methods[i].req.n_handles > 0)
                        return true;
        return false;
}

uint32_t judge_handles_room(const ShapeTable *table) {
        const ShapeMethod *methods = at(table, table->methods_off);
        uint32_t room = 0;

        for (uint32_t i = 0; i < table->n_methods; i++) {
                room = room_for(&methods[i].req, room);
                room = room_for(&methods[i].res, room);
                /* An error form may come in the size of the whole response. */
                if (methods[i].err.n_handles > 0)
                        room = methods[i].res.size > room ? methods[i].res.size : room;
                room = room_for(&methods[i].err, room);
        }
        return room;
}

static bool put_sid(uint8_t *place, const KsmSid *sid) {
        nk_handle_desc_t desc;

        memcpy(&desc, place, sizeof desc);
        if (desc.handle != INVALID_HANDLE && !sid)
                return false;
        desc.handle = sid ? *sid : KSM_SID_NONE;
        memcpy(place, &desc, sizeof desc);
        return true;
}

bool judge_put_sids(
        const ShapeTable *table, const ShapeMessage *shape, const KsmSid *sids, uint8_t *message) {
        uint32_t places[PLACES_MAX];
        uint32_t n = places_find(table, shape, places);

        for (uint32_t i = 0; i < n; i++)
                if (!put_sid(message + places[i], sids ? sids + i : NULL))
                        return false;
        return n == shape->n_handles;
}
