/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/* Capsules and conversations as files: commands of the verbs bot, session and import. */
gboolean bty_ctl_capsule_export (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_capsule_import (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
gboolean bty_ctl_capsule_session (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
extern const BtyCtlOption bty_ctl_capsule_export_options[];
extern const BtyCtlOption bty_ctl_capsule_import_options[];
extern const BtyCtlOption bty_ctl_capsule_session_options[];

/* Prints what was or would be brought in. */
void bty_ctl_capsule_print (BtyCtl *ctl, const char *answer, const BtyCapsuleReport *report);
