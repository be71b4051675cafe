/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bot/bty-bot-files.h"
#include "bot/bty-bot-service-private.h"
#include "bot/bty-bot-template.h"
#include "bot/bty-slug.h"

/* So many bots of one name are counted; those after them get a number by chance. */
#define COUNTED_TRIES 50
#define MAX_TRIES     100

/* One bot being made: a slug that nobody has, then its files, so that an acknowledged bot has them, then the record. */
typedef struct
{
  BtyBot *wish;
  BtyBot *bot;
  BtyBotFounding *founding;
  BtySoulChange *soul;
  GPtrArray *files; /* besides the three */
  char *base;
  guint tries;
  gboolean has_folder; /* the one that stands there is ours */
  GError *failure;
} Create;

static void
create_free (gpointer data)
{
  Create *create = data;

  bty_bot_unref (create->wish);
  g_clear_pointer (&create->bot, bty_bot_unref);
  g_clear_pointer (&create->soul, bty_soul_change_free);
  g_clear_pointer (&create->files, g_ptr_array_unref);
  bty_bot_founding_free (create->founding);
  g_clear_error (&create->failure);
  g_free (create->base);
  g_free (create);
}

BtyBotFounding *
bty_bot_founding_new (void)
{
  BtyBotFounding *founding = g_new0 (BtyBotFounding, 1);

  founding->cause = BTY_SOUL_CREATED;
  founding->author_kind = BTY_AUTHOR_PROGRAM;
  founding->author = g_strdup ("boternity");
  return founding;
}

void
bty_bot_founding_free (BtyBotFounding *founding)
{
  if (founding->destroy != NULL)
    founding->destroy (founding->data);
  g_clear_pointer (&founding->files, g_ptr_array_unref);
  bty_soul_texts_clear (&founding->texts);
  g_free (founding->slug);
  g_free (founding->author);
  g_free (founding->note);
  g_free (founding);
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

void
bty_bot_check_route_async (BtyBotService *self, const BtyBot *bot, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, bty_bot_check_route_async);
  if (self->check_route != NULL)
    {
      self->check_route (self->check_data, (const char *const *) bot->route, task);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void create_try (GTask *task);

static void
release (GTask *task)
{
  BtyBotService *self = g_task_get_source_object (task);
  Create *create = g_task_get_task_data (task);

  g_hash_table_remove (self->claimed, create->bot->slug);
}

/* What was not made leaves no folder behind. */

static void
on_undone (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Create *create = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_warning ("the folder of the bot “%s”, which was not made, is left behind: %s", create->bot->slug, error->message);
  release (task);
  if (g_error_matches (create->failure, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS) && create->tries < MAX_TRIES)
    create_try (task);
  else
    g_task_return_error (task, g_steal_pointer (&create->failure));
}

static void
remove_files (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  BtyBotService *self = source;
  const Create *create = data;
  g_autofree char *aside = bty_bot_files_name_aside (create->bot->slug);
  GError *error = NULL;

  if (!create->has_folder || (bty_bot_files_set_aside (self->data_dir, create->bot->slug, aside, &error) &&
                              bty_bot_files_forget (self->data_dir, aside, &error)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Takes @error. */
static void
undo (GTask *task, GError *error)
{
  Create *create = g_task_get_task_data (task);
  g_autoptr (GTask) undoing = g_task_new (g_task_get_source_object (task), NULL, on_undone, g_object_ref (task));

  g_task_set_source_tag (undoing, undo);
  g_clear_error (&create->failure);
  create->failure = error;
  g_task_set_task_data (undoing, create, NULL); /* which the task above keeps */
  g_task_run_in_thread (undoing, remove_files);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Create *create = g_task_get_task_data (task);
  GError *error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      undo (task, error);
      return;
    }
  release (task);
  g_task_return_pointer (task, g_steal_pointer (&create->bot), bty_record_unref);
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
      undo (task, error);
      return;
    }
  batch = bty_batch_new ();
  bty_batch_put (batch, create->bot);
  if (!create->founding->has_soul)
    bty_soul_service_begin (self->souls, batch, create->bot->record.id, create->soul);
  if (create->founding->fill != NULL)
    create->founding->fill (batch, create->bot, create->founding->data);
  bty_batch_publish (batch, "bot.created", create->bot);
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_created, g_object_ref (task));
}

/* What the template has and the founding does not say otherwise. */
static gboolean
take_template (const char *data_dir, const BtyBot *bot, BtySoulTexts *texts, GPtrArray *files, GError **error)
{
  g_autoptr (BtyTemplate) template = bty_bot_template_load (data_dir, bot->from_template, error);
  const char *found[BTY_SOUL_N_FILES];

  if (template == NULL)
    return FALSE;
  found[BTY_SOUL_SOUL] = template->soul;
  found[BTY_SOUL_IDENTITY] = template->identity;
  found[BTY_SOUL_USER] = template->user;
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    if (texts->text[i] == NULL && found[i] != NULL)
      texts->text[i] = bty_bot_template_fill (found[i], bot->name);
  if (template->evals != NULL)
    {
      BtyImportFile *evals = bty_import_file_new ();

      evals->name = g_strdup ("evals.yaml");
      evals->text = g_steal_pointer (&template->evals);
      g_ptr_array_add (files, evals);
    }
  return TRUE;
}

static gboolean
fill_texts (const char *data_dir, Create *create, GError **error)
{
  const BtyBotFounding *founding = create->founding;
  BtySoulTexts *texts = &create->soul->texts;
  g_auto (BtySoulTexts) defaults = { 0 };

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    texts->text[i] = g_strdup (founding->texts.text[i]);
  for (guint i = 0; founding->files != NULL && i < founding->files->len; i++)
    g_ptr_array_add (create->files, bty_record_ref (g_ptr_array_index (founding->files, i)));
  if (create->bot->from_template != NULL && !founding->has_soul &&
      !take_template (data_dir, create->bot, texts, create->files, error))
    return FALSE;
  bty_bot_default_texts (create->bot, &defaults);
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    if (texts->text[i] == NULL)
      texts->text[i] = g_steal_pointer (&defaults.text[i]);
  return TRUE;
}

/* A folder that stands there belongs to no bot: it was left behind, and a new bot must not get its soul. Nobody else looks at @data meanwhile. */
static void
make_files (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  BtyBotService *self = source;
  Create *create = data;
  const BtySoulChange *soul = create->soul;
  g_autofree char *folder = bty_soul_folder (self->data_dir, soul->slug);
  g_autofree char *aside = bty_bot_files_name_aside (soul->slug);
  GError *error = NULL;

  create->has_folder = fill_texts (self->data_dir, create, &error) &&
                       bty_bot_files_set_aside (self->data_dir, soul->slug, aside, &error);
  if (create->has_folder && bty_soul_write_files (folder, &soul->texts, &error) &&
      bty_bot_files_add (self->data_dir, soul->slug, create->files, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static BtySoulChange *
make_soul (const BtyBot *bot, const BtyBotFounding *founding)
{
  BtySoulChange *soul = bty_soul_change_new (bot->slug, founding->cause);

  soul->author_kind = founding->author_kind;
  soul->author = g_strdup (founding->author);
  soul->note = g_strdup (founding->note);
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
      create->soul = make_soul (create->bot, create->founding);
      create->files = bty_record_list_new ();
      g_task_set_task_data (files, create, NULL); /* which the task above keeps */
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
  g_clear_pointer (&create->files, g_ptr_array_unref);
  create->bot = bty_bot_edit (create->wish);
  bty_record_take_string (&create->bot->slug, next_slug (create));
  while (g_hash_table_contains (self->claimed, create->bot->slug))
    bty_record_take_string (&create->bot->slug, next_slug (create));
  g_hash_table_add (self->claimed, g_strdup (create->bot->slug));
  bty_store_get_async (self->store, &bty_bot_schema, "slug", create->bot->slug, g_task_get_cancellable (task),
                       on_looked_up, g_object_ref (task));
}

void
bty_bot_service_found_async (BtyBotService *self, const BtyBot *bot, BtyBotFounding *founding,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Create *create = g_new0 (Create, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, bty_bot_service_found_async);
  /* What was committed is told, also to a caller that has given up meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  create->wish = bty_bot_edit (bot);
  create->founding = founding;
  g_task_set_task_data (task, create, create_free);
  if (!bty_bot_check (create->wish, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  create->base = founding->slug != NULL && bty_slug_is_valid (founding->slug) ? g_strdup (founding->slug)
                                                                              : bty_slug_from_name (create->wish->name);
  create_try (task);
}

static void
on_founded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  BtyBot *bot = bty_bot_service_create_finish (BTY_BOT_SERVICE (source), result, &error);

  if (bot == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, bot, bty_record_unref);
}

static void
on_create_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    bty_bot_service_found_async (BTY_BOT_SERVICE (source), g_task_get_task_data (task), bty_bot_founding_new (),
                                 g_task_get_cancellable (task), on_founded, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

void
bty_bot_service_create_async (BtyBotService *self, const BtyBot *bot, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data)
{
  GTask *task;

  if (bot->route == NULL || bot->route[0] == NULL)
    {
      bty_bot_service_found_async (self, bot, bty_bot_founding_new (), cancellable, callback, data);
      return;
    }
  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, bty_bot_service_create_async);
  g_task_set_task_data (task, bty_bot_ref (bot), bty_record_unref);
  bty_bot_check_route_async (self, bot, cancellable, on_create_checked, task);
}

BtyBot *
bty_bot_service_create_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
