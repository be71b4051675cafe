/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-item-log"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-error.h"
#include "bty-item-log-private.h"
#include "bty-item-window-private.h"

#define IS_RECORD  0x80000000U
#define MAX_TEXT   0x7fffffffU
#define MAX_RUN    ((gsize) 64 * 1024) /* bytes of text given out, or taken in, as one */
#define PACK_MAGIC 0x01474f4cU         /* "LOG" and the form's version */
#define PACK_HEAD  (3 * sizeof (guint32))

typedef struct
{
  guint id;
  BtyItemLogWake wake; /* NULL: unwatched while wakes were being called */
  gpointer data;
} Watch;

/* The logs of one context that have something to announce: one source for all, as the context looks at each on every turn. */
typedef struct
{
  GSource source;
  GMainContext *context; /* to compare only */
  GQueue logs;
} Waker;

/* An entry is where a text item begins, or IS_RECORD and the record's place: four bytes an item. A text item ends where the
 * next one begins. */
struct _BtyItemLog
{
  grefcount references;
  GArray *entries;
  GString *text;
  GPtrArray *records;
  GArray *watches;
  guint last_watch;
  guint waking;
  Waker *waker; /* (nullable): in whose queue it is */
  GList waker_link;
  BtyItemWindow *window; /* (nullable): then it holds the items, and entries, text and records are empty */
  BtyItemLogMissed missed;
  gpointer missed_data;
};

G_DEFINE_BOXED_TYPE (BtyItemLog, bty_item_log, bty_item_log_ref, bty_item_log_unref)

BtyItemLog *
bty_item_log_new (void)
{
  BtyItemLog *log = g_new0 (BtyItemLog, 1);

  g_ref_count_init (&log->references);
  log->entries = g_array_new (FALSE, FALSE, sizeof (guint32));
  log->text = g_string_new (NULL);
  log->records = bty_record_list_new ();
  log->watches = g_array_new (FALSE, FALSE, sizeof (Watch));
  return log;
}

BtyItemLog *
bty_item_log_ref (BtyItemLog *log)
{
  g_return_val_if_fail (log != NULL, NULL);

  g_ref_count_inc (&log->references);
  return log;
}

static void
leave_waker (BtyItemLog *log)
{
  if (log->waker == NULL)
    return;
  g_queue_unlink (&log->waker->logs, &log->waker_link);
  g_source_unref (&g_steal_pointer (&log->waker)->source);
}

void
bty_item_log_unref (BtyItemLog *log)
{
  g_return_if_fail (log != NULL);

  if (!g_ref_count_dec (&log->references))
    return;
  leave_waker (log);
  g_array_unref (log->entries);
  g_string_free (log->text, TRUE);
  g_ptr_array_unref (log->records);
  g_array_unref (log->watches);
  g_clear_pointer (&log->window, bty_item_window_free);
  g_free (log);
}

static void
forget_unwatched (BtyItemLog *log)
{
  for (guint i = log->watches->len; i > 0; i--)
    {
      if (g_array_index (log->watches, Watch, i - 1).wake == NULL)
        g_array_remove_index (log->watches, i - 1);
    }
}

/* It has left the queue before the first wake is called, so that what is appended meanwhile is announced again. */
static void
wake_all (BtyItemLog *log)
{
  guint count = log->watches->len;

  log->waking += 1;
  for (guint i = 0; i < count; i++)
    {
      Watch watch = g_array_index (log->watches, Watch, i);

      if (watch.wake != NULL)
        watch.wake (log, watch.data);
    }
  log->waking -= 1;
  if (log->waking == 0)
    forget_unwatched (log);
}

static gboolean
waker_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return ((Waker *) source)->logs.length > 0;
}

static gboolean
waker_check (GSource *source)
{
  return ((Waker *) source)->logs.length > 0;
}

/* Those that are there now: what comes meanwhile waits for the next turn. */
static void
call_waker (Waker *waker)
{
  for (guint n = waker->logs.length; n > 0 && waker->logs.length > 0; n--)
    {
      g_autoptr (BtyItemLog) log = bty_item_log_ref (waker->logs.head->data);

      leave_waker (log);
      wake_all (log);
    }
}

static gboolean
waker_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  call_waker ((Waker *) source);
  return G_SOURCE_CONTINUE;
}

static void
waker_retire (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

static GSourceFuncs waker_funcs = { .prepare = waker_prepare, .check = waker_check, .dispatch = waker_dispatch };
static GPrivate current_waker = G_PRIVATE_INIT (waker_retire);

/* A thread has one default context as a rule. With another one the old waker is let go once nothing waits in it. */
static Waker *
get_waker (void)
{
  GMainContext *context = g_main_context_get_thread_default ();
  Waker *waker = g_private_get (&current_waker);

  if (waker != NULL && waker->context == context && !g_source_is_destroyed (&waker->source))
    return waker;
  if (waker != NULL && waker->logs.length > 0 && !g_source_is_destroyed (&waker->source))
    { /* its source stays with its context */
      g_source_unref (&waker->source);
      g_private_set (&current_waker, NULL);
    }
  waker = (Waker *) g_source_new (&waker_funcs, sizeof (Waker));
  waker->context = context;
  g_queue_init (&waker->logs);
  g_source_set_static_name (&waker->source, "bty-item-log");
  g_source_set_can_recurse (&waker->source, TRUE);
  g_source_attach (&waker->source, context);
  g_private_replace (&current_waker, waker);
  return waker;
}

void
bty_item_log_wake_readers (void)
{
  Waker *waker = g_private_get (&current_waker);

  if (waker == NULL || waker->logs.length == 0 || waker->context != g_main_context_get_thread_default ())
    return;
  g_source_ref (&waker->source);
  call_waker (waker);
  g_source_unref (&waker->source);
}

void
bty_item_log_announce (BtyItemLog *log)
{
  if (log->waker != NULL || log->watches->len == 0)
    return;
  log->waker = get_waker ();
  g_source_ref (&log->waker->source);
  log->waker_link.data = log;
  g_queue_push_tail_link (&log->waker->logs, &log->waker_link);
}

/* A C string in a record could not hold a NUL, so a text item must not either. */
static void
append_without_nul (GString *out, const char *text, gsize length)
{
  const char *end = text + length;

  while (text < end)
    {
      const char *nul = memchr (text, '\0', (gsize) (end - text));

      g_string_append_len (out, text, (nul != NULL ? nul : end) - text);
      if (nul == NULL)
        return;
      g_string_append (out, "\357\277\275"); /* U+FFFD */
      text = nul + 1;
    }
}

/* How much of a text becomes one item: whole characters. */
static gsize
cut_text (const char *text, gsize length)
{
  gsize cut = MAX_RUN;

  if (length <= MAX_RUN)
    return length;
  while (cut > MAX_RUN - 3 && (text[cut] & 0xc0) == 0x80)
    cut--;
  return cut;
}

void
bty_item_log_append_text (BtyItemLog *log, const char *text, gsize length)
{
  g_return_if_fail (log != NULL && log->window == NULL && (text != NULL || length == 0));
  g_return_if_fail (length <= MAX_TEXT / 3 && log->text->len <= MAX_TEXT - 3 * length);

  do
    {
      guint32 start = (guint32) log->text->len;
      gsize cut = cut_text (text, length);

      g_array_append_val (log->entries, start);
      if (cut > 0)
        append_without_nul (log->text, text, cut);
      text += cut;
      length -= cut;
    }
  while (length > 0);
  bty_item_log_announce (log);
}

void
bty_item_log_append (BtyItemLog *log, gconstpointer record)
{
  guint32 entry;

  g_return_if_fail (log != NULL && log->window == NULL && record != NULL);

  entry = IS_RECORD | log->records->len;
  g_array_append_val (log->entries, entry);
  g_ptr_array_add (log->records, bty_record_ref (record));
  bty_item_log_announce (log);
}

void
bty_item_log_set_window (BtyItemLog *log, guint max_items, gsize max_bytes, BtyItemLogMissed missed, gpointer data)
{
  g_return_if_fail (log != NULL && log->window == NULL && log->entries->len == 0);

  log->window = bty_item_window_new (max_items, max_bytes);
  log->missed = missed;
  log->missed_data = data;
}

void
bty_item_log_append_numbered (BtyItemLog *log, guint64 number, gconstpointer record, GBytes *json)
{
  g_return_if_fail (log != NULL && log->window != NULL && record != NULL);
  g_return_if_fail (number > bty_item_window_get_last (log->window));

  bty_item_window_append (log->window, number, record, json);
  bty_item_log_announce (log);
}

GBytes *
bty_item_log_get_json (const BtyItemLog *log, guint64 number)
{
  const BtyWindowItem *found;

  g_return_val_if_fail (log != NULL, NULL);

  found = log->window != NULL ? bty_item_window_find (log->window, number) : NULL;
  return found != NULL && found->number == number ? found->json : NULL;
}

guint64
bty_item_log_get_floor (const BtyItemLog *log)
{
  guint64 number = 0;

  g_return_val_if_fail (log != NULL, 0);

  if (log->window != NULL)
    bty_item_window_get_dropped (log->window, &number);
  return number;
}

guint64
bty_item_log_get_place (const BtyItemLog *log, guint64 number)
{
  return log->window != NULL ? bty_item_window_get_place (log->window, number) : 0;
}

gpointer
bty_item_log_make_missed (const BtyItemLog *log, guint64 after, guint64 *place, BtyItem *item)
{
  guint64 dropped = log->window != NULL ? bty_item_window_get_dropped (log->window, &item->number) : 0;
  guint64 count = dropped > *place ? dropped - *place : 0;

  if (count == 0)
    return NULL;
  *place = dropped;
  item->text = NULL;
  item->length = 0;
  item->record = log->missed != NULL ? log->missed (count, after, log->missed_data) : NULL;
  return (gpointer) item->record;
}

guint64
bty_item_log_get_length (const BtyItemLog *log)
{
  g_return_val_if_fail (log != NULL, 0);

  return log->window != NULL ? bty_item_window_get_last (log->window) : log->entries->len;
}

gsize
bty_item_log_get_size (const BtyItemLog *log)
{
  g_return_val_if_fail (log != NULL, 0);

  return log->window != NULL ? bty_item_window_get_bytes (log->window) : log->text->len;
}

static gboolean
get_numbered (const BtyItemLog *log, guint64 number, gboolean or_later, BtyItem *item)
{
  const BtyWindowItem *found = bty_item_window_find (log->window, number);

  if (found == NULL || (found->number != number && !or_later))
    return FALSE;
  item->number = found->number;
  item->record = found->record;
  return TRUE;
}

static inline guint32
entry_at (const BtyItemLog *log, guint64 number)
{
  return g_array_index (log->entries, guint32, number - 1);
}

static gsize
text_end (const BtyItemLog *log, guint64 number)
{
  for (number += 1; number <= log->entries->len; number++)
    {
      guint32 entry = entry_at (log, number);

      if ((entry & IS_RECORD) == 0)
        return entry;
    }
  return log->text->len;
}

gboolean
bty_item_log_get (const BtyItemLog *log, guint64 number, BtyItem *item)
{
  guint32 entry;

  g_return_val_if_fail (log != NULL && item != NULL, FALSE);

  *item = (BtyItem){ .number = number };
  if (log->window != NULL)
    return get_numbered (log, number, FALSE, item);
  if (number < 1 || number > log->entries->len)
    return FALSE;
  entry = entry_at (log, number);
  if ((entry & IS_RECORD) != 0)
    {
      item->record = log->records->pdata[entry & ~IS_RECORD];
      return TRUE;
    }
  item->text = log->text->str + entry;
  item->length = text_end (log, number) - entry;
  return TRUE;
}

gboolean
bty_item_log_get_run (const BtyItemLog *log, guint64 number, BtyItem *item)
{
  guint64 last = number;

  g_return_val_if_fail (log != NULL && item != NULL, FALSE);

  if (log->window != NULL)
    {
      *item = (BtyItem){ .number = number };
      return get_numbered (log, number, TRUE, item);
    }
  if (!bty_item_log_get (log, number, item))
    return FALSE;
  if (item->text == NULL)
    return TRUE;
  while (last < log->entries->len && (entry_at (log, last + 1) & IS_RECORD) == 0)
    {
      gsize length = text_end (log, last + 1) - entry_at (log, number);

      if (length > MAX_RUN)
        break;
      item->length = length;
      last++;
    }
  item->number = last;
  return TRUE;
}

guint
bty_item_log_watch (BtyItemLog *log, BtyItemLogWake wake, gpointer data)
{
  Watch watch;

  g_return_val_if_fail (log != NULL && wake != NULL, 0);

  watch = (Watch){ .id = ++log->last_watch, .wake = wake, .data = data };
  g_array_append_val (log->watches, watch);
  return watch.id;
}

void
bty_item_log_unwatch (BtyItemLog *log, guint watch)
{
  g_return_if_fail (log != NULL);

  for (guint i = 0; i < log->watches->len; i++)
    {
      Watch *found = &g_array_index (log->watches, Watch, i);

      if (found->id != watch)
        continue;
      if (log->waking > 0)
        found->wake = NULL;
      else
        g_array_remove_index (log->watches, i);
      break;
    }
  if (log->watches->len == 0)
    leave_waker (log);
}

static void
put_number (GByteArray *out, guint32 number)
{
  guint32 little = GUINT32_TO_LE (number);

  g_byte_array_append (out, (const guint8 *) &little, sizeof little);
}

static guint32
get_number (const guint8 *data)
{
  guint32 little;

  memcpy (&little, data, sizeof little);
  return GUINT32_FROM_LE (little);
}

/* Little-endian 32-bit numbers: magic, number of items, number of records, the entries; then each record's length and JSON. */
GBytes *
bty_item_log_pack (const BtyItemLog *log, char **text)
{
  GByteArray *out;

  g_return_val_if_fail (log != NULL && log->window == NULL && text != NULL, NULL);

  out = g_byte_array_sized_new ((guint) PACK_HEAD + log->entries->len * 4);
  put_number (out, PACK_MAGIC);
  put_number (out, log->entries->len);
  put_number (out, log->records->len);
  for (guint64 number = 1; number <= log->entries->len; number++)
    put_number (out, entry_at (log, number));
  for (guint i = 0; i < log->records->len; i++)
    {
      g_autofree char *json = bty_record_to_json (log->records->pdata[i], BTY_VIEW_STORE);
      guint32 length = (guint32) strlen (json);

      put_number (out, length);
      g_byte_array_append (out, (const guint8 *) json, length);
    }
  *text = g_strndup (log->text->str, log->text->len);
  return g_byte_array_free_to_bytes (out);
}

static gboolean
damaged (GError **error, const char *what)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("packed items are damaged: %s"), what);
  return FALSE;
}

static gboolean
unpack_entries (BtyItemLog *log, const guint8 *data, guint32 n_entries, guint32 n_records, GError **error)
{
  guint32 start = 0;
  guint32 records = 0;

  for (guint32 i = 0; i < n_entries; i++)
    {
      guint32 entry = get_number (data + 4 * (gsize) i);

      if ((entry & IS_RECORD) != 0)
        {
          if ((entry & ~IS_RECORD) != records++)
            return damaged (error, _ ("records are out of order"));
        }
      else if (entry < start || entry > log->text->len || (log->text->str[entry] & 0xc0) == 0x80)
        return damaged (error, _ ("a text begins in the wrong place"));
      else
        start = entry;
      g_array_append_val (log->entries, entry);
    }
  return records == n_records ? TRUE : damaged (error, _ ("records are missing"));
}

static gboolean
unpack_records (BtyItemLog *log, const guint8 *data, gsize size, guint32 n_records, const BtySchema *items,
                GError **error)
{
  for (guint32 i = 0; i < n_records; i++)
    {
      guint32 length = size >= 4 ? get_number (data) : 0;
      gpointer record;

      if (size < 4 || length > size - 4)
        return damaged (error, _ ("a record is cut off"));
      record = bty_record_from_store (items, (const char *) data + 4, length, error);
      if (record == NULL)
        return FALSE;
      g_ptr_array_add (log->records, record);
      data += 4 + (gsize) length;
      size -= 4 + (gsize) length;
    }
  return size == 0 ? TRUE : damaged (error, _ ("there is more than there should be"));
}

BtyItemLog *
bty_item_log_unpack (GBytes *packed, const char *text, const BtySchema *items, GError **error)
{
  g_autoptr (BtyItemLog) log = NULL;
  gsize size;
  const guint8 *data;
  guint32 n_entries;
  guint32 n_records;

  g_return_val_if_fail (packed != NULL && text != NULL && items != NULL, NULL);

  data = g_bytes_get_data (packed, &size);
  if (size < PACK_HEAD || get_number (data) != PACK_MAGIC || strlen (text) > MAX_TEXT)
    {
      damaged (error, _ ("they do not begin as they should"));
      return NULL;
    }
  n_entries = get_number (data + 4);
  n_records = get_number (data + 8);
  if (n_entries > (size - PACK_HEAD) / 4 || n_records > n_entries)
    {
      damaged (error, _ ("they are cut off"));
      return NULL;
    }

  log = bty_item_log_new ();
  g_string_append (log->text, text);
  data += PACK_HEAD;
  if (!unpack_entries (log, data, n_entries, n_records, error) ||
      !unpack_records (log, data + 4 * (gsize) n_entries, size - PACK_HEAD - 4 * (gsize) n_entries, n_records, items,
                       error))
    return NULL;
  return g_steal_pointer (&log);
}
