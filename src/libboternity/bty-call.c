/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-call"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-call-private.h"
#include "bty-item-log-private.h"

typedef struct
{
  BtyCallEnded ended;
  gpointer data;
  GDestroyNotify destroy;
} EndHook;

struct _BtyCall
{
  gatomicrefcount references;
  const BtyOperation *operation;
  gpointer service;
  BtyPrincipal *principal;
  BtyRecord *request;
  BtyRecord *response;
  GError *error;
  BtyItemLog *log;
  GCancellable *cancellable;
  GPtrArray *readers; /* not owned: a reader owns its call */
  GArray *hooks;
  guint64 skipped;
  guint64 place;    /* how many items of the log come before the call's, if it has a window */
  BtyItemLog *next; /* (nullable): follows after the log */
  guint64 next_after;
  guint64 next_place;
  BtyCallDrained drained;
  gpointer drained_data;
  GSource *timer;
  BtyCallState state;
  gboolean timed_out;
};

G_DEFINE_BOXED_TYPE (BtyCall, bty_call, bty_call_ref, bty_call_unref)

static void
clear_hook (gpointer data)
{
  EndHook *hook = data;

  if (hook->destroy != NULL)
    hook->destroy (hook->data);
}

BtyCall *
bty_call_new (const BtyOperation *operation, gpointer service, BtyPrincipal *principal, gpointer request)
{
  BtyCall *call;

  g_return_val_if_fail (operation != NULL && principal != NULL, NULL);

  call = g_new0 (BtyCall, 1);
  g_atomic_ref_count_init (&call->references);
  call->operation = operation;
  call->service = service;
  call->principal = bty_principal_ref (principal);
  call->request = request;
  call->log = bty_item_log_new ();
  call->cancellable = g_cancellable_new ();
  call->readers = g_ptr_array_new ();
  call->hooks = g_array_new (FALSE, FALSE, sizeof (EndHook));
  g_array_set_clear_func (call->hooks, clear_hook);
  return call;
}

BtyCall *
bty_call_ref (BtyCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  g_atomic_ref_count_inc (&call->references);
  return call;
}

static void
stop_timer (BtyCall *call)
{
  if (call->timer == NULL)
    return;
  g_source_destroy (call->timer);
  g_clear_pointer (&call->timer, g_source_unref);
}

void
bty_call_unref (BtyCall *call)
{
  g_return_if_fail (call != NULL);

  if (!g_atomic_ref_count_dec (&call->references))
    return;
  stop_timer (call);
  g_clear_pointer (&call->request, bty_record_unref);
  g_clear_pointer (&call->response, bty_record_unref);
  g_clear_error (&call->error);
  bty_principal_unref (call->principal);
  bty_item_log_unref (call->log);
  g_clear_pointer (&call->next, bty_item_log_unref);
  g_object_unref (call->cancellable);
  g_ptr_array_unref (call->readers);
  g_array_unref (call->hooks);
  g_free (call);
}

gconstpointer
bty_call_request (BtyCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  return call->request;
}

gpointer
bty_call_service (BtyCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  return call->service;
}

GCancellable *
bty_call_cancellable (BtyCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  return call->cancellable;
}

BtyPrincipal *
bty_call_principal (BtyCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  return call->principal;
}

const BtyOperation *
bty_call_operation (BtyCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  return call->operation;
}

BtyCallState
bty_call_state (BtyCall *call)
{
  g_return_val_if_fail (call != NULL, BTY_CALL_FAILED);

  return call->state;
}

gconstpointer
bty_call_response (BtyCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  return call->response;
}

const GError *
bty_call_error (BtyCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  return call->error;
}

BtyItemLog *
bty_call_log (BtyCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  return call->log;
}

void
bty_call_cancel (BtyCall *call)
{
  g_return_if_fail (call != NULL);

  if (call->state == BTY_CALL_RUNNING)
    g_cancellable_cancel (call->cancellable);
}

static gboolean
is_running (BtyCall *call, const char *what)
{
  if (call->state == BTY_CALL_RUNNING)
    return TRUE;
  g_critical ("%s: %s after the call had ended; it is passed over", call->operation->name, what);
  return FALSE;
}

void
bty_call_emit_text (BtyCall *call, const char *text, gsize length)
{
  g_return_if_fail (call != NULL);

  if (is_running (call, "an item was emitted"))
    bty_item_log_append_text (call->log, text, length);
}

void
bty_call_emit (BtyCall *call, gconstpointer record)
{
  g_return_if_fail (call != NULL && record != NULL);
  g_return_if_fail (((const BtyRecord *) record)->schema == call->operation->item);

  if (is_running (call, "an item was emitted"))
    bty_item_log_append (call->log, record);
}

/* Hooks and readers may let go of the call, of each other, or of themselves. */
static void
end (BtyCall *call, BtyCallState state)
{
  g_autoptr (BtyCall) alive = bty_call_ref (call);
  g_autoptr (GPtrArray) readers = NULL;

  call->state = state;
  stop_timer (call);
  for (guint i = 0; i < call->hooks->len; i++)
    {
      EndHook hook = g_array_index (call->hooks, EndHook, i);

      hook.ended (call, hook.data);
    }
  g_array_set_size (call->hooks, 0);

  readers = g_ptr_array_copy (call->readers, NULL, NULL);
  for (guint i = 0; i < readers->len; i++)
    {
      if (g_ptr_array_find (call->readers, readers->pdata[i], NULL))
        bty_call_reader_wake (readers->pdata[i]);
    }
}

void
bty_call_return (BtyCall *call, gconstpointer record)
{
  const BtyRecord *response = record;

  g_return_if_fail (call != NULL);

  if (!is_running (call, "it was returned"))
    return;
  if ((response != NULL ? response->schema : NULL) != call->operation->response)
    {
      g_critical ("%s: returned a record of another type than the operation declares", call->operation->name);
      bty_call_fail_new (call, BTY_ERROR_INTERNAL, _ ("the operation gave an answer of the wrong type"));
      return;
    }
  call->response = response != NULL ? bty_record_ref (response) : NULL;
  end (call, BTY_CALL_RETURNED);
}

static gboolean
is_declared (const BtyOperation *operation, BtyErrorCode code)
{
  static const BtyErrorCode always[] = {
    BTY_ERROR_INVALID_ARGUMENT,   BTY_ERROR_UNAUTHENTICATED, BTY_ERROR_PERMISSION_DENIED, BTY_ERROR_FAILED_PRECONDITION,
    BTY_ERROR_RESOURCE_EXHAUSTED, BTY_ERROR_CANCELLED,       BTY_ERROR_DEADLINE_EXCEEDED, BTY_ERROR_UNAVAILABLE,
    BTY_ERROR_DATA_LOSS,          BTY_ERROR_INTERNAL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    {
      if (always[i] == code)
        return TRUE;
    }
  for (const BtyErrorCode *declared = operation->errors; declared != NULL && *declared != BTY_ERRORS_END; declared++)
    {
      if (*declared == code)
        return TRUE;
    }
  return FALSE;
}

void
bty_call_fail (BtyCall *call, const GError *error)
{
  g_return_if_fail (call != NULL && error != NULL);

  if (!is_running (call, "it failed"))
    return;
  call->error = g_error_copy (error);
  bty_error_convert (&call->error);
  if (call->timed_out && call->error->code == BTY_ERROR_CANCELLED)
    {
      g_clear_error (&call->error);
      g_set_error_literal (&call->error, BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED,
                           _ ("the call took longer than it was given: give it more time, or ask for less"));
    }
  if (!is_declared (call->operation, (BtyErrorCode) call->error->code))
    g_warning ("%s: failed with %s, which it does not declare", call->operation->name,
               bty_error_info ((BtyErrorCode) call->error->code)->name);
  end (call, BTY_CALL_FAILED);
}

void
bty_call_fail_new (BtyCall *call, BtyErrorCode code, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  error = g_error_new_valist (BTY_ERROR, code, format, arguments);
  va_end (arguments);
  bty_call_fail (call, error);
}

void
bty_call_share_log (BtyCall *call, BtyItemLog *log)
{
  g_return_if_fail (call != NULL && log != NULL);
  g_return_if_fail (bty_item_log_get_length (call->log) == 0);

  call->place = bty_item_log_get_place (log, call->skipped);
  for (guint i = 0; i < call->readers->len; i++)
    bty_call_reader_change_log (call->readers->pdata[i], log);
  bty_item_log_ref (log);
  bty_item_log_unref (call->log);
  call->log = log;
}

void
bty_call_continue_log (BtyCall *call, BtyItemLog *log, guint64 after)
{
  g_autoptr (GPtrArray) readers = NULL;

  g_return_if_fail (call != NULL && log != NULL && call->next == NULL);

  call->next = bty_item_log_ref (log);
  call->next_after = after;
  call->next_place = bty_item_log_get_place (log, after);
  readers = g_ptr_array_copy (call->readers, NULL, NULL);
  for (guint i = 0; i < readers->len; i++)
    {
      if (g_ptr_array_find (call->readers, readers->pdata[i], NULL))
        bty_call_reader_wake (readers->pdata[i]);
    }
}

BtyItemLog *
bty_call_get_next_log (BtyCall *call, guint64 *after, guint64 *place)
{
  *after = call->next_after;
  *place = call->next_place;
  return call->next;
}

guint64
bty_call_get_place (BtyCall *call)
{
  return call->place;
}

void
bty_call_reader_has_moved (BtyCall *call)
{
  for (guint i = 0; i < call->readers->len; i++)
    {
      if (bty_call_reader_get_log (call->readers->pdata[i]) == call->log)
        return;
    }
  bty_item_log_unref (call->log);
  call->log = g_steal_pointer (&call->next);
  call->skipped = MAX (call->skipped, call->next_after);
  call->place = call->next_place;
}

void
bty_call_on_drained (BtyCall *call, BtyCallDrained drained, gpointer data)
{
  g_return_if_fail (call != NULL);

  call->drained = drained;
  call->drained_data = data;
}

void
bty_call_drained (BtyCall *call)
{
  if (call->drained != NULL && call->state == BTY_CALL_RUNNING)
    call->drained (call, call->drained_data);
}

void
bty_call_skip (BtyCall *call, guint64 number)
{
  g_return_if_fail (call != NULL);

  call->skipped = number;
}

guint64
bty_call_get_skipped (BtyCall *call)
{
  return call->skipped;
}

void
bty_call_on_ended (BtyCall *call, BtyCallEnded ended, gpointer data, GDestroyNotify destroy)
{
  EndHook hook = { ended, data, destroy };

  g_return_if_fail (call != NULL && ended != NULL);

  if (call->state == BTY_CALL_RUNNING)
    {
      g_array_append_val (call->hooks, hook);
      return;
    }
  ended (call, data);
  clear_hook (&hook);
}

void
bty_call_expire (BtyCall *call)
{
  g_return_if_fail (call != NULL);

  stop_timer (call);
  call->timed_out = TRUE;
  bty_call_cancel (call);
}

static gboolean
on_deadline (gpointer data)
{
  bty_call_expire (data);
  return G_SOURCE_REMOVE;
}

void
bty_call_set_deadline (BtyCall *call, gint64 monotonic_time)
{
  g_return_if_fail (call != NULL);

  stop_timer (call);
  if (monotonic_time == 0 || call->state != BTY_CALL_RUNNING)
    return;
  call->timer = g_timeout_source_new (0);
  g_source_set_ready_time (call->timer, monotonic_time);
  g_source_set_static_name (call->timer, "bty-call deadline");
  g_source_set_callback (call->timer, on_deadline, call, NULL);
  g_source_attach (call->timer, g_main_context_get_thread_default ());
}

void
bty_call_add_reader (BtyCall *call, BtyCallReader *reader)
{
  g_ptr_array_add (call->readers, reader);
}

void
bty_call_remove_reader (BtyCall *call, BtyCallReader *reader)
{
  g_ptr_array_remove (call->readers, reader);
}
