/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include "bty-http-pool-private.h"

#define MAX_IN_A_SHARD 64
#define IDLE_USEC      (60 * G_USEC_PER_SEC) /* after which the connections of a session that nobody uses are closed */

struct _BtyHttpShard
{
  BtyHttpPool *pool;
  SoupSession *session;
  guint n_busy;
  gboolean is_retired; /* not the pool's any more: it goes when nobody uses it */
  gint64 idle_since;   /* monotonic */
  BtyHttpAlarm alarm;
  GHashTable *connections; /* of Known by its number */
};

struct _BtyHttpPool
{
  grefcount references;
  guint max_shards;
  guint in_a_shard;
  BtyHttpPump *pump;
  GMainContext *aside;
  BtyHttpPoolMake make; /* %NULL: closed */
  gpointer data;
  GPtrArray *shards;
};

typedef struct
{
  guint64 number;
  GSocketConnection *connection; /* not a reference: libsoup's */
  GHashTable *table;
} Known;

static void
on_connection_gone (gpointer data, GObject *connection)
{
  Known *entry = data;

  entry->connection = NULL;
  g_hash_table_remove (entry->table, &entry->number);
}

static void
known_free (gpointer data)
{
  Known *entry = data;

  if (entry->connection != NULL)
    g_object_weak_unref (G_OBJECT (entry->connection), on_connection_gone, entry);
  g_free (entry);
}

static void
shard_free (gpointer data)
{
  BtyHttpShard *shard = data;

  bty_http_pump_drop_alarm (shard->pool->pump, &shard->alarm);
  g_hash_table_unref (shard->connections);
  g_object_unref (shard->session);
  g_free (shard);
}

/* As few as hold them all, with equally many in each: no more connections than were asked for are ever open. */
BtyHttpPool *
bty_http_pool_new (guint max_connections, BtyHttpPump *pump, BtyHttpPoolMake make, gpointer data)
{
  BtyHttpPool *self = g_new0 (BtyHttpPool, 1);

  g_ref_count_init (&self->references);
  self->max_shards = (max_connections + MAX_IN_A_SHARD - 1) / MAX_IN_A_SHARD;
  self->in_a_shard = max_connections / self->max_shards;
  self->pump = bty_http_pump_ref (pump);
  self->aside = g_main_context_new ();
  self->make = make;
  self->data = data;
  self->shards = g_ptr_array_new_with_free_func (shard_free);
  return self;
}

BtyHttpPool *
bty_http_pool_ref (BtyHttpPool *self)
{
  g_ref_count_inc (&self->references);
  return self;
}

void
bty_http_pool_close (BtyHttpPool *self)
{
  self->make = NULL;
  bty_http_pool_unref (self);
}

void
bty_http_pool_unref (BtyHttpPool *self)
{
  if (!g_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->shards);
  bty_http_pump_unref (self->pump);
  g_main_context_unref (self->aside);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyHttpPool, bty_http_pool_unref)

static void
on_idle (BtyHttpAlarm *alarm)
{
  BtyHttpShard *shard = (BtyHttpShard *) ((char *) alarm - G_STRUCT_OFFSET (BtyHttpShard, alarm));

  if (shard->n_busy > 0)
    return;
  if (shard->is_retired)
    {
      g_autoptr (BtyHttpPool) pool = shard->pool;

      shard_free (shard);
      return;
    }
  if (shard->idle_since + IDLE_USEC > g_get_monotonic_time ())
    bty_http_pump_set_alarm (shard->pool->pump, alarm, shard->idle_since + IDLE_USEC);
  else
    g_ptr_array_remove (shard->pool->shards, shard);
}

/* libsoup has a timer for each connection, even with no idle-timeout, in the context that was the default when its session was made; a
 * request's own work is done in the context that it is sent from. So the timers go to a context that is never run. */
static BtyHttpShard *
add_shard (BtyHttpPool *self, GError **error)
{
  SoupSession *session;
  BtyHttpShard *shard;

  g_main_context_push_thread_default (self->aside);
  session = self->make (self->in_a_shard, self->data, error);
  g_main_context_pop_thread_default (self->aside);
  if (session == NULL)
    return NULL;
  shard = g_new0 (BtyHttpShard, 1);
  shard->pool = self;
  shard->session = session;
  shard->alarm.func = on_idle;
  shard->connections = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, known_free);
  g_ptr_array_add (self->shards, shard);
  return shard;
}

/* With all of them full, libsoup's queue of the one that has the least to do. */
static BtyHttpShard *
choose_shard (BtyHttpPool *self, GError **error)
{
  BtyHttpShard *least = NULL;

  for (guint i = 0; i < self->shards->len; i++)
    {
      BtyHttpShard *shard = self->shards->pdata[i];

      if (shard->n_busy < self->in_a_shard)
        return shard;
      if (least == NULL || shard->n_busy < least->n_busy)
        least = shard;
    }
  return self->shards->len < self->max_shards ? add_shard (self, error) : least;
}

BtyHttpShard *
bty_http_pool_take (BtyHttpPool *self, GError **error)
{
  BtyHttpShard *shard = choose_shard (self, error);

  if (shard == NULL)
    return NULL;
  bty_http_pool_ref (self);
  shard->n_busy += 1;
  return shard;
}

void
bty_http_shard_give_back (BtyHttpShard *shard)
{
  shard->n_busy -= 1;
  if (shard->n_busy == 0)
    {
      shard->idle_since = g_get_monotonic_time ();
      if (shard->is_retired)
        bty_http_pump_set_alarm (shard->pool->pump, &shard->alarm, shard->idle_since);
      else if (shard->alarm.place == 0)
        bty_http_pump_set_alarm (shard->pool->pump, &shard->alarm, shard->idle_since + IDLE_USEC);
    }
  bty_http_pool_unref (shard->pool);
}

void
bty_http_shard_retire (BtyHttpShard *shard)
{
  guint place;

  if (shard->is_retired || !g_ptr_array_find (shard->pool->shards, shard, &place))
    return;
  g_ptr_array_steal_index_fast (shard->pool->shards, place);
  shard->is_retired = TRUE;
  bty_http_pool_ref (shard->pool);
}

SoupSession *
bty_http_shard_get_session (BtyHttpShard *shard)
{
  return shard->session;
}

void
bty_http_shard_set_connection (BtyHttpShard *shard, guint64 number, GSocketConnection *connection)
{
  Known *entry = g_new (Known, 1);

  *entry = (Known){ .number = number, .connection = connection, .table = shard->connections };
  g_object_weak_ref (G_OBJECT (connection), on_connection_gone, entry);
  g_hash_table_replace (shard->connections, &entry->number, entry);
}

GSocketConnection *
bty_http_shard_get_connection (BtyHttpShard *shard, guint64 number)
{
  Known *entry = g_hash_table_lookup (shard->connections, &number);

  return entry != NULL ? entry->connection : NULL;
}
