/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bot/bty-bot-deleted.h"
#include "bty-listing.h"

static void
bot_deleted (BtyCall *call)
{
  const BtyListRequest *request = bty_call_request (call);
  BtyBotService *self = bty_call_service (call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_deleted_bot_schema);

  bty_query_order (query, "id", TRUE);
  bty_listing_answer (call, self->store, query, request->cursor, request->limit);
}

static void
on_restored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) bot = bty_bot_service_restore_finish (BTY_BOT_SERVICE (source), result, &error);

  if (bot != NULL)
    bty_call_return (call, bot);
  else
    bty_call_fail (call, error);
}

static void
on_found_to_restore (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  BtyBotService *self = BTY_BOT_SERVICE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyDeletedBot) deleted = bty_bot_service_find_deleted_finish (self, result, &error);

  if (deleted != NULL)
    bty_bot_service_restore_async (self, deleted, bty_call_cancellable (call), on_restored, bty_call_ref (call));
  else
    bty_call_fail (call, error);
}

static void
bot_restore (BtyCall *call)
{
  const BtyDeletedBotKey *request = bty_call_request (call);

  bty_bot_service_find_deleted_async (bty_call_service (call), request->bot, FALSE, bty_call_cancellable (call),
                                      on_found_to_restore, bty_call_ref (call));
}

static void
on_purged (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;

  if (bty_bot_service_purge_finish (BTY_BOT_SERVICE (source), result, &error))
    bty_call_return (call, NULL);
  else
    bty_call_fail (call, error);
}

static void
on_found_to_purge (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  BtyBotService *self = BTY_BOT_SERVICE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyDeletedBot) deleted = bty_bot_service_find_deleted_finish (self, result, &error);

  if (deleted != NULL)
    bty_bot_service_purge_async (self, deleted, on_purged, bty_call_ref (call));
  else
    bty_call_fail (call, error);
}

static void
bot_purge (BtyCall *call)
{
  const BtyDeletedBotKey *request = bty_call_request (call);

  bty_bot_service_find_deleted_async (bty_call_service (call), request->bot, TRUE, bty_call_cancellable (call),
                                      on_found_to_purge, bty_call_ref (call));
}

const BtyOperation bty_deleted_bot_operations[] = {
  { .name = "bot.deleted",
    .summary = N_ ("List deleted bots that can be restored, the last one first"),
    .request = &bty_list_request_schema,
    .item = &bty_deleted_bot_schema,
    .response = &bty_page_schema,
    .http = "GET /deleted-bots",
    .scope = "bots:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = bot_deleted },
  { .name = "bot.restore",
    .summary = N_ ("Bring a deleted bot back, with all that was its"),
    .request = &bty_deleted_bot_key_schema,
    .response = &bty_bot_schema,
    .http = "POST /deleted-bots/{bot}/restore",
    .scope = "bots:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED, ALREADY_EXISTS),
    .run = bot_restore },
  { .name = "bot.purge",
    .summary = N_ ("Forget a deleted bot for good, now"),
    .request = &bty_deleted_bot_key_schema,
    .http = "DELETE /deleted-bots/{bot}",
    .scope = "bots:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = bot_purge },
};

const guint bty_n_deleted_bot_operations = G_N_ELEMENTS (bty_deleted_bot_operations);
