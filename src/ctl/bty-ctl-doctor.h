/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

typedef enum
{
  BTY_CTL_FINDING_OK,
  BTY_CTL_FINDING_SKIPPED, /* it cannot be told right now */
  BTY_CTL_FINDING_WARNING,
  BTY_CTL_FINDING_PROBLEM,
} BtyCtlFindingLevel;

/* What a check found; @remedy: (nullable): what to do, with the command to type */
typedef struct
{
  const char *check;
  BtyCtlFindingLevel level;
  char *text;
  char *remedy;
} BtyCtlFinding;

/*
 * BtyCtlDoctor:
 * @is_up: whether a daemon answers; @why: (nullable): why one that is there does not
 * @settings: (nullable) (element-type BtySettingInfo): what the daemon goes by, or would
 * @problems: (element-type utf8): what is wrong with the settings' files
 * @check: name of the check that runs
 */
typedef struct
{
  BtyCtl *ctl;
  gboolean is_up;
  char *why;
  char *config_dir;
  GPtrArray *settings;
  GPtrArray *problems;
  GPtrArray *findings;
  const char *check;
} BtyCtlDoctor;

/* A check: it looks at one thing, changes nothing, asks nobody, and says what it found. A table of them ends with a NULL name. */
typedef struct
{
  const char *name;
  const char *summary;
  void (*run) (BtyCtlDoctor *doctor);
} BtyCtlCheck;

extern const BtyCtlCheck bty_ctl_doctor_daemon_checks[], bty_ctl_doctor_model_checks[],
  bty_ctl_doctor_settings_checks[], bty_ctl_doctor_port_checks[], bty_ctl_doctor_place_checks[],
  bty_ctl_doctor_machine_checks[], bty_ctl_doctor_terminal_checks[];

/* Adds a finding. @text: (transfer full); @remedy: (transfer full) (nullable) */
void bty_ctl_doctor_add (BtyCtlDoctor *doctor, BtyCtlFindingLevel level, char *text, char *remedy);
/* Returns: (transfer full) (nullable): what only a daemon can list; where it cannot, that is a finding */
GPtrArray *bty_ctl_doctor_list (BtyCtlDoctor *doctor, const char *operation, const BtySchema *schema);
/* Returns: (transfer none) (nullable): a setting's value */
const char *bty_ctl_doctor_get_setting (BtyCtlDoctor *doctor, const char *name);
/* Calls @offer for every check, for completion. */
void bty_ctl_doctor_offer (void (*offer) (const char *name, const char *summary, gpointer data), gpointer data);
