/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* In place of NVIDIA's messages: see nvassert.h. */
#include "utils/nvassert.h"
