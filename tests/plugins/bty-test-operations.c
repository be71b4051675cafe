/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-test-operations.h"

typedef struct
{
  BtyRecord record;
  char *slug;
  char *name;
  char *note;
  gint64 size;
} TestThing;

static const BtyField thing_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (TestThing, slug, BTY_REQUIRED | BTY_READ_ONLY | BTY_KEY, N_ ("Name in paths"), .max = 60),
  BTY_FIELD_STRING (TestThing, name, BTY_REQUIRED, N_ ("Name shown to people"), .max = 60),
  BTY_FIELD_TEXT (TestThing, note, BTY_NULLABLE, N_ ("Anything else"), .max = 16000000),
  BTY_FIELD_INT64 (TestThing, size, 0, N_ ("How large it is"), .max = 1000, .fallback = "7"),
};
BTY_DECLARE_RECORD (TestThing, test_thing)
BTY_DEFINE_RECORD (TestThing, test_thing, "thing", N_ ("A thing"), thing_fields)

typedef struct
{
  BtyRecord record;
  gint64 limit;
  char *cursor;
} TestListRequest;

static const BtyField list_request_fields[] = {
  BTY_FIELD_INT64 (TestListRequest, limit, 0, N_ ("How many at most"), .min = 1, .max = 100, .fallback = "10"),
  BTY_FIELD_STRING (TestListRequest, cursor, BTY_NULLABLE, N_ ("Where the last page ended"), .max = 100),
};
BTY_DECLARE_RECORD (TestListRequest, test_list_request)
BTY_DEFINE_RECORD (TestListRequest, test_list_request, "thing_list_request", N_ ("Which things"), list_request_fields)

typedef struct
{
  BtyRecord record;
  char *next_cursor;
} TestPage;

static const BtyField page_fields[] = {
  BTY_FIELD_STRING (TestPage, next_cursor, BTY_NULLABLE, N_ ("Where the next page begins"), .max = 100),
};
BTY_DECLARE_RECORD (TestPage, test_page)
BTY_DEFINE_RECORD (TestPage, test_page, "thing_page", N_ ("The end of a page"), page_fields)

typedef struct
{
  BtyRecord record;
  char *code;
  gint64 delay;
} TestFailure;

static const BtyField failure_fields[] = {
  BTY_FIELD_STRING (TestFailure, code, BTY_REQUIRED, N_ ("Which error"), .max = 40),
  BTY_FIELD_INT64 (TestFailure, delay, 0, N_ ("After how many milliseconds"), .max = 10000),
};
BTY_DECLARE_RECORD (TestFailure, test_failure)
BTY_DEFINE_RECORD (TestFailure, test_failure, "failure", N_ ("What goes wrong"), failure_fields)

typedef struct
{
  BtyRecord record;
  gint64 after;
  gint64 count;
  gint64 size;
  gint64 delay;
  char *fail;
} TestTicks;

static const BtyField ticks_fields[] = {
  BTY_FIELD_INT64 (TestTicks, after, 0, N_ ("Number of the last item that the client has"), .max = G_MAXINT64),
  BTY_FIELD_INT64 (TestTicks, count, 0, N_ ("How many items"), .max = 1000000, .fallback = "3"),
  BTY_FIELD_INT64 (TestTicks, size, 0, N_ ("Bytes of text of each"), .max = 100000, .fallback = "4"),
  BTY_FIELD_INT64 (TestTicks, delay, 0, N_ ("Milliseconds between two; 0: all at once"), .max = 10000),
  BTY_FIELD_STRING (TestTicks, fail, BTY_NULLABLE, N_ ("With which error it ends"), .max = 40),
};
BTY_DECLARE_RECORD (TestTicks, test_ticks)
BTY_DEFINE_RECORD (TestTicks, test_ticks, "ticks", N_ ("A stream to make"), ticks_fields)

typedef struct
{
  BtyRecord record;
  char *text;
  gint64 number;
} TestTick;

static const BtyField tick_fields[] = {
  BTY_FIELD_TEXT (TestTick, text, BTY_NULLABLE, N_ ("Some text")),
  BTY_FIELD_INT64 (TestTick, number, 0, N_ ("Which one it is"), .max = G_MAXINT64),
};
BTY_DECLARE_RECORD (TestTick, test_tick)
BTY_DEFINE_RECORD (TestTick, test_tick, "tick", N_ ("An item of a stream"), tick_fields)

typedef struct
{
  BtyRecord record;
  gint64 cancelled;
  gint64 running;
} TestStats;

static const BtyField stats_fields[] = {
  BTY_FIELD_INT64 (TestStats, cancelled, BTY_REQUIRED, N_ ("Calls that were given up"), .max = G_MAXINT64),
  BTY_FIELD_INT64 (TestStats, running, BTY_REQUIRED, N_ ("Calls that go on"), .max = G_MAXINT64),
};
BTY_DECLARE_RECORD (TestStats, test_stats)
BTY_DEFINE_RECORD (TestStats, test_stats, "stats", N_ ("What has happened"), stats_fields)

static GHashTable *things; /* slug to thing */
static BtyItemLog *shared; /* of the stream that several read */
static BtyItemLog *live;   /* of the stream that tick.shout speaks on */
static gint64 n_cancelled, n_running;

static TestThing *
find_thing (BtyCall *call, const char *slug, gint64 expected)
{
  TestThing *thing = g_hash_table_lookup (things, slug);

  if (thing == NULL)
    bty_call_fail_new (call, BTY_ERROR_NOT_FOUND, "no thing is called “%s”", slug);
  else if (expected != 0 && expected != thing->record.revision)
    bty_call_fail_new (call, BTY_ERROR_ABORTED, "“%s” is at revision %" G_GINT64_FORMAT, slug, thing->record.revision);
  else
    return thing;
  return NULL;
}

static void
thing_create (BtyCall *call)
{
  const TestThing *request = bty_call_request (call);
  TestThing *thing;

  if (g_hash_table_contains (things, request->name))
    {
      bty_call_fail_new (call, BTY_ERROR_ALREADY_EXISTS, "there is a “%s” already", request->name);
      return;
    }
  thing = test_thing_edit (request);
  thing->record.id = bty_id_new ();
  thing->record.revision = 1;
  thing->record.created_at = thing->record.updated_at = g_get_real_time ();
  thing->slug = g_strdup (request->name);
  g_hash_table_insert (things, g_strdup (thing->slug), thing);
  bty_call_return (call, thing);
}

static void
thing_get (BtyCall *call)
{
  const TestThing *request = bty_call_request (call);
  const TestThing *thing = find_thing (call, request->slug, 0);

  if (thing != NULL)
    bty_call_return (call, thing);
}

static void
thing_update (BtyCall *call)
{
  const TestThing *request = bty_call_request (call);
  const TestThing *thing = find_thing (call, request->slug, request->record.revision);
  TestThing *changed;

  if (thing == NULL)
    return;
  changed = test_thing_edit (thing);
  bty_record_merge (changed, request, BTY_VIEW_PATCH);
  changed->record.revision++;
  g_hash_table_replace (things, g_strdup (changed->slug), changed);
  bty_call_return (call, changed);
}

static void
thing_delete (BtyCall *call)
{
  const TestThing *request = bty_call_request (call);
  const TestThing *thing = find_thing (call, request->slug, request->record.revision);

  if (thing == NULL)
    return;
  g_hash_table_remove (things, request->slug);
  bty_call_return (call, NULL);
}

static void
thing_list (BtyCall *call)
{
  const TestListRequest *request = bty_call_request (call);
  g_autoptr (GList) slugs = g_list_sort (g_hash_table_get_keys (things), (GCompareFunc) strcmp);
  g_autoptr (TestPage) page = test_page_new ();
  gint64 left = request->limit;
  GList *l = slugs;

  while (l != NULL && request->cursor != NULL && strcmp (l->data, request->cursor) <= 0)
    l = l->next;
  for (; l != NULL && left > 0; l = l->next, left--)
    {
      bty_call_emit (call, g_hash_table_lookup (things, l->data));
      if (left == 1 && l->next != NULL)
        bty_record_take_string (&page->next_cursor, g_strdup (l->data));
    }
  bty_call_return (call, page);
}

static void
fail_by_name (BtyCall *call, const char *name)
{
  const BtyErrorInfo *info = bty_error_info_by_name (name);

  bty_call_fail_new (call, info != NULL ? info->code : BTY_ERROR_INVALID_ARGUMENT, "asked to fail with %s", name);
}

static gboolean
on_time_to_fail (gpointer data)
{
  g_autoptr (BtyCall) call = data;

  fail_by_name (call, ((const TestFailure *) bty_call_request (call))->code);
  return G_SOURCE_REMOVE;
}

static void
failure_make (BtyCall *call)
{
  const TestFailure *request = bty_call_request (call);

  if (request->delay == 0)
    fail_by_name (call, request->code);
  else
    g_timeout_add (request->delay, on_time_to_fail, bty_call_ref (call));
}

static void
append_tick (BtyItemLog *log, gint64 number, gint64 size)
{
  g_autoptr (TestTick) tick = test_tick_new ();

  tick->number = number;
  tick->text = g_strnfill (size, 'a' + number % 26);
  bty_item_log_append (log, tick);
}

static void
end_ticks (BtyCall *call)
{
  const TestTicks *request = bty_call_request (call);
  g_autoptr (TestStats) stats = test_stats_new ();

  n_running--;
  stats->cancelled = n_cancelled;
  stats->running = n_running;
  if (request->fail != NULL)
    fail_by_name (call, request->fail);
  else
    bty_call_return (call, stats);
}

static gboolean
on_tick (gpointer data)
{
  BtyCall *call = data;
  const TestTicks *request = bty_call_request (call);
  BtyItemLog *log = bty_call_log (call);

  if (g_cancellable_is_cancelled (bty_call_cancellable (call)))
    {
      n_cancelled++;
      n_running--;
      bty_call_fail_new (call, BTY_ERROR_CANCELLED, "given up");
      return G_SOURCE_REMOVE;
    }
  if (bty_item_log_get_length (log) < (guint64) request->count)
    append_tick (log, bty_item_log_get_length (log) + 1, request->size);
  if (bty_item_log_get_length (log) < (guint64) request->count)
    return G_SOURCE_CONTINUE;
  end_ticks (call);
  return G_SOURCE_REMOVE;
}

/* A stream of its own: a client that comes back makes it anew, and begins where it was. */
static void
tick_watch (BtyCall *call)
{
  const TestTicks *request = bty_call_request (call);

  n_running++;
  bty_call_skip (call, request->after);
  if (request->delay > 0)
    {
      g_timeout_add_full (G_PRIORITY_DEFAULT, request->delay, on_tick, bty_call_ref (call),
                          (GDestroyNotify) bty_call_unref);
      return;
    }
  for (gint64 i = 1; i <= request->count; i++)
    append_tick (bty_call_log (call), i, request->size);
  end_ticks (call);
}

/* A stream that all who ask for it share, as the clients of a turn do; it is made as long as the longest asked for. */
static void
tick_share (BtyCall *call)
{
  const TestTicks *request = bty_call_request (call);

  n_running++;
  if (shared == NULL)
    shared = bty_item_log_new ();
  bty_call_share_log (call, shared);
  bty_call_skip (call, request->after);
  g_timeout_add_full (G_PRIORITY_DEFAULT, MAX (request->delay, 1), on_tick, bty_call_ref (call),
                      (GDestroyNotify) bty_call_unref);
}

static void
on_live_cancelled (GCancellable *cancellable, gpointer data)
{
  g_autoptr (BtyCall) call = bty_call_ref (data);

  g_signal_handlers_disconnect_by_data (cancellable, call);
  n_cancelled++;
  n_running--;
  bty_call_fail_new (call, BTY_ERROR_CANCELLED, "given up");
}

static void
unref_call (gpointer call, GClosure *closure)
{
  bty_call_unref (call);
}

/* Follows what tick.shout says from now on; costs nothing while that is silent. */
static void
tick_live (BtyCall *call)
{
  if (live == NULL)
    live = bty_item_log_new ();
  n_running++;
  bty_call_share_log (call, live);
  bty_call_skip (call, bty_item_log_get_length (live));
  g_signal_connect_data (bty_call_cancellable (call), "cancelled", G_CALLBACK (on_live_cancelled), bty_call_ref (call),
                         unref_call, 0);
}

typedef struct
{
  BtyCall *call;
  gint64 left;
} Shout;

static void
return_stats (BtyCall *call)
{
  g_autoptr (TestStats) stats = test_stats_new ();

  stats->cancelled = n_cancelled;
  stats->running = n_running;
  bty_call_return (call, stats);
}

/* The number of an item is the time, so that a reader sees how long it was on its way. */
static gboolean
on_shout (gpointer data)
{
  Shout *shout = data;
  const TestTicks *request = bty_call_request (shout->call);

  if (shout->left-- > 0)
    {
      append_tick (live, g_get_monotonic_time (), request->size);
      return G_SOURCE_CONTINUE;
    }
  return_stats (shout->call);
  bty_call_unref (shout->call);
  g_free (shout);
  return G_SOURCE_REMOVE;
}

static void
tick_shout (BtyCall *call)
{
  const TestTicks *request = bty_call_request (call);
  Shout *shout;

  if (live == NULL)
    live = bty_item_log_new ();
  if (request->delay == 0)
    {
      for (gint64 i = 0; i < request->count; i++)
        append_tick (live, g_get_monotonic_time (), request->size);
      return_stats (call);
      return;
    }
  shout = g_new0 (Shout, 1);
  shout->call = bty_call_ref (call);
  shout->left = request->count;
  g_timeout_add (request->delay, on_shout, shout);
}

/* Tokens, as a model gives them: many small text items. */
static void
tick_say (BtyCall *call)
{
  const TestTicks *request = bty_call_request (call);

  n_running++;
  for (gint64 i = 1; i <= request->count; i++)
    bty_call_emit_text (call, "token ", 6);
  end_ticks (call);
}

static void
on_sleeper_cancelled (GCancellable *cancellable, gpointer data)
{
  n_cancelled++;
}

static gboolean
on_sleeper_ends (gpointer data)
{
  BtyCall *call = data;

  if (!g_cancellable_is_cancelled (bty_call_cancellable (call)))
    return G_SOURCE_CONTINUE;
  n_running--;
  bty_call_fail_new (call, BTY_ERROR_CANCELLED, "given up");
  return G_SOURCE_REMOVE;
}

/* Never ends by itself. */
static void
sleeper_sleep (BtyCall *call)
{
  n_running++;
  g_cancellable_connect (bty_call_cancellable (call), G_CALLBACK (on_sleeper_cancelled), NULL, NULL);
  g_timeout_add_full (G_PRIORITY_DEFAULT, 10, on_sleeper_ends, bty_call_ref (call), (GDestroyNotify) bty_call_unref);
}

static void
stats_get (BtyCall *call)
{
  return_stats (call);
}

#define THING .request = &test_thing_schema, .response = &test_thing_schema
#define STREAM                                                                                                         \
  .request = &test_ticks_schema, .item = &test_tick_schema, .response = &test_stats_schema,                            \
  .effect = BTY_EFFECT_READ | BTY_EFFECT_STREAMING, .errors = BTY_ERRORS (NOT_FOUND, DATA_LOSS, OUT_OF_RANGE)

static const BtyOperation operations[] = {
  { .name = "thing.create",
    .summary = N_ ("Make a thing"),
    THING,
    .request_view = BTY_VIEW_CREATE,
    .http = "POST /things",
    .scope = "things:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (ALREADY_EXISTS),
    .run = thing_create },
  { .name = "thing.get",
    .summary = N_ ("Show a thing"),
    THING,
    .request_view = BTY_VIEW_KEY,
    .http = "GET /things/{slug}",
    .scope = "things:read",
    .effect = BTY_EFFECT_READ,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = thing_get },
  { .name = "thing.update",
    .summary = N_ ("Change a thing"),
    THING,
    .request_view = BTY_VIEW_PATCH,
    .http = "PATCH /things/{slug}",
    .scope = "things:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = thing_update },
  { .name = "thing.delete",
    .summary = N_ ("Delete a thing"),
    .request = &test_thing_schema,
    .request_view = BTY_VIEW_KEY,
    .http = "DELETE /things/{slug}",
    .scope = "things:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = thing_delete },
  { .name = "thing.list",
    .summary = N_ ("List things"),
    .request = &test_list_request_schema,
    .item = &test_thing_schema,
    .response = &test_page_schema,
    .http = "GET /things",
    .scope = "things:read",
    .effect = BTY_EFFECT_READ,
    .run = thing_list },
  { .name = "failure.make",
    .summary = N_ ("Fail"),
    .request = &test_failure_schema,
    .http = "POST /failures",
    .effect = BTY_EFFECT_WRITE,
    .run = failure_make,
    .errors = (const BtyErrorCode[]){ BTY_ERROR_NOT_FOUND, BTY_ERROR_ALREADY_EXISTS, BTY_ERROR_FAILED_PRECONDITION,
                                      BTY_ERROR_ABORTED, BTY_ERROR_OUT_OF_RANGE, BTY_ERROR_RESOURCE_EXHAUSTED,
                                      BTY_ERROR_UNIMPLEMENTED, BTY_ERROR_DATA_LOSS, BTY_ERRORS_END } },
  { .name = "tick.watch", .summary = N_ ("Watch ticks"), STREAM, .http = "GET /ticks", .run = tick_watch },
  { .name = "tick.send", .summary = N_ ("Ask for ticks"), STREAM, .http = "POST /ticks", .run = tick_watch },
  { .name = "tick.share",
    .summary = N_ ("Watch the ticks that all watch"),
    STREAM,
    .http = "GET /shared-ticks",
    .run = tick_share },
  { .name = "tick.live", .summary = N_ ("Watch what is shouted"), STREAM, .http = "GET /live-ticks", .run = tick_live },
  { .name = "tick.shout",
    .summary = N_ ("Shout to all who watch"),
    .request = &test_ticks_schema,
    .response = &test_stats_schema,
    .http = "POST /live-ticks",
    .effect = BTY_EFFECT_WRITE,
    .run = tick_shout },
  { .name = "tick.say", .summary = N_ ("Watch tokens"), STREAM, .http = "GET /tokens", .run = tick_say },
  { .name = "sleeper.sleep",
    .summary = N_ ("Never end"),
    .http = "POST /sleepers",
    .effect = BTY_EFFECT_WRITE,
    .run = sleeper_sleep },
  { .name = "stats.get",
    .summary = N_ ("Tell what has happened"),
    .response = &test_stats_schema,
    .http = "GET /stats",
    .effect = BTY_EFFECT_READ,
    .run = stats_get },
};

gboolean
bty_test_operations_add (BtyCatalogue *catalogue, GError **error)
{
  things = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, bty_record_unref);
  return bty_catalogue_add (catalogue, operations, G_N_ELEMENTS (operations), NULL, NULL, error);
}
