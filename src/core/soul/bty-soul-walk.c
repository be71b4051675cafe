/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-walk.h"

#define PAGE 500

typedef struct
{
  char *bot;
  gint64 number;
  BtySoulVisit visit;
  gpointer data;
} Walk;

static void
walk_free (gpointer data)
{
  Walk *walk = data;

  g_free (walk->bot);
  g_free (walk);
}

static void step (GTask *task);

static void
on_page (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Walk *walk = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtySoulVersion *version = g_ptr_array_index (page->items, i);

      walk->number = version->number - 1;
      if (!walk->visit (version, walk->data))
        {
          g_task_return_boolean (task, TRUE);
          return;
        }
    }
  if (page->items->len < PAGE)
    g_task_return_boolean (task, TRUE);
  else
    step (g_steal_pointer (&task));
}

static void
step (GTask *task)
{
  Walk *walk = g_task_get_task_data (task);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_soul_version_schema);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, walk->number);

  bty_query_where (query, "bot", BTY_MATCH_EQUAL, walk->bot);
  bty_query_where (query, "number", BTY_MATCH_LESS_OR_EQUAL, number);
  bty_query_order (query, "number", TRUE);
  bty_query_limit (query, PAGE);
  bty_store_query_async (g_task_get_source_object (task), query, g_task_get_cancellable (task), on_page, task);
}

void
bty_soul_walk_async (BtyStore *store, const char *bot, gint64 number, BtySoulVisit visit, gpointer visit_data,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (store, cancellable, callback, data);
  Walk *walk = g_new0 (Walk, 1);

  g_task_set_source_tag (task, bty_soul_walk_async);
  walk->bot = g_strdup (bot);
  walk->number = number;
  walk->visit = visit;
  walk->data = visit_data;
  g_task_set_task_data (task, walk, walk_free);
  step (task);
}

gboolean
bty_soul_walk_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
