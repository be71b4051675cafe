/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bot/bty-bot-service.h"
#include "bty-listing.h"

static void
answer (BtyCall *call, BtyBot *bot, const GError *error)
{
  if (bot == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  bty_call_return (call, bot);
  bty_bot_unref (bot);
}

static void
on_created (GObject *bots, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  BtyBot *bot = bty_bot_service_create_finish (BTY_BOT_SERVICE (bots), result, &error);

  answer (call, bot, error);
}

static void
bot_create (BtyCall *call)
{
  bty_bot_service_create_async (bty_call_service (call), bty_call_request (call), bty_call_cancellable (call),
                                on_created, bty_call_ref (call));
}

static void
bot_list (BtyCall *call)
{
  const BtyListRequest *request = bty_call_request (call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_bot_schema);

  bty_query_order (query, "slug", FALSE);
  bty_listing_answer (call, bty_bot_service_get_store (bty_call_service (call)), query, request->cursor,
                      request->limit);
}

static void
on_got (GObject *bots, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  BtyBot *bot = bty_bot_service_get_finish (BTY_BOT_SERVICE (bots), result, &error);

  answer (call, bot, error);
}

static void
bot_get (BtyCall *call)
{
  const BtyBot *request = bty_call_request (call);

  bty_bot_service_get_async (bty_call_service (call), request->slug, bty_call_cancellable (call), on_got,
                             bty_call_ref (call));
}

static void
on_changed (GObject *bots, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  BtyBot *bot = bty_bot_service_change_finish (BTY_BOT_SERVICE (bots), result, &error);

  answer (call, bot, error);
}

static void
bot_update (BtyCall *call)
{
  bty_bot_service_update_async (bty_call_service (call), bty_call_request (call), bty_call_cancellable (call),
                                on_changed, bty_call_ref (call));
}

static void
bot_start (BtyCall *call)
{
  bty_bot_service_set_state_async (bty_call_service (call), bty_call_request (call), BTY_BOT_RUNNING,
                                   bty_call_cancellable (call), on_changed, bty_call_ref (call));
}

static void
bot_stop (BtyCall *call)
{
  bty_bot_service_set_state_async (bty_call_service (call), bty_call_request (call), BTY_BOT_STOPPED,
                                   bty_call_cancellable (call), on_changed, bty_call_ref (call));
}

static void
on_deleted (GObject *bots, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;

  if (bty_bot_service_delete_finish (BTY_BOT_SERVICE (bots), result, &error))
    bty_call_return (call, NULL);
  else
    bty_call_fail (call, error);
}

static void
bot_delete (BtyCall *call)
{
  bty_bot_service_delete_async (bty_call_service (call), bty_call_request (call), bty_call_cancellable (call),
                                on_deleted, bty_call_ref (call));
}

const BtyOperation bty_bot_operations[] = {
  { .name = "bot.create",
    .summary = N_ ("Make a bot"),
    .request = &bty_bot_schema,
    .request_view = BTY_VIEW_CREATE,
    .response = &bty_bot_schema,
    .http = "POST /bots",
    .scope = "bots:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (NOT_FOUND, RESOURCE_EXHAUSTED, ALREADY_EXISTS),
    .run = bot_create },
  { .name = "bot.list",
    .summary = N_ ("List the bots"),
    .request = &bty_list_request_schema,
    .item = &bty_bot_schema,
    .response = &bty_page_schema,
    .http = "GET /bots",
    .scope = "bots:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = bot_list },
  { .name = "bot.get",
    .summary = N_ ("Show a bot"),
    .request = &bty_bot_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_bot_schema,
    .http = "GET /bots/{slug}",
    .scope = "bots:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = bot_get },
  { .name = "bot.update",
    .summary = N_ ("Change a bot"),
    .request = &bty_bot_schema,
    .request_view = BTY_VIEW_PATCH,
    .response = &bty_bot_schema,
    .http = "PATCH /bots/{slug}",
    .scope = "bots:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED, RESOURCE_EXHAUSTED),
    .run = bot_update },
  { .name = "bot.start",
    .summary = N_ ("Let a stopped bot answer again"),
    .request = &bty_bot_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_bot_schema,
    .http = "POST /bots/{slug}/start",
    .scope = "bots:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = bot_start },
  { .name = "bot.stop",
    .summary = N_ ("Stop a bot: it keeps everything and answers nothing"),
    .request = &bty_bot_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_bot_schema,
    .http = "POST /bots/{slug}/stop",
    .scope = "bots:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = bot_stop },
  { .name = "bot.delete",
    .summary = N_ ("Delete a bot"),
    .request = &bty_bot_schema,
    .request_view = BTY_VIEW_KEY,
    .http = "DELETE /bots/{slug}",
    .scope = "bots:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = bot_delete },
};

const guint bty_n_bot_operations = G_N_ELEMENTS (bty_bot_operations);
