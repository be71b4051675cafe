/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-replay"

#include "config.h"

#include "bty-replay.h"

#include <glib/gi18n-lib.h>

#include "bty-followers.h"
#include "bty-listing.h"
#include "secret/bty-secret-redact.h"

#define CLEAN_EVERY 64

struct _BtyReplay
{
  gatomicrefcount references; /* its owner's, and one of every key at work */
  BtyStore *store;
  gint64 keep;         /* microseconds */
  GHashTable *running; /* key -> Keyed, from its first call to the moment its answer is stored */
  guint n_started;
  guint8 salt[32]; /* of this process: digests of secrets mean nothing outside it */
};

/* One key at work. The operation is carried out by a call of its own, which no door can cancel; whoever came with the key follows it. */
typedef struct
{
  gatomicrefcount references;
  BtyReplay *replay;
  char *key;
  char *digest;
  BtyCall *call;
  BtyFollowers *followers;
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
  bty_followers_free (keyed->followers);
  replay_unref (keyed->replay);
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
  for (guint i = 0; i < sizeof self->salt; i += sizeof (guint32))
    {
      guint32 random = g_random_int ();

      memcpy (self->salt + i, &random, sizeof random);
    }
  return self;
}

void
bty_replay_free (BtyReplay *self)
{
  g_hash_table_remove_all (self->running);
  replay_unref (self);
}

/* Two requests that differ in a secret alone are two requests; what goes on disk tells nothing of the secret. */
static void
add_secrets (BtyReplay *self, const BtyRecord *request, GString *text)
{
  for (guint i = 0; i < request->schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (request->schema, i);
      const BtySecret *secret;
      g_autofree char *mark = NULL;

      if (field->type != BTY_FIELD_TYPE_SECRET)
        continue;
      secret = G_STRUCT_MEMBER (BtySecret *, request, field->offset);
      if (secret == NULL)
        continue;
      mark = g_compute_hmac_for_data (G_CHECKSUM_SHA256, self->salt, sizeof self->salt,
                                      (const guchar *) bty_secret_peek (secret), bty_secret_get_length (secret));
      g_string_append_printf (text, "\n%s %s", field->name, mark);
    }
}

static char *
digest_of (BtyReplay *self, BtyCall *call)
{
  gconstpointer request = bty_call_request (call);
  g_autofree char *json = request != NULL ? bty_record_to_json (request, BTY_VIEW_STORE) : g_strdup ("");
  g_autoptr (GString) text = g_string_new (bty_call_operation (call)->name);

  g_string_append_printf (text, "\n%s", json);
  if (request != NULL)
    add_secrets (self, request, text);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
}

static GError *
other_request (const char *key)
{
  return g_error_new (BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                      _ ("the idempotency key “%s” came before with another request: use a new key"),
                      strchr (key, ' ') + 1);
}

/* The key's work is over, and everyone who follows is told. */
static void
finish (Keyed *keyed, gconstpointer response, const GError *error)
{
  g_autoptr (Keyed) alive = keyed_ref (keyed);

  if (g_hash_table_lookup (keyed->replay->running, keyed->key) == keyed)
    g_hash_table_remove (keyed->replay->running, keyed->key);
  bty_followers_end (keyed->followers, response, error);
}

static void
on_answer_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Keyed) keyed = data;
  g_autoptr (GError) error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    g_warning ("the answer to an idempotency key of %s could not be kept: %s", bty_call_operation (keyed->call)->name,
               error->message);
  finish (keyed, bty_call_response (keyed->call), bty_call_error (keyed->call));
}

/* Whether the failure says that nothing was done and that it may go better another time: the key is free again then. */
static gboolean
is_passing (BtyCall *call)
{
  const GError *error = bty_call_error (call);

  return error != NULL && (bty_call_operation (call)->effect & BTY_EFFECT_STREAMING) == 0 &&
         (error->code == BTY_ERROR_UNAVAILABLE || error->code == BTY_ERROR_RESOURCE_EXHAUSTED ||
          error->code == BTY_ERROR_ABORTED);
}

static void
fill_in (BtyIdempotency *record, BtyCall *call)
{
  const GError *error = bty_call_error (call);

  record->ended = TRUE;
  if (error != NULL)
    {
      record->error_code = g_strdup (bty_error_info (error->code)->name);
      record->error = bty_secret_redact (error->message);
    }
  else if (bty_call_response (call) != NULL)
    record->response = bty_record_to_json (bty_call_response (call), BTY_VIEW_STORE);
  if (bty_item_log_get_length (bty_call_log (call)) > 0)
    record->items = bty_item_log_pack (bty_call_log (call), &record->items_text);
}

static void
store_answer (BtyCall *call, gpointer data)
{
  Keyed *keyed = data;
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  if (is_passing (call))
    bty_batch_delete (batch, keyed->record);
  else
    {
      g_autoptr (BtyIdempotency) record = bty_idempotency_edit (keyed->record);

      fill_in (record, call);
      bty_batch_put (batch, record);
    }
  bty_store_apply_async (keyed->replay->store, batch, NULL, on_answer_stored, keyed_ref (keyed));
}

static void
on_key_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Keyed) keyed = data;
  g_autoptr (GError) error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      finish (keyed, NULL, error);
      return;
    }
  /* Everyone who wanted it has gone before it began. */
  if (bty_followers_is_empty (keyed->followers))
    {
      g_autoptr (BtyBatch) batch = bty_batch_new ();

      bty_batch_delete (batch, keyed->record);
      bty_store_apply_async (keyed->replay->store, batch, NULL, NULL, NULL);
      finish (keyed, NULL, NULL);
      return;
    }
  bty_call_on_ended (keyed->call, store_answer, keyed_ref (keyed), keyed_unref);
  bty_call_operation (keyed->call)->run (keyed->call);
}

/* Puts the key on disk before the operation runs; an expired one makes room in the same commit. */
static void
begin (Keyed *keyed, const BtyIdempotency *expired)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  BtyIdempotency *record = bty_idempotency_new ();

  if (expired != NULL)
    bty_batch_delete (batch, expired);
  record->key = g_strdup (keyed->key);
  record->operation = g_strdup (bty_call_operation (keyed->call)->name);
  record->digest = g_strdup (keyed->digest);
  keyed->record = record;
  bty_batch_put (batch, record);
  bty_store_apply_async (keyed->replay->store, batch, NULL, on_key_stored, keyed_ref (keyed));
}

static void
copy_items (BtyItemLog *from, BtyItemLog *to)
{
  BtyItem item;

  for (guint64 number = 1; bty_item_log_get (from, number, &item); number++)
    if (item.record != NULL)
      bty_item_log_append (to, item.record);
    else
      bty_item_log_append_text (to, item.text, item.length);
}

/* Tells everyone who follows what is on record. */
static void
repeat (Keyed *keyed, const BtyIdempotency *record)
{
  const BtyOperation *operation = bty_call_operation (keyed->call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyItemLog) log = NULL;
  BtyRecord *response = NULL;

  if (record->items != NULL && operation->item != NULL)
    log = bty_item_log_unpack (record->items, record->items_text, operation->item, &error);
  if (log != NULL)
    copy_items (log, bty_call_log (keyed->call));
  if (error == NULL && record->error != NULL)
    {
      const BtyErrorInfo *info = bty_error_info_by_name (record->error_code);

      g_set_error_literal (&error, BTY_ERROR, info != NULL ? info->code : BTY_ERROR_INTERNAL, record->error);
    }
  if (error == NULL && record->response != NULL && operation->response != NULL)
    response = bty_record_from_store (operation->response, record->response, -1, &error);
  finish (keyed, response, error);
  g_clear_pointer (&response, bty_record_unref);
}

static void
on_key_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Keyed) keyed = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyIdempotency) record = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (record == NULL && g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    begin (keyed, NULL);
  else if (record == NULL)
    finish (keyed, NULL, error);
  else if (record->record.created_at < g_get_real_time () - keyed->replay->keep)
    begin (keyed, record);
  else if (!g_str_equal (record->digest, keyed->digest))
    {
      error = other_request (keyed->key);
      finish (keyed, NULL, error);
    }
  else if (record->ended)
    repeat (keyed, record);
  else
    {
      g_set_error_literal (
        &error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
        _ ("the first request with this idempotency key was cut off when the daemon stopped: look at what it changed, "
           "then use a new key"));
      finish (keyed, NULL, error);
    }
}

static void
on_old_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  if (page == NULL || page->items->len == 0)
    return;
  for (guint i = 0; i < page->items->len; i++)
    bty_batch_delete (batch, g_ptr_array_index (page->items, i));
  bty_store_apply_async (BTY_STORE (source), batch, NULL, NULL, NULL);
}

static void
clean (BtyReplay *self)
{
  g_autoptr (BtyQuery) query = NULL;

  if (self->n_started++ % CLEAN_EVERY != 0)
    return;
  query = bty_query_new (&bty_idempotency_schema);
  bty_listing_where_time (query, "created_at", BTY_MATCH_LESS, g_get_real_time () - self->keep);
  bty_store_query_async (self->store, query, NULL, on_old_found, NULL);
}

static Keyed *
keyed_new (BtyReplay *self, BtyCall *call, const char *key, const char *digest)
{
  Keyed *keyed = g_new0 (Keyed, 1);
  gconstpointer request = bty_call_request (call);

  g_atomic_ref_count_init (&keyed->references);
  keyed->replay = replay_ref (self);
  keyed->key = g_strdup (key);
  keyed->digest = g_strdup (digest);
  keyed->followers = bty_followers_new ();
  keyed->call = bty_call_new (bty_call_operation (call), bty_call_service (call), bty_call_principal (call),
                              request != NULL ? bty_record_ref (request) : NULL);
  return keyed;
}

static void
follow (Keyed *keyed, BtyCall *call)
{
  bty_call_share_log (call, bty_call_log (keyed->call));
  bty_followers_add (keyed->followers, call, FALSE);
}

void
bty_replay_start (BtyReplay *self, BtyCall *call, const char *key)
{
  g_autofree char *digest = digest_of (self, call);
  g_autofree char *full = g_strdup_printf ("%s %s", bty_principal_get_name (bty_call_principal (call)), key);
  Keyed *keyed = g_hash_table_lookup (self->running, full);
  g_autoptr (GError) error = NULL;

  if (keyed != NULL && g_str_equal (keyed->digest, digest))
    {
      follow (keyed, call);
      return;
    }
  if (keyed != NULL)
    {
      error = other_request (full);
      bty_call_fail (call, error);
      return;
    }
  clean (self);
  keyed = keyed_new (self, call, full, digest);
  follow (keyed, call);
  g_hash_table_insert (self->running, keyed->key, keyed);
  bty_store_get_async (self->store, &bty_idempotency_schema, "key", keyed->key, NULL, on_key_found, keyed_ref (keyed));
}
