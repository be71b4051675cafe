/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-owners.h"

#include "backup/bty-backup-runs.h"
#include "backup/bty-backup-service.h"

/* Which folder is whose: first the bots, then those that were deleted and can be brought back. */
typedef struct
{
  BtyBackupJob *job;
  const BtySchema *schema;
  char *cursor;
} Listing;

static void list_owners (Listing *self);

static void
end_listing (Listing *self, const GError *error)
{
  if (error != NULL)
    bty_backup_job_fail (self->job, error);
  else
    bty_backup_job_start (self->job);
  g_free (self->cursor);
  g_free (self);
}

static void
add_owner (GHashTable *folders, gpointer record)
{
  const BtyRecord *head = record;
  const BtyBot *bot = record;
  const BtyDeletedBot *deleted = record;

  if (head->schema == &bty_bot_schema)
    g_hash_table_insert (folders, g_strdup (bot->slug), g_strdup (head->id));
  else if (deleted->folder != NULL)
    g_hash_table_insert (folders, g_strconcat (".deleted/", deleted->folder, NULL), g_strdup (deleted->bot));
}

static void
on_owners (GObject *store, GAsyncResult *result, gpointer data)
{
  Listing *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, &error);

  for (guint i = 0; page != NULL && i < page->items->len; i++)
    add_owner (self->job->place.folders, page->items->pdata[i]);
  if (page == NULL || (page->next_cursor == NULL && self->schema == &bty_deleted_bot_schema))
    {
      end_listing (self, error);
      return;
    }
  if (page->next_cursor == NULL)
    self->schema = &bty_deleted_bot_schema;
  g_free (self->cursor);
  self->cursor = g_strdup (page->next_cursor);
  list_owners (self);
}

static void
list_owners (Listing *self)
{
  g_autoptr (BtyQuery) query = bty_query_new (self->schema);

  bty_query_limit (query, 1000);
  bty_query_after (query, self->cursor);
  bty_store_query_async (self->job->place.store, query, NULL, on_owners, self);
}

void
bty_backup_owners_start (BtyBackupJob *job)
{
  Listing *listing = g_new0 (Listing, 1);

  job->place.folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  listing->job = job;
  listing->schema = &bty_bot_schema;
  list_owners (listing);
}

/* By its slug a bot is found while it is there, or can be brought back; what is not found is taken for an id. */
static void
begin_forgetting (BtyBackupJob *job, const char *id)
{
  g_autoptr (GPtrArray) subjects = g_ptr_array_new ();

  g_ptr_array_add (subjects, g_strdup (id != NULL ? id : job->name));
  g_ptr_array_add (subjects, g_strconcat ("folder:", job->name, NULL));
  g_ptr_array_add (subjects, g_strconcat ("folder:.deleted/", job->name, "-*", NULL));
  g_ptr_array_add (subjects, NULL);
  job->subjects = (GStrv) g_ptr_array_free (g_steal_pointer (&subjects), FALSE);
  job->run = bty_backup_run_forget;
  bty_backup_service_run (job->service, job);
}

static void
on_deleted_found (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, NULL);
  const BtyDeletedBot *bot = page != NULL && page->items->len > 0 ? page->items->pdata[0] : NULL;

  begin_forgetting (data, bot != NULL ? bot->bot : NULL);
}

static void
on_bot_found (GObject *store, GAsyncResult *result, gpointer data)
{
  BtyBackupJob *job = data;
  g_autoptr (BtyBot) bot = bty_store_get_finish (BTY_STORE (store), result, NULL);
  g_autoptr (BtyQuery) query = NULL;

  if (bot != NULL)
    {
      begin_forgetting (job, bot->record.id);
      return;
    }
  query = bty_query_new (&bty_deleted_bot_schema);
  bty_query_where (query, "slug", BTY_MATCH_EQUAL, job->name);
  bty_query_limit (query, 1);
  bty_store_query_async (BTY_STORE (store), query, NULL, on_deleted_found, job);
}

void
bty_backup_owners_forget (BtyBackupJob *job)
{
  bty_store_get_async (job->place.store, &bty_bot_schema, "slug", job->name, NULL, on_bot_found, job);
}
