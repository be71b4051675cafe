/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-builtin"

#include "config.h"

#include "builtin-provider.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "builtin-answer.h"
#include "builtin-pages.h"
#include "builtin-search.h"
#include "builtin-speech.h"

#define PAGES  "/org/boternity/builtin/pages"
#define MODEL  "helper"
#define WINDOW 32768

struct _BuiltinProvider
{
  GObject parent_instance;
  char *name;
  BuiltinIndex *index; /* made on first use */
};

static BtyHost *the_host; /* of the plugin; alive as long as it */

static void builtin_provider_init_provider (BtyProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BuiltinProvider, builtin_provider, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_PROVIDER, builtin_provider_init_provider))

/* One request while earlier sessions are searched for it. */
typedef struct
{
  BuiltinProvider *provider; /* owns the index that the answer reads */
  BtyCompletion *completion;
  BuiltinAnswer *answer;
} Pending;

void
builtin_provider_set_host (BtyHost *host)
{
  the_host = host;
}

static void
builtin_provider_finalize (GObject *object)
{
  BuiltinProvider *self = BUILTIN_PROVIDER (object);

  g_free (self->name);
  g_clear_pointer (&self->index, builtin_index_free);
  G_OBJECT_CLASS (builtin_provider_parent_class)->finalize (object);
}

static void
builtin_provider_class_init (BuiltinProviderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = builtin_provider_finalize;
}

static void
builtin_provider_init (BuiltinProvider *self)
{
}

static void
add_folder (BuiltinIndex *index, GResource *pages, const char *folder, const char *name)
{
  g_autofree char *path = g_strconcat (PAGES, "/", folder, NULL);
  g_auto (GStrv) children = g_resource_enumerate_children (pages, path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  for (guint i = 0; children != NULL && children[i] != NULL; i++)
    {
      g_autofree char *child = g_strconcat (path, children[i], NULL);
      g_autofree char *page = g_strconcat (name, children[i], NULL);
      g_autoptr (GBytes) bytes = g_resource_lookup_data (pages, child, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

      if (bytes != NULL)
        builtin_index_add (index, page, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
}

static const BuiltinIndex *
get_index (BuiltinProvider *self)
{
  gint64 began = g_get_monotonic_time ();

  if (self->index != NULL)
    return self->index;
  builtin_pages_register_resource ();
  self->index = builtin_index_new ();
  add_folder (self->index, builtin_pages_get_resource (), "", "");
  add_folder (self->index, builtin_pages_get_resource (), "docs/", "docs/");
  g_debug ("%u sections read in %" G_GINT64_FORMAT " µs", builtin_index_get_n_sections (self->index),
           g_get_monotonic_time () - began);
  return self->index;
}

static gboolean
configure (BtyProvider *provider, const BtyProviderConfig *config, BtySecret *key, GError **error)
{
  bty_record_take_string (&BUILTIN_PROVIDER (provider)->name, g_strdup (config->name));
  return TRUE;
}

/* Answering. */

static void
on_searched (GObject *host, GAsyncResult *result, gpointer data)
{
  Pending *pending = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = builtin_search_finish (BTY_HOST (host), result, &error);

  if (found != NULL)
    builtin_answer_add_found (pending->answer, found);
  else
    g_debug ("earlier sessions were not searched: %s", error->message);
  builtin_speech_start (pending->completion, builtin_answer_write (pending->answer));
  builtin_answer_free (pending->answer);
  g_object_unref (pending->completion);
  g_object_unref (pending->provider);
  g_free (pending);
}

static void
search (BuiltinProvider *self, BtyCompletion *completion, BuiltinAnswer *answer, const char *words)
{
  Pending *pending = g_new0 (Pending, 1);

  pending->provider = g_object_ref (self);
  pending->completion = g_object_ref (completion);
  pending->answer = answer;
  builtin_search_async (the_host, answer->request->session, words, bty_completion_get_cancellable (completion),
                        on_searched, pending);
}

static gboolean
check_request (BuiltinProvider *self, const BtyCompletionRequest *request, GError **error)
{
  if (request->model != NULL && request->model[0] != '\0' && strcmp (request->model, MODEL) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                   _ ("the built-in helper has no model “%s”: its only one is “%s”"), request->model, MODEL);
      return FALSE;
    }
  if (request->output_schema != NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                           _ ("the built-in helper cannot answer by a JSON schema: connect a model that can"));
      return FALSE;
    }
  return TRUE;
}

static void
complete (BtyProvider *provider, BtyCompletion *completion)
{
  BuiltinProvider *self = BUILTIN_PROVIDER (provider);
  const BtyCompletionRequest *request = bty_completion_get_request (completion);
  g_autoptr (BuiltinAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (!check_request (self, request, &error))
    {
      bty_completion_fail (completion, error, -1);
      return;
    }
  answer = builtin_answer_new (request, get_index (self));
  words = builtin_recall_get_words (answer->recall);
  if (answer->needs_search && the_host != NULL && request->session != NULL && words[0] != '\0')
    search (self, completion, g_steal_pointer (&answer), words);
  else
    builtin_speech_start (completion, builtin_answer_write (answer));
}

/* Its model. */

static void
list_models_async (BtyProvider *provider, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BuiltinProvider *self = BUILTIN_PROVIDER (provider);
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, data);
  GPtrArray *models = bty_record_list_new ();
  BtyModel *model = bty_model_new ();

  g_task_set_source_tag (task, list_models_async);
  model->provider = g_strdup (self->name);
  model->name = g_strconcat (self->name, "/", MODEL, NULL);
  model->title = g_strdup (_ ("Built-in helper (not a language model)"));
  model->context_window = WINDOW;
  model->abilities = g_strdupv ((char *[]){ (char *) "text", NULL });
  g_ptr_array_add (models, model);
  g_task_return_pointer (task, models, (GDestroyNotify) g_ptr_array_unref);
}

static GPtrArray *
list_models_finish (BtyProvider *provider, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
builtin_provider_init_provider (BtyProviderInterface *iface)
{
  iface->configure = configure;
  iface->complete = complete;
  iface->list_models_async = list_models_async;
  iface->list_models_finish = list_models_finish;
}
