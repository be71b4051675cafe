/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-reading.h"

BtySoulReading *
bty_soul_reading_new (BtyCall *call, const char *slug)
{
  BtySoulReading *self = g_new0 (BtySoulReading, 1);

  self->call = bty_call_ref (call);
  self->service = g_object_ref (bty_call_service (call));
  self->slug = g_strdup (slug);
  return self;
}

void
bty_soul_reading_free (BtySoulReading *self)
{
  for (guint i = 0; i < self->n_reads; i++)
    {
      g_free (self->reads[i].name);
      g_clear_pointer (&self->reads[i].version, bty_soul_version_unref);
      g_clear_pointer (&self->reads[i].prompt, bty_soul_prompt_free);
    }
  if (self->data != NULL)
    self->free_data (self->data);
  g_clear_pointer (&self->soul, bty_soul_unref);
  g_free (self->slug);
  g_object_unref (self->service);
  bty_call_unref (self->call);
  g_free (self);
}

void
bty_soul_reading_want (BtySoulReading *self, const char *name)
{
  g_return_if_fail (self->n_reads < BTY_SOUL_MOST_READS);
  self->reads[self->n_reads++].name = g_strdup (name);
}

void
bty_soul_reading_want_number (BtySoulReading *self, gint64 number)
{
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  bty_soul_reading_want (self, name);
}

const char *
bty_soul_reading_text (const BtySoulReading *self, guint index, guint file)
{
  const char *text = self->reads[index].prompt->texts.text[file];

  return text != NULL ? text : "";
}

static void advance (BtySoulReading *self);

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtySoulReading) self = data;
  g_autoptr (GError) error = NULL;
  BtySoulRead *read = &self->reads[self->n_read];

  read->prompt = bty_soul_service_load_finish (self->service, result, &error);
  if (read->prompt == NULL)
    {
      bty_call_fail (self->call, error);
      return;
    }
  self->n_read += 1;
  advance (g_steal_pointer (&self));
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtySoulReading) self = data;
  g_autoptr (GError) error = NULL;
  BtySoulRead *read = &self->reads[self->n_read];

  read->version = bty_soul_service_find_finish (self->service, result, &error);
  if (read->version == NULL)
    {
      bty_call_fail (self->call, error);
      return;
    }
  bty_soul_service_load_async (self->service, read->version, bty_call_cancellable (self->call), on_loaded, self);
  g_steal_pointer (&self);
}

static void
on_files_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtySoulReading) self = data;
  g_autoptr (GError) error = NULL;
  BtySoulRead *read = &self->reads[self->n_read];

  read->prompt = bty_soul_service_read_files_finish (self->service, result, &error);
  if (read->prompt == NULL)
    {
      bty_call_fail (self->call, error);
      return;
    }
  self->n_read += 1;
  advance (g_steal_pointer (&self));
}

static void
on_soul (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtySoulReading) self = data;
  g_autoptr (GError) error = NULL;

  self->soul = bty_soul_service_get_finish (self->service, result, &error);
  if (self->soul == NULL)
    {
      bty_call_fail (self->call, error);
      return;
    }
  advance (g_steal_pointer (&self));
}

static void
advance (BtySoulReading *self)
{
  GCancellable *cancellable = bty_call_cancellable (self->call);

  if (self->soul == NULL)
    bty_soul_service_get_async (self->service, self->slug, cancellable, on_soul, self);
  else if (self->n_read == self->n_reads)
    self->done (self);
  else if (self->takes_files && g_str_equal (self->reads[self->n_read].name, BTY_SOUL_FILES_NAME))
    bty_soul_service_read_files_async (self->service, self->slug, cancellable, on_files_read, self);
  else
    bty_soul_service_find_async (self->service, self->slug, self->reads[self->n_read].name, cancellable, on_found,
                                 self);
}

void
bty_soul_reading_start (BtySoulReading *self, BtySoulReadingDone done)
{
  self->done = done;
  advance (self);
}
