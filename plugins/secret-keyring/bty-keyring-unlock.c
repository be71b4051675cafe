/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-keyring-unlock.h"

/* @n: how many were unlocked; 0 when the person said no, or when no prompt could be shown. */
static void
finish (BtyKeyringCall *call, int n, const GError *error)
{
  g_autoptr (GError) refused = NULL;

  bty_keyring_service_end_prompting (call->service);
  bty_keyring_probe_forget (call->probe);
  if (error != NULL)
    bty_keyring_call_fail (call, error);
  else if (n > 0)
    bty_keyring_call_return (call, GINT_TO_POINTER (TRUE), NULL);
  else
    {
      g_set_error_literal (
        &refused, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED,
        _ (
          "the keyring stayed locked: its prompt was dismissed, or could not be shown because there is no desktop here"));
      bty_keyring_call_fail (call, refused);
    }
}

static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) call = data;
  g_autoptr (GError) error = NULL;
  int n = secret_service_unlock_finish (SECRET_SERVICE (source), result, NULL, &error);

  finish (call, n, error);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_create_finish (result, &error);

  finish (call, collection != NULL, error);
}

static void
on_collection (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyKeyringCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_for_alias_finish (result, &error);
  SecretService *service = SECRET_SERVICE (call->service);

  if (bty_keyring_call_is_answered (call))
    error = error != NULL ? g_steal_pointer (&error) : g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "late");
  if (error != NULL)
    finish (call, 0, error);
  else if (collection == NULL)
    secret_collection_create (service, _ ("Default keyring"), "default", SECRET_COLLECTION_CREATE_NONE,
                              call->cancellable, on_created, bty_keyring_call_ref (call));
  else if (!secret_collection_get_locked (collection))
    finish (call, 1, NULL);
  else
    {
      GList objects = { .data = collection };

      secret_service_unlock (service, &objects, call->cancellable, on_unlocked, bty_keyring_call_ref (call));
    }
}

void
bty_keyring_unlock_run (BtyKeyringCall *call)
{
  bty_keyring_service_begin_prompting (call->service);
  secret_collection_for_alias (SECRET_SERVICE (call->service), "default", SECRET_COLLECTION_NONE, call->cancellable,
                               on_collection, bty_keyring_call_ref (call));
}
