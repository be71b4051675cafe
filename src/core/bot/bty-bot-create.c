/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bot/bty-bot-files.h"
#include "bot/bty-bot-service-private.h"
#include "bot/bty-slug.h"

/* So many bots of one name are counted; those after them get a number by chance. */
#define COUNTED_TRIES 50
#define MAX_TRIES     100

/* One bot being made: a slug that nobody has, then its files, so that an acknowledged bot has them, then the record. */
typedef struct
{
  BtyBot *wish;
  BtyBot *bot;
  BtySoulChange *soul;
  char *base;
  guint tries;
} Create;

static void
create_free (gpointer data)
{
  Create *create = data;

  bty_bot_unref (create->wish);
  g_clear_pointer (&create->bot, bty_bot_unref);
  g_clear_pointer (&create->soul, bty_soul_change_free);
  g_free (create->base);
  g_free (create);
}

static gboolean
is_model (const char *text)
{
  if (*text == '\0' || *text == '/')
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isspace (g_utf8_get_char (p)) || *p == ',')
      return FALSE;
  return TRUE;
}

gboolean
bty_bot_check (BtyBot *bot, GError **error)
{
  g_strstrip (bot->name);
  if (*bot->name == '\0')
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("/name: must hold more than blanks"));
      return FALSE;
    }
  for (guint i = 0; bot->route != NULL && bot->route[i] != NULL; i++)
    if (!is_model (bot->route[i]))
      {
        g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                     _ ("/route/%u: “%s” is no model: write PROVIDER/MODEL, or PROVIDER"), i, bot->route[i]);
        return FALSE;
      }
  return TRUE;
}

static void create_try (GTask *task);

static void
release (GTask *task)
{
  BtyBotService *self = g_task_get_source_object (task);
  Create *create = g_task_get_task_data (task);

  g_hash_table_remove (self->claimed, create->bot->slug);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Create *create = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gboolean done = bty_store_apply_finish (BTY_STORE (source), result, &error);

  release (task);
  if (done)
    g_task_return_pointer (task, g_steal_pointer (&create->bot), bty_record_unref);
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS) && create->tries < MAX_TRIES)
    create_try (task);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_files_made (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Create *create = g_task_get_task_data (task);
  g_autoptr (BtyBatch) batch = NULL;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      release (task);
      g_task_return_error (task, error);
      return;
    }
  batch = bty_batch_new ();
  bty_batch_put (batch, create->bot);
  bty_soul_service_begin (self->souls, batch, create->bot->record.id, create->soul);
  bty_batch_publish (batch, "bot.created", create->bot);
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_created, g_object_ref (task));
}

/* A folder that stands there belongs to no bot: it was left behind, and a new bot must not get its soul. */
static void
make_files (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  BtyBotService *self = source;
  const BtySoulChange *soul = data;
  g_autofree char *folder = bty_soul_folder (self->data_dir, soul->slug);
  GError *error = NULL;

  if (bty_bot_files_set_aside (self->data_dir, soul->slug, &error) &&
      bty_soul_write_files (folder, &soul->texts, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static BtySoulChange *
make_soul (const BtyBot *bot)
{
  BtySoulChange *soul = bty_soul_change_new (bot->slug, BTY_SOUL_CREATED);

  bty_bot_default_texts (bot, &soul->texts);
  soul->author_kind = BTY_AUTHOR_PROGRAM;
  soul->author = g_strdup ("boternity");
  return soul;
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Create *create = g_task_get_task_data (task);
  g_autoptr (GTask) files = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) other = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (other == NULL && g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      files = g_task_new (self, NULL, on_files_made, g_object_ref (task));
      g_task_set_source_tag (files, on_looked_up);
      create->soul = make_soul (create->bot);
      g_task_set_task_data (files, create->soul, NULL); /* which the task above keeps */
      g_task_run_in_thread (files, make_files);
      return;
    }
  release (task);
  if (other != NULL && create->tries < MAX_TRIES)
    create_try (task);
  else if (other == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                             _ ("too many bots are called “%s”: choose another name"), create->wish->name);
}

static char *
next_slug (Create *create)
{
  create->tries += 1;
  if (create->tries == 1)
    return g_strdup (create->base);
  if (create->tries <= COUNTED_TRIES)
    return bty_slug_with_number (create->base, create->tries);
  return bty_slug_with_number (create->base, (guint) g_random_int_range (1000, 1000000));
}

static void
create_try (GTask *task)
{
  BtyBotService *self = g_task_get_source_object (task);
  Create *create = g_task_get_task_data (task);

  g_clear_pointer (&create->bot, bty_bot_unref);
  g_clear_pointer (&create->soul, bty_soul_change_free);
  create->bot = bty_bot_edit (create->wish);
  create->bot->slug = next_slug (create);
  while (g_hash_table_contains (self->claimed, create->bot->slug))
    bty_record_take_string (&create->bot->slug, next_slug (create));
  g_hash_table_add (self->claimed, g_strdup (create->bot->slug));
  bty_store_get_async (self->store, &bty_bot_schema, "slug", create->bot->slug, g_task_get_cancellable (task),
                       on_looked_up, g_object_ref (task));
}

void
bty_bot_service_create_async (BtyBotService *self, const BtyBot *bot, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_autoptr (BtyBot) wish = bty_bot_edit (bot);
  Create *create;
  GError *error = NULL;

  g_task_set_source_tag (task, bty_bot_service_create_async);
  /* What was committed is told, also to a caller that has given up meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  if (!bty_bot_check (wish, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  create = g_new0 (Create, 1);
  create->base = bty_slug_from_name (wish->name);
  create->wish = g_steal_pointer (&wish);
  g_task_set_task_data (task, create, create_free);
  create_try (task);
}

BtyBot *
bty_bot_service_create_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
