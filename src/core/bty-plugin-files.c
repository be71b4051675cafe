/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-files.h"

#include <glib/gi18n-lib.h>

#include "bty-plugin-folders.h"
#include "bty-plugin-watch.h"

struct _BtyPluginFiles
{
  char *data_dir;
  BtyPluginDrop drop;
  gpointer data;
  GPtrArray *entries;
  GPtrArray *problems;
  GHashTable *said; /* problems that the log was told */
};

BtyPluginFiles *
bty_plugin_files_new (const char *data_dir, BtyPluginDrop drop, gpointer data)
{
  BtyPluginFiles *self = g_new0 (BtyPluginFiles, 1);

  self->data_dir = g_strdup (data_dir);
  self->drop = drop;
  self->data = data;
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_plugin_entry_free);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  self->said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
bty_plugin_files_free (BtyPluginFiles *self)
{
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->problems);
  g_hash_table_unref (self->said);
  g_free (self->data_dir);
  g_free (self);
}

/*
 * What was there before anyone watched is not held back: a half-copied file is refused as cut off anyway, and looked at again when it
 * changes. What never comes to rest is looked at all the same, after a while.
 */
static gboolean
is_unsettled (BtyPluginEntry *entry, guint settle)
{
  gint64 age = g_get_real_time () * 1000 - entry->stamp.mtime;
  gint64 now = g_get_monotonic_time ();

  if (settle == 0)
    entry->was_first = TRUE;
  if (entry->was_first || entry->is_own || entry->module != NULL || age < 0 ||
      age >= (gint64) settle * G_GINT64_CONSTANT (1000000))
    {
      entry->restless_since = 0;
      return FALSE;
    }
  if (entry->restless_since == 0)
    entry->restless_since = now;
  return now - entry->restless_since < (gint64) settle * 1000 * BTY_PLUGIN_PATIENCE;
}

static void
look_again (BtyPluginFiles *self, BtyPluginEntry *entry)
{
  BtyPluginStamp now;
  gboolean is_there = bty_plugin_file_stamp (entry->path, &now);
  gboolean is_same = is_there && memcmp (&now, &entry->stamp, sizeof now) == 0;

  entry->is_gone = FALSE;
  entry->was_first &= is_same;
  if (entry->module != NULL)
    entry->is_replaced = !is_same;
  else if (!is_same || entry->refusal == BTY_PLUGIN_REFUSAL_FILE || entry->refusal == BTY_PLUGIN_REFUSAL_TWIN)
    {
      self->drop (self->data, entry);
      bty_plugin_entry_forget (entry);
    }
}

/* Takes the entry of @found out of the old list, or makes one. */
static BtyPluginEntry *
take_entry (BtyPluginFiles *self, GHashTable *old, const BtyPluginFound *found)
{
  gpointer path, entry;

  if (!g_hash_table_steal_extended (old, found->path, &path, &entry))
    return bty_plugin_entry_new (found->path, found->is_own);
  look_again (self, entry);
  return entry;
}

static void
take_found (BtyPluginFiles *self, GHashTable *old, GPtrArray *found, guint settle)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < found->len; i++)
    {
      BtyPluginEntry *entry = take_entry (self, old, g_ptr_array_index (found, i));
      const BtyPluginEntry *first = g_hash_table_lookup (names, entry->name);

      g_ptr_array_add (self->entries, entry);
      entry->is_unsettled = is_unsettled (entry, settle);
      if (first == NULL)
        g_hash_table_insert (names, entry->name, entry);
      else if (entry->module == NULL && entry->refusal != BTY_PLUGIN_REFUSAL_TWIN)
        {
          self->drop (self->data, entry);
          bty_plugin_entry_refuse (entry, BTY_PLUGIN_REFUSAL_TWIN,
                                   g_error_new (BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                                                _ ("“%s” has the same file name and was found first"), first->path));
        }
    }
}

/* What is open stays, and says that its file is gone; of all else nothing is left. */
static void
keep_gone (BtyPluginFiles *self, GHashTable *old)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      BtyPluginEntry *entry = value;

      if (entry->module != NULL)
        {
          entry->is_gone = TRUE;
          g_ptr_array_add (self->entries, entry);
          continue;
        }
      self->drop (self->data, entry);
      bty_plugin_entry_free (entry);
    }
}

static void
tell_problems (BtyPluginFiles *self)
{
  for (guint i = 0; i < self->problems->len; i++)
    {
      const char *problem = g_ptr_array_index (self->problems, i);

      if (g_hash_table_add (self->said, g_strdup (problem)))
        g_warning ("%s", problem);
    }
}

gboolean
bty_plugin_files_refresh (BtyPluginFiles *self, guint max, guint settle)
{
  g_autoptr (GHashTable) old = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) found = NULL;
  gboolean is_writing = FALSE;

  g_ptr_array_set_size (self->problems, 0);
  found = bty_plugin_folders_list (self->data_dir, max, self->problems);
  for (guint i = 0; i < self->entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (self->entries, i);

      g_hash_table_insert (old, entry->path, entry);
    }
  g_ptr_array_set_free_func (self->entries, NULL);
  g_ptr_array_unref (self->entries);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_plugin_entry_free);
  take_found (self, old, found, settle);
  keep_gone (self, old);
  tell_problems (self);
  for (guint i = 0; i < self->entries->len; i++)
    is_writing |= ((const BtyPluginEntry *) g_ptr_array_index (self->entries, i))->is_unsettled;
  return is_writing;
}

GPtrArray *
bty_plugin_files_get_entries (BtyPluginFiles *self)
{
  return self->entries;
}

GPtrArray *
bty_plugin_files_get_problems (BtyPluginFiles *self)
{
  return self->problems;
}

BtyPluginEntry *
bty_plugin_files_find (BtyPluginFiles *self, const char *path)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (self->entries, i);

      if (g_str_equal (entry->path, path))
        return entry;
    }
  return NULL;
}

BtyPluginEntry *
bty_plugin_files_lookup (BtyPluginFiles *self, const char *name)
{
  BtyPluginEntry *second = NULL;

  for (guint i = 0; i < self->entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (self->entries, i);

      if (!bty_plugin_entry_is_called (entry, name))
        continue;
      if (entry->refusal == BTY_PLUGIN_REFUSAL_NONE)
        return entry;
      second = second != NULL ? second : entry;
    }
  return second;
}
