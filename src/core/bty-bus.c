/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bus"

#include "config.h"

#include "bty-bus.h"

typedef struct
{
  guint number;
  char *topic;
  BtyBusFunc func; /* NULL once unsubscribed, until nobody walks the list any more */
  gpointer data;
} Subscription;

struct _BtyBus
{
  GObject parent_instance;
  GPtrArray *subscriptions;
  GHashTable *by_topic; /* topic -> GPtrArray of those subscriptions that it is told to, as far as asked for */
  guint last_number;
  guint walkers;
  gboolean has_left; /* someone, who is to be swept out */
};

/* Topics are few; should a plugin make up many, their lists are made anew. */
#define MAX_TOPICS 256

G_DEFINE_FINAL_TYPE (BtyBus, bty_bus, G_TYPE_OBJECT)

static void
subscription_free (Subscription *subscription)
{
  g_free (subscription->topic);
  g_free (subscription);
}

static void
bty_bus_finalize (GObject *object)
{
  g_hash_table_unref (BTY_BUS (object)->by_topic);
  g_ptr_array_unref (BTY_BUS (object)->subscriptions);
  G_OBJECT_CLASS (bty_bus_parent_class)->finalize (object);
}

static void
bty_bus_class_init (BtyBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_bus_finalize;
}

static void
bty_bus_init (BtyBus *self)
{
  self->subscriptions = g_ptr_array_new_with_free_func ((GDestroyNotify) subscription_free);
  self->by_topic = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

BtyBus *
bty_bus_new (void)
{
  return g_object_new (BTY_TYPE_BUS, NULL);
}

gboolean
bty_bus_matches (const char *pattern, const char *topic)
{
  gsize length = strlen (pattern);

  if (g_str_equal (pattern, "*"))
    return TRUE;
  if (length >= 2 && g_str_equal (pattern + length - 2, ".*"))
    return strncmp (pattern, topic, length - 1) == 0;
  return g_str_equal (pattern, topic);
}

static GPtrArray *
listeners_of (BtyBus *self, const char *topic)
{
  GPtrArray *listeners = g_hash_table_lookup (self->by_topic, topic);

  if (listeners != NULL)
    return listeners;
  listeners = g_ptr_array_new ();
  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      Subscription *subscription = g_ptr_array_index (self->subscriptions, i);

      if (subscription->func != NULL && bty_bus_matches (subscription->topic, topic))
        g_ptr_array_add (listeners, subscription);
    }
  if (g_hash_table_size (self->by_topic) >= MAX_TOPICS)
    g_hash_table_remove_all (self->by_topic);
  g_hash_table_insert (self->by_topic, g_strdup (topic), listeners);
  return listeners;
}

/* Those who subscribe meanwhile hear from the next event on. */
static void
tell (BtyBus *self, const BtyEvent *event)
{
  g_autoptr (GPtrArray) listeners = g_ptr_array_ref (listeners_of (self, event->topic));

  for (guint i = 0; i < listeners->len; i++)
    {
      Subscription *subscription = g_ptr_array_index (listeners, i);

      if (subscription->func != NULL)
        subscription->func (event, subscription->data);
    }
}

static void
sweep (BtyBus *self)
{
  if (!self->has_left)
    return;
  self->has_left = FALSE;
  g_hash_table_remove_all (self->by_topic);
  for (guint i = self->subscriptions->len; i > 0; i--)
    {
      Subscription *subscription = g_ptr_array_index (self->subscriptions, i - 1);

      if (subscription->func == NULL)
        g_ptr_array_remove_index (self->subscriptions, i - 1);
    }
}

static void
on_committed (BtyStore *store, GPtrArray *events, BtyBus *bus)
{
  g_autoptr (BtyBus) self = g_object_ref (bus);

  self->walkers++;
  for (guint i = 0; i < events->len; i++)
    tell (self, g_ptr_array_index (events, i));
  self->walkers--;
  if (self->walkers == 0)
    sweep (self);
}

void
bty_bus_follow (BtyBus *self, BtyStore *store)
{
  g_signal_connect_object (store, "committed", G_CALLBACK (on_committed), self, 0);
}

guint
bty_bus_subscribe (BtyBus *self, const char *topic, BtyBusFunc func, gpointer data)
{
  Subscription *subscription;

  g_return_val_if_fail (topic != NULL && func != NULL, 0);

  subscription = g_new0 (Subscription, 1);
  subscription->number = ++self->last_number;
  subscription->topic = g_strdup (topic);
  subscription->func = func;
  subscription->data = data;
  g_ptr_array_add (self->subscriptions, subscription);
  g_hash_table_remove_all (self->by_topic);
  return subscription->number;
}

void
bty_bus_unsubscribe (BtyBus *self, guint number)
{
  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      Subscription *subscription = g_ptr_array_index (self->subscriptions, i);

      if (subscription->number == number)
        {
          subscription->func = NULL;
          self->has_left = TRUE;
        }
    }
  if (self->walkers == 0)
    sweep (self);
}
