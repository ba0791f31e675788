/* SPDX-License-Identifier: MIT */
/*
 * A solution whose classes a test made up. Targets are found and listeners numbered as
 * solution_check does it, but without any file.
 */
#include "connected.h"

#include <stdlib.h>
#include <string.h>

static const NkcEndpoint endpoint = {
        .path_name = "main", .class_name = "Server.main", .interface_name = "IMain"};

const NkcClass connected_server = {
        .name = "Server", .endpoints = &endpoint, .n_endpoints = 1, .shape = "shape table", .shape_size = 12};
const NkcClass connected_client = {.name = "Client"};

static uint32_t number_listener(Solution *s, const SolChannel *channel) {
        for (uint32_t i = 0; i < s->n_tasks; i++) {
                for (uint32_t j = 0; j < s->tasks[i].n_channels; j++) {
                        const SolChannel *other = &s->tasks[i].channels[j];

                        if (other == channel)
                                return s->tasks[channel->server].n_listeners++;
                        if (other->server == channel->server && strcmp(other->id.text, channel->id.text) == 0)
                                return other->listener;
                }
        }
        abort();
}

Reading *connected_new(const char *text) {
        Reading *r = reading_new(text, strlen(text));
        Solution *s = &r->sol;

        if (r->problems.n_found)
                abort();
        for (uint32_t i = 0; i < s->n_tasks; i++)
                s->tasks[i].class = strncmp(s->tasks[i].class_name.text, "Server", 6) == 0
                                            ? &connected_server
                                            : &connected_client;
        for (uint32_t i = 0; i < s->n_tasks; i++) {
                for (uint32_t j = 0; j < s->tasks[i].n_channels; j++) {
                        SolChannel *channel = &s->tasks[i].channels[j];

                        channel->server = (uint32_t)(solution_find(s, channel->target.text) - s->tasks);
                        channel->listener = number_listener(s, channel);
                }
        }
        return r;
}
