/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "bty-fake-provider.h"

#include <string.h>

static void init_provider (BtyProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyFakeProvider, bty_fake_provider, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_PROVIDER, init_provider))

static void
bty_fake_provider_finalize (GObject *object)
{
  BtyFakeProvider *self = BTY_FAKE_PROVIDER (object);

  g_clear_error (&self->failure);
  g_clear_error (&self->refusal);
  g_clear_pointer (&self->config, bty_provider_config_unref);
  g_clear_pointer (&self->key, bty_secret_unref);
  g_clear_pointer (&self->usage, bty_usage_unref);
  g_clear_pointer (&self->request, bty_completion_request_unref);
  G_OBJECT_CLASS (bty_fake_provider_parent_class)->finalize (object);
}

static void
bty_fake_provider_class_init (BtyFakeProviderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_fake_provider_finalize;
}

static void
bty_fake_provider_init (BtyFakeProvider *self)
{
  self->models = "small large";
  self->retry_after_ms = -1;
}

BtyFakeProvider *
bty_fake_provider_new (const char *const *words)
{
  BtyFakeProvider *self = g_object_new (BTY_TYPE_FAKE_PROVIDER, NULL);

  self->words = words;
  return self;
}

void
bty_fake_provider_fail (BtyFakeProvider *self, BtyErrorCode code, const char *message)
{
  g_clear_error (&self->failure);
  self->failure = g_error_new_literal (BTY_ERROR, (gint) code, message);
}

BtyProvider *
bty_fake_provider_make (gpointer data, const char *kind, GError **error)
{
  BtyProvider *provider = g_hash_table_lookup (data, kind);

  if (provider != NULL)
    return g_object_ref (provider);
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, "nothing speaks “%s”", kind);
  return NULL;
}

static gboolean
configure (BtyProvider *provider, const BtyProviderConfig *config, BtySecret *key, GError **error)
{
  BtyFakeProvider *self = BTY_FAKE_PROVIDER (provider);

  self->n_configured += 1;
  g_clear_pointer (&self->config, bty_provider_config_unref);
  g_clear_pointer (&self->key, bty_secret_unref);
  self->config = bty_provider_config_ref (config);
  self->key = key != NULL ? bty_secret_ref (key) : NULL;
  if (self->refusal == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->refusal));
  return FALSE;
}

static void
end_with_failure (BtyFakeProvider *self, BtyCompletion *completion)
{
  if (self->is_quota)
    bty_completion_fail_quota (completion, self->failure, self->retry_after_ms);
  else
    bty_completion_fail (completion, self->failure, self->retry_after_ms);
}

/* Whether this request is one of those that fail. */
static gboolean
fails_now (BtyFakeProvider *self)
{
  if (self->failure == NULL)
    return FALSE;
  if (self->n_failing == 0)
    return TRUE;
  self->n_failing -= 1;
  if (self->n_failing == 0)
    self->is_over = TRUE;
  return TRUE;
}

static void
note_end (gpointer data, GObject *gone)
{
  g_autoptr (BtyFakeProvider) self = data;

  self->n_running -= 1;
}

static gboolean
say (gpointer data)
{
  BtyCompletion *completion = data;
  BtyFakeProvider *self = g_object_get_data (G_OBJECT (completion), "provider");
  g_autoptr (GError) error = NULL;

  if (self->refuses != NULL && self->key != NULL && g_str_has_prefix (bty_secret_peek (self->key), self->refuses))
    {
      error = g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAUTHENTICATED, "nobody knows this key");
      bty_completion_fail (completion, error, -1);
      return G_SOURCE_REMOVE;
    }
  if (self->exhausts != NULL && self->key != NULL && g_str_has_prefix (bty_secret_peek (self->key), self->exhausts))
    {
      error = g_error_new_literal (BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, "no money is left");
      bty_completion_fail_quota (completion, error, -1);
      return G_SOURCE_REMOVE;
    }
  for (guint i = 0; self->words != NULL && self->words[i] != NULL && !bty_completion_is_done (completion); i++)
    {
      BtyDelta delta = { .kind = self->reasons ? BTY_DELTA_REASONING : BTY_DELTA_TEXT,
                         .text = self->words[i],
                         .length = strlen (self->words[i]) };

      bty_completion_push (completion, &delta);
    }
  if (self->hangs || bty_completion_is_done (completion))
    return G_SOURCE_REMOVE;
  if (self->usage != NULL)
    bty_completion_set_usage (completion, self->usage);
  if (g_cancellable_set_error_if_cancelled (bty_completion_get_cancellable (completion), &error))
    bty_completion_fail (completion, error, -1);
  else if (!self->is_over && fails_now (self))
    end_with_failure (self, completion);
  else
    bty_completion_finish (completion, self->stop_reason);
  return G_SOURCE_REMOVE;
}

static gboolean
on_completion_cancelled (GCancellable *cancellable, gpointer data)
{
  BtyCompletion *completion = data;
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");

  if (!bty_completion_is_done (completion))
    bty_completion_fail (completion, error, -1);
  return G_SOURCE_REMOVE;
}

static void
complete (BtyProvider *provider, BtyCompletion *completion)
{
  BtyFakeProvider *self = BTY_FAKE_PROVIDER (provider);

  self->n_asked += 1;
  self->n_running += 1;
  self->most_running = MAX (self->most_running, self->n_running);
  g_object_weak_ref (G_OBJECT (completion), note_end, g_object_ref (self));
  g_clear_pointer (&self->request, bty_completion_request_unref);
  self->request = bty_completion_request_ref (bty_completion_get_request (completion));
  g_object_set_data_full (G_OBJECT (completion), "provider", g_object_ref (self), g_object_unref);
  g_idle_add_full (G_PRIORITY_DEFAULT, say, g_object_ref (completion), g_object_unref);
  if (self->hangs)
    {
      g_autoptr (GSource) source = g_cancellable_source_new (bty_completion_get_cancellable (completion));

      g_source_set_callback (source, G_SOURCE_FUNC (on_completion_cancelled), g_object_ref (completion),
                             g_object_unref);
      g_source_attach (source, NULL);
    }
}

static gboolean
on_list_cancelled (GCancellable *cancellable, gpointer data)
{
  g_task_return_error_if_cancelled (data);
  return G_SOURCE_REMOVE;
}

static void
list_models_async (BtyProvider *provider, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyFakeProvider *self = BTY_FAKE_PROVIDER (provider);
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, data);
  g_autoptr (GPtrArray) models = bty_record_list_new ();
  g_auto (GStrv) names = g_strsplit (self->models != NULL ? self->models : "", " ", -1);

  self->n_listed += 1;
  if (self->list_hangs)
    {
      g_autoptr (GSource) source = g_cancellable_source_new (cancellable);

      g_task_attach_source (task, source, G_SOURCE_FUNC (on_list_cancelled));
      return;
    }
  if (self->models == NULL)
    {
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_UNAVAILABLE, "no route to host");
      return;
    }
  for (guint i = 0; names[i] != NULL && names[i][0] != '\0'; i++)
    {
      BtyModel *model = bty_model_new ();

      model->name = g_strdup (names[i]); /* the service's own name, to be completed */
      model->context_window = self->window;
      model->abilities = self->abilities != NULL ? g_strsplit (self->abilities, " ", -1) : NULL;
      g_ptr_array_add (models, model);
    }
  g_task_return_pointer (task, g_steal_pointer (&models), (GDestroyNotify) g_ptr_array_unref);
}

static GPtrArray *
list_models_finish (BtyProvider *provider, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
init_provider (BtyProviderInterface *iface)
{
  iface->configure = configure;
  iface->complete = complete;
  iface->list_models_async = list_models_async;
  iface->list_models_finish = list_models_finish;
}
