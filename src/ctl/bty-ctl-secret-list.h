/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/* `secret list` and `secret status`: what people see of secrets and their stores. */
gboolean bty_ctl_secret_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_secret_status (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
