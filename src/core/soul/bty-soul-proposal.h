/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-policy.h"
#include "soul/bty-soul-reading.h"

/* What is read for a proposal: the version that it was made from, and the one in use. */
enum
{
  BTY_SOUL_PROPOSAL_BASE,
  BTY_SOUL_PROPOSAL_NOW,
};

/** BtySoulProposalRead: @reading: (transfer full): */
typedef void (*BtySoulProposalRead) (BtySoulProposal *proposal, BtySoulReading *reading);

/** bty_soul_proposal_read: finds a proposal, admits the caller, and reads both versions; else fails the call */
void bty_soul_proposal_read (BtyCall *call, const char *id, BtySoulDeed deed, BtySoulProposalRead done);

/** bty_soul_proposal_get_texts: @texts: (out): copies of what it proposes; NULL: as it is */
void bty_soul_proposal_get_texts (const BtySoulProposal *proposal, BtySoulTexts *texts);

/** bty_soul_proposal_join: what it makes of the version in use; as of bty_soul_join() */
GPtrArray *bty_soul_proposal_join (const BtySoulProposal *proposal, const BtySoulReading *reading,
                                   BtySoulTexts *merged);

/** bty_soul_proposal_publish: tells of it without its texts: the log is for everyone who may follow events */
void bty_soul_proposal_publish (BtyBatch *batch, const char *topic, const BtySoulProposal *proposal);
