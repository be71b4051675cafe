/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-keyring-items.h"
#include "bty-keyring-options.h"
#include "bty-keyring-store.h"
#include "bty-keyring-unlock.h"

struct _BtyKeyringStore
{
  GObject parent_instance;
  BtyKeyringLink *link;
  BtyKeyringProbe *probe;
  gboolean is_shut; /* by bty_secret_store_lock(); the desktop's keyring itself is not ours to lock */
};

static void bty_keyring_store_iface_init (BtySecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyKeyringStore, bty_keyring_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_SECRET_STORE, bty_keyring_store_iface_init))

static void
bty_keyring_store_finalize (GObject *object)
{
  BtyKeyringStore *self = BTY_KEYRING_STORE (object);

  g_object_unref (self->probe);
  g_object_unref (self->link);
  G_OBJECT_CLASS (bty_keyring_store_parent_class)->finalize (object);
}

static void
bty_keyring_store_class_init (BtyKeyringStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_keyring_store_finalize;
}

static void
bty_keyring_store_init (BtyKeyringStore *self)
{
  self->link = bty_keyring_link_new ();
  self->probe = bty_keyring_probe_new (self->link);
}

static const char *
shut_reason (void)
{
  return _ ("the keyring was locked for this program: boternity-ctl secret unlock keyring opens it");
}

static gboolean
is_available (BtySecretStore *store, char **reason)
{
  BtyKeyringStore *self = BTY_KEYRING_STORE (store);
  BtyKeyringState state = bty_keyring_probe_look (self->probe);

  if (self->is_shut && state != BTY_KEYRING_ABSENT)
    {
      *reason = g_strdup (shut_reason ());
      return FALSE;
    }
  if (state == BTY_KEYRING_OPEN || state == BTY_KEYRING_UNKNOWN)
    return TRUE;
  *reason = g_strdup (bty_keyring_probe_get_reason (self->probe));
  return FALSE;
}

/* Until the first answer it counts as open: who asks for a secret then is told the truth, within keyring.timeout. */
static BtySecretStoreState
get_state (BtySecretStore *store)
{
  BtyKeyringStore *self = BTY_KEYRING_STORE (store);

  switch (bty_keyring_probe_look (self->probe))
    {
    case BTY_KEYRING_ABSENT:
      return BTY_SECRET_STORE_ABSENT;
    case BTY_KEYRING_LOCKED:
      return BTY_SECRET_STORE_LOCKED;
    case BTY_KEYRING_OPEN:
    case BTY_KEYRING_UNKNOWN:
    default:
      return self->is_shut ? BTY_SECRET_STORE_LOCKED : BTY_SECRET_STORE_OPEN;
    }
}

static gboolean
is_writable (BtySecretStore *store)
{
  return TRUE;
}

static char *
describe (BtySecretStore *store)
{
  BtyKeyringStore *self = BTY_KEYRING_STORE (store);
  BtyKeyringState state = bty_keyring_probe_look (self->probe);
  const char *label = bty_keyring_probe_get_label (self->probe);

  if (state == BTY_KEYRING_UNKNOWN)
    return g_strdup (_ ("the keyring of the desktop session, which is being asked"));
  if (state == BTY_KEYRING_ABSENT)
    return g_strdup (_ ("the keyring of the desktop session, absent"));
  if (state == BTY_KEYRING_LOCKED || self->is_shut)
    return g_strdup_printf (_ ("the keyring of the desktop session, “%s”, locked"), label != NULL ? label : "default");
  return g_strdup_printf (_ ("the keyring of the desktop session, “%s”, unlocked"), label != NULL ? label : "default");
}

/* NULL: it has been answered already. */
static BtyKeyringCall *
new_call (BtySecretStore *store, gpointer tag, const char *name, GCancellable *cancellable,
          GAsyncReadyCallback callback, gpointer data)
{
  BtyKeyringStore *self = BTY_KEYRING_STORE (store);
  GTask *task = g_task_new (store, cancellable, callback, data);
  BtyKeyringCall *call;

  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE);
  if (name != NULL && !bty_keyring_items_name_is_sound (name))
    {
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "%s",
                               _ ("a secret's name is 1 to 255 bytes of text without control characters"));
      g_object_unref (task);
      return NULL;
    }
  if (self->is_shut)
    {
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, "%s", shut_reason ());
      g_object_unref (task);
      return NULL;
    }
  call = bty_keyring_call_new (task, bty_keyring_options_timeout_ms (), self->link, self->probe);
  call->name = g_strdup (name);
  return call;
}

static void
get_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer data)
{
  BtyKeyringCall *call = new_call (store, get_async, name, cancellable, callback, data);

  if (call != NULL)
    bty_keyring_call_start (call, bty_keyring_items_get);
}

static BtySecret *
get_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
set_async (BtySecretStore *store, const char *name, BtySecret *secret, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  BtyKeyringCall *call = new_call (store, set_async, name, cancellable, callback, data);

  if (call == NULL)
    return;
  call->secret = bty_secret_ref (secret);
  bty_keyring_call_start (call, bty_keyring_items_set);
}

static gboolean
finish_boolean (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

static void
delete_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data)
{
  BtyKeyringCall *call = new_call (store, delete_async, name, cancellable, callback, data);

  if (call != NULL)
    bty_keyring_call_start (call, bty_keyring_items_delete);
}

static void
list_async (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyKeyringCall *call = new_call (store, list_async, NULL, cancellable, callback, data);

  if (call != NULL)
    bty_keyring_call_start (call, bty_keyring_items_list);
}

static GStrv
list_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
unlock_async (BtySecretStore *store, BtySecret *password, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data)
{
  BtyKeyringStore *self = BTY_KEYRING_STORE (store);
  GTask *task;

  if (password != NULL)
    {
      g_task_report_new_error (
        store, callback, data, unlock_async, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "%s",
        _ ("the keyring asks for its password itself, with a prompt of the desktop: unlock it without one"));
      return;
    }
  self->is_shut = FALSE;
  task = g_task_new (store, cancellable, callback, data);
  g_task_set_source_tag (task, unlock_async);
  g_task_set_check_cancellable (task, FALSE);
  bty_keyring_call_start (
    bty_keyring_call_new (task, bty_keyring_options_unlock_timeout_ms (), self->link, self->probe),
    bty_keyring_unlock_run);
}

/* The keyring of the desktop serves other programs too: it stays as it is, and is not asked any more. */
static void
lock (BtySecretStore *store)
{
  BTY_KEYRING_STORE (store)->is_shut = TRUE;
}

static void
bty_keyring_store_iface_init (BtySecretStoreInterface *iface)
{
  iface->describe = describe;
  iface->is_available = is_available;
  iface->get_state = get_state;
  iface->is_writable = is_writable;
  iface->get_async = get_async;
  iface->get_finish = get_finish;
  iface->set_async = set_async;
  iface->set_finish = finish_boolean;
  iface->delete_async = delete_async;
  iface->delete_finish = finish_boolean;
  iface->list_async = list_async;
  iface->list_finish = list_finish;
  iface->unlock_async = unlock_async;
  iface->unlock_finish = finish_boolean;
  iface->lock = lock;
}
