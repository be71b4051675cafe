/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-event"

#include "config.h"

#include "event/bty-event-service.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "event/bty-event-contract.h"
#include "event/bty-event-subscription.h"

#define KIB 1024

struct _BtyEventService
{
  GObject parent_instance;
  BtyStore *store;
  BtyBus *bus;
  BtySettings *settings;
  GHashTable *feeds;         /* key of the filter -> BtyEventFeed *, which those have who listen */
  GHashTable *subscriptions; /* BtyEventSubscription *, each of which has us */
  GPtrArray *waiting;
  guint subscription;
  gint64 position;
  gboolean is_known; /* the position */
  gboolean is_asking;
  gboolean is_stopped;
};

G_DEFINE_FINAL_TYPE (BtyEventService, bty_event_service, G_TYPE_OBJECT)

static const BtySetting settings_table[] = {
  { .group = "events",
    .key = "max_subscriptions",
    .type = BTY_SETTING_INT,
    .fallback = "10000",
    .unit = "subscriptions",
    .min = 1,
    .max = 1000000,
    .summary = N_ ("How many clients may listen to events at one time; more are refused") },
  { .group = "events",
    .key = "window_events",
    .type = BTY_SETTING_INT,
    .fallback = "1024",
    .unit = "events",
    .min = 1,
    .max = 1000000,
    .summary = N_ (
      "How many events are kept in memory for those who read slowly; who falls further behind misses some") },
  { .group = "events",
    .key = "window_size",
    .type = BTY_SETTING_INT,
    .fallback = "4096",
    .unit = "KiB",
    .min = 16,
    .max = 1048576,
    .summary = N_ ("How much memory these events may take, for each set of topics that is listened to") },
};

/* A call that waits until the position is known. */
typedef struct
{
  BtyCall *call;
  BtyEventReady ready;
} Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  bty_call_unref (waiting->call);
  g_free (waiting);
}

void
bty_event_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

static void
bty_event_service_dispose (GObject *object)
{
  BtyEventService *self = BTY_EVENT_SERVICE (object);

  if (self->subscription != 0)
    bty_bus_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  G_OBJECT_CLASS (bty_event_service_parent_class)->dispose (object);
}

static void
bty_event_service_finalize (GObject *object)
{
  BtyEventService *self = BTY_EVENT_SERVICE (object);

  g_clear_object (&self->store);
  g_clear_object (&self->bus);
  g_clear_object (&self->settings);
  g_hash_table_unref (self->feeds);
  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->subscriptions);
  G_OBJECT_CLASS (bty_event_service_parent_class)->finalize (object);
}

static void
bty_event_service_class_init (BtyEventServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bty_event_service_dispose;
  G_OBJECT_CLASS (klass)->finalize = bty_event_service_finalize;
}

static void
bty_event_service_init (BtyEventService *self)
{
  self->feeds = g_hash_table_new (g_str_hash, g_str_equal);
  self->subscriptions = g_hash_table_new (NULL, NULL);
  self->waiting = g_ptr_array_new_with_free_func (waiting_free);
}

static GBytes *
encode (const BtyClientEvent *client)
{
  char *json = bty_record_to_json (client, BTY_VIEW_READ);

  return g_bytes_new_take (json, strlen (json));
}

/* Translated and encoded once, however many listen. Those that an earlier process committed are in the log already. */
static void
on_event (const BtyEvent *event, gpointer data)
{
  BtyEventService *self = data;
  const char *name = bty_event_contract_get_name (event->topic);
  g_autoptr (BtyClientEvent) client = NULL;
  g_autoptr (GBytes) json = NULL;
  GHashTableIter iter;
  gpointer value;

  if (event->position <= self->position || self->is_stopped)
    return;
  self->position = event->position;
  g_hash_table_iter_init (&iter, self->feeds);
  while (name != NULL && g_hash_table_iter_next (&iter, NULL, &value))
    {
      BtyEventFeed *feed = value;

      if (!bty_event_filter_matches (feed->filter, name))
        continue;
      if (client == NULL)
        {
          client = bty_event_contract_translate (event);
          json = encode (client);
        }
      bty_item_log_append_numbered (feed->log, (guint64) event->position, client, json);
    }
}

BtyEventService *
bty_event_service_new (BtyStore *store, BtyBus *bus, BtySettings *settings)
{
  BtyEventService *self = g_object_new (BTY_TYPE_EVENT_SERVICE, NULL);

  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);
  self->settings = g_object_ref (settings);
  self->subscription = bty_bus_subscribe (bus, "*", on_event, self);
  return self;
}

BtyStore *
bty_event_service_get_store (BtyEventService *self)
{
  return self->store;
}

gint64
bty_event_service_get_position (BtyEventService *self)
{
  return self->position;
}

void
bty_event_service_add (BtyEventService *self, BtyEventSubscription *subscription)
{
  g_hash_table_add (self->subscriptions, subscription);
}

void
bty_event_service_remove (BtyEventService *self, BtyEventSubscription *subscription)
{
  g_hash_table_remove (self->subscriptions, subscription);
}

BtyEventFeed *
bty_event_service_take_feed (BtyEventService *self, BtyEventFilter *filter)
{
  BtyEventFeed *feed = g_hash_table_lookup (self->feeds, filter->key);
  gint64 size = bty_settings_get_int (self->settings, "events", "window_size");

  if (feed != NULL)
    {
      bty_event_filter_free (filter);
      return bty_event_feed_ref (feed);
    }
  feed = bty_event_feed_new (filter, self->position,
                             (guint) bty_settings_get_int (self->settings, "events", "window_events"),
                             (gsize) size * KIB);
  g_hash_table_insert (self->feeds, feed->filter->key, feed);
  return feed;
}

void
bty_event_service_give_feed_back (BtyEventService *self, BtyEventFeed *feed)
{
  if (g_ref_count_compare (&feed->references, 1))
    g_hash_table_remove (self->feeds, feed->filter->key);
  bty_event_feed_unref (feed);
}

static void
on_position (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyEventService) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr (GPtrArray) waiting = self->waiting;

  self->waiting = g_ptr_array_new_with_free_func (waiting_free);
  self->is_asking = FALSE;
  self->is_known = page != NULL;
  if (page != NULL && page->items->len > 0)
    self->position = MAX (self->position, ((const BtyEvent *) g_ptr_array_index (page->items, 0))->position);
  for (guint i = 0; i < waiting->len; i++)
    {
      Waiting *next = g_ptr_array_index (waiting, i);

      if (page != NULL)
        bty_event_service_begin (self, next->call, next->ready);
      else
        bty_call_fail (next->call, error);
    }
}

static void
ask_position (BtyEventService *self)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_event_schema);

  if (self->is_asking)
    return;
  self->is_asking = TRUE;
  bty_query_order (query, "position", TRUE);
  bty_query_limit (query, 1);
  bty_store_query_async (self->store, query, NULL, on_position, g_object_ref (self));
}

static gboolean
check (BtyEventService *self, GError **error)
{
  gint64 most = bty_settings_get_int (self->settings, "events", "max_subscriptions");

  if (self->is_stopped)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                         _ ("the daemon is stopping: come back to the next one"));
  else if (g_hash_table_size (self->subscriptions) + self->waiting->len >= (guint64) most)
    g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                 _ ("%lld clients listen already: raise the setting events.max_subscriptions"), (long long) most);
  else
    return TRUE;
  return FALSE;
}

void
bty_event_service_begin (BtyEventService *self, BtyCall *call, BtyEventReady ready)
{
  g_autoptr (GError) error = NULL;
  Waiting *waiting;

  if (!check (self, &error))
    {
      bty_call_fail (call, error);
      return;
    }
  if (self->is_known)
    {
      ready (self, call);
      return;
    }
  waiting = g_new0 (Waiting, 1);
  waiting->call = bty_call_ref (call);
  waiting->ready = ready;
  g_ptr_array_add (self->waiting, waiting);
  ask_position (self);
}

void
bty_event_service_stop (BtyEventService *self)
{
  g_autoptr (GPtrArray) waiting = self->waiting;
  g_autofree gpointer *all = NULL;
  guint n = 0;

  self->is_stopped = TRUE;
  self->waiting = g_ptr_array_new_with_free_func (waiting_free);
  for (guint i = 0; i < waiting->len; i++)
    bty_event_service_begin (self, ((Waiting *) g_ptr_array_index (waiting, i))->call, NULL);
  all = g_hash_table_get_keys_as_array (self->subscriptions, &n);
  for (guint i = 0; i < n; i++)
    {
      if (g_hash_table_contains (self->subscriptions, all[i]))
        bty_event_subscription_end (all[i]);
    }
}
