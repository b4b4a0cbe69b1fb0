/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* NVIDIA's sources ask for it; what they use of it is in utils/nvassert.h. */
#include "utils/nvassert.h"
