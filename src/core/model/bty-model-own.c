/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-model"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gi18n-lib.h>

#include "bty-text-file.h"
#include "model/bty-model-lists.h"
#include "model/bty-model-own.h"

#define MAX_OWN 2000

static gboolean
write_file (const char *path, const char *text, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) failure = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return bty_file_fail (error, _ ("make"), folder);
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &failure))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("cannot write %s: %s"), path, failure->message);
      return FALSE;
    }
  return TRUE;
}

/* Writing the owner's file: a line a model, for people to read. */

static void
write_strings (BtyJsonWriter *writer, const char *name, GStrv words)
{
  bty_json_writer_key (writer, name);
  bty_json_writer_begin_array (writer);
  for (guint i = 0; words[i] != NULL; i++)
    bty_json_writer_string (writer, words[i]);
  bty_json_writer_end_array (writer);
}

static void
write_field (BtyJsonWriter *writer, const BtyModelEntry *entry, const BtyField *field)
{
  gconstpointer place = (const char *) entry + field->offset;

  if (field->type == BTY_FIELD_TYPE_STRV && *(GStrv const *) place != NULL)
    write_strings (writer, field->name, *(GStrv const *) place);
  else if (field->type == BTY_FIELD_TYPE_STRING && *(char *const *) place != NULL)
    bty_json_writer_member_string (writer, field->name, *(char *const *) place);
  else if (field->type == BTY_FIELD_TYPE_INT64 && *(const gint64 *) place > 0)
    bty_json_writer_member_int (writer, field->name, *(const gint64 *) place);
}

static void
append_entry (GString *out, const BtyModelEntry *entry)
{
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_json_writer_begin_object (&writer);
  for (guint i = 0; i < entry->record.schema->n_fields; i++)
    write_field (&writer, entry, bty_schema_get_field (entry->record.schema, i));
  bty_json_writer_end_object (&writer);
}

static gboolean
write_own (const char *config_dir, const BtyModelFile *file, GError **error)
{
  g_autofree char *path = bty_model_lists_own_path (config_dir);
  g_autoptr (GString) out = g_string_new ("{\"vendor\":\"own\",\"models\":[");

  for (guint i = 0; i < file->models->len; i++)
    {
      g_string_append (out, i == 0 ? "\n  " : ",\n  ");
      append_entry (out, file->models->pdata[i]);
    }
  g_string_append (out, "\n]}\n");
  return write_file (path, out->str, error);
}

static BtyModelFile *
read_own (const char *config_dir, GError **error)
{
  g_autofree char *path = bty_model_lists_own_path (config_dir);
  g_autoptr (GError) failure = NULL;
  BtyModelFile *file = bty_model_lists_read (path, &failure);

  if (file == NULL && failure != NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("%s; mend the file or delete it"),
                   failure->message);
      return NULL;
    }
  if (file == NULL)
    {
      file = bty_record_new (&bty_model_file_schema);
      file->vendor = g_strdup ("own");
      file->models = bty_record_list_new ();
    }
  return file;
}

static int
find (const BtyModelFile *file, const char *name)
{
  for (guint i = 0; i < file->models->len; i++)
    {
      const BtyModelEntry *entry = file->models->pdata[i];

      if (g_strv_length (entry->match) == 1 && strcmp (entry->match[0], name) == 0)
        return (int) i;
    }
  return -1;
}

static void
set_price (char **place, const BtyModelSet *set, guint32 offset)
{
  gint64 price = *(const gint64 *) (gconstpointer) ((const char *) set + offset);

  if (!bty_record_has_at (set, offset))
    return;
  bty_record_take_string (place, bty_record_is_null_at (set, offset) ? NULL : bty_model_price_text (price));
}

static void
merge (BtyModelEntry *entry, const BtyModelSet *set)
{
  if (BTY_HAS (set, BtyModelSet, context_window))
    entry->window = BTY_IS_NULL (set, BtyModelSet, context_window) ? 0 : set->context_window;
  if (BTY_HAS (set, BtyModelSet, max_output))
    entry->max_output = BTY_IS_NULL (set, BtyModelSet, max_output) ? 0 : set->max_output;
  if (BTY_HAS (set, BtyModelSet, abilities))
    {
      g_strfreev (entry->abilities);
      entry->abilities = g_strdupv (set->abilities);
    }
  if (BTY_HAS (set, BtyModelSet, tokenizer))
    bty_record_take_string (&entry->tokenizer, g_strdup (set->tokenizer));
  set_price (&entry->input, set, G_STRUCT_OFFSET (BtyModelSet, input_price));
  set_price (&entry->cached, set, G_STRUCT_OFFSET (BtyModelSet, cached_price));
  set_price (&entry->cache_write, set, G_STRUCT_OFFSET (BtyModelSet, cache_write_price));
  set_price (&entry->output, set, G_STRUCT_OFFSET (BtyModelSet, output_price));
}

BtyModelEntry *
bty_model_own_set (const char *config_dir, const BtyModelSet *set, GError **error)
{
  g_autoptr (BtyModelFile) file = read_own (config_dir, error);
  g_autoptr (BtyRecord) record = NULL;
  BtyModelEntry *entry;
  int index;

  if (file == NULL)
    return NULL;
  index = find (file, set->name);
  record = index >= 0 ? bty_record_edit (file->models->pdata[index]) : bty_record_new (&bty_model_entry_schema);
  entry = (BtyModelEntry *) record;
  if (index < 0)
    entry->match = g_strdupv ((char *[]){ set->name, NULL });
  merge (entry, set);
  if (!bty_model_entry_check (entry, error))
    return NULL;
  if (index < 0 && file->models->len >= MAX_OWN)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                   _ ("%d models are set already: a name that ends in * stands for many"), MAX_OWN);
      return NULL;
    }
  if (index >= 0)
    bty_record_unref (file->models->pdata[index]);
  else
    g_ptr_array_add (file->models, NULL);
  file->models->pdata[index >= 0 ? (guint) index : file->models->len - 1] = bty_record_ref (entry);
  return write_own (config_dir, file, error) ? (BtyModelEntry *) g_steal_pointer (&record) : NULL;
}

gboolean
bty_model_own_unset (const char *config_dir, const char *name, GError **error)
{
  g_autoptr (BtyModelFile) file = read_own (config_dir, error);
  int index;

  if (file == NULL)
    return FALSE;
  index = find (file, name);
  if (index < 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("nothing was set for the model “%s”"), name);
      return FALSE;
    }
  g_ptr_array_remove_index (file->models, (guint) index);
  return write_own (config_dir, file, error);
}

/* Newer lists. */

static gboolean
is_file_name (const char *vendor)
{
  for (const char *letter = vendor; *letter != '\0'; letter++)
    if (!g_ascii_islower (*letter) && !g_ascii_isdigit (*letter) && *letter != '-')
      return FALSE;
  return TRUE;
}

gboolean
bty_model_own_take (const char *data_dir, const BtyModelFile *file, const char *text, GError **error)
{
  g_autofree char *path = NULL;

  if (!is_file_name (file->vendor))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("/vendor: “%s” is not small letters, digits and dashes"), file->vendor);
      return FALSE;
    }
  path = bty_model_lists_taken_path (data_dir, file->vendor);
  return write_file (path, text, error);
}

static void
add_change (GPtrArray *changes, const char *model, const char *field, char *before, char *after)
{
  BtyModelChange *change = bty_model_change_new ();

  change->model = g_strdup (model);
  change->field = g_strdup (field);
  change->before = before;
  change->after = after;
  g_ptr_array_add (changes, change);
}

static char *
field_text (const BtyModelEntry *entry, const BtyField *field)
{
  gconstpointer place = (const char *) entry + field->offset;

  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRV:
      return *(GStrv const *) place != NULL ? g_strjoinv (",", *(GStrv const *) place) : NULL;
    case BTY_FIELD_TYPE_STRING:
      return g_strdup (*(char *const *) place);
    case BTY_FIELD_TYPE_INT64:
      return *(const gint64 *) place > 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, *(const gint64 *) place) : NULL;
    default:
      return *(const gboolean *) place ? g_strdup ("true") : NULL;
    }
}

static void
compare_entries (GPtrArray *changes, const BtyModelEntry *old, const BtyModelEntry *entry)
{
  for (guint i = 0; i < entry->record.schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (entry->record.schema, i);
      g_autofree char *before = field_text (old, field);
      g_autofree char *after = field_text (entry, field);

      if (g_strcmp0 (before, after) != 0)
        add_change (changes, entry->match[0], field->name, g_steal_pointer (&before), g_steal_pointer (&after));
    }
}

static const BtyModelEntry *
find_first (const BtyModelFile *file, const char *name)
{
  for (guint i = 0; file != NULL && i < file->models->len; i++)
    if (strcmp (((const BtyModelEntry *) file->models->pdata[i])->match[0], name) == 0)
      return file->models->pdata[i];
  return NULL;
}

GPtrArray *
bty_model_own_compare (const BtyModelFile *old, const BtyModelFile *file)
{
  GPtrArray *changes = bty_record_list_new ();

  for (guint i = 0; i < file->models->len; i++)
    {
      const BtyModelEntry *entry = file->models->pdata[i];
      const BtyModelEntry *before = find_first (old, entry->match[0]);

      if (before != NULL)
        compare_entries (changes, before, entry);
      else
        add_change (changes, entry->match[0], "model", NULL, g_strdup (entry->title));
    }
  for (guint i = 0; old != NULL && i < old->models->len; i++)
    {
      const BtyModelEntry *entry = old->models->pdata[i];

      if (find_first (file, entry->match[0]) == NULL)
        add_change (changes, entry->match[0], "model", g_strdup (entry->title), NULL);
    }
  return changes;
}
