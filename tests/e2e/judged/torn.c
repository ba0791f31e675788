/* SPDX-License-Identifier: MIT */
/*
 * Torn: see torn.h.
 */
#include "torn.h"

#include <sched.h>

#include <judged/ITarget.idl.h>
#include <judged/Target.edl.h>

#include "boot/boot.h"
#include "transport/chan_mem.h"

nk_err_t torn_put(nk_uint32_t value) {
        const Boot *boot = boot_get();
        judged_ITarget_Put_req req = {.value = value};
        const ChanOut out = {.msg = &req.base_, .msg_size = sizeof req.base_};
        ChanHeader *leg;
        ChanSlot *slot;

        if (!boot || boot->block->n_channels == 0 || chan_mem_map(boot->channels[0].judged_fd, &leg) < 0)
                return NK_EOK;
        nk_message_make_req(&req.base_, sizeof req);
        nkx_message_set_method_id(&req.base_, judged_Target_target_iid, judged_ITarget_Put_mid);
        slot = chan_slot(leg, 0);
        chan_put(slot, &out);
        atomic_store(&slot->state, CHAN_CALL);
        chan_post_judged(leg, 1u, boot_kernel());
        while ((atomic_load(&slot->state) & CHAN_STATE) != CHAN_REPLY)
                (void)sched_yield();
        return slot->status;
}
