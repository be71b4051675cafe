/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-service-private.h"

#define MAX_PROBLEMS 100
#define TEXTS_A_PAGE 20 /* each may be long */

/* One check: the versions in the order of their numbers, then the texts, then the names, page by page. */
typedef struct
{
  BtySoul *soul;
  BtySoulReport *report;
  GPtrArray *problems;
  GHashTable *versions; /* id -> number + 1 */
  GHashTable *texts;    /* hashes that versions name and that were not seen yet */
  char *last_hash;
  gint64 last_number;
} Verify;

static void
verify_free (gpointer data)
{
  Verify *verify = data;

  g_clear_pointer (&verify->soul, bty_soul_unref);
  bty_soul_report_unref (verify->report);
  g_ptr_array_unref (verify->problems);
  g_hash_table_unref (verify->versions);
  g_hash_table_unref (verify->texts);
  g_free (verify->last_hash);
  g_free (verify);
}

static G_GNUC_PRINTF (2, 3) void complain (Verify *verify, const char *format, ...)
{
  va_list args;

  if (verify->problems->len >= MAX_PROBLEMS)
    return;
  va_start (args, format);
  g_ptr_array_add (verify->problems, g_strdup_vprintf (format, args));
  va_end (args);
}

typedef void (*TakeFunc) (Verify *verify, gpointer record);
typedef struct
{
  const BtySchema *schema;
  const char *order; /* (nullable) */
  guint limit;
  TakeFunc take;
} Part;

/* Versions */

static void
check_anchor (BtySoulService *self, Verify *verify, const BtySoulVersion *version, const char *hash)
{
  g_autofree char *key = g_strconcat ("soul/", version->bot, NULL);
  const char *kept;
  gint64 number;

  if (!bty_anchor_get (self->anchor, key, &number, &kept))
    return;
  verify->report->anchor = number;
  if (number == version->number && g_strcmp0 (kept, hash) != 0)
    complain (verify, _ ("version %lld is not the one that was kept outside the database: history was rewritten"),
              (long long) number);
}

static void
take_version (Verify *verify, gpointer record)
{
  const BtySoulVersion *version = record;
  g_autofree char *hash = bty_soul_hash (version);
  g_autofree char *key = bty_soul_version_key (version->bot, version->number);
  long long number = version->number;

  if (version->number != verify->last_number + 1)
    complain (verify, _ ("version %lld is missing"), (long long) verify->last_number + 1);
  if (g_strcmp0 (hash, version->hash) != 0 || g_strcmp0 (key, version->key) != 0)
    complain (verify, _ ("version %lld is not what its hash says: it was changed"), number);
  if (g_strcmp0 (version->previous, verify->last_hash) != 0)
    complain (verify, _ ("version %lld does not follow the one before it"), number);
  if (version->parent != NULL && !g_hash_table_contains (verify->versions, version->parent))
    complain (verify, _ ("version %lld was made from a version that is not there"), number);
  if (version->merged != NULL && !g_hash_table_contains (verify->versions, version->merged))
    complain (verify, _ ("version %lld merged a version that is not there"), number);
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    g_hash_table_add (verify->texts, g_strdup (bty_soul_version_text (version, (BtySoulFile) i)));
  g_hash_table_insert (verify->versions, g_strdup (version->record.id), GSIZE_TO_POINTER ((gsize) number + 1));
  bty_record_take_string (&verify->last_hash, g_strdup (version->hash));
  verify->last_number = version->number;
  verify->report->versions += 1;
}

/* Texts */

static void
take_text (Verify *verify, gpointer record)
{
  const BtySoulText *text = record;
  g_autofree char *hash = bty_soul_text_hash (text->text, -1);
  g_autofree char *key = bty_soul_text_key (text->bot, hash);
  const char *said = strrchr (text->key, '/');

  if (g_strcmp0 (key, text->key) != 0)
    complain (verify, _ ("the text %.12s is not what its hash says: it was changed"), said != NULL ? said + 1 : "");
  g_hash_table_remove (verify->texts, hash);
  verify->report->texts += 1;
}

/* Names */

static void
take_ref (Verify *verify, gpointer record)
{
  const BtySoulRef *ref = record;
  gsize number = GPOINTER_TO_SIZE (g_hash_table_lookup (verify->versions, ref->version));

  if (number == 0 || (gint64) number - 1 != ref->number)
    complain (verify, _ ("“%s” names a version that is not there"), ref->name);
  verify->report->refs += 1;
}

static const Part parts[] = {
  { &bty_soul_version_schema, "number", 1000, take_version },
  { &bty_soul_text_schema, NULL, TEXTS_A_PAGE, take_text },
  { &bty_soul_ref_schema, NULL, 1000, take_ref },
};

/* The record of the soul, and what the parts leave. */
static void
check_rest (BtySoulService *self, Verify *verify)
{
  const BtySoul *soul = verify->soul;
  gsize number = GPOINTER_TO_SIZE (g_hash_table_lookup (verify->versions, soul->version != NULL ? soul->version : ""));

  if (soul->last != verify->last_number || g_strcmp0 (soul->chain, verify->last_hash) != 0)
    complain (verify, _ ("the newest version is not the one that the soul names"));
  if (number == 0 || (gint64) number - 1 != soul->number)
    complain (verify, _ ("the version in use is not there"));
  if (g_hash_table_size (verify->texts) > 0)
    complain (verify, _ ("%u texts that versions name are missing"), g_hash_table_size (verify->texts));
  if (verify->report->anchor > verify->last_number)
    complain (verify, _ ("version %lld was kept outside the database and is not in it: an older copy was put back"),
              (long long) verify->report->anchor);
}

static void
finish (GTask *task)
{
  Verify *verify = g_task_get_task_data (task);
  BtySoulReport *report = verify->report;

  check_rest (g_task_get_source_object (task), verify);
  report->slug = g_strdup (verify->soul->slug);
  report->ok = verify->problems->len == 0;
  report->head = g_strdup (verify->last_hash);
  g_ptr_array_add (verify->problems, NULL);
  report->problems = g_strdupv ((char **) verify->problems->pdata);
  g_task_return_pointer (task, bty_soul_report_ref (report), bty_record_unref);
}

typedef struct
{
  GTask *task;
  guint part;
} Page;

static void next_page (GTask *task, guint part, const char *cursor);

static void
on_page (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autofree Page *page_data = data;
  g_autoptr (GTask) task = page_data->task;
  guint part = page_data->part;
  Verify *verify = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, &error);

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      gpointer record = g_ptr_array_index (page->items, i);

      parts[part].take (verify, record);
      if (parts[part].take == take_version)
        check_anchor (g_task_get_source_object (task), verify, record, ((BtySoulVersion *) record)->hash);
    }
  if (page->next_cursor != NULL)
    next_page (task, part, page->next_cursor);
  else if (part + 1 < G_N_ELEMENTS (parts))
    next_page (task, part + 1, NULL);
  else
    finish (task);
}

static void
next_page (GTask *task, guint part, const char *cursor)
{
  BtySoulService *self = g_task_get_source_object (task);
  Verify *verify = g_task_get_task_data (task);
  g_autoptr (BtyQuery) query = bty_query_new (parts[part].schema);
  Page *page = g_new0 (Page, 1);

  page->task = g_object_ref (task);
  page->part = part;
  bty_query_where (query, "bot", BTY_MATCH_EQUAL, verify->soul->bot);
  if (parts[part].order != NULL)
    bty_query_order (query, parts[part].order, FALSE);
  bty_query_limit (query, parts[part].limit);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, g_task_get_cancellable (task), on_page, page);
}

static void
on_soul (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Verify *verify = g_task_get_task_data (task);
  GError *error = NULL;

  verify->soul = bty_soul_service_get_finish (BTY_SOUL_SERVICE (source), result, &error);
  if (verify->soul == NULL)
    g_task_return_error (task, error);
  else
    next_page (task, 0, NULL);
}

void
bty_soul_service_verify_async (BtySoulService *self, const char *slug, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Verify *verify = g_new0 (Verify, 1);

  g_task_set_source_tag (task, bty_soul_service_verify_async);
  verify->report = bty_soul_report_new ();
  verify->problems = g_ptr_array_new_with_free_func (g_free);
  verify->versions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  verify->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_task_set_task_data (task, verify, verify_free);
  bty_soul_service_get_async (self, slug, cancellable, on_soul, g_object_ref (task));
}

BtySoulReport *
bty_soul_service_verify_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The operation. */

static void
on_verified (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulReport) report = bty_soul_service_verify_finish (BTY_SOUL_SERVICE (source), result, &error);

  if (report != NULL)
    bty_call_return (call, report);
  else
    bty_call_fail (call, error);
}

void
bty_soul_run_verify (BtyCall *call)
{
  const BtySoulVerify *request = bty_call_request (call);

  if (bty_soul_admit (call, request->slug, BTY_SOUL_DEED_READ))
    bty_soul_service_verify_async (bty_call_service (call), request->slug, bty_call_cancellable (call), on_verified,
                                   bty_call_ref (call));
}
