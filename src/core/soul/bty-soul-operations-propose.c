/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-listing.h"
#include "soul/bty-soul-compare.h"
#include "soul/bty-soul-join.h"
#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-proposal.h"
#include "soul/bty-soul-reading.h"
#include "soul/bty-soul-service-private.h"

/* Proposing: the soul, then how many are open, then the record, or, where the bot may, the version at once. */

typedef struct
{
  BtySoulReading *reading;
  BtySoulProposal *proposal;
} Propose;

static void
propose_free (Propose *propose)
{
  bty_soul_reading_free (propose->reading);
  bty_soul_proposal_unref (propose->proposal);
  g_free (propose);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Propose, propose_free)

static BtySoulProposal *
make_proposal (BtySoulReading *reading)
{
  const BtySoulPropose *request = bty_call_request (reading->call);
  BtyPrincipal *principal = bty_call_principal (reading->call);
  BtySoulProposal *proposal = bty_soul_proposal_new ();

  proposal->bot = g_strdup (reading->soul->bot);
  proposal->slug = g_strdup (reading->slug);
  proposal->state = BTY_PROPOSAL_OPEN;
  proposal->base = g_strdup (reading->reads[0].version->record.id);
  proposal->base_number = reading->reads[0].version->number;
  proposal->soul = g_strdup (request->soul);
  proposal->identity = g_strdup (request->identity);
  proposal->user = g_strdup (request->user);
  proposal->note = g_strdup (request->note);
  proposal->author_kind = bty_soul_author_kind (principal);
  proposal->author = g_strdup (bty_principal_get_name (principal));
  return proposal;
}

static void
on_proposed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Propose) propose = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_call_return (propose->reading->call, propose->proposal);
  else
    bty_call_fail (propose->reading->call, error);
}

static void
put_proposal (Propose *propose, const char *topic)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  bty_batch_put (batch, propose->proposal);
  bty_soul_proposal_publish (batch, topic, propose->proposal);
  bty_store_apply_async (bty_soul_store_of (propose->reading->call), batch, NULL, on_proposed, propose);
}

/* The bot's own change counts at once: what is kept of the proposal says so. */
static void
on_applied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Propose) propose = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) version = bty_soul_service_change_finish (BTY_SOUL_SERVICE (source), result, &error);
  BtySoulProposal *proposal = propose->proposal;

  if (version == NULL)
    {
      bty_call_fail (propose->reading->call, error);
      return;
    }
  proposal->state = BTY_PROPOSAL_ACCEPTED;
  proposal->version = g_strdup (version->record.id);
  proposal->decided_at = g_get_real_time ();
  BTY_SET_NULL (proposal, BtySoulProposal, decided_at, FALSE);
  put_proposal (g_steal_pointer (&propose), "soul.approved");
}

static void
apply_at_once (Propose *propose)
{
  BtySoulReading *reading = propose->reading;
  g_autoptr (BtySoulChange) change = bty_soul_change_new (reading->slug, BTY_SOUL_EDITED);

  bty_soul_proposal_get_texts (propose->proposal, &change->texts);
  change->expected = g_strdup (reading->reads[0].version->record.id);
  change->note = g_strdup (propose->proposal->note);
  bty_soul_change_sign (change, bty_call_principal (reading->call));
  bty_soul_service_change_async (reading->service, change, bty_call_cancellable (reading->call), on_applied, propose);
}

static gint64
most_open (Propose *propose)
{
  return bty_settings_get_int (propose->reading->service->settings, "soul", "proposals");
}

static void
on_counted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Propose) propose = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    bty_call_fail (propose->reading->call, error);
  else if (page->items->len >= most_open (propose))
    bty_call_fail_new (propose->reading->call, BTY_ERROR_RESOURCE_EXHAUSTED,
                       _ ("%u proposals about “%s” wait for a person already: “boternity-ctl soul proposals %s” lists "
                          "them (soul.proposals)"),
                       page->items->len, propose->reading->slug, propose->reading->slug);
  else
    put_proposal (g_steal_pointer (&propose), "soul.proposed");
}

static void
count_open (Propose *propose)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_soul_proposal_schema);

  bty_query_where (query, "bot", BTY_MATCH_EQUAL, propose->reading->soul->bot);
  bty_query_where (query, "state", BTY_MATCH_EQUAL, bty_enum_nick (bty_proposal_states, BTY_PROPOSAL_OPEN));
  bty_query_limit (query, (guint) most_open (propose));
  bty_store_query_async (bty_soul_store_of (propose->reading->call), query,
                         bty_call_cancellable (propose->reading->call), on_counted, propose);
}

static void
on_soul_to_propose (BtySoulReading *reading)
{
  g_autoptr (Propose) propose = g_new0 (Propose, 1);
  const BtySoulTexts *now = &reading->reads[0].prompt->texts;
  g_auto (BtySoulTexts) then = { 0 };
  g_autoptr (GError) error = NULL;
  BtyAuthorKind kind;

  propose->reading = reading;
  propose->proposal = make_proposal (reading);
  kind = propose->proposal->author_kind;
  bty_soul_proposal_get_texts (propose->proposal, &then);
  /* Said now, to whoever wrote it, and not to the person who approves. */
  if (!bty_soul_texts_check (&then, bty_soul_service_max_file (reading->service), &error))
    {
      bty_call_fail (reading->call, error);
      return;
    }
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      if (then.text[i] == NULL)
        then.text[i] = g_strdup (now->text[i]);
    }
  if (bty_soul_texts_equal (now, &then))
    bty_call_fail_new (reading->call, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("the proposal changes nothing: the soul of “%s” says all of it already"), reading->slug);
  else if (!bty_soul_policy_check_proposal (reading->soul, kind, now, &then, &error))
    bty_call_fail (reading->call, error);
  else if (kind == BTY_AUTHOR_BOT && reading->soul->policy == BTY_SOUL_APPLY)
    apply_at_once (g_steal_pointer (&propose));
  else
    count_open (g_steal_pointer (&propose));
}

void
bty_soul_run_propose (BtyCall *call)
{
  const BtySoulPropose *request = bty_call_request (call);
  BtySoulReading *reading;

  if (!bty_soul_admit (call, request->slug, BTY_SOUL_DEED_PROPOSE))
    return;
  reading = bty_soul_reading_new (call, request->slug);
  bty_soul_reading_want (reading, "head");
  bty_soul_reading_start (reading, on_soul_to_propose);
}

/* Listing */

static void
list (BtyCall *call, const char *bot)
{
  const BtySoulProposals *request = bty_call_request (call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_soul_proposal_schema);

  if (bot != NULL)
    bty_query_where (query, "bot", BTY_MATCH_EQUAL, bot);
  if (!BTY_IS_NULL (request, BtySoulProposals, state))
    bty_query_where (query, "state", BTY_MATCH_EQUAL, bty_enum_nick (bty_proposal_states, (int) request->state));
  bty_query_order (query, "id", TRUE);
  bty_listing_answer (call, bty_soul_store_of (call), query, request->cursor, request->limit);
}

static void
on_soul_to_list (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;

  list (own->call, own->soul->bot);
}

/* A bot that names nothing means itself. */
void
bty_soul_run_proposals (BtyCall *call)
{
  const BtySoulProposals *request = bty_call_request (call);
  BtyPrincipal *principal = bty_call_principal (call);
  gboolean is_bot = bty_principal_get_kind (principal) == BTY_PRINCIPAL_BOT;
  const char *slug = request->slug != NULL || !is_bot ? request->slug : bty_principal_get_name (principal);

  if (slug == NULL)
    list (call, NULL);
  else if (bty_soul_admit (call, slug, BTY_SOUL_DEED_READ))
    bty_soul_reading_start (bty_soul_reading_new (call, slug), on_soul_to_list);
}

/* One, with what it would change now */

static void
on_read_to_review (BtySoulProposal *proposal, BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  g_autoptr (BtySoulReview) review = bty_soul_review_new ();
  g_auto (BtySoulTexts) merged = { 0 };

  review->proposal = bty_soul_proposal_ref (proposal);
  review->conflicts = bty_soul_proposal_join (proposal, own, &merged);
  review->diff = bty_soul_compare (&own->reads[BTY_SOUL_PROPOSAL_NOW].prompt->texts, &merged, NULL, 3);
  review->diff->from = bty_soul_version_ref (own->reads[BTY_SOUL_PROPOSAL_NOW].version);
  bty_call_return (own->call, review);
}

void
bty_soul_run_proposal (BtyCall *call)
{
  const BtySoulProposal *request = bty_call_request (call);

  bty_soul_proposal_read (call, request->record.id, BTY_SOUL_DEED_READ, on_read_to_review);
}
