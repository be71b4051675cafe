/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-blame.h"
#include "soul/bty-soul-compare.h"
#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-reading.h"
#include "soul/bty-soul-walk.h"

/* Finding where the lines of a file came from: the versions that changed it are gathered from the newest to the oldest, then their texts
 * are gone through the other way round. */
typedef struct
{
  BtySoulReading *reading;
  int file;
  char *wanted;        /* (nullable): id of the version that comes next in the line of first parents */
  GPtrArray *versions; /* BtySoulVersion, the newest first; the first of all that had the same text */
  GHashTable *authors; /* number -> BtySoulVersion, borrowed */
  guint n_left;        /* texts still to be read */
  BtyBlame *blame;
} Origins;

static void
origins_free (Origins *origins)
{
  bty_soul_reading_free (origins->reading);
  g_free (origins->wanted);
  g_hash_table_unref (origins->authors);
  g_ptr_array_unref (origins->versions);
  bty_blame_free (origins->blame);
  g_free (origins);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Origins, origins_free)

static const char *
hash_of (const BtySoulVersion *version, int file)
{
  if (file == BTY_SOUL_SOUL)
    return version->soul;
  return file == BTY_SOUL_IDENTITY ? version->identity : version->user;
}

static gboolean
visit (const BtySoulVersion *version, gpointer data)
{
  Origins *origins = data;
  GPtrArray *versions = origins->versions;
  const BtySoulVersion *last = versions->len > 0 ? versions->pdata[versions->len - 1] : NULL;

  if (g_strcmp0 (version->record.id, origins->wanted) != 0)
    return TRUE;
  if (last != NULL && strcmp (hash_of (last, origins->file), hash_of (version, origins->file)) == 0)
    g_ptr_array_set_size (versions, (int) versions->len - 1);
  g_ptr_array_add (versions, bty_soul_version_ref (version));
  bty_record_take_string (&origins->wanted, g_strdup (version->parent));
  return origins->wanted != NULL;
}

static BtySoulBlameLine *
make_line (Origins *origins, guint index)
{
  BtyBlameLine line = bty_blame_get_line (origins->blame, index);
  const BtySoulVersion *version = g_hash_table_lookup (origins->authors, &line.version);
  BtySoulBlameLine *record = bty_soul_blame_line_new ();

  record->line = (gint64) index + 1;
  record->number = line.version;
  record->author_kind = version->author_kind;
  record->author = g_strdup (version->author);
  record->time = version->record.created_at;
  record->text = g_strndup (line.slice.text, line.slice.length);
  return record;
}

static void
answer (Origins *origins)
{
  g_autoptr (BtyPage) page = bty_page_new ();
  guint n = bty_blame_get_n_lines (origins->blame);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BtySoulBlameLine) line = make_line (origins, i);

      bty_call_emit (origins->reading->call, line);
    }
  bty_call_return (origins->reading->call, page);
}

static void read_next (Origins *origins);

static void
on_text (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Origins) origins = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulText) text = bty_store_get_finish (BTY_STORE (source), result, &error);
  const BtySoulVersion *version = origins->versions->pdata[origins->n_left - 1];
  g_autofree char *hash = text != NULL ? g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->text, -1) : NULL;

  if (text == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail (origins->reading->call, error);
  else if (g_strcmp0 (hash, hash_of (version, origins->file)) != 0)
    bty_call_fail_new (origins->reading->call, BTY_ERROR_DATA_LOSS,
                       _ ("the text of %s in version %lld of the soul of “%s” is gone or was changed: "
                          "“boternity-ctl soul verify %s” says more"),
                       bty_enum_nick (bty_soul_files, origins->file), (long long) version->number,
                       origins->reading->slug, origins->reading->slug);
  else
    {
      bty_blame_add (origins->blame, version->number, text->text);
      origins->n_left -= 1;
      read_next (g_steal_pointer (&origins));
    }
}

static void
read_next (Origins *origins)
{
  g_autoptr (Origins) own = origins;
  const BtySoulVersion *version;
  g_autofree char *key = NULL;

  if (own->n_left == 0)
    {
      answer (own);
      return;
    }
  version = own->versions->pdata[own->n_left - 1];
  key = g_strconcat (version->bot, "/", hash_of (version, own->file), NULL);
  bty_store_get_async (bty_soul_store_of (own->reading->call), &bty_soul_text_schema, "key", key,
                       bty_call_cancellable (own->reading->call), on_text, own);
  g_steal_pointer (&own);
}

static void
on_walked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Origins) origins = data;
  g_autoptr (GError) error = NULL;

  if (!bty_soul_walk_finish (BTY_STORE (source), result, &error))
    {
      bty_call_fail (origins->reading->call, error);
      return;
    }
  for (guint i = 0; i < origins->versions->len; i++)
    {
      BtySoulVersion *version = origins->versions->pdata[i];

      g_hash_table_insert (origins->authors, &version->number, version);
    }
  origins->n_left = origins->versions->len;
  read_next (g_steal_pointer (&origins));
}

static void
on_version (BtySoulReading *reading)
{
  const BtySoulBlame *request = bty_call_request (reading->call);
  const BtySoulVersion *version = reading->reads[0].version;
  Origins *origins = g_new0 (Origins, 1);

  origins->reading = reading;
  origins->file = bty_soul_file_find (request->file);
  origins->versions = bty_record_list_new ();
  origins->authors = g_hash_table_new (g_int64_hash, g_int64_equal);
  origins->blame = bty_blame_new ();
  origins->wanted = g_strdup (version->record.id);
  bty_soul_walk_async (bty_soul_store_of (reading->call), reading->soul->bot, version->number, visit, origins,
                       bty_call_cancellable (reading->call), on_walked, origins);
}

void
bty_soul_run_blame (BtyCall *call)
{
  const BtySoulBlame *request = bty_call_request (call);
  BtySoulReading *reading;

  if (!bty_soul_admit (call, request->slug, BTY_SOUL_DEED_READ) || !bty_soul_check_file (call, request->file))
    return;
  reading = bty_soul_reading_new (call, request->slug);
  bty_soul_reading_want (reading, request->version);
  bty_soul_reading_start (reading, on_version);
}
