/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-replay"

#include "config.h"

#include "bty-replay.h"

#include <glib/gi18n-lib.h>

#define CLEAN_EVERY 64

struct _BtyReplay
{
  gatomicrefcount references; /* its owner's, and one of every key at work */
  BtyStore   *store;
  gint64      keep;    /* microseconds */
  GHashTable *running; /* key -> Keyed, from its first call to the moment its answer is stored */
  guint       n_started;
};

/* One key at work: the call that leads, and those that came with the same key meanwhile. */
typedef struct
{
  gatomicrefcount references;
  BtyReplay      *replay;
  char           *key;
  char           *digest;
  BtyCall        *call;
  GPtrArray      *followers;
  BtyIdempotency *record;
} Keyed;

static BtyReplay *
replay_ref (BtyReplay *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
replay_unref (BtyReplay *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_hash_table_unref (self->running);
  g_object_unref (self->store);
  g_free (self);
}

static Keyed *
keyed_ref (Keyed *keyed)
{
  g_atomic_ref_count_inc (&keyed->references);
  return keyed;
}

static void
keyed_unref (gpointer data)
{
  Keyed *keyed = data;

  if (!g_atomic_ref_count_dec (&keyed->references))
    return;
  g_free (keyed->key);
  g_free (keyed->digest);
  bty_call_unref (keyed->call);
  replay_unref (keyed->replay);
  g_ptr_array_unref (keyed->followers);
  g_clear_pointer (&keyed->record, bty_idempotency_unref);
  g_free (keyed);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Keyed, keyed_unref)

BtyReplay *
bty_replay_new (BtyStore *store, gint64 keep_hours)
{
  BtyReplay *self = g_new0 (BtyReplay, 1);

  g_atomic_ref_count_init (&self->references);
  self->store = g_object_ref (store);
  self->keep = keep_hours * 3600 * G_USEC_PER_SEC;
  self->running = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, keyed_unref);
  return self;
}

void
bty_replay_free (BtyReplay *self)
{
  g_hash_table_remove_all (self->running);
  replay_unref (self);
}

static char *
digest_of (BtyCall *call)
{
  gconstpointer    request = bty_call_request (call);
  g_autofree char *json = request != NULL ? bty_record_to_json (request, BTY_VIEW_STORE) : NULL;
  g_autofree char *text = g_strconcat (bty_call_operation (call)->name, "\n", json, NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static void
refuse_other_request (BtyCall *call, const char *key)
{
  bty_call_fail_new (call, BTY_ERROR_INVALID_ARGUMENT, _("the idempotency key “%s” came before with another request: use a new key"),
                     strchr (key, ' ') + 1);
}

static void
end_like (BtyCall *call, BtyCall *leader)
{
  if (bty_call_state (leader) == BTY_CALL_FAILED)
    bty_call_fail (call, bty_call_error (leader));
  else
    bty_call_return (call, bty_call_response (leader));
}

static void
forget (Keyed *keyed)
{
  if (g_hash_table_lookup (keyed->replay->running, keyed->key) == keyed)
    g_hash_table_remove (keyed->replay->running, keyed->key);
}

static void
on_answer_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(Keyed)  keyed = data;
  g_autoptr(GError) error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    g_warning ("the answer to an idempotency key of %s could not be kept: %s", bty_call_operation (keyed->call)->name, error->message);
  forget (keyed);
}

static void
store_answer (BtyCall *call, gpointer data)
{
  Keyed               *keyed = data;
  g_autoptr(BtyBatch)  batch = bty_batch_new ();
  g_autoptr(BtyIdempotency) record = bty_idempotency_edit (keyed->record);
  const GError        *error = bty_call_error (call);

  record->ended = TRUE;
  if (error != NULL)
    {
      record->error_code = g_strdup (bty_error_info (error->code)->name);
      record->error = g_strdup (error->message);
    }
  else if (bty_call_response (call) != NULL)
    record->response = bty_record_to_json (bty_call_response (call), BTY_VIEW_STORE);
  if (bty_item_log_get_length (bty_call_log (call)) > 0)
    record->items = bty_item_log_pack (bty_call_log (call), &record->items_text);

  for (guint i = 0; i < keyed->followers->len; i++)
    end_like (g_ptr_array_index (keyed->followers, i), call);
  g_ptr_array_set_size (keyed->followers, 0);
  bty_batch_put (batch, record);
  bty_store_apply_async (keyed->replay->store, batch, NULL, on_answer_stored, keyed_ref (keyed));
}

static void
on_key_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(Keyed)  keyed = data;
  g_autoptr(GError) error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      bty_call_fail (keyed->call, error);
      forget (keyed);
      return;
    }
  bty_call_on_ended (keyed->call, store_answer, keyed_ref (keyed), keyed_unref);
  bty_call_operation (keyed->call)->run (keyed->call);
}

/* Puts the key on disk before the operation runs; an expired one makes room in the same commit. */
static void
begin (Keyed *keyed, const BtyIdempotency *expired)
{
  g_autoptr(BtyBatch) batch = bty_batch_new ();
  BtyIdempotency     *record = expired != NULL ? bty_idempotency_edit (expired) : bty_idempotency_new ();

  g_clear_pointer (&record->response, g_free);
  g_clear_pointer (&record->error, g_free);
  g_clear_pointer (&record->error_code, g_free);
  g_clear_pointer (&record->items, g_bytes_unref);
  g_clear_pointer (&record->items_text, g_free);
  bty_record_take_string (&record->key, g_strdup (keyed->key));
  bty_record_take_string (&record->operation, g_strdup (bty_call_operation (keyed->call)->name));
  bty_record_take_string (&record->digest, g_strdup (keyed->digest));
  record->ended = FALSE;
  record->record.created_at = 0;
  keyed->record = record;
  bty_batch_put (batch, record);
  bty_store_apply_async (keyed->replay->store, batch, NULL, on_key_stored, keyed_ref (keyed));
}

/* Gives @call the items and the end that are on record. */
static void
repeat (BtyCall *call, const BtyIdempotency *record)
{
  const BtyOperation *operation = bty_call_operation (call);
  g_autoptr(GError)   error = NULL;
  BtyRecord          *response = NULL;

  if (record->items != NULL && operation->item != NULL)
    {
      g_autoptr(BtyItemLog) log = bty_item_log_unpack (record->items, record->items_text, operation->item, &error);

      if (log != NULL)
        bty_call_share_log (call, log);
    }
  if (error == NULL && record->error != NULL)
    {
      const BtyErrorInfo *info = bty_error_info_by_name (record->error_code);

      g_set_error_literal (&error, BTY_ERROR, info != NULL ? info->code : BTY_ERROR_INTERNAL, record->error);
    }
  if (error == NULL && record->response != NULL && operation->response != NULL)
    response = bty_record_from_store (operation->response, record->response, -1, &error);

  if (error != NULL)
    bty_call_fail (call, error);
  else
    bty_call_return (call, response);
  g_clear_pointer (&response, bty_record_unref);
}

/* Ends @call by what the store said of its key. */
static void
answer (Keyed *keyed, BtyCall *call, const BtyIdempotency *record, const GError *error)
{
  if (record == NULL)
    bty_call_fail (call, error);
  else if (!g_str_equal (record->digest, keyed->digest))
    refuse_other_request (call, keyed->key);
  else if (!record->ended)
    bty_call_fail_new (call, BTY_ERROR_FAILED_PRECONDITION,
                       _("the first request with this idempotency key was cut off when the daemon stopped: look at what it changed, "
                         "then use a new key"));
  else
    repeat (call, record);
}

static void
on_key_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(Keyed)          keyed = data;
  g_autoptr(GError)         error = NULL;
  g_autoptr(BtyIdempotency) record = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (record == NULL && g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      begin (keyed, NULL);
      return;
    }
  if (record != NULL && record->record.created_at < g_get_real_time () - keyed->replay->keep)
    {
      begin (keyed, record);
      return;
    }
  answer (keyed, keyed->call, record, error);
  for (guint i = 0; i < keyed->followers->len; i++)
    answer (keyed, g_ptr_array_index (keyed->followers, i), record, error);
  forget (keyed);
}

static void
on_old_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError)   error = NULL;
  g_autoptr(BtyPage)  page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr(BtyBatch) batch = bty_batch_new ();

  if (page == NULL || page->items->len == 0)
    return;
  for (guint i = 0; i < page->items->len; i++)
    bty_batch_delete (batch, g_ptr_array_index (page->items, i));
  bty_store_apply_async (BTY_STORE (source), batch, NULL, NULL, NULL);
}

static void
clean (BtyReplay *self)
{
  g_autoptr(BtyQuery) query = NULL;
  g_autoptr(GDateTime) oldest = NULL;
  g_autofree char     *text = NULL;

  if (self->n_started++ % CLEAN_EVERY != 0)
    return;
  oldest = g_date_time_new_from_unix_utc ((g_get_real_time () - self->keep) / G_USEC_PER_SEC);
  text = g_date_time_format (oldest, "%Y-%m-%dT%H:%M:%SZ");
  query = bty_query_new (&bty_idempotency_schema);
  bty_query_where (query, "created_at", BTY_MATCH_LESS, text);
  bty_store_query_async (self->store, query, NULL, on_old_found, NULL);
}

static void
follow (Keyed *keyed, BtyCall *call)
{
  bty_call_share_log (call, bty_call_log (keyed->call));
  if (bty_call_state (keyed->call) == BTY_CALL_RUNNING)
    g_ptr_array_add (keyed->followers, bty_call_ref (call));
  else
    end_like (call, keyed->call);
}

void
bty_replay_start (BtyReplay *self, BtyCall *call, const char *key)
{
  g_autofree char *digest = digest_of (call);
  g_autofree char *full = g_strdup_printf ("%s %s", bty_principal_get_name (bty_call_principal (call)), key);
  Keyed           *keyed = g_hash_table_lookup (self->running, full);

  if (keyed != NULL && g_str_equal (keyed->digest, digest))
    {
      follow (keyed, call);
      return;
    }
  if (keyed != NULL)
    {
      refuse_other_request (call, full);
      return;
    }
  clean (self);
  keyed = g_new0 (Keyed, 1);
  g_atomic_ref_count_init (&keyed->references);
  keyed->replay = replay_ref (self);
  keyed->key = g_steal_pointer (&full);
  keyed->digest = g_steal_pointer (&digest);
  keyed->call = bty_call_ref (call);
  keyed->followers = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_call_unref);
  g_hash_table_insert (self->running, keyed->key, keyed);
  bty_store_get_async (self->store, &bty_idempotency_schema, "key", keyed->key, NULL, on_key_found, keyed_ref (keyed));
}
