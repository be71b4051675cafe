/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "secret/bty-secret-change.h"
#include "secret/bty-secret-redact.h"

/* What can be changed of a secret: each change says what will be the record, what is written and what is taken out. */

static gboolean
check_hosts (const GStrv hosts, GError **error)
{
  for (guint i = 0; hosts != NULL && hosts[i] != NULL; i++)
    {
      const char *host = g_str_has_prefix (hosts[i], "*.") ? hosts[i] + 2 : hosts[i];

      if (*host == '\0' || strpbrk (host, "/*@ ") != NULL || !g_str_is_ascii (host))
        {
          g_set_error (
            error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
            _ ("“%.255s” is no host: give its name, such as api.example.org, or *.example.org for all below it"),
            hosts[i]);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_value (const BtySecret *value, GError **error)
{
  if (value != NULL && bty_secret_get_length (value) > 0)
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("a secret cannot be empty: give its value"));
  return FALSE;
}

static gboolean
needs_entry (BtySecretChange *change, GError **error)
{
  return bty_secret_service_find_entry (change->service, change->name, error) != NULL;
}

static void
remove_values (BtySecretChange *change)
{
  bty_secret_change_remove (change, change->before->store, bty_secret_slot (change->before));
  bty_secret_change_remove (change, change->before->store, bty_secret_previous_slot (change->before));
}

/* Later than the time before, so that the two values never share a name. */
static gint64
next_time (const BtySecretEntry *before)
{
  return MAX (g_get_real_time (), before->rotated_at + 1);
}

static void
set_time (BtySecretEntry *entry, gint64 rotated_at, gint64 previous_until)
{
  entry->rotated_at = rotated_at;
  entry->previous_until = previous_until;
  BTY_SET_NULL (entry, BtySecretEntry, rotated_at, rotated_at == 0);
  BTY_SET_NULL (entry, BtySecretEntry, previous_until, previous_until == 0);
}

/* Setting. */

static void
take_list (GStrv *place, const GStrv given)
{
  if (given == NULL)
    return;
  g_strfreev (*place);
  *place = g_strdupv (given);
}

/* What the request has, whether it was decoded or made by hand. */
static void
take_fields (BtySecretEntry *entry, const BtySecretEntry *request)
{
  bty_record_merge (entry, request, BTY_VIEW_PATCH);
  take_list (&entry->bots, request->bots);
  take_list (&entry->hosts, request->hosts);
  take_list (&entry->plugins, request->plugins);
  if (request->description != NULL)
    bty_record_take_string (&entry->description, g_strdup (request->description));
}

static gboolean
prepare_set (BtySecretChange *change, GError **error)
{
  const char *store = change->target != NULL ? change->target : change->before->store;
  BtySecretEntry *after;

  if (change->before != NULL)
    {
      after = bty_secret_entry_edit (change->before);
      take_fields (after, change->request);
      set_time (after, next_time (change->before), 0);
      remove_values (change);
    }
  else
    {
      after = bty_secret_entry_edit (change->request);
      set_time (after, 0, 0);
    }
  change->after = after;
  g_clear_pointer (&after->value, bty_secret_unref);
  bty_record_take_string (&after->store, g_strdup (store));
  if (bty_secret_stores_get (change->service->stores, store, error) == NULL)
    return FALSE;
  bty_secret_change_write (change, store, bty_secret_slot (after))->value = bty_secret_ref (change->value);
  return TRUE;
}

/* Fails at once, without beginning a change. Takes @error. */
static void
refuse (BtySecretService *self, gpointer tag, GAsyncReadyCallback callback, gpointer data, GError *error)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, tag);
  g_task_return_error (task, error);
}

void
bty_secret_service_set_async (BtySecretService *self, const BtySecretEntry *request, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data)
{
  GError *error = NULL;
  BtySecretChange *change;

  if (!bty_secret_name_check (request->name, &error) || !check_value (request->value, &error) ||
      !check_hosts (request->hosts, &error))
    {
      refuse (self, bty_secret_service_set_async, callback, data, error);
      return;
    }
  change = bty_secret_change_new (prepare_set, request->name);
  change->request = bty_secret_entry_ref ((BtySecretEntry *) request);
  change->value = bty_secret_ref (request->value);
  change->target = request->store != NULL && request->store[0] != '\0' ? g_strdup (request->store) : NULL;
  change->needs_store = TRUE;
  bty_secret_change_begin (self, change, bty_secret_service_set_async, cancellable, callback, data);
}

/* Rotating. */

static gboolean
prepare_rotation (BtySecretChange *change, GError **error)
{
  const BtySecretEntry *before = change->before;
  gint64 hours = change->hours >= 0 ? change->hours
                                    : bty_secret_stores_get_int (change->service->stores, "rotation_hours");
  gint64 now;
  BtySecretPiece *piece;

  if (!needs_entry (change, error))
    return FALSE;
  now = next_time (before);
  change->after = bty_secret_entry_edit (before);
  set_time (change->after, now, hours > 0 ? now + hours * 3600 * G_USEC_PER_SEC : 0);
  bty_secret_change_write (change, before->store, bty_secret_slot (change->after))->value = bty_secret_ref (
    change->value);
  if (hours > 0)
    {
      piece = bty_secret_change_write (change, before->store, bty_secret_previous_slot (change->after));
      piece->from_store = g_strdup (before->store);
      piece->from_slot = bty_secret_slot (before);
    }
  remove_values (change);
  return TRUE;
}

void
bty_secret_service_rotate_async (BtySecretService *self, const char *name, BtySecret *value, gint64 hours,
                                 GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GError *error = NULL;
  BtySecretChange *change;

  if (!check_value (value, &error))
    {
      refuse (self, bty_secret_service_rotate_async, callback, data, error);
      return;
    }
  change = bty_secret_change_new (prepare_rotation, name);
  change->value = bty_secret_ref (value);
  change->hours = hours;
  bty_secret_change_begin (self, change, bty_secret_service_rotate_async, cancellable, callback, data);
}

/* Moving. */

static void
copy_value (BtySecretChange *change, char *slot)
{
  BtySecretPiece *piece;

  if (slot == NULL)
    return;
  piece = bty_secret_change_write (change, change->target, slot);
  piece->from_store = g_strdup (change->before->store);
  piece->from_slot = g_strdup (slot);
}

static gboolean
prepare_move (BtySecretChange *change, GError **error)
{
  if (!needs_entry (change, error) || bty_secret_stores_get (change->service->stores, change->target, error) == NULL)
    return FALSE;
  if (g_strcmp0 (change->before->store, change->target) == 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the secret “%s” is in “%s” already"),
                   change->name, change->target);
      return FALSE;
    }
  change->after = bty_secret_entry_edit (change->before);
  bty_record_take_string (&change->after->store, g_strdup (change->target));
  change->verifies = TRUE;
  copy_value (change, bty_secret_slot (change->before));
  copy_value (change, bty_secret_previous_slot (change->before));
  remove_values (change);
  return TRUE;
}

void
bty_secret_service_move_async (BtySecretService *self, const char *name, const char *store, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  BtySecretChange *change = bty_secret_change_new (prepare_move, name);

  change->target = g_strdup (store);
  bty_secret_change_begin (self, change, bty_secret_service_move_async, cancellable, callback, data);
}

/* Changing who may use it. */

static gboolean
prepare_update (BtySecretChange *change, GError **error)
{
  const BtySecretEntry *request = change->request;

  if (!needs_entry (change, error))
    return FALSE;
  if (BTY_HAS (request, BtySecretEntry, record.revision) && request->record.revision != change->before->record.revision)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
                   _ ("the secret “%s” is at revision %lld, not %lld: read it again"), change->name,
                   (long long) change->before->record.revision, (long long) request->record.revision);
      return FALSE;
    }
  change->after = bty_secret_entry_edit (change->before);
  bty_record_merge (change->after, request, BTY_VIEW_PATCH);
  g_clear_pointer (&change->after->value, bty_secret_unref);
  return TRUE;
}

void
bty_secret_service_update_async (BtySecretService *self, const BtySecretEntry *changes, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data)
{
  GError *error = NULL;
  BtySecretChange *change;

  if (changes->value != NULL)
    g_set_error_literal (&error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("a value is not changed here: secret.set replaces it, secret.rotate keeps the one before "
                            "for a time"));
  if (error != NULL || !check_hosts (changes->hosts, &error))
    {
      refuse (self, bty_secret_service_update_async, callback, data, error);
      return;
    }
  change = bty_secret_change_new (prepare_update, changes->name);
  change->request = bty_secret_entry_ref ((BtySecretEntry *) changes);
  bty_secret_change_begin (self, change, bty_secret_service_update_async, cancellable, callback, data);
}

/* Deleting. */

static gboolean
prepare_deletion (BtySecretChange *change, GError **error)
{
  if (!needs_entry (change, error))
    return FALSE;
  remove_values (change);
  return TRUE;
}

void
bty_secret_service_delete_async (BtySecretService *self, const char *name, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data)
{
  bty_secret_change_begin (self, bty_secret_change_new (prepare_deletion, name), bty_secret_service_delete_async,
                           cancellable, callback, data);
}

BtySecretEntry *
bty_secret_service_change_finish (BtySecretService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The value before a rotation, when its time is over. */

static gboolean
prepare_expiry (BtySecretChange *change, GError **error)
{
  if (!needs_entry (change, error))
    return FALSE;
  change->after = bty_secret_entry_edit (change->before);
  set_time (change->after, change->before->rotated_at, 0);
  bty_secret_change_remove (change, change->before->store, bty_secret_previous_slot (change->before));
  return TRUE;
}

static void
on_expired (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecretEntry) entry = bty_secret_service_change_finish (BTY_SECRET_SERVICE (service), result, &error);

  if (entry != NULL)
    g_info ("the value of the secret “%s” before its rotation is no longer kept", entry->name);
  else
    g_warning ("a value before a rotation could not be taken out: %s", error->message);
}

static gboolean
on_expiry (gpointer data)
{
  BtySecretService *self = data;
  g_autoptr (GPtrArray) due = g_ptr_array_new_with_free_func (g_free);
  gboolean is_any_left = FALSE;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const BtySecretEntry *entry = value;

      is_any_left |= entry->previous_until > 0;
      if (entry->previous_until > 0 && entry->previous_until <= g_get_real_time ())
        g_ptr_array_add (due, g_strdup (entry->name));
    }
  for (guint i = 0; i < due->len; i++)
    bty_secret_change_begin (self, bty_secret_change_new (prepare_expiry, due->pdata[i]), on_expiry, NULL, on_expired,
                             NULL);
  if (is_any_left)
    return G_SOURCE_CONTINUE;
  self->expirer = 0;
  return G_SOURCE_REMOVE;
}

#define EXPIRY_CHECK_S 30

void
bty_secret_service_expect_expiry (BtySecretService *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (self->expirer == 0 && g_hash_table_iter_next (&iter, NULL, &value))
    if (((const BtySecretEntry *) value)->previous_until > 0)
      self->expirer = g_timeout_add_seconds (EXPIRY_CHECK_S, on_expiry, self);
}

/* What somebody gave to something else. */

typedef struct
{
  char *name;
  BtySecret *value;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_free (kept->name);
  bty_secret_unref (kept->value);
  g_free (kept);
}

static void
on_kept (GObject *object, GAsyncResult *result, gpointer data)
{
  BtySecretService *self = BTY_SECRET_SERVICE (object);
  g_autoptr (GTask) task = data;
  Kept *kept = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecretEntry) entry = bty_secret_service_change_finish (self, result, &error);

  if (entry != NULL)
    {
      g_task_return_pointer (task, g_strconcat ("secret:", kept->name, NULL), g_free);
      return;
    }
  if (self->store != NULL)
    g_warning ("the secret “%s” is kept in memory alone, until the daemon stops: %s", kept->name, error->message);
  bty_secret_service_put (self, kept->name, kept->value);
  g_task_return_pointer (task, g_strconcat ("memory:", kept->name, NULL), g_free);
}

void
bty_secret_service_keep_async (BtySecretService *self, const char *name, BtySecret *value, const char *host,
                               const char *description, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  g_autoptr (BtySecretEntry) request = bty_secret_entry_new ();
  Kept *kept = g_new0 (Kept, 1);

  kept->name = g_strdup (name);
  kept->value = bty_secret_ref (value);
  g_task_set_source_tag (task, bty_secret_service_keep_async);
  g_task_set_task_data (task, kept, kept_free);
  request->name = g_strdup (name);
  request->value = bty_secret_ref (value);
  request->description = g_strdup (description);
  request->hosts = host != NULL ? g_strdupv ((char *[]){ (char *) host, NULL }) : NULL;
  bty_secret_service_set_async (self, request, NULL, on_kept, g_steal_pointer (&task));
}

char *
bty_secret_service_keep_finish (BtySecretService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_forgotten (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecretEntry) entry = bty_secret_service_change_finish (BTY_SECRET_SERVICE (service), result, &error);

  if (entry == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    g_warning ("a secret that is of no use any more stays: %s", error->message);
}

void
bty_secret_service_forget (BtySecretService *self, const char *reference)
{
  if (g_str_has_prefix (reference, "memory:"))
    bty_secret_service_put (self, reference + strlen ("memory:"), NULL);
  else if (g_str_has_prefix (reference, "secret:"))
    bty_secret_service_delete_async (self, reference + strlen ("secret:"), NULL, on_forgotten, NULL);
}
