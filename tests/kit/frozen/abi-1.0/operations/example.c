/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-note.h"

/*
 * A plugin that keeps notes. Everything here runs on the main context of the daemon: a handler must not block. It ends its call
 * exactly once, now or later, with bty_call_return() or bty_call_fail().
 */

static BtyStore *
store_of (BtyCall *call)
{
  return bty_host_get_store (bty_plugin_get_host (bty_call_service (call)));
}

/* example.add: what came in has been checked against the table; what is stored is what goes out. */

typedef struct
{
  BtyCall *call;
  ExampleNote *note;
} Adding;

static void
on_added (GObject *store, GAsyncResult *result, gpointer data)
{
  Adding *adding = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (store), result, &error))
    bty_call_return (adding->call, adding->note);
  else
    bty_call_fail (adding->call, error);
  bty_call_unref (adding->call);
  example_note_unref (adding->note);
  g_free (adding);
}

static void
add (BtyCall *call)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  Adding *adding = g_new (Adding, 1);

  adding->call = bty_call_ref (call);
  adding->note = example_note_edit (bty_call_request (call));
  bty_batch_put (batch, adding->note); /* gives it its id */
  bty_batch_publish (batch, "example.note.added", adding->note);
  bty_store_apply_async (store_of (call), batch, bty_call_cancellable (call), on_added, adding);
}

/* example.get */

static void
on_got (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ExampleNote) note = bty_store_get_finish (BTY_STORE (store), result, &error);

  if (note != NULL)
    bty_call_return (call, note);
  else
    bty_call_fail (call, error);
}

static void
get (BtyCall *call)
{
  const ExampleNote *key = bty_call_request (call);

  bty_store_get_async (store_of (call), &example_note_schema, "id", key->record.id, bty_call_cancellable (call), on_got,
                       bty_call_ref (call));
}

/* example.list: the items of a page, and the page with the cursor of the next one. */

static void
on_listed (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (store), result, &error);

  if (page == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    bty_call_emit (call, g_ptr_array_index (page->items, i));
  bty_call_return (call, page);
}

static void
list (BtyCall *call)
{
  const ExampleListRequest *request = bty_call_request (call);
  g_autoptr (BtyQuery) query = bty_query_new (&example_note_schema);

  if (request->title != NULL)
    bty_query_where (query, "title", BTY_MATCH_EQUAL, request->title);
  bty_query_limit (query, (guint) request->limit);
  bty_query_after (query, request->cursor);
  bty_store_query_async (store_of (call), query, bty_call_cancellable (call), on_listed, bty_call_ref (call));
}

/* example.read: a stream. Emit as things come; a reader that is slow only lags, and one that left is seen at the next word. */

typedef struct
{
  BtyCall *call;
  GStrv words;
  guint next;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  bty_call_unref (reading->call);
  g_strfreev (reading->words);
  g_free (reading);
}

static gboolean
say_word (gpointer data)
{
  Reading *reading = data;
  const char *word = reading->words[reading->next++];
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (bty_call_cancellable (reading->call), &error))
    bty_call_fail (reading->call, error);
  else if (word == NULL)
    bty_call_return (reading->call, NULL);
  else
    {
      bty_call_emit_text (reading->call, word, strlen (word));
      return G_SOURCE_CONTINUE;
    }
  return G_SOURCE_REMOVE;
}

static void
on_found (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ExampleNote) note = bty_store_get_finish (BTY_STORE (store), result, &error);
  Reading *reading;

  if (note == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  reading = g_new0 (Reading, 1);
  reading->words = g_strsplit (note->text, " ", -1);
  reading->call = g_steal_pointer (&call);
  g_timeout_add_full (G_PRIORITY_DEFAULT, (guint) bty_plugin_get_int (bty_call_service (reading->call), "pause_ms"),
                      say_word, reading, reading_free);
}

static void
read_aloud (BtyCall *call)
{
  const ExampleNote *key = bty_call_request (call);

  bty_store_get_async (store_of (call), &example_note_schema, "id", key->record.id, bty_call_cancellable (call),
                       on_found, bty_call_ref (call));
}

/* What the plugin brings. Names begin with its id; everything is static and const. */

static const BtyOperation operations[] = {
  { .name = "example.add",
    .summary = "Keep a note",
    .request = &example_note_schema,
    .response = &example_note_schema,
    .http = "POST /example/notes",
    .scope = "example:write",
    .effect = BTY_EFFECT_WRITE,
    .run = add },
  { .name = "example.get",
    .summary = "Show a note",
    .request = &example_note_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &example_note_schema,
    .http = "GET /example/notes/{id}",
    .scope = "example:read",
    .effect = BTY_EFFECT_READ,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = get },
  { .name = "example.list",
    .summary = "List the notes",
    .request = &example_list_request_schema,
    .item = &example_note_schema,
    .response = &bty_page_schema,
    .http = "GET /example/notes",
    .scope = "example:read",
    .effect = BTY_EFFECT_READ,
    .run = list },
  { .name = "example.read",
    .summary = "Read a note aloud, word by word",
    .request = &example_note_schema,
    .request_view = BTY_VIEW_KEY,
    .item = &example_word_schema,
    .http = "GET /example/notes/{id}/words",
    .scope = "example:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = read_aloud },
};

static const BtySchema *const records[] = { &example_note_schema };

static const BtySetting settings[] = {
  { .group = "example",
    .key = "pause_ms",
    .type = BTY_SETTING_INT,
    .fallback = "100",
    .unit = "ms",
    .min = 0,
    .max = 10000,
    .summary = "Pause between two words of a note" },
};

/* Only declares what there is: work begins when an operation is called. */
static void
example_register (BtyPlugin *plugin)
{
  bty_plugin_add_settings (plugin, settings, G_N_ELEMENTS (settings));
  bty_plugin_add_records (plugin, records, G_N_ELEMENTS (records));
  bty_plugin_add_operations (plugin, operations, G_N_ELEMENTS (operations), plugin);
}

BTY_PLUGIN_DEFINE ("example", "Keeps notes and reads them aloud", "0.1.0", "LGPL-2.1-or-later", example_register)
