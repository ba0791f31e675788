#pragma once

#define FAR_CHANNEL "far_channel"
