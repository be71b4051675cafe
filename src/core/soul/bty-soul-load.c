/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"

/* Loading the texts of a version. */

typedef struct
{
  BtySoulPrompt *prompt;
  guint n_left;
  GError *error;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_clear_pointer (&load->prompt, bty_soul_prompt_free);
  g_clear_error (&load->error);
  g_free (load);
}

typedef struct
{
  GTask *task;
  BtySoulFile file;
} Piece;

static void
end_load (GTask *task, Load *load)
{
  const BtySoulVersion *version = load->prompt->version;
  g_autofree char *hash = bty_soul_hash (version);

  if (load->error == NULL && g_strcmp0 (hash, version->hash) != 0)
    g_set_error (&load->error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                 _ ("version %lld is not what its hash says: the database was changed"), (long long) version->number);
  if (load->error != NULL)
    {
      g_task_return_error (task, g_steal_pointer (&load->error));
      return;
    }
  load->prompt->text = bty_soul_compose (&load->prompt->texts);
  g_task_return_pointer (task, g_steal_pointer (&load->prompt), (GDestroyNotify) bty_soul_prompt_free);
}

static void
take_text (Load *load, BtySoulFile file, const BtySoulText *text)
{
  load->prompt->texts.text[file] = g_strdup (text->text);
}

static void
take_piece (Load *load, BtySoulFile file, const BtySoulText *text, BtySoulKept *kept)
{
  const BtySoulVersion *version = load->prompt->version;
  g_autofree char *hash = text != NULL ? bty_soul_text_hash (text->text, -1) : NULL;

  if (g_strcmp0 (hash, bty_soul_version_text (version, file)) == 0)
    {
      take_text (load, file, text);
      bty_soul_kept_add (kept, text);
    }
  else if (load->error == NULL)
    g_set_error (&load->error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                 _ ("%s of version %lld is not what was stored: the database was changed or damaged; "
                    "“boternity-ctl soul verify” says more"),
                 bty_enum_nick (bty_soul_files, (int) file), (long long) version->number);
}

static void
on_piece (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autofree Piece *piece = data;
  g_autoptr (GTask) task = piece->task;
  Load *load = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulText) text = bty_store_get_finish (BTY_STORE (store), result, &error);

  if (text == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      if (load->error == NULL)
        load->error = g_steal_pointer (&error);
    }
  else
    take_piece (load, piece->file, text, BTY_SOUL_SERVICE (g_task_get_source_object (task))->kept);
  load->n_left -= 1;
  if (load->n_left == 0)
    end_load (task, load);
}

/* What is kept is there at once; the others are asked for. */
static void
ask_for (GTask *task, BtySoulFile file)
{
  BtySoulService *self = g_task_get_source_object (task);
  Load *load = g_task_get_task_data (task);
  const BtySoulVersion *version = load->prompt->version;
  g_autofree char *key = bty_soul_text_key (version->bot, bty_soul_version_text (version, file));
  const BtySoulText *kept = bty_soul_kept_get (self->kept, key);
  Piece *piece;

  if (kept != NULL)
    {
      take_text (load, file, kept);
      return;
    }
  piece = g_new0 (Piece, 1);
  piece->task = g_object_ref (task);
  piece->file = file;
  load->n_left += 1;
  bty_store_get_async (self->store, &bty_soul_text_schema, "key", key, g_task_get_cancellable (task), on_piece, piece);
}

void
bty_soul_service_load_async (BtySoulService *self, const BtySoulVersion *version, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Load *load = g_new0 (Load, 1);

  g_task_set_source_tag (task, bty_soul_service_load_async);
  load->prompt = g_new0 (BtySoulPrompt, 1);
  load->prompt->version = bty_soul_version_ref (version);
  g_task_set_task_data (task, load, load_free);
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    ask_for (task, (BtySoulFile) i);
  if (load->n_left == 0)
    end_load (task, load);
}

BtySoulPrompt *
bty_soul_service_load_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
