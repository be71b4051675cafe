/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bot/bty-bot-service.h"

struct _BtyBotService
{
  GObject parent_instance;
  BtyStore *store;
  BtySoulService *souls;
  char *data_dir;
  GHashTable *claimed;          /* slugs whose bot is being made or deleted: nobody else may take them meanwhile */
  BtySettings *settings;        /* (nullable) */
  GHashTable *deleted;          /* ids of the bots that are deleted and not forgotten yet */
  GHashTable *uses;             /* id -> BtyBotUse: the bots that somebody works for */
  BtyBotRouteCheck check_route; /* (nullable) */
  gpointer check_data;
  guint purge_timer;
  gboolean is_purging;
  gboolean purge_again;
};

/* Strips the name and refuses what no table can: a blank name, a route that names no model. */
gboolean bty_bot_check (BtyBot *bot, GError **error);
/* Whether its route leads to what there is: for routes that are written now, not for those that came with a bot from elsewhere. */
/* Whether the route of @bot, which has one, leads to what there is: g_task_propagate_boolean(). */
void bty_bot_check_route_async (BtyBotService *service, const BtyBot *bot, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer data);
