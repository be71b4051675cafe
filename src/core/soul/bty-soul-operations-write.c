/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-reading.h"

static void
answer (BtyCall *call, BtySoulVersion *version, GError *error)
{
  if (version != NULL)
    bty_call_return (call, version);
  else
    bty_call_fail (call, error);
  g_clear_pointer (&version, bty_soul_version_unref);
  g_clear_error (&error);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  BtySoulVersion *version = bty_soul_service_change_finish (BTY_SOUL_SERVICE (source), result, &error);

  answer (call, version, error);
}

/* Whoever calls the operation signs @change. */
static void
change (BtyCall *call, BtySoulChange *change)
{
  bty_soul_change_sign (change, bty_call_principal (call));
  bty_soul_service_change_async (bty_call_service (call), change, bty_call_cancellable (call), on_changed,
                                 bty_call_ref (call));
}

/* Policy, locks and gate: the soul's record alone. */

typedef struct
{
  BtyCall *call;
  BtySoul *soul;
} Update;

static void
update_free (Update *update)
{
  bty_call_unref (update->call);
  bty_soul_unref (update->soul);
  g_free (update);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Update, update_free)

static void
on_updated (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Update) update = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_call_return (update->call, update->soul);
  else
    bty_call_fail (update->call, error);
}

static void
on_soul_to_update (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoul *request = bty_call_request (own->call);
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (GError) error = NULL;
  Update *update;

  if (BTY_HAS (request, BtyRecord, revision) && request->record.revision != own->soul->record.revision)
    {
      bty_call_fail_new (own->call, BTY_ERROR_ABORTED,
                         _ ("the soul of “%s” is at revision %lld, not %lld: read it again, then repeat the change"),
                         own->slug, (long long) own->soul->record.revision, (long long) request->record.revision);
      return;
    }
  if (!bty_soul_policy_check_locks (own->soul, (const char *const *) request->locks, &own->reads[0].prompt->texts,
                                    &error))
    {
      bty_call_fail (own->call, error);
      return;
    }
  update = g_new0 (Update, 1);
  update->call = bty_call_ref (own->call);
  update->soul = bty_soul_edit (own->soul);
  if (update->soul->state != BTY_SOUL_HELD) /* told of the files as they are now: not to be kept */
    bty_record_take_string (&update->soul->reason, NULL);
  bty_record_merge (update->soul, request, BTY_VIEW_PATCH);
  bty_batch_put (batch, update->soul);
  bty_batch_publish (batch, "soul.updated", update->soul);
  bty_store_apply_async (bty_soul_store_of (own->call), batch, NULL, on_updated, update);
}

void
bty_soul_run_update (BtyCall *call)
{
  const BtySoul *request = bty_call_request (call);
  BtySoulReading *reading;

  if (!bty_soul_admit (call, request->slug, BTY_SOUL_DEED_GOVERN))
    return;
  reading = bty_soul_reading_new (call, request->slug);
  bty_soul_reading_want (reading, "head");
  bty_soul_reading_start (reading, on_soul_to_update);
}

/* New texts */

static void
on_ready_to_write (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoulWrite *request = bty_call_request (own->call);
  g_autoptr (BtySoulChange) made = bty_soul_change_new (own->slug, BTY_SOUL_EDITED);

  made->texts.text[BTY_SOUL_SOUL] = g_strdup (request->soul);
  made->texts.text[BTY_SOUL_IDENTITY] = g_strdup (request->identity);
  made->texts.text[BTY_SOUL_USER] = g_strdup (request->user);
  made->branch = g_strdup (request->branch);
  made->note = g_strdup (request->note);
  made->expected = own->n_reads > 0 ? g_strdup (own->reads[0].version->record.id) : NULL;
  change (own->call, made);
}

void
bty_soul_run_write (BtyCall *call)
{
  const BtySoulWrite *request = bty_call_request (call);
  BtySoulReading *reading;

  if (!bty_soul_admit (call, request->slug, BTY_SOUL_DEED_PROPOSE))
    return;
  if (request->soul == NULL && request->identity == NULL && request->user == NULL)
    {
      bty_call_fail_new (call, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("there is no text to write: give soul, identity or user, each the whole text of its file"));
      return;
    }
  reading = bty_soul_reading_new (call, request->slug);
  if (request->expected != NULL)
    bty_soul_reading_want (reading, request->expected);
  bty_soul_reading_start (reading, on_ready_to_write);
}

static void
on_version_to_roll_back (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoulRollback *request = bty_call_request (own->call);
  g_autoptr (BtySoulChange) made = bty_soul_change_new (own->slug, BTY_SOUL_ROLLBACK);

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    made->texts.text[i] = g_strdup (bty_soul_reading_text (own, 0, i));
  made->note = request->note != NULL
                 ? g_strdup (request->note)
                 : g_strdup_printf (_ ("as in version %lld"), (long long) own->reads[0].version->number);
  change (own->call, made);
}

void
bty_soul_run_rollback (BtyCall *call)
{
  const BtySoulRollback *request = bty_call_request (call);
  BtySoulReading *reading;

  if (!bty_soul_admit (call, request->slug, BTY_SOUL_DEED_GOVERN))
    return;
  reading = bty_soul_reading_new (call, request->slug);
  bty_soul_reading_want (reading, request->version);
  bty_soul_reading_start (reading, on_version_to_roll_back);
}

static void
on_switched (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  BtySoulVersion *version = bty_soul_service_switch_finish (BTY_SOUL_SERVICE (source), result, &error);

  answer (call, version, error);
}

void
bty_soul_run_checkout (BtyCall *call)
{
  const BtySoulCheckout *request = bty_call_request (call);

  if (bty_soul_admit (call, request->slug, BTY_SOUL_DEED_GOVERN))
    bty_soul_service_switch_async (bty_call_service (call), request->slug, request->branch, bty_call_cancellable (call),
                                   on_switched, bty_call_ref (call));
}

static void
on_settled (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  BtySoulVersion *version = bty_soul_service_settle_finish (BTY_SOUL_SERVICE (source), result, &error);

  answer (call, version, error);
}

static void
settle (BtyCall *call, gboolean accept)
{
  const BtySoulSettle *request = bty_call_request (call);

  if (bty_soul_admit (call, request->slug, BTY_SOUL_DEED_GOVERN))
    bty_soul_service_settle_async (bty_call_service (call), request->slug, accept,
                                   bty_principal_get_name (bty_call_principal (call)), request->note,
                                   bty_call_cancellable (call), on_settled, bty_call_ref (call));
}

void
bty_soul_run_accept (BtyCall *call)
{
  settle (call, TRUE);
}

void
bty_soul_run_restore (BtyCall *call)
{
  settle (call, FALSE);
}
