/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"

/* The check of all souls at start, in slices: a slice's files are read by one hop into a worker. */

/* How long a stop waits for what was saved to become versions, in microseconds. */
#define STOP_PATIENCE (5 * G_USEC_PER_SEC)
#define SLICE         64

static void
check (BtySoulJob *job)
{
  bty_soul_job_return (job, NULL, NULL);
}

static void
start_check (BtySoulService *self, const char *slug)
{
  BtySoulJob *job = bty_soul_job_new (self, slug, check, NULL);

  job->reads = FALSE;
  bty_soul_job_start (job);
}

static void check_page (BtySoulService *self, const char *cursor);

static void
on_page (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtySoulService) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, &error);

  if (page == NULL)
    {
      if (!g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED))
        g_warning ("the souls cannot be checked: %s", error->message);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyBot *bot = g_ptr_array_index (page->items, i);

      if (!bty_soul_service_entry (self, bot->slug)->known)
        start_check (self, bot->slug);
    }
  if (page->next_cursor != NULL)
    check_page (self, page->next_cursor);
  else
    self->is_checked = TRUE;
}

static void
check_page (BtySoulService *self, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_bot_schema);

  bty_query_order (query, "slug", FALSE);
  bty_query_limit (query, SLICE);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, self->checking, on_page, g_object_ref (self));
}

static gboolean
sweep (gpointer data)
{
  BtySoulService *self = data;
  GHashTableIter iter;
  gpointer slug, entry;
  g_autoptr (GPtrArray) slugs = g_ptr_array_new_with_free_func (g_free);

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &slug, &entry))
    if (((BtySoulEntry *) entry)->known && !bty_soul_watch_has (self->watch, slug))
      g_ptr_array_add (slugs, g_strdup (slug));
  for (guint i = 0; i < slugs->len; i++)
    start_check (self, slugs->pdata[i]);
  return G_SOURCE_CONTINUE;
}

void
bty_soul_service_start (BtySoulService *self)
{
  if (self->checking != NULL)
    return;
  self->checking = g_cancellable_new ();
  self->sweep = g_timeout_add_seconds ((guint) bty_settings_get_int (self->settings, "soul", "sweep"), sweep, self);
  check_page (self, NULL);
}

static gboolean
wake_up (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* What was saved a moment ago becomes a version now, or the next start would take it for a tampering. */
void
bty_soul_service_stop (BtySoulService *self)
{
  gint64 patience = g_get_monotonic_time () + STOP_PATIENCE;
  guint ticker = g_timeout_add (50, wake_up, NULL);
  g_autoptr (GList) slugs = g_hash_table_get_keys (self->entries);

  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
  g_clear_handle_id (&self->sweep, g_source_remove);
  for (GList *l = slugs; l != NULL; l = l->next)
    {
      BtySoulEntry *entry = g_hash_table_lookup (self->entries, l->data);

      if (entry->known && g_queue_is_empty (&entry->jobs))
        start_check (self, entry->slug);
    }
  while (self->n_jobs > 0 && g_get_monotonic_time () < patience)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (ticker);
}
