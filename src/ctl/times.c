/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl.h"
int times_show(struct ctl *ctl, char *const *words)
{
    return CTL_EXIT_FAILURE;
}
