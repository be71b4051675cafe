/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-core"

#include "config.h"

#include "bty-listing.h"

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    bty_call_emit (call, g_ptr_array_index (page->items, i));
  bty_call_return (call, page);
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
  if (limit > 0)
    bty_query_limit (query, (guint) limit);
  bty_query_after (query, cursor);
  bty_store_query_async (store, query, bty_call_cancellable (call), on_listed, bty_call_ref (call));
}
