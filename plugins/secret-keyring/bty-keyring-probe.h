/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-keyring-link.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_KEYRING_UNKNOWN, /* being asked for the first time */
  BTY_KEYRING_ABSENT,
  BTY_KEYRING_LOCKED,
  BTY_KEYRING_OPEN,
} BtyKeyringState;

/**
 * BtyKeyringProbe:
 *
 * What is known of the keyring, asked for in the background: on the first look, when it tells of a change, and when what is known is
 * older than the setting keyring.refresh. Looking never waits.
 */
#define BTY_TYPE_KEYRING_PROBE (bty_keyring_probe_get_type ())
G_DECLARE_FINAL_TYPE (BtyKeyringProbe, bty_keyring_probe, BTY, KEYRING_PROBE, GObject)

BtyKeyringProbe *bty_keyring_probe_new (BtyKeyringLink *link);

BtyKeyringState bty_keyring_probe_look (BtyKeyringProbe *probe);
/* (transfer none) (nullable): why it is absent or locked, and what to do */
const char *bty_keyring_probe_get_reason (BtyKeyringProbe *probe);
/* (transfer none) (nullable): what people call the collection that secrets go to */
const char *bty_keyring_probe_get_label (BtyKeyringProbe *probe);
/* Somebody learned the hard way: @error is one of ours. */
void bty_keyring_probe_note (BtyKeyringProbe *probe, const GError *error);
/* What is known counts no longer. */
void bty_keyring_probe_forget (BtyKeyringProbe *probe);

G_END_DECLS
