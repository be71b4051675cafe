/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"

#define MIN_PREFIX 6
#define MAX_STEPS  1000000

/* Finding a version by what people call it: the ways are tried in the order of these states. */

typedef enum
{
  FIND_HEAD,
  FIND_NUMBER,
  FIND_BRANCH,
  FIND_TAG,
  FIND_PREFIX,
  FIND_NOTHING,
} Way;

typedef struct
{
  char *slug;
  char *name; /* without the steps */
  char *whole;
  guint64 steps; /* back along the parents */
  Way way;
  BtySoul *soul;
  BtySoulVersion *found;
} Find;

static void
find_free (gpointer data)
{
  Find *find = data;

  g_free (find->slug);
  g_free (find->name);
  g_free (find->whole);
  g_clear_pointer (&find->soul, bty_soul_unref);
  g_clear_pointer (&find->found, bty_soul_version_unref);
  g_free (find);
}

static void find_by (GTask *task);
static void step_back (GTask *task);

static void
fail_to_find (GTask *task)
{
  Find *find = g_task_get_task_data (task);

  g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                           _ ("the soul of “%s” has no version “%.100s”: give a number, head, a branch, a tag or the "
                              "beginning of a hash; “boternity-ctl soul history %s” shows them"),
                           find->slug, find->whole, find->slug);
}

static void
take_version (GTask *task, BtySoulVersion *version, GError *error)
{
  Find *find = g_task_get_task_data (task);

  if (version != NULL)
    {
      g_clear_pointer (&find->found, bty_soul_version_unref);
      find->found = version;
      step_back (task);
      return;
    }
  if (!g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      return;
    }
  g_error_free (error);
  find->way += 1;
  find_by (task);
}

static void
on_found (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  BtySoulVersion *version = bty_store_get_finish (BTY_STORE (store), result, &error);

  take_version (task, version, error);
}

static void
get_version (GTask *task, const char *field, const char *value)
{
  BtySoulService *self = g_task_get_source_object (task);

  bty_store_get_async (self->store, &bty_soul_version_schema, field, value, g_task_get_cancellable (task), on_found,
                       g_object_ref (task));
}

static void
on_parent (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Find *find = g_task_get_task_data (task);
  GError *error = NULL;
  BtySoulVersion *version = bty_store_get_finish (BTY_STORE (store), result, &error);

  if (version == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  bty_soul_version_unref (find->found);
  find->found = version;
  find->steps -= 1;
  step_back (task);
}

static void
step_back (GTask *task)
{
  BtySoulService *self = g_task_get_source_object (task);
  Find *find = g_task_get_task_data (task);

  if (find->steps == 0)
    g_task_return_pointer (task, g_steal_pointer (&find->found), bty_record_unref);
  else if (find->found->parent == NULL)
    fail_to_find (task);
  else
    bty_store_get_async (self->store, &bty_soul_version_schema, "id", find->found->parent,
                         g_task_get_cancellable (task), on_parent, g_object_ref (task));
}

static void
on_ref (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (BtySoulRef) ref = bty_store_get_finish (BTY_STORE (store), result, &error);

  if (ref != NULL)
    get_version (task, "id", ref->version);
  else
    take_version (task, NULL, error);
}

static void
get_ref (GTask *task, BtySoulRefKind kind)
{
  BtySoulService *self = g_task_get_source_object (task);
  Find *find = g_task_get_task_data (task);
  g_autofree char *key = bty_soul_ref_key (find->soul->bot, kind, find->name);

  bty_store_get_async (self->store, &bty_soul_ref_schema, "key", key, g_task_get_cancellable (task), on_ref,
                       g_object_ref (task));
}

/* By the beginning of a hash: the newest are looked at first, all of them, since it must be the only one. */

static void search (GTask *task, const char *cursor);

static void
on_page (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Find *find = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, &error);

  for (guint i = 0; page != NULL && error == NULL && i < page->items->len; i++)
    {
      BtySoulVersion *version = g_ptr_array_index (page->items, i);

      if (!g_str_has_prefix (version->hash, find->name))
        continue;
      if (find->found != NULL)
        g_set_error (&error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                     _ ("“%s” is the beginning of more than one version's hash: give more of it"), find->name);
      else
        find->found = bty_soul_version_ref (version);
    }
  if (error != NULL)
    g_task_return_error (task, error);
  else if (page->next_cursor != NULL)
    search (task, page->next_cursor);
  else if (find->found != NULL)
    step_back (task);
  else
    fail_to_find (task);
}

static void
search (GTask *task, const char *cursor)
{
  BtySoulService *self = g_task_get_source_object (task);
  Find *find = g_task_get_task_data (task);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_soul_version_schema);

  bty_query_where (query, "bot", BTY_MATCH_EQUAL, find->soul->bot);
  bty_query_order (query, "number", TRUE);
  bty_query_limit (query, 1000);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, g_task_get_cancellable (task), on_page, g_object_ref (task));
}

static gboolean
is_number (const char *name)
{
  return *name >= '1' && *name <= '9' && strlen (name) <= 18 && strspn (name, "0123456789") == strlen (name);
}

static gboolean
is_prefix (const char *name)
{
  gsize length = strlen (name);

  return length >= MIN_PREFIX && length <= 64 && strspn (name, "0123456789abcdef") == length;
}

static void
find_by (GTask *task)
{
  Find *find = g_task_get_task_data (task);
  g_autofree char *key = NULL;

  if (find->way == FIND_HEAD && !g_str_equal (find->name, "head"))
    find->way = FIND_NUMBER;
  if (find->way == FIND_NUMBER && !is_number (find->name))
    find->way = FIND_BRANCH;
  if (find->way == FIND_PREFIX && !is_prefix (find->name))
    find->way = FIND_NOTHING;
  switch (find->way)
    {
    case FIND_HEAD:
      get_version (task, "id", find->soul->version);
      break;
    case FIND_NUMBER:
      key = g_strconcat (find->soul->bot, "/", find->name, NULL);
      get_version (task, "key", key);
      break;
    case FIND_BRANCH:
      get_ref (task, BTY_SOUL_BRANCH);
      break;
    case FIND_TAG:
      get_ref (task, BTY_SOUL_TAG);
      break;
    case FIND_PREFIX:
      search (task, NULL);
      break;
    case FIND_NOTHING:
      fail_to_find (task);
      break;
    }
}

static void
on_soul (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Find *find = g_task_get_task_data (task);
  GError *error = NULL;

  find->soul = bty_soul_service_get_finish (BTY_SOUL_SERVICE (source), result, &error);
  if (find->soul == NULL)
    g_task_return_error (task, error);
  else
    find_by (task);
}

/* `NAME~3`: three parents back. */
static void
cut_steps (Find *find)
{
  char *tilde = strrchr (find->name, '~');
  guint64 steps;

  if (tilde == NULL || !g_ascii_string_to_unsigned (tilde + 1, 10, 0, MAX_STEPS, &steps, NULL))
    return;
  *tilde = '\0';
  find->steps = steps;
}

void
bty_soul_service_find_async (BtySoulService *self, const char *slug, const char *name, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Find *find = g_new0 (Find, 1);

  g_task_set_source_tag (task, bty_soul_service_find_async);
  find->slug = g_strdup (slug);
  find->whole = g_strdup (name);
  find->name = g_strdup (name);
  cut_steps (find);
  g_task_set_task_data (task, find, find_free);
  bty_soul_service_get_async (self, slug, cancellable, on_soul, g_object_ref (task));
}

BtySoulVersion *
bty_soul_service_find_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
