/* SPDX-License-Identifier: MIT */
/*
 * Ways of calls: from the verdicts of request, response and error.
 */
#include "psl/path.h"

const char *pol_path_text(PolPath path) {
        static const char *const texts[] = {
                [POL_PATH_DIRECT] = "direct",
                [POL_PATH_USE] = "use",
                [POL_PATH_STRAIGHT] = "straight",
                [POL_PATH_JUDGED] = "judged",
                [POL_PATH_REFUSED] = "refused",
        };

        return texts[path];
}

static PolWay find(const PolPolicy *p, uint32_t client, uint32_t server, uint32_t riid, uint32_t mid) {
        const PolEndpointList *list = pol_endpoints(p, PSL_REQUEST, client, server);
        const LayMethod *method = &list->items[riid].interface->methods[mid];

        return (PolWay){
                .request_has_handle = pol_message(PSL_REQUEST, method)->n_handles > 0,
                .reply_has_handle = pol_message(PSL_RESPONSE, method)->n_handles > 0 ||
                                    pol_message(PSL_ERROR, method)->n_handles > 0,
                .request = pol_decision(p, PSL_REQUEST, client, server, riid, mid),
                .response = pol_decision(p, PSL_RESPONSE, server, client, riid, mid),
                .error = pol_decision(p, PSL_ERROR, server, client, riid, mid),
        };
}

/* Of the reply: the decision that is not static, or NULL. */
static const PolDecision *judged_reply(const PolWay *w) {
        if (w->response->verdict != POL_ALWAYS)
                return w->response;
        return w->error->verdict != POL_ALWAYS ? w->error : NULL;
}

static bool is_reply_free(const PolWay *w) {
        return !judged_reply(w) && !w->reply_has_handle;
}

/* Only then the server has the client's memory of the channel. */
static bool has_direct_method(const PolPolicy *p, uint32_t client, uint32_t server) {
        const PolEndpointList *list = pol_endpoints(p, PSL_REQUEST, client, server);

        for (uint32_t riid = 0; list && riid < list->n; riid++) {
                for (uint32_t mid = 0; mid < list->items[riid].interface->n_methods; mid++) {
                        PolWay w = find(p, client, server, riid, mid);

                        if (w.request->verdict == POL_ALWAYS && is_reply_free(&w))
                                return true;
                }
        }
        return false;
}

PolWay pol_way(const PolPolicy *p, uint32_t client, uint32_t server, uint32_t riid, uint32_t mid) {
        PolWay w = find(p, client, server, riid, mid);

        if (w.request->verdict == POL_NEVER)
                w.path = POL_PATH_REFUSED;
        else if (!is_reply_free(&w))
                w.path = POL_PATH_JUDGED;
        else if (w.request->verdict == POL_ALWAYS)
                w.path = w.request_has_handle ? POL_PATH_USE : POL_PATH_DIRECT;
        else
                w.path = has_direct_method(p, client, server) ? POL_PATH_STRAIGHT : POL_PATH_JUDGED;
        return w;
}

const char *pol_way_why(const PolWay *w, Arena *a) {
        const PolDecision *reply = judged_reply(w);

        switch (w->path) {
        case POL_PATH_DIRECT:
                return "request, response and error are always granted";
        case POL_PATH_USE:
                return "all of it is always granted; handles that the server did not give go through the "
                       "kernel";
        case POL_PATH_STRAIGHT:
                return arena_printf(a, "the request is not always granted: %s", w->request->reason);
        case POL_PATH_REFUSED:
                return arena_printf(a, "the request is never granted: %s", w->request->reason);
        case POL_PATH_JUDGED:
                break;
        }
        if (reply)
                return arena_printf(a, "the %s is not always granted: %s",
                        reply == w->error ? "error" : "response", reply->reason);
        if (w->reply_has_handle)
                return "the reply may carry a handle";
        return arena_printf(a,
                "no method between the two is direct, so they share no memory; the request: %s",
                w->request->reason);
}
