/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include "chat/bty-chat-service.h"
#include "chat/bty-complete-run.h"
#include "route/bty-model-listing.h"

/* The operation model.targets: bots first, then routes, then the models of all providers that answer. */

#define PAGE 500

static void find_bots (BtyCall *call, const char *cursor);
static void find_routes (BtyCall *call, const char *cursor);

static BtyChatParts *
parts_of (BtyCall *call)
{
  return bty_chat_service_get_parts (bty_call_service (call));
}

/* @name: (transfer full): */
static void
tell (BtyCall *call, BtyCompletionTargetKind kind, char *name, const char *owner, const char *title, gint64 since)
{
  g_autoptr (BtyCompletionTarget) target = bty_completion_target_new ();

  target->kind = kind;
  target->name = name;
  target->owner = g_strdup (owner);
  target->title = g_strdup (title);
  target->since = since;
  BTY_SET_NULL (target, BtyCompletionTarget, since, since == 0);
  bty_call_emit (call, target);
}

static void
on_models (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = bty_model_listing_finish (BTY_ROUTER (source), result, &error);
  g_autoptr (BtyPage) page = bty_page_new ();

  if (models == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  for (guint i = 0; i < models->len; i++)
    {
      const BtyModel *model = models->pdata[i];

      tell (call, BTY_COMPLETION_TARGET_MODEL, g_strdup (model->name), model->provider, model->title, 0);
    }
  bty_call_return (call, page);
}

static void
find_models (BtyCall *call)
{
  bty_model_listing_async (parts_of (call)->router, NULL, bty_call_cancellable (call), on_models, bty_call_ref (call));
}

static void
on_routes (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyRouteConfig *route = page->items->pdata[i];

      tell (call, BTY_COMPLETION_TARGET_ROUTE, g_strdup (route->name), NULL, route->description,
            route->record.created_at);
    }
  if (page->next_cursor != NULL)
    find_routes (call, page->next_cursor);
  else
    find_models (call);
}

static void
query (BtyCall *call, const BtySchema *schema, const char *order, const char *cursor, GAsyncReadyCallback callback)
{
  g_autoptr (BtyQuery) all = bty_query_new (schema);

  bty_query_order (all, order, FALSE);
  bty_query_limit (all, PAGE);
  bty_query_after (all, cursor);
  bty_store_query_async (parts_of (call)->store, all, bty_call_cancellable (call), callback, bty_call_ref (call));
}

static void
find_routes (BtyCall *call, const char *cursor)
{
  query (call, &bty_route_config_schema, "name", cursor, on_routes);
}

static void
on_bots (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyBot *bot = page->items->pdata[i];

      if (bot->state == BTY_BOT_RUNNING)
        tell (call, BTY_COMPLETION_TARGET_BOT, g_strconcat (BTY_COMPLETE_BOT_PREFIX, bot->slug, NULL), NULL, bot->name,
              bot->record.created_at);
    }
  if (page->next_cursor != NULL)
    find_bots (call, page->next_cursor);
  else
    find_routes (call, NULL);
}

static void
find_bots (BtyCall *call, const char *cursor)
{
  query (call, &bty_bot_schema, "slug", cursor, on_bots);
}

void
bty_complete_targets (BtyCall *call)
{
  find_bots (call, NULL);
}
