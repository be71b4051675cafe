/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-proposal.h"

#include <glib/gi18n-lib.h>

#include "soul/bty-soul-join.h"
#include "soul/bty-soul-operations.h"

typedef struct
{
  BtyCall *call;
  BtySoulDeed deed;
  BtySoulProposalRead done;
  BtySoulProposal *proposal;
} Read;

static void
read_free (gpointer data)
{
  Read *read = data;

  g_clear_pointer (&read->proposal, bty_soul_proposal_unref);
  bty_call_unref (read->call);
  g_free (read);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Read, read_free)

static void
on_versions (BtySoulReading *reading)
{
  g_autoptr (Read) read = g_steal_pointer (&reading->data);

  if (g_strcmp0 (read->proposal->bot, reading->soul->bot) == 0)
    {
      read->done (read->proposal, reading);
      return;
    }
  bty_call_fail_new (read->call, BTY_ERROR_FAILED_PRECONDITION,
                     _ ("the proposal was about a bot “%s” that is gone: the one of that name now is another"),
                     reading->slug);
  bty_soul_reading_free (reading);
}

static void
on_proposal (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Read) read = data;
  g_autoptr (GError) error = NULL;
  BtySoulReading *reading;

  read->proposal = bty_store_get_finish (BTY_STORE (source), result, &error);
  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail_new (read->call, BTY_ERROR_NOT_FOUND,
                       _ ("there is no such proposal: “boternity-ctl soul proposals” lists them"));
  else if (read->proposal == NULL)
    bty_call_fail (read->call, error);
  if (read->proposal == NULL || !bty_soul_admit (read->call, read->proposal->slug, read->deed))
    return;
  reading = bty_soul_reading_new (read->call, read->proposal->slug);
  bty_soul_reading_want_number (reading, read->proposal->base_number);
  bty_soul_reading_want (reading, "head");
  reading->data = g_steal_pointer (&read);
  reading->free_data = read_free;
  bty_soul_reading_start (reading, on_versions);
}

void
bty_soul_proposal_read (BtyCall *call, const char *id, BtySoulDeed deed, BtySoulProposalRead done)
{
  Read *read = g_new0 (Read, 1);

  read->call = bty_call_ref (call);
  read->deed = deed;
  read->done = done;
  bty_store_get_async (bty_soul_store_of (call), &bty_soul_proposal_schema, "id", id, bty_call_cancellable (call),
                       on_proposal, read);
}

void
bty_soul_proposal_get_texts (const BtySoulProposal *proposal, BtySoulTexts *texts)
{
  texts->text[BTY_SOUL_SOUL] = g_strdup (proposal->soul);
  texts->text[BTY_SOUL_IDENTITY] = g_strdup (proposal->identity);
  texts->text[BTY_SOUL_USER] = g_strdup (proposal->user);
}

GPtrArray *
bty_soul_proposal_join (const BtySoulProposal *proposal, const BtySoulReading *reading, BtySoulTexts *merged)
{
  g_auto (BtySoulTexts) theirs = { 0 };

  bty_soul_proposal_get_texts (proposal, &theirs);
  return bty_soul_join (&reading->reads[BTY_SOUL_PROPOSAL_BASE].prompt->texts,
                        &reading->reads[BTY_SOUL_PROPOSAL_NOW].prompt->texts, &theirs, "proposal", merged);
}

void
bty_soul_proposal_publish (BtyBatch *batch, const char *topic, const BtySoulProposal *proposal)
{
  g_autoptr (BtySoulProposal) told = bty_soul_proposal_edit (proposal);

  bty_record_take_string (&told->soul, NULL);
  bty_record_take_string (&told->identity, NULL);
  bty_record_take_string (&told->user, NULL);
  bty_batch_publish (batch, topic, told);
}
