/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "secret/bty-secret-stores.h"

#define KEEPER "keyring" /* the store that others may keep their own key in */

struct _BtySecretStores
{
  GObject parent_instance;
  BtyPluginRegistry *registry;
  BtySettings *settings;
  GHashTable *made; /* name -> BtySecretStore */
  GHashTable *kept; /* names of those that were given a keeper */
  gboolean is_probed;
  gboolean is_keeper_probed;
};

G_DEFINE_FINAL_TYPE (BtySecretStores, bty_secret_stores, G_TYPE_OBJECT)

const BtySetting bty_secret_settings[] = {
  { .group = "secrets",
    .key = "order",
    .type = BTY_SETTING_STRING,
    .fallback = "keyring,vault,env",
    .summary = N_ ("Where secret:NAME is looked for, in order; new secrets go to the first that can keep them") },
  { .group = "secrets",
    .key = "timeout",
    .type = BTY_SETTING_INT,
    .fallback = "5000",
    .unit = "ms",
    .min = 10,
    .max = 600000,
    .summary = N_ ("Time that a store of secrets has to answer") },
  { .group = "secrets",
    .key = "unlock_timeout",
    .type = BTY_SETTING_INT,
    .fallback = "120000",
    .unit = "ms",
    .min = 10,
    .max = 3600000,
    .summary = N_ ("Time that unlocking a store of secrets, or changing its password, may take") },
  { .group = "secrets",
    .key = "command_timeout",
    .type = BTY_SETTING_INT,
    .fallback = "10000",
    .unit = "ms",
    .min = 10,
    .max = 600000,
    .summary = N_ ("Time that a command of cmd:NAME has") },
  { .group = "secrets",
    .key = "rotation_hours",
    .type = BTY_SETTING_INT,
    .fallback = "24",
    .unit = "h",
    .min = 0,
    .max = 8760,
    .summary = N_ ("How long the value before a rotation is kept, and tried when the new one is refused") },
  { .group = "secrets",
    .key = "use_interval",
    .type = BTY_SETTING_INT,
    .fallback = "10",
    .unit = "s",
    .min = 1,
    .max = 3600,
    .summary = N_ ("How often it is written down when secrets were last used") },
};
const guint bty_n_secret_settings = G_N_ELEMENTS (bty_secret_settings);

static void
bty_secret_stores_finalize (GObject *object)
{
  BtySecretStores *self = BTY_SECRET_STORES (object);

  g_clear_object (&self->registry);
  g_clear_object (&self->settings);
  g_hash_table_unref (self->made);
  g_hash_table_unref (self->kept);
  G_OBJECT_CLASS (bty_secret_stores_parent_class)->finalize (object);
}

static void
bty_secret_stores_class_init (BtySecretStoresClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_secret_stores_finalize;
}

static void
bty_secret_stores_init (BtySecretStores *self)
{
  self->made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

BtySecretStores *
bty_secret_stores_new (void)
{
  return g_object_new (BTY_TYPE_SECRET_STORES, NULL);
}

void
bty_secret_stores_open (BtySecretStores *self, BtyPluginRegistry *registry, BtySettings *settings)
{
  g_set_object (&self->registry, registry);
  g_set_object (&self->settings, settings);
}

void
bty_secret_stores_add (BtySecretStores *self, const char *name, BtySecretStore *store)
{
  g_hash_table_insert (self->made, g_strdup (name), g_object_ref (store));
}

static const BtySetting *
find_setting (const char *key)
{
  for (guint i = 0; i < bty_n_secret_settings; i++)
    if (g_str_equal (bty_secret_settings[i].key, key))
      return &bty_secret_settings[i];
  g_return_val_if_reached (NULL);
}

gint64
bty_secret_stores_get_int (BtySecretStores *self, const char *key)
{
  if (self->settings != NULL)
    return bty_settings_get_int (self->settings, "secrets", key);
  return g_ascii_strtoll (find_setting (key)->fallback, NULL, 10);
}

GStrv
bty_secret_stores_get_order (BtySecretStores *self)
{
  g_autofree char *text = self->settings != NULL ? bty_settings_get (self->settings, "secrets", "order")
                                                 : g_strdup (find_setting ("order")->fallback);
  g_auto (GStrv) words = g_strsplit_set (text, ", ", -1);
  g_autoptr (GStrvBuilder) order = g_strv_builder_new ();

  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0')
      g_strv_builder_add (order, words[i]);
  return g_strv_builder_end (order);
}

static gboolean
is_offered (BtySecretStores *self, const char *name)
{
  g_auto (GStrv) features = NULL;

  if (g_hash_table_contains (self->made, name))
    return TRUE;
  if (self->registry == NULL)
    return FALSE;
  features = bty_plugin_registry_list_features (self->registry, BTY_FEATURE_SECRETS);
  return g_strv_contains ((const char *const *) features, name);
}

GStrv
bty_secret_stores_list (BtySecretStores *self)
{
  g_auto (GStrv) order = bty_secret_stores_get_order (self);
  g_auto (GStrv) features = self->registry != NULL
                              ? bty_plugin_registry_list_features (self->registry, BTY_FEATURE_SECRETS)
                              : g_new0 (char *, 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  for (guint i = 0; order[i] != NULL; i++)
    if (is_offered (self, order[i]))
      g_ptr_array_add (names, order[i]);
  for (guint i = 0; features[i] != NULL; i++)
    if (!g_ptr_array_find_with_equal_func (names, features[i], g_str_equal, NULL))
      g_ptr_array_add (names, features[i]);
  g_hash_table_iter_init (&iter, self->made);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
      g_ptr_array_add (names, name);
  g_ptr_array_add (names, NULL);
  return g_strdupv ((char **) names->pdata);
}

/* The key of a vault goes into the keyring if there is one; until then it has not been asked anything. */
static void
give_keeper (BtySecretStores *self, const char *name, BtySecretStore *store)
{
  BtySecretStore *keeper = NULL;

  if (g_str_equal (name, KEEPER) || g_hash_table_contains (self->kept, name))
    return;
  if (is_offered (self, KEEPER))
    keeper = bty_secret_stores_get (self, KEEPER, NULL);
  if (keeper != NULL && bty_secret_store_get_state (keeper) == BTY_SECRET_STORE_ABSENT)
    keeper = NULL;
  if (keeper == NULL && g_hash_table_contains (self->made, name))
    return; /* it was told so */
  bty_secret_store_set_keeper (store, keeper);
  if (keeper != NULL)
    g_hash_table_add (self->kept, g_strdup (name));
}

BtySecretStore *
bty_secret_stores_get (BtySecretStores *self, const char *name, GError **error)
{
  BtySecretStore *store = g_hash_table_lookup (self->made, name);
  g_autoptr (GObject) object = NULL;

  if (store != NULL)
    return store;
  if (self->registry == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no store of secrets is called “%s”"), name);
      return NULL;
    }
  object = bty_plugin_registry_make (self->registry, BTY_FEATURE_SECRETS, name, error);
  if (object == NULL)
    return NULL;
  if (!BTY_IS_SECRET_STORE (object))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("the plugin that offers “%s” makes no store of secrets: replace it"), name);
      return NULL;
    }
  store = BTY_SECRET_STORE (object);
  give_keeper (self, name, store);
  g_hash_table_insert (self->made, g_strdup (name), g_object_ref (store));
  return store;
}

BtySecretStore *
bty_secret_stores_peek (BtySecretStores *self, const char *name)
{
  return g_hash_table_lookup (self->made, name);
}

/* Asking. */

/* One question to a store. It is answered once: by the store, by its caller's giving up, or by the time limit. */
typedef struct
{
  grefcount references;
  GTask *task; /* NULL: answered */
  BtySecretAsk ask;
  char *store_name;
  BtySecretStore *store;
  GCancellable *cancellable;
  gulong link;
  guint timeout;
  gint64 limit_ms;
} Question;

static void
question_unref (Question *question)
{
  if (!g_ref_count_dec (&question->references))
    return;
  g_free (question->store_name);
  g_object_unref (question->store);
  g_object_unref (question->cancellable);
  g_free (question);
}

static Question *
question_ref (Question *question)
{
  g_ref_count_inc (&question->references);
  return question;
}

/* Takes @error. */
static void
answer (Question *question, BtySecret *secret, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&question->task);

  g_clear_handle_id (&question->timeout, g_source_remove);
  g_clear_signal_handler (&question->link, g_task_get_cancellable (task));
  if (error != NULL)
    {
      bty_error_convert (&error);
      g_task_return_error (task, error);
    }
  else if (secret != NULL)
    g_task_return_pointer (task, secret, (GDestroyNotify) bty_secret_unref);
  else
    g_task_return_pointer (task, NULL, NULL);
  question_unref (question);
}

static gboolean
finish (BtySecretStore *store, BtySecretAsk ask, GAsyncResult *result, BtySecret **secret, GError **error)
{
  g_auto (GStrv) names = NULL;

  switch (ask)
    {
    case BTY_SECRET_ASK_GET:
      *secret = bty_secret_store_get_finish (store, result, error);
      return *secret != NULL;
    case BTY_SECRET_ASK_RECOVERY:
      *secret = bty_secret_store_make_recovery_finish (store, result, error);
      return *secret != NULL;
    case BTY_SECRET_ASK_SET:
      return bty_secret_store_set_finish (store, result, error);
    case BTY_SECRET_ASK_DELETE:
      return bty_secret_store_delete_finish (store, result, error);
    case BTY_SECRET_ASK_UNLOCK:
      return bty_secret_store_unlock_finish (store, result, error);
    case BTY_SECRET_ASK_PASSWORD:
      return bty_secret_store_set_password_finish (store, result, error);
    case BTY_SECRET_ASK_LIST:
    default:
      names = bty_secret_store_list_finish (store, result, error);
      return names != NULL;
    }
}

static void
on_answer (GObject *store, GAsyncResult *result, gpointer data)
{
  Question *question = data;
  g_autoptr (BtySecret) secret = NULL;
  g_autoptr (GError) error = NULL;
  gboolean good = finish (BTY_SECRET_STORE (store), question->ask, result, &secret, &error);

  if (!good && error == NULL)
    g_set_error (&error, BTY_ERROR, BTY_ERROR_INTERNAL, _ ("the store “%s” failed and does not say why"),
                 question->store_name);
  if (question->task != NULL)
    answer (question, g_steal_pointer (&secret), g_steal_pointer (&error));
  question_unref (question);
}

/* Answered before the store is told: it may answer at once, and that would be the last of the question. */
static gboolean
on_timeout (gpointer data)
{
  Question *question = data;
  g_autoptr (GCancellable) cancellable = g_object_ref (question->cancellable);

  question->timeout = 0;
  answer (question, NULL,
          g_error_new (BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                       _ ("the store of secrets “%s” did not answer within %lld ms: see boternity-ctl secret status"),
                       question->store_name, (long long) question->limit_ms));
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* What the store then says comes later, or never. */
static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

static void
put_question (Question *question, const char *name, BtySecret *first, BtySecret *second)
{
  BtySecretStore *store = question->store;
  GCancellable *cancellable = question->cancellable;

  switch (question->ask)
    {
    case BTY_SECRET_ASK_GET:
      bty_secret_store_get_async (store, name, cancellable, on_answer, question_ref (question));
      break;
    case BTY_SECRET_ASK_SET:
      bty_secret_store_set_async (store, name, first, cancellable, on_answer, question_ref (question));
      break;
    case BTY_SECRET_ASK_DELETE:
      bty_secret_store_delete_async (store, name, cancellable, on_answer, question_ref (question));
      break;
    case BTY_SECRET_ASK_UNLOCK:
      bty_secret_store_unlock_async (store, first, cancellable, on_answer, question_ref (question));
      break;
    case BTY_SECRET_ASK_PASSWORD:
      bty_secret_store_set_password_async (store, first, second, cancellable, on_answer, question_ref (question));
      break;
    case BTY_SECRET_ASK_RECOVERY:
      bty_secret_store_make_recovery_async (store, cancellable, on_answer, question_ref (question));
      break;
    case BTY_SECRET_ASK_LIST:
    default:
      bty_secret_store_list_async (store, cancellable, on_answer, question_ref (question));
      break;
    }
}

static gboolean
takes_long (BtySecretAsk ask)
{
  return ask == BTY_SECRET_ASK_UNLOCK || ask == BTY_SECRET_ASK_PASSWORD || ask == BTY_SECRET_ASK_RECOVERY;
}

/* Takes @own. */
static void
ask (BtySecretStores *self, GTask *own, BtySecretAsk ask, const char *name, const char *of, BtySecret *first,
     BtySecret *second)
{
  g_autoptr (GTask) task = own;
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  BtySecretStore *store = bty_secret_stores_get (self, name, &error);
  Question *question;

  if (store == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  give_keeper (self, name, store);
  question = g_new0 (Question, 1);
  g_ref_count_init (&question->references);
  question->ask = ask;
  question->store_name = g_strdup (name);
  question->store = g_object_ref (store);
  question->cancellable = g_cancellable_new ();
  question->limit_ms = bty_secret_stores_get_int (self, takes_long (ask) ? "unlock_timeout" : "timeout");
  question->timeout = g_timeout_add ((guint) question->limit_ms, on_timeout, question);
  if (cancellable != NULL)
    question->link = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (on_cancelled),
                                            g_object_ref (question->cancellable),
                                            (GClosureNotify) (void (*) (void)) g_object_unref, 0);
  question->task = g_steal_pointer (&task);
  put_question (question, of, first, second);
}

/* A question that waits until it is known whether there is a keyring, where the store's own key may be. */
typedef struct
{
  BtySecretAsk ask;
  char *name;
  char *of;
  BtySecret *first;
  BtySecret *second;
} Late;

static void
late_free (gpointer data)
{
  Late *late = data;

  g_free (late->name);
  g_free (late->of);
  g_clear_pointer (&late->first, bty_secret_unref);
  g_clear_pointer (&late->second, bty_secret_unref);
  g_free (late);
}

static void
on_keeper (GObject *source, GAsyncResult *result, gpointer data)
{
  BtySecretStores *self = BTY_SECRET_STORES (source);
  g_autoptr (GTask) task = data;
  Late *late = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  self->is_keeper_probed = TRUE;
  if (!bty_secret_stores_ask_finish (self, result, NULL, &error))
    g_debug ("the keyring cannot be used: %s", error->message);
  if (!g_task_return_error_if_cancelled (task))
    ask (self, g_object_ref (task), late->ask, late->name, late->of, late->first, late->second);
}

void
bty_secret_stores_ask_async (BtySecretStores *self, BtySecretAsk what, const char *name, const char *of,
                             BtySecret *first, BtySecret *second, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  Late *late;

  g_task_set_source_tag (task, bty_secret_stores_ask_async);
  if (self->is_keeper_probed || g_str_equal (name, KEEPER) || !is_offered (self, KEEPER))
    {
      ask (self, task, what, name, of, first, second);
      return;
    }
  late = g_new0 (Late, 1);
  *late = (Late){ .ask = what,
                  .name = g_strdup (name),
                  .of = g_strdup (of),
                  .first = first != NULL ? bty_secret_ref (first) : NULL,
                  .second = second != NULL ? bty_secret_ref (second) : NULL };
  g_task_set_task_data (task, late, late_free);
  bty_secret_stores_ask_async (self, BTY_SECRET_ASK_LIST, KEEPER, NULL, NULL, NULL, NULL, on_keeper, task);
}

gboolean
bty_secret_stores_ask_finish (BtySecretStores *self, GAsyncResult *result, BtySecret **secret, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (BtySecret) found = g_task_propagate_pointer (G_TASK (result), &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (secret != NULL)
    *secret = g_steal_pointer (&found);
  return TRUE;
}

/* Probing. */

static void probe_next (GTask *own);

static void
on_probed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!bty_secret_stores_ask_finish (BTY_SECRET_STORES (source), result, NULL, &error))
    g_debug ("a store of secrets was asked whether it is there: %s", error->message);
  probe_next (data);
}

/* Takes @own. The task's data are the names yet to be asked. */
static void
probe_next (GTask *own)
{
  g_autoptr (GTask) task = own;
  BtySecretStores *self = g_task_get_source_object (task);
  GPtrArray *names = g_task_get_task_data (task);
  g_autofree char *name = names->len > 0 ? g_ptr_array_steal_index (names, 0) : NULL;

  if (name == NULL)
    {
      self->is_probed = TRUE;
      g_task_return_boolean (task, TRUE);
    }
  else
    bty_secret_stores_ask_async (self, BTY_SECRET_ASK_LIST, name, NULL, NULL, NULL, NULL, on_probed,
                                 g_steal_pointer (&task));
}

void
bty_secret_stores_probe_async (BtySecretStores *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) order = bty_secret_stores_get_order (self);

  g_task_set_source_tag (task, bty_secret_stores_probe_async);
  g_task_set_task_data (task, names, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; !self->is_probed && order[i] != NULL; i++)
    if (is_offered (self, order[i]))
      g_ptr_array_add (names, g_strdup (order[i]));
  probe_next (g_steal_pointer (&task));
}

void
bty_secret_stores_probe_finish (BtySecretStores *self, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, self));
}

gboolean
bty_secret_stores_is_probed (BtySecretStores *self)
{
  return self->is_probed;
}

/* Why a store cannot take new secrets; NULL: it can. */
static char *
find_fault (BtySecretStores *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;
  BtySecretStore *store = bty_secret_stores_get (self, name, &error);
  BtySecretStoreState state;

  if (store == NULL)
    return g_strdup (error->message);
  state = bty_secret_store_get_state (store);
  bty_secret_store_is_available (store, &reason);
  if (state == BTY_SECRET_STORE_OPEN && bty_secret_store_is_writable (store))
    return NULL;
  if (reason != NULL)
    return g_steal_pointer (&reason);
  return g_strdup (state == BTY_SECRET_STORE_ABSENT   ? _ ("there is none here")
                   : state == BTY_SECRET_STORE_LOCKED ? _ ("it is locked")
                                                      : _ ("nothing can be written to it"));
}

char *
bty_secret_stores_choose (BtySecretStores *self, char **why)
{
  g_auto (GStrv) order = bty_secret_stores_get_order (self);
  g_autoptr (GString) faults = g_string_new (NULL);

  for (guint i = 0; order[i] != NULL; i++)
    {
      g_autofree char *fault = NULL;

      if (g_str_equal (order[i], "env") || g_str_equal (order[i], "memory"))
        continue;
      fault = find_fault (self, order[i]);
      if (fault == NULL)
        {
          *why = faults->len > 0 ? g_strdup_printf (_ ("new secrets go to “%s”, since %s"), order[i], faults->str)
                                 : g_strdup_printf (_ ("new secrets go to “%s”, the first of the chain"), order[i]);
          return g_strdup (order[i]);
        }
      g_string_append_printf (faults, "%s%s: %s", faults->len > 0 ? "; " : "", order[i], fault);
    }
  *why = faults->len > 0 ? g_strdup_printf (_ ("no store can keep new secrets: %s"), faults->str)
                         : g_strdup (_ ("the setting secrets.order names no store that can keep new secrets"));
  return NULL;
}
