/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-blame.h"
#include "soul/bty-soul-compare.h"
#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-reading.h"
#include "soul/bty-soul-walk.h"

/* How many texts are asked for at once: each may be long. */
#define AT_ONCE 32

/* Finding where the lines of a file came from: the versions that changed it are gathered from the newest to the oldest, then their texts
 * are gone through the other way round. */
typedef struct
{
  BtySoulReading *reading;
  int file;
  char *wanted;        /* (nullable): id of the version that comes next in the line of first parents */
  GPtrArray *versions; /* BtySoulVersion, the newest first; the first of all that had the same text */
  GHashTable *authors; /* number -> BtySoulVersion, borrowed */
  guint n_left;        /* versions whose texts are still to be gone through */
  guint n_asked;       /* texts that were asked for together, of the oldest of those */
  guint n_missing;     /* of them, those that have not come yet */
  BtySoulText *texts[AT_ONCE];
  GError *error;
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
  for (guint i = 0; i < AT_ONCE; i++)
    g_clear_pointer (&origins->texts[i], bty_soul_text_unref);
  g_clear_error (&origins->error);
  g_free (origins);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Origins, origins_free)

static gboolean
visit (const BtySoulVersion *version, gpointer data)
{
  Origins *origins = data;
  GPtrArray *versions = origins->versions;
  const BtySoulVersion *last = versions->len > 0 ? versions->pdata[versions->len - 1] : NULL;

  if (g_strcmp0 (version->record.id, origins->wanted) != 0)
    return TRUE;
  if (last != NULL && strcmp (bty_soul_version_text (last, (BtySoulFile) origins->file),
                              bty_soul_version_text (version, (BtySoulFile) origins->file)) == 0)
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

/* The version whose text is the one at @index of those that were asked for. */
static const BtySoulVersion *
version_at (const Origins *origins, guint index)
{
  return origins->versions->pdata[origins->n_left - 1 - index];
}

static gboolean
add_text (Origins *origins, guint index)
{
  const BtySoulVersion *version = version_at (origins, index);
  g_autoptr (BtySoulText) text = g_steal_pointer (&origins->texts[index]);
  g_autofree char *hash = text != NULL ? bty_soul_text_hash (text->text, -1) : NULL;

  if (g_strcmp0 (hash, bty_soul_version_text (version, (BtySoulFile) origins->file)) == 0)
    {
      bty_blame_add (origins->blame, version->number, text->text);
      return TRUE;
    }
  bty_call_fail_new (origins->reading->call, BTY_ERROR_DATA_LOSS,
                     _ ("the text of %s in version %lld of the soul of “%s” is gone or was changed: "
                        "“boternity-ctl soul verify %s” says more"),
                     bty_enum_nick (bty_soul_files, origins->file), (long long) version->number, origins->reading->slug,
                     origins->reading->slug);
  return FALSE;
}

static void
add_texts (Origins *origins)
{
  g_autoptr (Origins) own = origins;

  if (own->error != NULL)
    {
      bty_call_fail (own->reading->call, own->error);
      return;
    }
  for (guint i = 0; i < own->n_asked; i++)
    {
      if (!add_text (own, i))
        return;
    }
  own->n_left -= own->n_asked;
  read_next (g_steal_pointer (&own));
}

typedef struct
{
  Origins *origins;
  guint index;
} Asked;

static void
on_text (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  Origins *origins = asked->origins;
  g_autoptr (GError) error = NULL;

  origins->texts[asked->index] = bty_store_get_finish (BTY_STORE (source), result, &error);
  if (error != NULL && origins->error == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    origins->error = g_steal_pointer (&error);
  origins->n_missing -= 1;
  if (origins->n_missing == 0)
    add_texts (origins);
}

static void
read_next (Origins *origins)
{
  BtyCall *call = origins->reading->call;

  if (origins->n_left == 0)
    {
      answer (origins);
      origins_free (origins);
      return;
    }
  origins->n_asked = origins->n_missing = MIN (origins->n_left, AT_ONCE);
  for (guint i = 0; i < origins->n_asked; i++)
    {
      const BtySoulVersion *version = version_at (origins, i);
      g_autofree char *key = bty_soul_text_key (version->bot,
                                                bty_soul_version_text (version, (BtySoulFile) origins->file));
      Asked *asked = g_new0 (Asked, 1);

      asked->origins = origins;
      asked->index = i;
      bty_store_get_async (bty_soul_store_of (call), &bty_soul_text_schema, "key", key, bty_call_cancellable (call),
                           on_text, asked);
    }
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
