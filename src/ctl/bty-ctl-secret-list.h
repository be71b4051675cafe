/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/* `secret list` and `secret status`: what people see of secrets and their stores. */
gboolean bty_ctl_secret_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
/* The verb “vault” has them too. */
gboolean bty_ctl_secret_lock (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_secret_unlock (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
extern const BtyCtlOption bty_ctl_secret_unlock_options[];
gboolean bty_ctl_secret_status (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
