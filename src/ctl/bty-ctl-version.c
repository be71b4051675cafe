/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "bty-ctl-command.h"

static gboolean
run_version (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  if (ctl->json)
    bty_ctl_print_json ("{\"version\":\"" BTY_VERSION "\"}");
  else
    printf ("boternity-ctl %s\n", BTY_VERSION);
  return TRUE;
}

static const BtyCtlCommand version_commands[] = {
  { .usage = "",
    .summary = N_ ("Show the version of this program"),
    .text = N_ ("The daemon's version is in boternity-ctl status."),
    .run = run_version },
  { 0 },
};

const BtyCtlVerb bty_ctl_version_verb = { "version", N_ ("show the version of this program"), version_commands, FALSE };
