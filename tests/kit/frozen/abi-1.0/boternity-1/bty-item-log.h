/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyItemLog:
 *
 * What a call says while it runs: an append-only list of items, numbered from 1, whose numbers never change. Readers are cursors
 * into it, so a slow one only lags and a second one costs nothing. A text item is shorthand for a record of the item schema with
 * nothing but its `text` set; it costs its bytes and four more. A log
 * holds at most 2 GiB of text. Main context only.
 *
 * A log with a window (bty_item_log_set_window()) is for streams without an end: it holds records alone, numbered by whoever appends
 * them, and only the newest of them.
 */
typedef struct _BtyItemLog BtyItemLog;

#define BTY_TYPE_ITEM_LOG (bty_item_log_get_type ())
BTY_EXPORT GType bty_item_log_get_type (void);

/**
 * BtyItem:
 * @number: from 1
 * @text: (nullable): a text item's text, not NUL-terminated, valid until the log is next appended to
 * @length: its length in bytes
 * @record: (nullable): the record of any other item
 */
typedef struct
{
  guint64 number;
  const char *text;
  gsize length;
  gconstpointer record;
} BtyItem;

typedef void (*BtyItemLogWake) (BtyItemLog *log, gpointer data);

BTY_EXPORT BtyItemLog *bty_item_log_new (void);
BTY_EXPORT BtyItemLog *bty_item_log_ref (BtyItemLog *log);
BTY_EXPORT void bty_item_log_unref (BtyItemLog *log);

/** bty_item_log_append_text: a text of more than 64 KiB becomes several items, cut between characters */
BTY_EXPORT void bty_item_log_append_text (BtyItemLog *log, const char *text, gsize length);
BTY_EXPORT void bty_item_log_append (BtyItemLog *log, gconstpointer record);

/**
 * BtyItemLogMissed:
 * @count: how many items the reader has missed
 * @after: number of the last item that it has
 *
 * Returns: (transfer full) (nullable): the record that tells it
 */
typedef gpointer (*BtyItemLogMissed) (guint64 count, guint64 after, gpointer data);

/**
 * bty_item_log_set_window:
 * @log: a log without items
 * @max_items: how many items it holds at most, at least 1
 * @max_bytes: how much memory these may take, roughly; the newest item stays however large it is
 * @missed: (nullable): makes the item that a reader is given in place of those that were dropped before it came to them
 *
 * Nobody who appends ever waits for a reader: the oldest items are dropped, and memory stays flat.
 */
BTY_EXPORT void bty_item_log_set_window (BtyItemLog *log, guint max_items, gsize max_bytes, BtyItemLogMissed missed,
                                         gpointer data);
/**
 * bty_item_log_append_numbered:
 * @log: a log with a window
 * @number: greater than that of the item before; there may be gaps
 * @json: (nullable): the read view of @record, if the caller has it already
 */
BTY_EXPORT void bty_item_log_append_numbered (BtyItemLog *log, guint64 number, gconstpointer record, GBytes *json);
/**
 * bty_item_log_get_json:
 *
 * Returns: (transfer none) (nullable): an item of a log with a window as JSON, encoded once however many send it; %NULL for other
 * logs and items that are not there. Doors ask bty_call_reader_write_json().
 */
BTY_EXPORT GBytes *bty_item_log_get_json (const BtyItemLog *log, guint64 number);
/** bty_item_log_get_floor: Returns: number of the last item that was dropped; 0 when none was */
BTY_EXPORT guint64 bty_item_log_get_floor (const BtyItemLog *log);

/** bty_item_log_get_length: Returns: the number of the last item, 0 when there is none */
BTY_EXPORT guint64 bty_item_log_get_length (const BtyItemLog *log);

/** bty_item_log_get_size: Returns: bytes of text held */
BTY_EXPORT gsize bty_item_log_get_size (const BtyItemLog *log);

/** bty_item_log_get: Returns: whether @number exists; then @item is filled */
BTY_EXPORT gboolean bty_item_log_get (const BtyItemLog *log, guint64 number, BtyItem *item);

/**
 * bty_item_log_get_run:
 *
 * As bty_item_log_get(), but a text item takes along the text items right after it, as one text of at most 64 KiB or of one
 * item; @item->number becomes the number of the last one. This is how a door sends what has piled up as one frame. In a log with a window, whose numbers may have
 * gaps, the first item numbered @number or above.
 */
BTY_EXPORT gboolean bty_item_log_get_run (const BtyItemLog *log, guint64 number, BtyItem *item);

/**
 * bty_item_log_watch: (skip)
 * @wake: called from the main context after items came, once for all that came in one turn of the main loop
 *
 * Returns: a number for bty_item_log_unwatch(), never 0
 */
BTY_EXPORT guint bty_item_log_watch (BtyItemLog *log, BtyItemLogWake wake, gpointer data);
BTY_EXPORT void bty_item_log_unwatch (BtyItemLog *log, guint watch);
/**
 * bty_item_log_wake_readers: (skip)
 *
 * Wakes now those that are to be woken in the next turn of this thread's main loop. For whoever has just read what came in by a socket
 * and does not want it to wait for what came in by others; nothing of its own must stand on the stack that a reader could take away.
 */
BTY_EXPORT void bty_item_log_wake_readers (void);

/**
 * bty_item_log_pack:
 * @log: a log
 * @text: (out) (transfer full): all its text, joined
 *
 * Returns: (transfer full): where each item begins and the JSON of the records, from which bty_item_log_unpack() makes the same
 * log with the same numbers
 */
BTY_EXPORT GBytes *bty_item_log_pack (const BtyItemLog *log, char **text);
BTY_EXPORT BtyItemLog *bty_item_log_unpack (GBytes *packed, const char *text, const BtySchema *items, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyItemLog, bty_item_log_unref)

G_END_DECLS
