/* SPDX-License-Identifier: MIT */
/*
 * A client in C++: generated headers and transport are those of C.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <relay/ISwitch.idl.h>
#include <relay/Watcher.edl.h>

#include <cstdio>

namespace {

class Relays {
public:
    explicit Relays(const char *channel)
    {
        Handle handle = ServiceLocatorConnect(channel);

        NkKosTransport_Init(&transport_, handle, NK_NULL, 0);
        relay_ISwitch_proxy_init(&proxy_, &transport_.base, ServiceLocatorGetRiid(handle, "main"));
    }

    void set(nk_uint32_t index, bool on)
    {
        relay_ISwitch_Set_req req{};
        relay_ISwitch_Set_res res{};

        req.index = index;
        req.on = on;
        nk_err_t err = relay_ISwitch_Set(&proxy_.base, &req, nullptr, &res, nullptr);
        if (err == NK_EOK && nk_msg_check_err(&res))
            std::fprintf(stderr, "no relay %u, only up to %u\n", res.err_.wrong, res.err_.limit);
        else if (err == NK_EOK)
            std::fprintf(stderr, "%d%d%d\n", res.state[0], res.state[1], res.state[2]);
        else
            std::fprintf(stderr, "error %d\n", static_cast<int>(err));
    }

private:
    NkKosTransport transport_;
    relay_ISwitch_proxy proxy_;
};

} // namespace

int main()
{
    Relays relays("relay.Board");

    relays.set(0, true);
    relays.set(1, false);
    relays.set(7, true);
    return 0;
}
