/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-capsule"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "capsule/bty-capsule-service-private.h"
#include "soul/bty-soul-hash.h"

/* One capsule being brought in: a thread reads and checks it, then the store is asked who is here already. Nothing is changed before. */
typedef struct
{
  BtyCall *call;
  BtyCapsule *capsule;
  BtyCapsuleLimits limits;
  BtyCapsuleReport *report;
} Import;

static void
import_free (gpointer data)
{
  Import *import = data;

  bty_call_unref (import->call);
  g_clear_pointer (&import->capsule, bty_capsule_free);
  bty_capsule_report_unref (import->report);
  g_free (import);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Import, import_free)

static BtyCapsuleService *
service_of (const Import *import)
{
  return bty_call_service (import->call);
}

/* The bot is made */

typedef struct
{
  BtySoulService *souls;
  BtyCapsule *capsule;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_object_unref (load->souls);
  bty_capsule_free (load->capsule);
  g_free (load);
}

static void
put_new (BtyBatch *batch, BtyRecord *record)
{
  record->revision = 0;
  bty_batch_put (batch, record);
}

/* It may be called again, under another slug. */
static void
fill (BtyBatch *batch, const BtyBot *bot, gpointer data)
{
  Load *load = data;
  BtyCapsule *capsule = load->capsule;

  bty_soul_service_adopt (load->souls, batch, capsule->history, bot->slug);
  for (guint i = 0; i < capsule->sessions->len; i++)
    {
      BtySession *session = g_ptr_array_index (capsule->sessions, i);

      bty_record_take_string (&session->slug, g_strdup (bot->slug));
      put_new (batch, &session->record);
    }
  for (guint i = 0; i < capsule->messages->len; i++)
    put_new (batch, g_ptr_array_index (capsule->messages, i));
}

static BtyBotFounding *
founding_of (Import *import)
{
  const BtyBotImport *request = bty_call_request (import->call);
  BtyCapsule *capsule = import->capsule;
  BtyBotFounding *founding = bty_bot_founding_new ();
  Load *load = g_new0 (Load, 1);

  founding->slug = request->name == NULL ? g_strdup (capsule->bot->slug) : NULL;
  founding->files = g_ptr_array_ref (capsule->files);
  founding->has_soul = TRUE;
  bty_soul_records_load (capsule->history, &founding->texts);
  load->souls = g_object_ref (service_of (import)->souls);
  load->capsule = g_steal_pointer (&import->capsule);
  founding->fill = fill;
  founding->data = load;
  founding->destroy = load_free;
  return founding;
}

static void
make (Import *import)
{
  const BtyBotImport *request = bty_call_request (import->call);
  BtyBot *bot = bty_bot_edit (import->capsule->bot);

  bot->record.revision = 0;
  if (request->name != NULL)
    bty_record_take_string (&bot->name, g_strdup (request->name));
  bty_capsule_make (import->call, bot, founding_of (import), bty_capsule_report_ref (import->report), request->dry_run);
}

/* What is here already */

static void
on_providers (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Import) import = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) providers = bty_provider_service_list_finish (BTY_PROVIDER_SERVICE (source), result, &error);

  if (providers == NULL)
    {
      bty_call_fail (import->call, error);
      return;
    }
  import->report->missing = bty_capsule_missing ((const char *const *) import->capsule->head->needs, providers);
  make (import);
}

static void
list_providers (Import *import)
{
  bty_provider_service_list_async (service_of (import)->providers, bty_call_cancellable (import->call), on_providers,
                                   import);
}

static void
take_new_id (Import *import)
{
  BtyCapsule *capsule = import->capsule;
  g_autofree char *id = bty_id_new ();

  bty_capsule_rename (capsule, id);
  import->report->rechained = TRUE;
  bty_record_take_string (&import->report->bot, g_steal_pointer (&id));
  bty_record_take_string (&import->report->chain, g_strdup (capsule->history->soul->chain));
}

/* Its first version is the last thing that is forgotten of a bot but its record. */
static void
on_version_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Import) import = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) version = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (version == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      bty_call_fail (import->call, error);
      return;
    }
  if (version != NULL)
    take_new_id (import);
  list_providers (g_steal_pointer (&import));
}

static void
on_bot_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Import) import = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) bot = bty_store_get_finish (BTY_STORE (source), result, &error);
  const char *id = import->capsule->bot->record.id;
  g_autofree char *key = bty_soul_version_key (id, 1);

  if (bot == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      bty_call_fail (import->call, error);
      return;
    }
  if (bot == NULL && !bty_bot_service_is_deleted (service_of (import)->bots, id))
    {
      bty_store_get_async (BTY_STORE (source), &bty_soul_version_schema, "key", key,
                           bty_call_cancellable (import->call), on_version_looked_up, import);
      g_steal_pointer (&import);
      return;
    }
  take_new_id (import);
  list_providers (g_steal_pointer (&import));
}

/* Reading and checking */

static void
fill_report (Import *import, gsize size)
{
  const BtyCapsule *capsule = import->capsule;
  BtyCapsuleReport *report = import->report;
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  for (guint i = 0; i < capsule->files->len; i++)
    g_ptr_array_add (files, ((BtyImportFile *) g_ptr_array_index (capsule->files, i))->name);
  g_ptr_array_add (files, NULL);
  report->bot = g_strdup (capsule->bot->record.id);
  report->sealed = capsule->is_sealed;
  report->format = capsule->head->format;
  report->program = g_strdup (capsule->head->program);
  report->written_at = capsule->head->written_at;
  BTY_SET_NULL (report, BtyCapsuleReport, written_at, FALSE);
  report->bytes = (gint64) size;
  report->chain = g_strdup (capsule->head->chain);
  report->versions = capsule->head->versions;
  report->sessions = capsule->head->sessions;
  report->messages = capsule->head->messages;
  report->files = g_strdupv ((GStrv) files->pdata);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Import) import = data;
  const BtyBotImport *request = bty_call_request (import->call);
  g_autoptr (GError) error = NULL;

  import->capsule = g_task_propagate_pointer (G_TASK (result), &error);
  if (import->capsule == NULL)
    {
      bty_call_fail (import->call, error);
      return;
    }
  fill_report (import, g_bytes_get_size (request->capsule));
  bty_store_get_async (service_of (import)->store, &bty_bot_schema, "id", import->capsule->bot->record.id,
                       bty_call_cancellable (import->call), on_bot_looked_up, import);
  g_steal_pointer (&import);
}

static void
read_and_check (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Import *import = data;
  const BtyBotImport *request = bty_call_request (import->call);
  GError *error = NULL;
  BtyCapsule *capsule = bty_capsule_read (request->capsule, request->passphrase, &import->limits, &error);

  if (capsule != NULL)
    g_task_return_pointer (task, capsule, (GDestroyNotify) bty_capsule_free);
  else
    g_task_return_error (task, error);
}

void
bty_capsule_import (BtyCall *call)
{
  Import *import = g_new0 (Import, 1);
  g_autoptr (GTask) task = g_task_new (bty_call_service (call), NULL, on_read, import);

  import->call = bty_call_ref (call);
  import->limits = bty_capsule_service_limits (service_of (import));
  import->report = bty_capsule_report_new ();
  g_task_set_source_tag (task, bty_capsule_import);
  g_task_set_task_data (task, import, NULL);
  g_task_run_in_thread (task, read_and_check);
}
