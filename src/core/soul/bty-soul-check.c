/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"

/* The check of all souls at start, in slices, the sweep, and the stop. */

/* How long a stop waits for what was saved to become versions, in microseconds. */
#define STOP_PATIENCE (5 * G_USEC_PER_SEC)
#define SLICE         64
#define MAX_SLICES    4

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

/* A slice: souls with the versions that are in use; what is well takes one hop into a worker, all else goes the long way. */

typedef struct
{
  BtySoul *soul;
  BtySoulVersion *version; /* NULL: it could not be read */
  BtySoulFilesNow *files;
  gboolean is_whole; /* the version is what its hash says */
} Item;

typedef struct
{
  BtySoulService *service;
  GPtrArray *items;
  guint n_left;
  gint64 max;
} Slice;

static void
item_free (gpointer data)
{
  Item *item = data;

  bty_soul_unref (item->soul);
  g_clear_pointer (&item->version, bty_soul_version_unref);
  g_clear_pointer (&item->files, bty_soul_files_free);
  g_free (item);
}

static void
slice_free (gpointer data)
{
  Slice *slice = data;

  g_ptr_array_unref (slice->items);
  g_object_unref (slice->service);
  g_free (slice);
}

static void check_souls (BtySoulService *self, const char *cursor);
static void check_bots (BtySoulService *self, const char *cursor);

static void
read_slice (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Slice *slice = data;

  for (guint i = 0; i < slice->items->len; i++)
    {
      Item *item = g_ptr_array_index (slice->items, i);
      g_autofree char *folder = bty_soul_folder (slice->service->data_dir, item->soul->slug);
      g_autofree char *hash = item->version != NULL ? bty_soul_hash (item->version) : NULL;

      if (g_cancellable_is_cancelled (cancellable))
        break;
      item->is_whole = hash != NULL && g_str_equal (hash, item->version->hash);
      item->files = bty_soul_files_read (folder, slice->max, NULL);
    }
  g_task_return_boolean (task, TRUE);
}

static gboolean
is_anchored (BtySoulService *self, const BtySoul *soul)
{
  g_autofree char *key = g_strconcat ("soul/", soul->bot, NULL);
  const char *hash;
  gint64 number;

  return bty_anchor_get (self->anchor, key, &number, &hash) && number == soul->last &&
         g_strcmp0 (hash, soul->chain) == 0;
}

static gboolean
is_well (BtySoulService *self, const Item *item)
{
  gboolean is_same = item->is_whole && item->soul->state == BTY_SOUL_OK && item->files != NULL &&
                     is_anchored (self, item->soul);

  for (guint i = 0; is_same && i < BTY_SOUL_N_FILES; i++)
    is_same = g_str_equal (item->files->file[i].hash, bty_soul_version_text (item->version, (BtySoulFile) i));
  return is_same && !item->files->changing;
}

/* It may have been asked for meanwhile: then it was checked, or is being checked. */
static void
take_item (BtySoulService *self, const Item *item)
{
  BtySoulEntry *entry = bty_soul_service_entry (self, item->soul->slug);
  g_autofree char *folder = NULL;

  if (entry->known || !g_queue_is_empty (&entry->jobs))
    return;
  if (!is_well (self, item))
    {
      start_check (self, item->soul->slug);
      return;
    }
  entry->known = entry->anchored = entry->stamped = TRUE;
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    entry->stamps[i] = item->files->file[i].stamp;
  folder = bty_soul_folder (self->data_dir, item->soul->slug);
  bty_soul_watch_add (self->watch, item->soul->slug, folder);
}

/* The next slice is read from the store while workers read the files of those before it. */
static void
go_on (BtySoulService *self)
{
  g_autofree char *cursor = NULL;

  if (self->is_asking)
    return;
  if (self->next_slice != NULL && self->n_slices < MAX_SLICES)
    {
      cursor = g_steal_pointer (&self->next_slice);
      check_souls (self, cursor);
    }
  else if (self->next_slice == NULL && self->n_slices == 0)
    check_bots (self, NULL);
}

static void
on_slice_read (GObject *source, GAsyncResult *result, gpointer data)
{
  BtySoulService *self = BTY_SOUL_SERVICE (source);
  Slice *slice = g_task_get_task_data (G_TASK (result));

  if (g_cancellable_is_cancelled (self->checking))
    return;
  for (guint i = 0; i < slice->items->len; i++)
    take_item (self, g_ptr_array_index (slice->items, i));
  self->n_slices -= 1;
  go_on (self);
}

static void
run_slice (Slice *slice)
{
  g_autoptr (GTask) task = g_task_new (slice->service, slice->service->checking, on_slice_read, NULL);

  g_task_set_source_tag (task, run_slice);
  g_task_set_task_data (task, slice, slice_free);
  g_task_run_in_thread (task, read_slice);
}

typedef struct
{
  Slice *slice;
  Item *item;
} Asked;

static void
on_version (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;

  asked->item->version = bty_store_get_finish (BTY_STORE (store), result, NULL);
  asked->slice->n_left -= 1;
  if (asked->slice->n_left == 0)
    run_slice (asked->slice);
}

static void
ask_for_versions (Slice *slice)
{
  slice->n_left = slice->items->len + 1; /* one more, until all are asked for */
  for (guint i = 0; i < slice->items->len; i++)
    {
      Asked *asked = g_new0 (Asked, 1);

      asked->slice = slice;
      asked->item = g_ptr_array_index (slice->items, i);
      bty_store_get_async (slice->service->store, &bty_soul_version_schema, "id",
                           asked->item->soul->version != NULL ? asked->item->soul->version : "", NULL, on_version,
                           asked);
    }
  slice->n_left -= 1;
  if (slice->n_left == 0)
    run_slice (slice);
}

static BtyPage *
finish_page (GObject *store, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  BtyPage *page = bty_store_query_finish (BTY_STORE (store), result, &error);

  if (page == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED))
    g_warning ("the souls cannot be checked: %s", error->message);
  return page;
}

static void
on_souls (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtySoulService) self = data;
  g_autoptr (BtyPage) page = finish_page (store, result);
  Slice *slice;

  if (page == NULL)
    return;
  slice = g_new0 (Slice, 1);
  slice->service = g_object_ref (self);
  slice->max = bty_soul_service_max_file (self);
  slice->items = g_ptr_array_new_with_free_func (item_free);
  for (guint i = 0; i < page->items->len; i++)
    {
      BtySoul *soul = g_ptr_array_index (page->items, i);
      Item *item;

      if (bty_soul_service_entry (self, soul->slug)->known)
        continue;
      item = g_new0 (Item, 1);
      item->soul = bty_soul_ref (soul);
      g_ptr_array_add (slice->items, item);
    }
  self->n_slices += 1;
  g_free (self->next_slice);
  self->next_slice = g_strdup (page->next_cursor);
  self->is_asking = FALSE;
  ask_for_versions (slice);
  go_on (self);
}

static void
check_souls (BtySoulService *self, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_soul_schema);

  self->is_asking = TRUE;
  bty_query_order (query, "slug", FALSE);
  bty_query_limit (query, SLICE);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, self->checking, on_souls, g_object_ref (self));
}

/* Bots of an older database that have no soul yet. */

static void
on_bots (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtySoulService) self = data;
  g_autoptr (BtyPage) page = finish_page (store, result);

  if (page == NULL)
    return;
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyBot *bot = g_ptr_array_index (page->items, i);

      if (!g_hash_table_contains (self->entries, bot->slug))
        start_check (self, bot->slug);
    }
  if (page->next_cursor != NULL)
    check_bots (self, page->next_cursor);
  else
    self->is_checked = TRUE;
}

static void
check_bots (BtySoulService *self, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_bot_schema);

  bty_query_order (query, "slug", FALSE);
  bty_query_limit (query, 1000);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, self->checking, on_bots, g_object_ref (self));
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
  check_souls (self, NULL);
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
