/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bot/bty-bot-deleted.h"
#include "bot/bty-bot-files.h"
#include "bot/bty-slug.h"
#include "soul/bty-soul-import.h"

#define MAX_TRIES 100
#define A_BATCH   200

/* What is stored with a bot's slug besides its soul, and follows it. */
static const BtySchema *const followers[] = { &bty_session_schema, &bty_soul_proposal_schema, &bty_soul_test_schema };

/* One bot being brought back: a slug that nobody has, its folder, what names the slug, then the bot itself. */
typedef struct
{
  BtyDeletedBot *deleted; /* an edit copy */
  BtyBot *bot;
  BtySoul *soul; /* (nullable) */
  char *base;
  guint tries;
  guint follower;
  char *cursor;
} Restore;

static void
restore_free (gpointer data)
{
  Restore *restore = data;

  bty_deleted_bot_unref (restore->deleted);
  g_clear_pointer (&restore->bot, bty_bot_unref);
  g_clear_pointer (&restore->soul, bty_soul_unref);
  g_free (restore->base);
  g_free (restore->cursor);
  g_free (restore);
}

static void
give_up (GTask *task, GError *error)
{
  BtyBotService *self = g_task_get_source_object (task);
  Restore *restore = g_task_get_task_data (task);
  g_autoptr (GError) ignored = NULL;

  if (!bty_bot_files_is_aside (self->data_dir, restore->deleted->folder) &&
      !bty_bot_files_set_aside (self->data_dir, restore->bot->slug, restore->deleted->folder, &ignored))
    g_warning ("the folder of the deleted bot “%s” stays where it is: %s", restore->bot->slug, ignored->message);
  g_hash_table_remove (self->claimed, restore->bot->slug);
  g_task_return_error (task, error);
}

/* The commit */

static void
on_restored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Restore *restore = g_task_get_task_data (task);
  GError *error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      give_up (task, error);
      return;
    }
  g_hash_table_remove (self->deleted, restore->bot->record.id);
  g_hash_table_remove (self->claimed, restore->bot->slug);
  g_task_return_pointer (task, bty_bot_ref (restore->bot), bty_record_unref);
}

static void
commit (GTask *task)
{
  BtyBotService *self = g_task_get_source_object (task);
  Restore *restore = g_task_get_task_data (task);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  bty_batch_put (batch, restore->bot);
  if (restore->soul != NULL)
    {
      bty_record_take_string (&restore->soul->slug, g_strdup (restore->bot->slug));
      bty_soul_service_return (self->souls, batch, restore->soul);
    }
  bty_batch_delete (batch, restore->deleted);
  bty_batch_publish (batch, "bot.restored", restore->bot);
  bty_store_apply_async (self->store, batch, NULL, on_restored, g_object_ref (task));
}

/* What names the slug */

static void follow_next (GTask *task);

static void
on_followed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    follow_next (task);
  else
    give_up (task, error);
}

static char **
slug_of (gpointer record, const BtySchema *schema)
{
  const BtyField *field = bty_schema_get_field (schema, (guint) bty_schema_find (schema, "slug", -1, 0));

  return (char **) (gpointer) ((char *) record + field->offset);
}

static void
on_page_to_follow (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Restore *restore = g_task_get_task_data (task);
  const BtySchema *schema = followers[restore->follower];
  GError *error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  if (page == NULL)
    {
      give_up (task, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      g_autoptr (BtyRecord) record = bty_record_edit (g_ptr_array_index (page->items, i));

      if (g_strcmp0 (*slug_of (record, schema), restore->bot->slug) == 0)
        continue;
      bty_record_take_string (slug_of (record, schema), g_strdup (restore->bot->slug));
      bty_batch_put (batch, record);
    }
  bty_record_take_string (&restore->cursor, g_strdup (page->next_cursor));
  restore->follower += page->next_cursor == NULL;
  if (bty_batch_get_n_changes (batch) > 0)
    bty_store_apply_async (BTY_STORE (source), batch, NULL, on_followed, g_object_ref (task));
  else
    follow_next (task);
}

static void
follow_next (GTask *task)
{
  BtyBotService *self = g_task_get_source_object (task);
  Restore *restore = g_task_get_task_data (task);
  g_autoptr (BtyQuery) query = NULL;

  if (restore->follower == G_N_ELEMENTS (followers))
    {
      commit (task);
      return;
    }
  query = bty_query_new (followers[restore->follower]);
  bty_query_where (query, "bot", BTY_MATCH_EQUAL, restore->bot->record.id);
  bty_query_limit (query, A_BATCH);
  bty_query_after (query, restore->cursor);
  bty_store_query_async (self->store, query, NULL, on_page_to_follow, g_object_ref (task));
}

/* The folder */

static void
on_folder_back (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    follow_next (task);
  else
    give_up (task, error);
}

/* A folder that stands in its place belongs to no bot. */
static void
put_back (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  BtyBotService *self = source;
  const BtyDeletedBot *deleted = data;
  g_autofree char *aside = bty_bot_files_name_aside (deleted->slug);
  GError *error = NULL;

  if ((!bty_bot_files_is_aside (self->data_dir, deleted->folder) ||
       bty_bot_files_set_aside (self->data_dir, deleted->slug, aside, &error)) &&
      bty_bot_files_put_back (self->data_dir, deleted->slug, deleted->folder, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
put_folder_back (GTask *task)
{
  Restore *restore = g_task_get_task_data (task);
  g_autoptr (GTask) back = g_task_new (g_task_get_source_object (task), NULL, on_folder_back, g_object_ref (task));

  g_task_set_source_tag (back, put_folder_back);
  g_task_set_task_data (back, bty_deleted_bot_ref (restore->deleted), bty_record_unref);
  g_task_run_in_thread (back, put_back);
}

/* The slug */

static void
on_slug_noted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    put_folder_back (task);
  else
    give_up (task, error);
}

static void try_slug (GTask *task);

/* The new slug is kept before the folder moves there, so that the next start knows where to find it. */
static void
note_slug (GTask *task)
{
  BtyBotService *self = g_task_get_source_object (task);
  Restore *restore = g_task_get_task_data (task);
  g_autoptr (BtyBatch) batch = NULL;

  if (g_strcmp0 (restore->deleted->slug, restore->bot->slug) == 0)
    {
      put_folder_back (task);
      return;
    }
  batch = bty_batch_new ();
  bty_record_take_string (&restore->deleted->slug, g_strdup (restore->bot->slug));
  bty_batch_put (batch, restore->deleted);
  bty_store_apply_async (self->store, batch, NULL, on_slug_noted, g_object_ref (task));
}

static void
on_slug_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Restore *restore = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyBot) other = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (other == NULL && g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      g_error_free (error);
      note_slug (task);
      return;
    }
  g_hash_table_remove (self->claimed, restore->bot->slug);
  if (other == NULL)
    g_task_return_error (task, error);
  else if (restore->tries < MAX_TRIES)
    try_slug (task);
  else
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                             _ ("too many bots are called “%s”: rename or delete one of them"), restore->base);
}

static void
try_slug (GTask *task)
{
  BtyBotService *self = g_task_get_source_object (task);
  Restore *restore = g_task_get_task_data (task);
  char *slug = NULL;

  do
    {
      restore->tries += 1;
      g_free (slug);
      slug = restore->tries == 1 ? g_strdup (restore->base) : bty_slug_with_number (restore->base, restore->tries);
    }
  while (g_hash_table_contains (self->claimed, slug));
  bty_record_take_string (&restore->bot->slug, slug);
  g_hash_table_add (self->claimed, g_strdup (slug));
  bty_store_get_async (self->store, &bty_bot_schema, "slug", slug, g_task_get_cancellable (task), on_slug_looked_up,
                       g_object_ref (task));
}

void
bty_bot_service_restore_async (BtyBotService *self, const BtyDeletedBot *deleted, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Restore *restore = g_new0 (Restore, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, bty_bot_service_restore_async);
  g_task_set_check_cancellable (task, FALSE);
  restore->deleted = bty_deleted_bot_edit (deleted);
  g_task_set_task_data (task, restore, restore_free);
  if (deleted->expires_at <= g_get_real_time ())
    {
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                               _ ("the time of the bot “%s” is over: it is being forgotten"), deleted->slug);
      return;
    }
  if (!bty_deleted_bot_open (deleted, &restore->bot, &restore->soul, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  restore->base = g_strdup (restore->bot->slug);
  try_slug (task);
}

BtyBot *
bty_bot_service_restore_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
