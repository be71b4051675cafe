/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-item-log.h"
#include "bty-operation.h"
#include "bty-principal.h"

G_BEGIN_DECLS

/**
 * BtyCall:
 *
 * One operation being carried out: the request, who asks, the deadline, the cancellable, and the item log that its readers
 * follow. It ends exactly once; ending it again is a programmer's error, logged and passed over. Reference counted; main
 * context only. Made by the dispatcher.
 */

/**
 * BtyCallSpec:
 * @operation: name of the operation
 * @principal: who asks
 * @decode: makes the request record out of @input: the door's codec
 * @input: what @decode is given; it need not outlive bty_host_start_call()
 * @idempotency_key: (nullable): 1 to 255 visible ASCII characters
 * @timeout_ms: time the caller gives it, in milliseconds; 0: the setting's
 * @door: where it came in, for logs: `rest`, `ctl`, `dbus`
 */
typedef struct
{
  const char *operation;
  BtyPrincipal *principal;
  gpointer (*decode) (const BtySchema *schema, BtyView view, gpointer input, GError **error);
  gpointer input;
  const char *idempotency_key;
  guint timeout_ms;
  const char *door;
  gpointer reserved[4];
} BtyCallSpec;

typedef enum
{
  BTY_CALL_RUNNING,
  BTY_CALL_RETURNED,
  BTY_CALL_FAILED,
} BtyCallState;

#define BTY_TYPE_CALL (bty_call_get_type ())
BTY_EXPORT GType bty_call_get_type (void);
BTY_EXPORT BtyCall *bty_call_ref (BtyCall *call);
BTY_EXPORT void bty_call_unref (BtyCall *call);

/* For the handler. */

/** bty_call_request: Returns: (transfer none) (nullable): the request, decoded, validated and allowed */
BTY_EXPORT gconstpointer bty_call_request (BtyCall *call);
/** bty_call_service: Returns: (transfer none): what the operation was added to the catalogue with */
BTY_EXPORT gpointer bty_call_service (BtyCall *call);
/** bty_call_cancellable: Returns: (transfer none): cancelled when the caller gives up, and at the deadline */
BTY_EXPORT GCancellable *bty_call_cancellable (BtyCall *call);
BTY_EXPORT BtyPrincipal *bty_call_principal (BtyCall *call);
BTY_EXPORT const BtyOperation *bty_call_operation (BtyCall *call);

BTY_EXPORT void bty_call_emit_text (BtyCall *call, const char *text, gsize length);
/** bty_call_emit: @record: (transfer none): an item of the operation's item schema */
BTY_EXPORT void bty_call_emit (BtyCall *call, gconstpointer record);
/** bty_call_return: @record: (transfer none) (nullable): the answer */
BTY_EXPORT void bty_call_return (BtyCall *call, gconstpointer record);
/** bty_call_fail: @error: (transfer none): of any domain; a code the operation does not declare is logged */
BTY_EXPORT void bty_call_fail (BtyCall *call, const GError *error);
BTY_EXPORT void bty_call_fail_new (BtyCall *call, BtyErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);
/** bty_call_share_log: lets the call speak through a log that others write (a turn's), instead of one of its own; before any item */
BTY_EXPORT void bty_call_share_log (BtyCall *call, BtyItemLog *log);
/**
 * bty_call_continue_log:
 * @log: a log that others write
 * @after: the call has had what @log numbers up to this
 *
 * After the items of the call's own log those of @log follow: how a stream that begins with the past joins the present. Once.
 */
BTY_EXPORT void bty_call_continue_log (BtyCall *call, BtyItemLog *log, guint64 after);
/**
 * BtyCallDrained:
 *
 * A reader has read all there is; it must not end the call or emit within, but begin what will do so
 */
typedef void (*BtyCallDrained) (BtyCall *call, gpointer data);
/**
 * bty_call_on_drained:
 * @drained: (nullable): called each time when a reader has read all there is and waits, so that no more is made than is read
 */
BTY_EXPORT void bty_call_on_drained (BtyCall *call, BtyCallDrained drained, gpointer data);
/** bty_call_skip: its readers begin after item @number, which the client has already: for operations that re-join a stream */
BTY_EXPORT void bty_call_skip (BtyCall *call, guint64 number);

/* For the door. */

BTY_EXPORT BtyCallState bty_call_state (BtyCall *call);
BTY_EXPORT gconstpointer bty_call_response (BtyCall *call);
/** bty_call_error: Returns: (transfer none) (nullable): why it failed, always a BTY_ERROR */
BTY_EXPORT const GError *bty_call_error (BtyCall *call);
BTY_EXPORT BtyItemLog *bty_call_log (BtyCall *call);
/** bty_call_cancel: the caller gives up; a turn, which belongs to the daemon, goes on */
BTY_EXPORT void bty_call_cancel (BtyCall *call);

/**
 * BtyCallReader:
 *
 * A cursor into a call's items. After making one, read until it says %BTY_READ_WAIT; @wake is then called from the main context
 * when there is more, or when the call has ended.
 */
typedef struct _BtyCallReader BtyCallReader;
typedef void (*BtyCallWake) (BtyCallReader *reader, gpointer data);

typedef enum
{
  BTY_READ_ITEM,
  BTY_READ_WAIT,
  BTY_READ_END, /* no item will follow: look at bty_call_state() */
} BtyReadResult;

/** bty_call_reader_new: (skip) @after: number of the last item that the client has, 0 for none (or for what bty_call_skip() said) */
BTY_EXPORT BtyCallReader *bty_call_reader_new (BtyCall *call, guint64 after, BtyCallWake wake, gpointer data);
/** bty_call_reader_next: text items that have piled up come as one run, as of bty_item_log_get_run() */
BTY_EXPORT BtyReadResult bty_call_reader_next (BtyCallReader *reader, BtyItem *item);
/**
 * bty_call_reader_write_json: (skip)
 * @item: what bty_call_reader_next() gave last
 * @writer: where a value is due
 *
 * Writes the item as bty_item_write_json() does; of items that many readers share it is the one encoding that they share as well.
 */
BTY_EXPORT void bty_call_reader_write_json (BtyCallReader *reader, const BtyItem *item, BtyJsonWriter *writer);
BTY_EXPORT BtyCall *bty_call_reader_call (BtyCallReader *reader);
BTY_EXPORT void bty_call_reader_free (BtyCallReader *reader);

/**
 * bty_item_write_json:
 *
 * Writes an item as a door sends it: a text item as the item schema's record with nothing but `text` set.
 */
BTY_EXPORT void bty_item_write_json (const BtyItem *item, const BtySchema *schema, BtyJsonWriter *writer);

/* For the dispatcher and for tests. */

/** bty_call_new: @request: (transfer full) (nullable): */
BTY_EXPORT BtyCall *bty_call_new (const BtyOperation *operation, gpointer service, BtyPrincipal *principal,
                                  gpointer request);
/**
 * bty_call_set_deadline:
 * @monotonic_time: as of g_get_monotonic_time(); 0: never
 *
 * Cancels the call then; what fails as cancelled after that has failed as %BTY_ERROR_DEADLINE_EXCEEDED. A source of its own: for calls
 * whose caller names a time; the dispatcher watches the others together with bty_call_expire().
 */
BTY_EXPORT void bty_call_set_deadline (BtyCall *call, gint64 monotonic_time);
/** bty_call_expire: its time is over now */
BTY_EXPORT void bty_call_expire (BtyCall *call);
typedef void (*BtyCallEnded) (BtyCall *call, gpointer data);
/** bty_call_on_ended: @ended is called once, when the call ends, after its state is set */
BTY_EXPORT void bty_call_on_ended (BtyCall *call, BtyCallEnded ended, gpointer data, GDestroyNotify destroy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyCall, bty_call_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyCallReader, bty_call_reader_free)

G_END_DECLS
