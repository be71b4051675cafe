/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-entry.h"
#include "bty-settings.h"

/**
 * BtyPluginOffers:
 * @catalogue: gets the promises
 * @settings: is told which names to expect
 * @open: opens a plugin by its id; @data: for it
 *
 * Where what closed plugins offer is made known.
 */
typedef struct
{
  BtyCatalogue *catalogue;
  BtySettings *settings;
  BtyCatalogueOpener open;
  gpointer data;
} BtyPluginOffers;

/** bty_plugin_offer: @entry: has a manifest; @entries: all, since of two plugins with one id the first counts */
void bty_plugin_offer (const BtyPluginOffers *offers, BtyPluginEntry *entry, GPtrArray *entries);
/** bty_plugin_offer_withdraw: takes back what was promised, if anything was */
void bty_plugin_offer_withdraw (const BtyPluginOffers *offers, BtyPluginEntry *entry);
/** bty_plugin_offer_check_id: Returns: whether no other one that counts has this id */
gboolean bty_plugin_offer_check_id (const BtyPluginEntry *entry, const char *id, GPtrArray *entries, GError **error);
