/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin for benchmarks of streams: `feed.follow` never ends, `feed.push` gives all who follow some items. */
#define G_LOG_DOMAIN "bty-bench"

#include "config.h"

#include <boternity.h>
#include <glib/gi18n-lib.h>

typedef struct
{
  BtyRecord record;
  gint64 count;
  gint64 size;
} FeedPush;

static const BtyField push_fields[] = {
  BTY_FIELD_INT64 (FeedPush, count, 0, N_ ("How many items, one a turn of the main loop"), .min = 1, .max = 1000000),
  BTY_FIELD_INT64 (FeedPush, size, 0, N_ ("Bytes of text of each"), .max = 100000),
};
BTY_DECLARE_RECORD (FeedPush, feed_push)
BTY_DEFINE_RECORD (FeedPush, feed_push, "feed_push", N_ ("What to give"), push_fields)

typedef struct
{
  BtyRecord record;
  char *text;
} FeedItem;

static const BtyField item_fields[] = { BTY_FIELD_TEXT (FeedItem, text, BTY_NULLABLE, N_ ("Some text")) };
BTY_DECLARE_RECORD (FeedItem, feed_item)
BTY_DEFINE_RECORD (FeedItem, feed_item, "feed_item", N_ ("An item"), item_fields)

static BtyItemLog *feed;

static void
on_given_up (GCancellable *cancellable, gpointer data)
{
  bty_call_fail_new (data, BTY_ERROR_CANCELLED, "given up");
}

static void
feed_follow (BtyCall *call)
{
  if (feed == NULL)
    feed = bty_item_log_new ();
  bty_call_share_log (call, feed);
  g_cancellable_connect (bty_call_cancellable (call), G_CALLBACK (on_given_up), bty_call_ref (call),
                         (GDestroyNotify) bty_call_unref);
}

static gboolean
on_turn (gpointer data)
{
  BtyCall *call = data;
  const FeedPush *request = bty_call_request (call);
  g_autoptr (FeedItem) item = feed_item_new ();
  gsize given = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (bty_call_cancellable (call)), "given")) + 1;

  bty_record_take_string (&item->text, g_strnfill (request->size, 'x'));
  bty_item_log_append (feed, item);
  g_object_set_data (G_OBJECT (bty_call_cancellable (call)), "given", GSIZE_TO_POINTER (given));
  if ((gint64) given < request->count)
    return G_SOURCE_CONTINUE;
  bty_call_return (call, NULL);
  return G_SOURCE_REMOVE;
}

static void
push_items (BtyCall *call)
{
  if (feed == NULL)
    feed = bty_item_log_new ();
  g_timeout_add_full (G_PRIORITY_DEFAULT, 1, on_turn, bty_call_ref (call), (GDestroyNotify) bty_call_unref);
}

static const BtyOperation operations[] = {
  { .name = "feed.follow",
    .summary = N_ ("Follow the feed"),
    .item = &feed_item_schema,
    .http = "GET /feed",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_STREAMING,
    .run = feed_follow },
  { .name = "feed.push",
    .summary = N_ ("Give something to all who follow"),
    .request = &feed_push_schema,
    .http = "POST /feed",
    .effect = BTY_EFFECT_WRITE,
    .run = push_items },
};

static void
feed_register (BtyPlugin *plugin)
{
  bty_plugin_add_operations (plugin, operations, G_N_ELEMENTS (operations), NULL);
}

BTY_PLUGIN_DEFINE ("feed", N_ ("A feed for benchmarks"), "1.0", "LGPL-2.1-or-later", feed_register)
