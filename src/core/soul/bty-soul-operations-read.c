/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-listing.h"
#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-reading.h"
#include "soul/bty-soul-walk.h"

#define MAX_WANTED 128 /* versions whose turn is still to come, on a page's end */

/* A list of souls tells what is true of them now: each is looked after before it is told, as when it is asked for alone. */
typedef struct
{
  BtyCall *call;
  BtyPage *page;
  guint next;
} Listing;

static void
listing_free (Listing *listing)
{
  g_clear_pointer (&listing->page, bty_page_unref);
  bty_call_unref (listing->call);
  g_free (listing);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listing, listing_free)

static void list_next (Listing *listing);

static void
on_looked_after (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Listing) listing = data;
  const BtySoulList *request = bty_call_request (listing->call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoul) soul = bty_soul_service_get_finish (BTY_SOUL_SERVICE (source), result, &error);
  const BtySoul *told = soul != NULL ? soul : listing->page->items->pdata[listing->next];

  /* One that cannot be looked after is told as it is kept; one that is gone meanwhile is not. */
  if (!g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND) &&
      (BTY_IS_NULL (request, BtySoulList, state) || request->state == told->state))
    bty_call_emit (listing->call, told);
  listing->next += 1;
  list_next (g_steal_pointer (&listing));
}

static void
list_next (Listing *listing)
{
  g_autoptr (Listing) own = listing;
  const BtySoul *soul;

  if (own->next == own->page->items->len)
    {
      bty_call_return (own->call, own->page);
      return;
    }
  soul = own->page->items->pdata[own->next];
  bty_soul_service_get_async (bty_call_service (own->call), soul->slug, bty_call_cancellable (own->call),
                              on_looked_after, own);
  g_steal_pointer (&own);
}

static void
on_souls (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Listing) listing = data;
  g_autoptr (GError) error = NULL;

  listing->page = bty_store_query_finish (BTY_STORE (source), result, &error);
  if (listing->page == NULL)
    bty_call_fail (listing->call, error);
  else
    list_next (g_steal_pointer (&listing));
}

/* The state is looked at afterwards, so a page may hold less than was asked for. */
void
bty_soul_run_list (BtyCall *call)
{
  const BtySoulList *request = bty_call_request (call);
  BtyPrincipal *principal = bty_call_principal (call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_soul_schema);
  Listing *listing = g_new0 (Listing, 1);

  if (bty_principal_get_kind (principal) == BTY_PRINCIPAL_BOT)
    bty_query_where (query, "slug", BTY_MATCH_EQUAL, bty_principal_get_name (principal));
  bty_query_order (query, "slug", FALSE);
  bty_query_limit (query, (guint) request->limit);
  bty_query_after (query, request->cursor);
  listing->call = bty_call_ref (call);
  bty_store_query_async (bty_soul_store_of (call), query, bty_call_cancellable (call), on_souls, listing);
}

static void
on_got (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoul *request = bty_call_request (own->call);

  if (BTY_HAS (request, BtyRecord, revision) && request->record.revision != own->soul->record.revision)
    bty_call_fail_new (own->call, BTY_ERROR_ABORTED, _ ("the soul of “%s” is at revision %lld, not %lld"), own->slug,
                       (long long) own->soul->record.revision, (long long) request->record.revision);
  else
    bty_call_return (own->call, own->soul);
}

void
bty_soul_run_get (BtyCall *call)
{
  const BtySoul *request = bty_call_request (call);

  if (bty_soul_admit (call, request->slug, BTY_SOUL_DEED_READ))
    bty_soul_reading_start (bty_soul_reading_new (call, request->slug), on_got);
}

static void
on_shown (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoulShow *request = bty_call_request (own->call);
  const BtySoulRead *read = &own->reads[0];
  g_autoptr (BtySoulSnapshot) snapshot = bty_soul_snapshot_new ();
  char **places[BTY_SOUL_N_FILES] = { &snapshot->soul, &snapshot->identity, &snapshot->user };

  snapshot->version = read->version != NULL ? bty_soul_version_ref (read->version) : NULL;
  for (int i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      if (request->file == NULL || strcmp (request->file, bty_enum_nick (bty_soul_files, i)) == 0)
        *places[i] = g_strdup (bty_soul_reading_text (own, 0, (guint) i));
    }
  if (request->file == NULL)
    snapshot->prompt = bty_soul_compose (&read->prompt->texts);
  bty_call_return (own->call, snapshot);
}

void
bty_soul_run_show (BtyCall *call)
{
  const BtySoulShow *request = bty_call_request (call);
  BtySoulReading *reading;

  if (!bty_soul_admit (call, request->slug, BTY_SOUL_DEED_READ) || !bty_soul_check_file (call, request->file))
    return;
  reading = bty_soul_reading_new (call, request->slug);
  reading->takes_files = TRUE;
  bty_soul_reading_want (reading, request->version);
  bty_soul_reading_start (reading, on_shown);
}

static void
on_soul_of_refs (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoulRefs *request = bty_call_request (own->call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_soul_ref_schema);

  bty_query_where (query, "bot", BTY_MATCH_EQUAL, own->soul->bot);
  if (!BTY_IS_NULL (request, BtySoulRefs, kind))
    bty_query_where (query, "kind", BTY_MATCH_EQUAL, bty_enum_nick (bty_soul_ref_kinds, (int) request->kind));
  bty_query_order (query, "name", FALSE);
  bty_listing_answer (own->call, bty_soul_store_of (own->call), query, request->cursor, request->limit);
}

void
bty_soul_run_refs (BtyCall *call)
{
  const BtySoulRefs *request = bty_call_request (call);

  if (bty_soul_admit (call, request->slug, BTY_SOUL_DEED_READ))
    bty_soul_reading_start (bty_soul_reading_new (call, request->slug), on_soul_of_refs);
}

/* The history of a branch: versions come with falling numbers, so each one is met after all that were made of it, and it is of the branch
 * when one of those was. A cursor is where to go on and which versions are wanted from there: `12:ID,ID`. */
typedef struct
{
  BtySoulReading *reading;
  GHashTable *wanted; /* ids */
  gint64 next;
  gint64 left;
} History;

static void
history_free (History *history)
{
  bty_soul_reading_free (history->reading);
  g_hash_table_unref (history->wanted);
  g_free (history);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (History, history_free)

static gboolean
visit (const BtySoulVersion *version, gpointer data)
{
  History *history = data;

  if (history->left == 0)
    return FALSE;
  history->next = version->number - 1;
  if (!g_hash_table_remove (history->wanted, version->record.id))
    return TRUE;
  if (version->parent != NULL)
    g_hash_table_add (history->wanted, g_strdup (version->parent));
  if (version->merged != NULL)
    g_hash_table_add (history->wanted, g_strdup (version->merged));
  bty_call_emit (history->reading->call, version);
  history->left -= 1;
  return history->left > 0 && g_hash_table_size (history->wanted) > 0;
}

static void
on_walked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (History) history = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_page_new ();
  g_autofree const char **ids = NULL;
  g_autofree char *list = NULL;
  guint n;

  if (!bty_soul_walk_finish (BTY_STORE (source), result, &error))
    {
      bty_call_fail (history->reading->call, error);
      return;
    }
  ids = (const char **) g_hash_table_get_keys_as_array (history->wanted, &n);
  list = g_strjoinv (",", (GStrv) ids);
  if (n > 0 && n <= MAX_WANTED && history->next > 0)
    page->next_cursor = g_strdup_printf ("%" G_GINT64_FORMAT ":%s", history->next, list);
  bty_call_return (history->reading->call, page);
}

/* Returns: FALSE when @cursor is not one of ours */
static gboolean
read_cursor (History *history, const char *cursor)
{
  char *end = NULL;
  g_auto (GStrv) ids = NULL;

  history->next = (gint64) g_ascii_strtoull (cursor, &end, 10);
  if (history->next <= 0 || *end != ':')
    return FALSE;
  ids = g_strsplit (end + 1, ",", MAX_WANTED + 1);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      if (i == MAX_WANTED || !bty_id_is_valid (ids[i]))
        return FALSE;
      g_hash_table_add (history->wanted, g_strdup (ids[i]));
    }
  return TRUE;
}

static void
walk_branch (BtySoulReading *reading)
{
  g_autoptr (History) history = g_new0 (History, 1);
  const BtySoulHistory *request = bty_call_request (reading->call);

  history->reading = reading;
  history->left = request->limit;
  history->wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (request->cursor == NULL)
    {
      history->next = reading->reads[0].version->number;
      g_hash_table_add (history->wanted, g_strdup (reading->reads[0].version->record.id));
    }
  else if (!read_cursor (history, request->cursor))
    {
      bty_call_fail_new (reading->call, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("/cursor: “%.80s” is no cursor of this list: begin without one"), request->cursor);
      return;
    }
  bty_soul_walk_async (bty_soul_store_of (reading->call), reading->soul->bot, history->next, visit, history,
                       bty_call_cancellable (reading->call), on_walked, history);
  g_steal_pointer (&history);
}

static void
list_all (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoulHistory *request = bty_call_request (own->call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_soul_version_schema);

  bty_query_where (query, "bot", BTY_MATCH_EQUAL, own->soul->bot);
  bty_query_order (query, "number", TRUE);
  bty_listing_answer (own->call, bty_soul_store_of (own->call), query, request->cursor, request->limit);
}

void
bty_soul_run_history (BtyCall *call)
{
  const BtySoulHistory *request = bty_call_request (call);
  BtySoulReading *reading;

  if (!bty_soul_admit (call, request->slug, BTY_SOUL_DEED_READ))
    return;
  reading = bty_soul_reading_new (call, request->slug);
  if (request->branch != NULL)
    bty_soul_reading_want (reading, request->branch);
  bty_soul_reading_start (reading, request->branch != NULL ? walk_branch : list_all);
}
