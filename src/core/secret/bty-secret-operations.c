/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-listing.h"
#include "secret/bty-secret-service-private.h"
#include "secret/bty-secret-import.h"

static void
on_changed (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecretEntry) entry = bty_secret_service_change_finish (BTY_SECRET_SERVICE (service), result, &error);

  if (entry != NULL)
    bty_call_return (call, entry);
  else
    bty_call_fail (call, error);
}

static void
secret_set (BtyCall *call)
{
  bty_secret_service_set_async (bty_call_service (call), bty_call_request (call), bty_call_cancellable (call),
                                on_changed, bty_call_ref (call));
}

static void
secret_rotate (BtyCall *call)
{
  const BtySecretRotate *request = bty_call_request (call);

  bty_secret_service_rotate_async (bty_call_service (call), request->name, request->value,
                                   BTY_HAS (request, BtySecretRotate, hours) ? request->hours : -1,
                                   bty_call_cancellable (call), on_changed, bty_call_ref (call));
}

static void
secret_move (BtyCall *call)
{
  const BtySecretMove *request = bty_call_request (call);

  bty_secret_service_move_async (bty_call_service (call), request->name, request->store, bty_call_cancellable (call),
                                 on_changed, bty_call_ref (call));
}

static void
secret_update (BtyCall *call)
{
  bty_secret_service_update_async (bty_call_service (call), bty_call_request (call), bty_call_cancellable (call),
                                   on_changed, bty_call_ref (call));
}

static void
on_deleted (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecretEntry) entry = bty_secret_service_change_finish (BTY_SECRET_SERVICE (service), result, &error);

  if (entry != NULL)
    bty_call_return (call, NULL);
  else
    bty_call_fail (call, error);
}

static void
secret_delete (BtyCall *call)
{
  const BtySecretEntry *request = bty_call_request (call);

  bty_secret_service_delete_async (bty_call_service (call), request->name, bty_call_cancellable (call), on_deleted,
                                   bty_call_ref (call));
}

/* Looking. */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const BtySecretEntry *const *) a)->name, (*(const BtySecretEntry *const *) b)->name);
}

/* From memory, where it is known what was used a moment ago. */
static void
list_now (GObject *object, GAsyncResult *result, gpointer data)
{
  BtySecretService *service = BTY_SECRET_SERVICE (object);
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (BtyPage) page = bty_page_new ();
  const BtyListRequest *request = bty_call_request (call);
  GHashTableIter iter;
  gpointer entry;
  gint64 n = 0;

  if (!bty_secret_service_load_finish (service, result, &error))
    {
      bty_call_fail (call, error);
      return;
    }
  g_hash_table_iter_init (&iter, service->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_ptr_array_add (entries, entry);
  g_ptr_array_sort (entries, compare_names);
  for (guint i = 0; i < entries->len; i++)
    {
      const BtySecretEntry *one = entries->pdata[i];

      if (request->cursor != NULL && g_strcmp0 (one->name, request->cursor) <= 0)
        continue;
      if (request->limit > 0 && n == request->limit)
        {
          page->next_cursor = g_strdup (((const BtySecretEntry *) entries->pdata[i - 1])->name);
          break;
        }
      bty_call_emit (call, one);
      n += 1;
    }
  bty_call_return (call, page);
}

static void
secret_list (BtyCall *call)
{
  bty_secret_service_load_async (bty_call_service (call), list_now, bty_call_ref (call));
}

static void
get_now (GObject *object, GAsyncResult *result, gpointer data)
{
  BtySecretService *service = BTY_SECRET_SERVICE (object);
  g_autoptr (BtyCall) call = data;
  const BtySecretEntry *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;
  const BtySecretEntry *entry = NULL;

  if (bty_secret_service_load_finish (service, result, &error))
    entry = bty_secret_service_find_entry (service, request->name, &error);
  if (entry != NULL)
    bty_call_return (call, entry);
  else
    bty_call_fail (call, error);
}

static void
secret_get (BtyCall *call)
{
  bty_secret_service_load_async (bty_call_service (call), get_now, bty_call_ref (call));
}

/* The one way out in the clear. The record is written once, into the answer; its own copy is zeroed. */
static void
answer_value (BtyCall *call, const char *name, const BtySecret *secret)
{
  BtySecretService *service = bty_call_service (call);
  g_autoptr (BtySecretValue) value = bty_secret_value_new ();

  if (!g_utf8_validate (bty_secret_peek (secret), (gssize) bty_secret_get_length (secret), NULL))
    {
      bty_call_fail_new (call, BTY_ERROR_FAILED_PRECONDITION, _ ("the value of “%s” is not text: it cannot be shown"),
                         name);
      return;
    }
  value->name = g_strdup (name);
  value->value = g_strdup (bty_secret_peek (secret));
  g_signal_emit_by_name (service, "shown", name, bty_principal_get_name (bty_call_principal (call)));
  bty_call_return (call, value);
}

static void
on_revealed (GObject *stores, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtySecretEntry *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecret) secret = NULL;

  if (bty_secret_stores_ask_finish (BTY_SECRET_STORES (stores), result, &secret, &error))
    answer_value (call, request->name, secret);
  else
    bty_call_fail (call, error);
}

static void
reveal_now (GObject *object, GAsyncResult *result, gpointer data)
{
  BtySecretService *service = BTY_SECRET_SERVICE (object);
  g_autoptr (BtyCall) call = data;
  const BtySecretEntry *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;
  g_autofree char *slot = NULL;
  const BtySecretEntry *entry = NULL;

  if (bty_secret_service_load_finish (service, result, &error))
    entry = bty_secret_service_find_entry (service, request->name, &error);
  if (entry == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  slot = bty_secret_slot (entry);
  bty_secret_stores_ask_async (service->stores, BTY_SECRET_ASK_GET, entry->store, slot, NULL, NULL,
                               bty_call_cancellable (call), on_revealed, bty_call_ref (call));
}

static void
secret_reveal (BtyCall *call)
{
  bty_secret_service_load_async (bty_call_service (call), reveal_now, bty_call_ref (call));
}

/* Stores. */

static void
on_store_changed (GObject *stores, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;

  if (!bty_secret_stores_ask_finish (BTY_SECRET_STORES (stores), result, NULL, &error))
    {
      bty_call_fail (call, error);
      return;
    }
  g_signal_emit_by_name (bty_call_service (call), "changed", NULL);
  bty_call_return (call, NULL);
}

static void
secret_unlock (BtyCall *call)
{
  const BtySecretUnlock *request = bty_call_request (call);
  BtySecretService *service = bty_call_service (call);

  bty_secret_stores_ask_async (service->stores, BTY_SECRET_ASK_UNLOCK, request->store, NULL, request->password, NULL,
                               bty_call_cancellable (call), on_store_changed, bty_call_ref (call));
}

static void
secret_password (BtyCall *call)
{
  const BtySecretPassword *request = bty_call_request (call);
  BtySecretService *service = bty_call_service (call);

  bty_secret_stores_ask_async (service->stores, BTY_SECRET_ASK_PASSWORD, request->store, NULL, request->current,
                               request->password, bty_call_cancellable (call), on_store_changed, bty_call_ref (call));
}

static void
secret_lock (BtyCall *call)
{
  const BtySecretPlace *request = bty_call_request (call);
  BtySecretService *service = bty_call_service (call);
  g_autoptr (GError) error = NULL;
  BtySecretStore *store = bty_secret_stores_get (service->stores, request->store, &error);

  if (store == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  bty_secret_store_lock (store);
  g_signal_emit_by_name (service, "changed", NULL); /* configured providers give their keys back */
  if (bty_secret_store_get_state (store) == BTY_SECRET_STORE_OPEN)
    bty_call_fail_new (call, BTY_ERROR_FAILED_PRECONDITION, _ ("the store of secrets “%s” cannot be locked"),
                       request->store);
  else
    bty_call_return (call, NULL);
}

static void
on_recovery (GObject *stores, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtySecretPlace *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecret) key = NULL;

  if (bty_secret_stores_ask_finish (BTY_SECRET_STORES (stores), result, &key, &error))
    answer_value (call, request->store, key);
  else
    bty_call_fail (call, error);
}

static void
secret_recovery (BtyCall *call)
{
  const BtySecretPlace *request = bty_call_request (call);
  BtySecretService *service = bty_call_service (call);

  bty_secret_stores_ask_async (service->stores, BTY_SECRET_ASK_RECOVERY, request->store, NULL, NULL, NULL,
                               bty_call_cancellable (call), on_recovery, bty_call_ref (call));
}

static BtySecretStoreInfo *
describe_store (BtySecretStores *stores, const char *name, const char *chosen)
{
  BtySecretStoreInfo *info = bty_secret_store_info_new ();
  g_auto (GStrv) order = bty_secret_stores_get_order (stores);
  g_autoptr (GError) error = NULL;
  BtySecretStore *store = bty_secret_stores_get (stores, name, &error);

  info->name = g_strdup (name);
  for (guint i = 0; order[i] != NULL && info->place == 0; i++)
    info->place = g_str_equal (order[i], name) ? (gint64) i + 1 : 0;
  info->state = store != NULL ? bty_secret_store_get_state (store) : BTY_SECRET_STORE_ABSENT;
  info->text = store != NULL ? bty_secret_store_describe (store) : g_strdup (name);
  info->writable = store != NULL && bty_secret_store_is_writable (store);
  info->chosen = g_strcmp0 (name, chosen) == 0;
  if (store == NULL)
    info->reason = g_strdup (error->message);
  else if (!bty_secret_store_is_available (store, &info->reason) && info->state == BTY_SECRET_STORE_OPEN)
    info->state = BTY_SECRET_STORE_ABSENT;
  return info;
}

static void
status_now (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  BtySecretService *service = bty_call_service (call);
  BtySecretStores *stores = BTY_SECRET_STORES (object);
  g_autoptr (BtySecretStatus) status = bty_secret_status_new ();
  g_auto (GStrv) names = bty_secret_stores_list (stores);

  bty_secret_stores_probe_finish (stores, result);
  status->chosen = bty_secret_stores_choose (stores, &status->why);
  status->stores = bty_record_list_new ();
  status->unfinished = (gint64) bty_secret_journal_list (service->journal)->len;
  for (guint i = 0; names[i] != NULL; i++)
    g_ptr_array_add (status->stores, describe_store (stores, names[i], status->chosen));
  bty_call_return (call, status);
}

static void
secret_status (BtyCall *call)
{
  BtySecretService *service = bty_call_service (call);

  bty_secret_stores_probe_async (service->stores, status_now, bty_call_ref (call));
}

#define CHANGE_ERRORS BTY_ERRORS (NOT_FOUND, ALREADY_EXISTS, ABORTED, UNIMPLEMENTED)

const BtyOperation bty_secret_operations[] = {
  { .name = "secret.set",
    .summary = N_ ("Keep a secret, or give one that is kept another value"),
    .request = &bty_secret_entry_schema,
    .request_view = BTY_VIEW_CREATE,
    .response = &bty_secret_entry_schema,
    .http = "POST /secrets",
    .scope = "secrets:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = CHANGE_ERRORS,
    .run = secret_set },
  { .name = "secret.import",
    .summary = N_ ("Keep the secrets of a .env file"),
    .request = &bty_secret_import_schema,
    .response = &bty_secret_imported_schema,
    .http = "POST /secrets/import",
    .scope = "secrets:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = CHANGE_ERRORS,
    .run = bty_secret_import_run },
  { .name = "secret.list",
    .summary = N_ ("List the secrets, without their values"),
    .request = &bty_list_request_schema,
    .item = &bty_secret_entry_schema,
    .response = &bty_page_schema,
    .http = "GET /secrets",
    .scope = "secrets:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = secret_list },
  { .name = "secret.get",
    .summary = N_ ("Show what is known of a secret, but its value"),
    .request = &bty_secret_entry_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_secret_entry_schema,
    .http = "GET /secrets/{name}",
    .scope = "secrets:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = secret_get },
  { .name = "secret.update",
    .summary = N_ ("Change who may use a secret"),
    .request = &bty_secret_entry_schema,
    .request_view = BTY_VIEW_PATCH,
    .response = &bty_secret_entry_schema,
    .http = "PATCH /secrets/{name}",
    .scope = "secrets:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = CHANGE_ERRORS,
    .run = secret_update },
  { .name = "secret.reveal",
    .summary = N_ ("Show the value of a secret, to its owner on this machine alone"),
    .request = &bty_secret_entry_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_secret_value_schema,
    .http = "POST /secrets/{name}/reveal",
    .scope = "secrets:reveal",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_SECRET,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = secret_reveal },
  { .name = "secret.delete",
    .summary = N_ ("Forget a secret"),
    .request = &bty_secret_entry_schema,
    .request_view = BTY_VIEW_KEY,
    .http = "DELETE /secrets/{name}",
    .scope = "secrets:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = CHANGE_ERRORS,
    .run = secret_delete },
  { .name = "secret.move",
    .summary = N_ ("Move a secret to another store"),
    .request = &bty_secret_move_schema,
    .response = &bty_secret_entry_schema,
    .http = "POST /secrets/{name}/move",
    .scope = "secrets:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = CHANGE_ERRORS,
    .run = secret_move },
  { .name = "secret.rotate",
    .summary = N_ ("Give a secret a new value; the one before is kept for a time"),
    .request = &bty_secret_rotate_schema,
    .response = &bty_secret_entry_schema,
    .http = "POST /secrets/{name}/rotate",
    .scope = "secrets:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = CHANGE_ERRORS,
    .run = secret_rotate },
  { .name = "secret.lock",
    .summary = N_ ("Lock a store of secrets"),
    .request = &bty_secret_place_schema,
    .http = "POST /secret-stores/{store}/lock",
    .scope = "secrets:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, UNIMPLEMENTED),
    .run = secret_lock },
  { .name = "secret.unlock",
    .summary = N_ ("Unlock a store of secrets"),
    .request = &bty_secret_unlock_schema,
    .http = "POST /secret-stores/{store}/unlock",
    .scope = "secrets:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, UNIMPLEMENTED),
    .run = secret_unlock },
  { .name = "secret.password",
    .summary = N_ ("Change the password of a store of secrets"),
    .request = &bty_secret_password_schema,
    .http = "PUT /secret-stores/{store}/password",
    .scope = "secrets:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (NOT_FOUND, UNIMPLEMENTED),
    .run = secret_password },
  { .name = "secret.recovery",
    .summary = N_ ("Make a recovery key for a store of secrets, which is shown once"),
    .request = &bty_secret_place_schema,
    .response = &bty_secret_value_schema,
    .http = "POST /secret-stores/{store}/recovery",
    .scope = "secrets:reveal",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_SECRET,
    .errors = BTY_ERRORS (NOT_FOUND, UNIMPLEMENTED),
    .run = secret_recovery },
  { .name = "secret.status",
    .summary = N_ ("Show where secrets are kept, and why there"),
    .response = &bty_secret_status_schema,
    .http = "GET /secret-stores",
    .scope = "secrets:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = secret_status },
};

const guint bty_n_secret_operations = G_N_ELEMENTS (bty_secret_operations);
