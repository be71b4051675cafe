/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-capsule"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bot/bty-bot-files.h"
#include "capsule/bty-capsule-service-private.h"

#define PAGE      500
#define PIECE     (48 * 1024)
#define MAX_TRIES 5

/* The lists that are read from the store, one after the other. */
typedef enum
{
  REFS,
  TEXTS,
  VERSIONS,
  SESSIONS,
  MESSAGES,
  DONE,
} Step;

/* One capsule being written: the bot, its soul as it is now, the lists, then a thread that checks and packs. */
typedef struct
{
  BtyCall *call;
  BtyCapsule *capsule;
  GPtrArray *left_out;
  BtyCapsuleLimits limits;
  Step step;
  guint tries;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  bty_call_unref (export->call);
  bty_capsule_free (export->capsule);
  g_ptr_array_unref (export->left_out);
  g_free (export);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

static BtyCapsuleService *
service_of (const Export *export)
{
  return bty_call_service (export->call);
}

/* The answer */

static BtyCapsuleReport *
report_of (const Export *export, gsize size)
{
  const BtyBotExport *request = bty_call_request (export->call);
  const BtyCapsule *capsule = export->capsule;
  BtyCapsuleReport *report = bty_capsule_report_new ();
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  for (guint i = 0; i < capsule->files->len; i++)
    g_ptr_array_add (files, ((BtyImportFile *) g_ptr_array_index (capsule->files, i))->name);
  g_ptr_array_add (files, NULL);
  g_ptr_array_add (export->left_out, NULL);
  report->done = TRUE;
  report->name = g_strdup (capsule->bot->name);
  report->slug = g_strdup (capsule->bot->slug);
  report->bot = g_strdup (capsule->bot->record.id);
  report->sealed = request->passphrase != NULL;
  report->format = BTY_CAPSULE_FORMAT;
  report->program = g_strdup (capsule->head->program);
  report->written_at = capsule->head->written_at;
  BTY_SET_NULL (report, BtyCapsuleReport, written_at, FALSE);
  report->bytes = (gint64) size;
  report->chain = g_strdup (capsule->head->chain);
  report->versions = capsule->head->versions;
  report->sessions = capsule->head->sessions;
  report->messages = capsule->head->messages;
  report->files = g_strdupv ((GStrv) files->pdata);
  report->missing = g_strdupv (capsule->head->needs);
  report->left_out = g_strdupv ((GStrv) export->left_out->pdata);
  return report;
}

static void
emit_pieces (BtyCall *call, GBytes *bytes)
{
  gsize length = g_bytes_get_size (bytes);

  for (gsize at = 0; at < length; at += PIECE)
    {
      g_autoptr (BtyCapsulePiece) piece = bty_capsule_piece_new ();

      piece->data = g_bytes_new_from_bytes (bytes, at, MIN (PIECE, length - at));
      bty_call_emit (call, piece);
    }
}

static void begin (Export *export);

static void
on_packed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (BtyCapsuleReport) report = NULL;

  if (bytes == NULL)
    {
      bty_call_fail (export->call, error);
      return;
    }
  emit_pieces (export->call, bytes);
  report = report_of (export, g_bytes_get_size (bytes));
  bty_call_return (export->call, report);
}

/* Nobody else looks at @data meanwhile. A history that does not fit would be refused by whoever reads the capsule. */
static void
pack (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Export *export = data;
  const BtyBotExport *request = bty_call_request (export->call);
  BtyCapsule *capsule = export->capsule;
  GError *error = NULL;
  GBytes *bytes = NULL;

  g_clear_pointer (&capsule->files, g_ptr_array_unref);
  capsule->files = bty_bot_files_collect (BTY_CAPSULE_SERVICE (source)->data_dir, capsule->bot->slug, request->memories,
                                          export->left_out);
  if (bty_soul_records_check (capsule->history, &error))
    bytes = bty_capsule_write (capsule, request->passphrase, &export->limits, &error);
  else
    error->code = BTY_ERROR_DATA_LOSS;
  if (bytes != NULL)
    g_task_return_pointer (task, bytes, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
start_packing (Export *export)
{
  g_autoptr (GTask) task = g_task_new (service_of (export), NULL, on_packed, export);

  g_task_set_source_tag (task, start_packing);
  g_task_set_task_data (task, export, NULL); /* freed where it was made: in the main thread */
  g_task_run_in_thread (task, pack);
}

/* The soul may have moved on while its lists were read: then they are read again. */
static void
on_soul_again (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoul) soul = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (soul == NULL)
    bty_call_fail (export->call, error);
  else if (soul->record.revision == export->capsule->history->soul->record.revision)
    start_packing (g_steal_pointer (&export));
  else if (export->tries < MAX_TRIES)
    begin (g_steal_pointer (&export));
  else
    bty_call_fail_new (export->call, BTY_ERROR_UNAVAILABLE, _ ("the soul of “%s” is being changed: try again"),
                       soul->slug);
}

/* The lists */

static void read_list (Export *export, const char *cursor);

static GPtrArray *
list_of (const Export *export, const BtySchema **schema)
{
  const BtyCapsule *capsule = export->capsule;
  const struct
  {
    const BtySchema *schema;
    GPtrArray *list;
  } lists[] = { [REFS] = { &bty_soul_ref_schema, capsule->history->refs },
                [TEXTS] = { &bty_soul_text_schema, capsule->history->texts },
                [VERSIONS] = { &bty_soul_version_schema, capsule->history->versions },
                [SESSIONS] = { &bty_session_schema, capsule->sessions },
                [MESSAGES] = { &bty_message_schema, capsule->messages } };

  *schema = lists[export->step].schema;
  return lists[export->step].list;
}

static void
next_list (Export *export)
{
  const BtyBotExport *request = bty_call_request (export->call);

  export->step += 1;
  if (export->step == SESSIONS && !request->sessions)
    export->step = DONE;
  if (export->step < DONE)
    read_list (export, NULL);
  else
    bty_store_get_async (service_of (export)->store, &bty_soul_schema, "bot", export->capsule->bot->record.id,
                         bty_call_cancellable (export->call), on_soul_again, export);
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  const BtySchema *schema;
  GPtrArray *list = list_of (export, &schema);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (export->call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    g_ptr_array_add (list, bty_record_ref (g_ptr_array_index (page->items, i)));
  if (page->next_cursor != NULL)
    read_list (g_steal_pointer (&export), page->next_cursor);
  else
    next_list (g_steal_pointer (&export));
}

static void
read_list (Export *export, const char *cursor)
{
  const BtySchema *schema;
  g_autoptr (BtyQuery) query = NULL;

  list_of (export, &schema);
  query = bty_query_new (schema);
  bty_query_where (query, "bot", BTY_MATCH_EQUAL, export->capsule->bot->record.id);
  if (export->step == VERSIONS)
    bty_query_order (query, "number", FALSE);
  bty_query_limit (query, PAGE);
  bty_query_after (query, cursor);
  bty_store_query_async (service_of (export)->store, query, bty_call_cancellable (export->call), on_page, export);
}

/* The bot and its soul */

static void
on_soul (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoul) soul = bty_soul_service_get_finish (BTY_SOUL_SERVICE (source), result, &error);
  BtyCapsuleHead *head = export->capsule->head;

  if (soul == NULL)
    {
      bty_call_fail (export->call, error);
      return;
    }
  export->capsule->history->soul = g_steal_pointer (&soul);
  bty_record_take_string (&head->chain, g_strdup (export->capsule->history->soul->chain));
  export->step = REFS;
  read_list (g_steal_pointer (&export), NULL);
}

static void
on_providers (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) providers = bty_provider_service_list_finish (BTY_PROVIDER_SERVICE (source), result, &error);
  const BtyBot *bot = export->capsule->bot;
  BtyCapsuleHead *head = export->capsule->head;
  const char *const none[] = { NULL };

  if (providers == NULL)
    {
      bty_call_fail (export->call, error);
      return;
    }
  head->format = BTY_CAPSULE_FORMAT;
  head->program = g_strdup ("boternity " BTY_VERSION);
  head->written_at = g_get_real_time ();
  head->name = g_strdup (bot->name);
  head->slug = g_strdup (bot->slug);
  head->bot = g_strdup (bot->record.id);
  head->needs = bty_capsule_needs (bot, providers);
  head->skills = g_strdupv ((GStrv) none);
  bty_soul_service_get_async (service_of (export)->souls, bot->slug, bty_call_cancellable (export->call), on_soul,
                              export);
  g_steal_pointer (&export);
}

static void
list_providers (Export *export)
{
  bty_provider_service_list_async (service_of (export)->providers, bty_call_cancellable (export->call), on_providers,
                                   export);
}

static void
on_bot (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  g_autoptr (GError) error = NULL;

  export->capsule->bot = bty_bot_service_get_finish (BTY_BOT_SERVICE (source), result, &error);
  if (export->capsule->bot == NULL)
    bty_call_fail (export->call, error);
  else
    list_providers (g_steal_pointer (&export));
}

static void
begin (Export *export)
{
  const BtyBotExport *request = bty_call_request (export->call);

  export->tries += 1;
  g_clear_pointer (&export->capsule, bty_capsule_free);
  export->capsule = bty_capsule_new ();
  export->capsule->head = bty_capsule_head_new ();
  bty_bot_service_get_async (service_of (export)->bots, request->slug, bty_call_cancellable (export->call), on_bot,
                             export);
}

void
bty_capsule_export (BtyCall *call)
{
  Export *export = g_new0 (Export, 1);

  export->call = bty_call_ref (call);
  export->left_out = g_ptr_array_new_with_free_func (g_free);
  export->limits = bty_capsule_service_limits (service_of (export));
  begin (export);
}
