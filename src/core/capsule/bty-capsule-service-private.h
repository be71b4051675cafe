/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "capsule/bty-capsule-service.h"
#include "capsule/bty-capsule.h"

/* What the files of BtyCapsuleService share. */
struct _BtyCapsuleService
{
  GObject parent_instance;
  BtyStore *store;
  BtyBotService *bots;
  BtySoulService *souls;
  BtyProviderService *providers;
  BtySettings *settings;
  char *data_dir;
};

BtyCapsuleLimits bty_capsule_service_limits (BtyCapsuleService *service);

/* Handlers of operations. */
void bty_capsule_export (BtyCall *call);
void bty_capsule_import (BtyCall *call);
void bty_capsule_import_openclaw (BtyCall *call);
void bty_capsule_export_session (BtyCall *call);

/* bty_capsule_needs: (transfer full): what @bot needs of @providers: `provider:NAME`, and `secret:NAME` as they name their keys */
GStrv bty_capsule_needs (const BtyBot *bot, GPtrArray *providers);
/* bty_capsule_missing: (transfer full): those of @needs that @providers do not have */
GStrv bty_capsule_missing (const char *const *needs, GPtrArray *providers);

/*
 * bty_capsule_make:
 * @bot, @founding: (transfer full): as of bty_bot_service_found_async()
 * @report: (transfer full): gets what is known once the bot is there
 *
 * Makes the bot and answers the call; a dry run finds out only what its slug would be.
 */
void bty_capsule_make (BtyCall *call, BtyBot *bot, BtyBotFounding *founding, BtyCapsuleReport *report,
                       gboolean dry_run);
