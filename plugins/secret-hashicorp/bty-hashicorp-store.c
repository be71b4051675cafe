/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-hashicorp"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-hashicorp-answer.h"
#include "bty-hashicorp-ask.h"
#include "bty-hashicorp-name.h"
#include "bty-hashicorp-options.h"
#include "bty-hashicorp-store.h"

#define BELIEVED_USEC (30 * G_USEC_PER_SEC) /* how long a failure says something about now */

struct _BtyHashicorpStore
{
  GObject parent_instance;
  BtyHttpClient *client;
  char *made_from;  /* the settings that it was made from */
  BtySecret *token; /* and the token */
  GError *failure;  /* (nullable): the last question's, of the sort that the next would meet too */
  gint64 failed_at;
};

static void bty_hashicorp_store_iface_init (BtySecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyHashicorpStore, bty_hashicorp_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_SECRET_STORE, bty_hashicorp_store_iface_init))

static void
bty_hashicorp_store_finalize (GObject *object)
{
  BtyHashicorpStore *self = BTY_HASHICORP_STORE (object);

  g_clear_pointer (&self->client, bty_http_client_unref);
  g_clear_pointer (&self->token, bty_secret_unref);
  g_clear_error (&self->failure);
  g_free (self->made_from);
  G_OBJECT_CLASS (bty_hashicorp_store_parent_class)->finalize (object);
}

static void
bty_hashicorp_store_class_init (BtyHashicorpStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_hashicorp_store_finalize;
}

static void
bty_hashicorp_store_init (BtyHashicorpStore *self)
{
}

/* What a call is about, from its first question to its answer. */
typedef struct
{
  BtyHttpClient *client;
  BtyHashicorpName name;
  BtySecret *value; /* NULL: to be deleted */
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_clear_pointer (&work->client, bty_http_client_unref);
  g_clear_pointer (&work->value, bty_secret_unref);
  bty_hashicorp_name_clear (&work->name);
  g_free (work);
}

/* Settings and token may have changed since the last question; a token in a file is renewed there. */
static gboolean
prepare (BtyHashicorpStore *self, GError **error)
{
  g_autofree char *described = bty_hashicorp_options_describe ();
  g_autoptr (BtySecret) token = NULL;
  g_autoptr (BtyHttpClient) client = NULL;

  if (!bty_hashicorp_options_is_on ())
    return g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                                _ ("HashiCorp Vault is not set up: set hashicorp.url")),
           FALSE;
  token = bty_hashicorp_options_token (error);
  if (token == NULL)
    return FALSE;
  if (self->client != NULL && g_strcmp0 (described, self->made_from) == 0 &&
      bty_secret_equal (self->token, bty_secret_peek (token), bty_secret_get_length (token)))
    return TRUE;
  client = bty_hashicorp_options_client (token, error);
  if (client == NULL)
    return FALSE;
  g_clear_pointer (&self->client, bty_http_client_unref);
  g_clear_pointer (&self->token, bty_secret_unref);
  g_free (self->made_from);
  self->client = g_steal_pointer (&client);
  self->token = g_steal_pointer (&token);
  self->made_from = g_steal_pointer (&described);
  return TRUE;
}

static void
note (BtyHashicorpStore *self, const GError *error)
{
  g_clear_error (&self->failure);
  if (error == NULL || !(g_error_matches (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE) ||
                         g_error_matches (error, BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED) ||
                         g_error_matches (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION)))
    return;
  self->failure = g_error_copy (error);
  self->failed_at = g_get_monotonic_time ();
}

static const GError *
get_failure (BtyHashicorpStore *self)
{
  return self->failure != NULL && g_get_monotonic_time () - self->failed_at < BELIEVED_USEC ? self->failure : NULL;
}

static void
fail (GTask *task, GError *error)
{
  note (g_task_get_source_object (task), error);
  g_task_return_error (task, error);
}

/* NULL: it has been answered already. */
static GTask *
new_task (BtySecretStore *store, gpointer tag, const char *name, BtySecret *value, GCancellable *cancellable,
          GAsyncReadyCallback callback, gpointer data)
{
  BtyHashicorpStore *self = BTY_HASHICORP_STORE (store);
  GTask *task = g_task_new (store, cancellable, callback, data);
  Work *work = g_new0 (Work, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE); /* the transfer sees to it, and has the better words */
  g_task_set_task_data (task, work, work_free);
  if (prepare (self, &error) && (name == NULL || bty_hashicorp_name_read (&work->name, name, &error)))
    {
      work->client = bty_http_client_ref (self->client);
      work->value = value != NULL ? bty_secret_ref (value) : NULL;
      return task;
    }
  fail (task, error);
  g_object_unref (task);
  return NULL;
}

/* Takes @task. */
static void
ask (GTask *task, const char *method, const char *what, const char *query, GString *body, GAsyncReadyCallback callback)
{
  Work *work = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *path = bty_hashicorp_name_url (what, work->name.path, &error);
  g_autofree char *whole = path != NULL ? g_strconcat (path, query, NULL) : NULL;

  if (whole != NULL)
    {
      bty_hashicorp_ask_async (work->client, method, whole, body, g_task_get_cancellable (task), callback, task);
      return;
    }
  if (body != NULL)
    g_string_free (body, TRUE);
  fail (task, error);
  g_object_unref (task);
}

static GError *
nothing_there (const Work *work)
{
  g_autofree char *path = g_uri_unescape_string (work->name.path, NULL);

  return g_error_new (BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("HashiCorp Vault has no field “%s” at “%s”"), work->name.field,
                      path);
}

static void
on_got (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Work *work = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyHashicorpReply) reply = bty_hashicorp_ask_finish (result, &error);
  BtySecret *secret = NULL;
  gint64 version;

  if (reply != NULL && reply->status != 404)
    secret = bty_hashicorp_answer_field (reply->bytes, reply->length, work->name.field, &version, &error);
  if (secret == NULL && error == NULL)
    error = nothing_there (work);
  if (error != NULL)
    {
      fail (task, error);
      return;
    }
  note (g_task_get_source_object (task), NULL);
  g_task_return_pointer (task, secret, (GDestroyNotify) bty_secret_unref);
}

static void
get_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer data)
{
  GTask *task = new_task (store, get_async, name, NULL, cancellable, callback, data);

  if (task != NULL)
    ask (task, "GET", "data", NULL, NULL, on_got);
}

static BtySecret *
get_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (BtyHashicorpReply) reply = bty_hashicorp_ask_finish (result, &error);

  if (reply != NULL && reply->status == 404)
    error = nothing_there (g_task_get_task_data (task));
  if (error != NULL)
    {
      fail (task, error);
      return;
    }
  note (g_task_get_source_object (task), NULL);
  g_task_return_boolean (task, TRUE);
}

/* The other fields of the entry stay. A body for the version that was read: who came between is not overwritten. */
static void
write_change (GTask *task, const BtyHashicorpReply *reply)
{
  Work *work = g_task_get_task_data (task);
  GError *error = NULL;
  guint n_others;
  GString *body = bty_hashicorp_answer_change (reply->length > 0 && reply->status != 404 ? reply->bytes : NULL,
                                               reply->length, work->name.field, work->value, &n_others, &error);

  if (body == NULL)
    {
      fail (task, error);
      return;
    }
  if (work->value == NULL && n_others == 0)
    {
      g_string_free (body, TRUE);                                              /* it holds nothing */
      ask (g_object_ref (task), "DELETE", "metadata", NULL, NULL, on_written); /* all versions of it */
      return;
    }
  ask (g_object_ref (task), "POST", "data", NULL, body, on_written);
}

static void
on_read_to_set (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (BtyHashicorpReply) reply = bty_hashicorp_ask_finish (result, &error);

  if (reply == NULL)
    fail (task, error);
  else
    write_change (task, reply);
}

static void
set_async (BtySecretStore *store, const char *name, BtySecret *secret, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  GTask *task;

  if (!g_utf8_validate_len (bty_secret_peek (secret), bty_secret_get_length (secret), NULL))
    {
      g_task_report_new_error (store, callback, data, set_async, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "%s",
                               _ ("HashiCorp Vault keeps texts only: this secret is not UTF-8"));
      return;
    }
  task = new_task (store, set_async, name, secret, cancellable, callback, data);
  if (task != NULL)
    ask (task, "GET", "data", NULL, NULL, on_read_to_set);
}

static void
on_read_to_delete (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Work *work = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyHashicorpReply) reply = bty_hashicorp_ask_finish (result, &error);
  g_autoptr (BtySecret) there = NULL;
  gint64 version;

  if (reply != NULL && reply->status != 404)
    there = bty_hashicorp_answer_field (reply->bytes, reply->length, work->name.field, &version, &error);
  if (there == NULL && error == NULL)
    error = nothing_there (work);
  if (error != NULL)
    fail (task, error);
  else
    write_change (task, reply);
}

static void
delete_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data)
{
  GTask *task = new_task (store, delete_async, name, NULL, cancellable, callback, data);

  if (task != NULL)
    ask (task, "GET", "data", NULL, NULL, on_read_to_delete);
}

static gboolean
finish_boolean (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (BtyHashicorpReply) reply = bty_hashicorp_ask_finish (result, &error);
  GStrv keys = NULL;

  if (reply != NULL && reply->status == 404) /* so it says of an empty folder */
    keys = g_new0 (char *, 1);
  else if (reply != NULL)
    keys = bty_hashicorp_answer_keys (reply->bytes, reply->length, &error);
  if (keys == NULL)
    {
      fail (task, error);
      return;
    }
  note (g_task_get_source_object (task), NULL);
  g_task_return_pointer (task, keys, (GDestroyNotify) g_strfreev);
}

static void
list_async (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = new_task (store, list_async, NULL, NULL, cancellable, callback, data);

  if (task != NULL)
    ask (task, "GET", "metadata", "/?list=true", NULL, on_listed);
}

static GStrv
list_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
is_available (BtySecretStore *store, char **reason)
{
  const GError *failure = get_failure (BTY_HASHICORP_STORE (store));

  if (bty_hashicorp_options_is_on () && failure == NULL)
    return TRUE;
  *reason = g_strdup (failure != NULL ? failure->message : _ ("HashiCorp Vault is not set up: set hashicorp.url"));
  return FALSE;
}

static BtySecretStoreState
get_state (BtySecretStore *store)
{
  const GError *failure = get_failure (BTY_HASHICORP_STORE (store));

  if (!bty_hashicorp_options_is_on ())
    return BTY_SECRET_STORE_ABSENT;
  if (failure == NULL)
    return BTY_SECRET_STORE_OPEN;
  return g_error_matches (failure, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION) ? BTY_SECRET_STORE_LOCKED
                                                                             : BTY_SECRET_STORE_ABSENT;
}

static char *
describe (BtySecretStore *store)
{
  g_autofree char *url = bty_hashicorp_options_get ("url");
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return g_strdup (_ ("HashiCorp Vault, not set up"));
  return g_strdup_printf (_ ("HashiCorp Vault at %s"), g_uri_get_host (uri));
}

static gboolean
is_writable (BtySecretStore *store)
{
  return TRUE;
}

static void
bty_hashicorp_store_iface_init (BtySecretStoreInterface *iface)
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
}
