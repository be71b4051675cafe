/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-proposal.h"

/* A proposal that is being decided: an edit copy that becomes what is stored. */
typedef struct
{
  BtyCall *call;
  BtySoulProposal *proposal;
} Decision;

static void
decision_free (Decision *decision)
{
  bty_call_unref (decision->call);
  bty_soul_proposal_unref (decision->proposal);
  g_free (decision);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decision, decision_free)

static Decision *
decision_new (BtyCall *call, const BtySoulProposal *proposal, BtyProposalState state)
{
  const BtySoulDecide *request = bty_call_request (call);
  Decision *decision = g_new0 (Decision, 1);
  BtySoulProposal *decided = bty_soul_proposal_edit (proposal);

  decided->state = state;
  decided->decided_at = g_get_real_time ();
  BTY_SET_NULL (decided, BtySoulProposal, decided_at, FALSE);
  bty_record_take_string (&decided->decided_by, g_strdup (bty_principal_get_name (bty_call_principal (call))));
  bty_record_take_string (&decided->answer, g_strdup (request->answer));
  decision->call = bty_call_ref (call);
  decision->proposal = decided;
  return decision;
}

static gboolean
check_open (BtyCall *call, const BtySoulProposal *proposal)
{
  if (proposal->state == BTY_PROPOSAL_OPEN)
    return TRUE;
  bty_call_fail_new (call, BTY_ERROR_FAILED_PRECONDITION,
                     _ ("the proposal is %s already, by “%s”: “boternity-ctl soul proposals --state open” lists those "
                        "that wait"),
                     bty_enum_nick (bty_proposal_states, (int) proposal->state),
                     proposal->decided_by != NULL ? proposal->decided_by : proposal->author);
  return FALSE;
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Decision) decision = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_call_return (decision->call, decision->proposal);
  else
    bty_call_fail (decision->call, error);
}

static void
store (Decision *decision, const char *topic)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  bty_batch_put (batch, decision->proposal);
  bty_soul_proposal_publish (batch, topic, decision->proposal);
  bty_store_apply_async (bty_soul_store_of (decision->call), batch, NULL, on_stored, decision);
}

/* Should the daemon end before the proposal says so, approving it again finds its text in the soul, and makes no second version. */
static void
on_changed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Decision) decision = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) version = bty_soul_service_change_finish (BTY_SOUL_SERVICE (source), result, &error);

  if (version == NULL)
    {
      bty_call_fail (decision->call, error);
      return;
    }
  bty_record_take_string (&decision->proposal->version, g_strdup (version->record.id));
  store (g_steal_pointer (&decision), "soul.approved");
}

static void
fail_with_conflicts (BtyCall *call, const BtySoulProposal *proposal, GPtrArray *conflicts)
{
  g_autoptr (GString) places = g_string_new (NULL);

  for (guint i = 0; i < conflicts->len; i++)
    {
      const BtySoulConflict *conflict = conflicts->pdata[i];

      if (g_strstr_len (places->str, -1, conflict->file) == NULL)
        g_string_append_printf (places, "%s%s", places->len > 0 ? ", " : "", conflict->file);
    }
  bty_call_fail_new (call, BTY_ERROR_FAILED_PRECONDITION,
                     _ ("the soul of “%s” has changed in the same lines since version %lld, in %s: “boternity-ctl soul "
                        "proposals %s” shows both; edit the soul as it should be and refuse the proposal, or ask for a "
                        "new one"),
                     proposal->slug, (long long) proposal->base_number, places->str, proposal->record.id);
}

static void
on_read_to_approve (BtySoulProposal *proposal, BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  g_auto (BtySoulTexts) merged = { 0 };
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autoptr (BtySoulChange) change = NULL;

  if (!check_open (own->call, proposal))
    return;
  conflicts = bty_soul_proposal_join (proposal, own, &merged);
  if (conflicts->len > 0)
    {
      fail_with_conflicts (own->call, proposal, conflicts);
      return;
    }
  change = bty_soul_change_new (own->slug, BTY_SOUL_PROPOSED);
  change->texts = merged;
  merged = (BtySoulTexts){ 0 };
  change->expected = g_strdup (own->reads[BTY_SOUL_PROPOSAL_NOW].version->record.id);
  change->note = g_strdup (proposal->note);
  change->author_kind = proposal->author_kind;
  change->author = g_strdup (proposal->author);
  bty_soul_service_change_async (own->service, change, bty_call_cancellable (own->call), on_changed,
                                 decision_new (own->call, proposal, BTY_PROPOSAL_ACCEPTED));
}

void
bty_soul_run_approve (BtyCall *call)
{
  const BtySoulDecide *request = bty_call_request (call);

  bty_soul_proposal_read (call, request->id, BTY_SOUL_DEED_GOVERN, on_read_to_approve);
}

static void
on_read_to_refuse (BtySoulProposal *proposal, BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;

  if (check_open (own->call, proposal))
    store (decision_new (own->call, proposal, BTY_PROPOSAL_REFUSED), "soul.refused_proposal");
}

void
bty_soul_run_refuse (BtyCall *call)
{
  const BtySoulDecide *request = bty_call_request (call);

  bty_soul_proposal_read (call, request->id, BTY_SOUL_DEED_GOVERN, on_read_to_refuse);
}
