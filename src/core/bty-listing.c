/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-core"

#include "config.h"

#include "bty-listing.h"

typedef struct
{
  BtyCall *call;
  gboolean (*keep) (gconstpointer record, GObject *data);
  GObject *data;
} Listing;

static void
listing_free (Listing *listing)
{
  bty_call_unref (listing->call);
  g_clear_object (&listing->data);
  g_free (listing);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listing, listing_free)

static BtyPage *
keep_some (BtyPage *page, const Listing *listing)
{
  BtyPage *kept;

  if (listing->keep == NULL)
    return page;
  kept = bty_page_new ();
  kept->next_cursor = g_strdup (page->next_cursor);
  kept->items = bty_record_list_new ();
  for (guint i = 0; i < page->items->len; i++)
    if (listing->keep (g_ptr_array_index (page->items, i), listing->data))
      g_ptr_array_add (kept->items, bty_record_ref (g_ptr_array_index (page->items, i)));
  bty_page_unref (page);
  return kept;
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Listing) listing = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (listing->call, error);
      return;
    }
  page = keep_some (page, listing);
  for (guint i = 0; i < page->items->len; i++)
    bty_call_emit (listing->call, g_ptr_array_index (page->items, i));
  bty_call_return (listing->call, page);
}

void
bty_listing_answer_some (BtyCall *call, BtyStore *store, BtyQuery *query, const char *cursor, gint64 limit,
                         gboolean (*keep) (gconstpointer record, GObject *data), GObject *data)
{
  Listing *listing = g_new0 (Listing, 1);

  listing->call = bty_call_ref (call);
  listing->keep = keep;
  listing->data = data != NULL ? g_object_ref (data) : NULL;
  if (limit > 0)
    bty_query_limit (query, (guint) limit);
  bty_query_after (query, cursor);
  bty_store_query_async (store, query, bty_call_cancellable (call), on_listed, listing);
}

void
bty_listing_where_time (BtyQuery *query, const char *field, BtyMatch match, gint64 time)
{
  g_autoptr (GDateTime) second = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) exact = g_date_time_add (second, time % G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (exact, "%Y-%m-%dT%H:%M:%S.%fZ");

  bty_query_where (query, field, match, text);
}

void
bty_listing_answer (BtyCall *call, BtyStore *store, BtyQuery *query, const char *cursor, gint64 limit)
{
  bty_listing_answer_some (call, store, query, cursor, limit, NULL, NULL);
}
