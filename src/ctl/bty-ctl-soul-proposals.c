/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "bty-ctl-soul.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

static gboolean
review (BtyCtl *ctl, const char *id, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, "soul.proposal", bty_ctl_request_of ("id", id), error);
  g_autoptr (BtySoulReview) record = NULL;
  g_autoptr (BtySoulProposal) head = NULL;

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  record = bty_ctl_read_record (&bty_soul_review_schema, answer, error);
  if (record == NULL)
    return FALSE;
  head = bty_soul_proposal_edit (record->proposal); /* its texts are shown as what they change */
  bty_record_take_string (&head->soul, NULL);
  bty_record_take_string (&head->identity, NULL);
  bty_record_take_string (&head->user, NULL);
  bty_ctl_record_print (head);
  putchar ('\n');
  bty_ctl_soul_print_diff (record->diff);
  if (record->conflicts != NULL && record->conflicts->len > 0)
    {
      bty_ctl_note ("%s", _ ("The soul has changed in the same lines since:"));
      bty_ctl_soul_print_conflicts (record->conflicts);
    }
  return TRUE;
}

gboolean
bty_ctl_soul_run_proposals (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "id",         N_ ("PROPOSAL"), "slug",        N_ ("BOT"),   "state",
                                         N_ ("STATE"), "author",        N_ ("AUTHOR"), "created_at", N_ ("WHEN"),
                                         "note",       N_ ("NOTE"),     NULL };
  const char *word = bty_ctl_args_count (args) > 0 ? bty_ctl_args_word (args, 0) : NULL;
  const char *state = bty_ctl_args_get (args, "state");
  g_auto (BtyCtlRequest) request = { 0 };

  if (word != NULL && bty_id_is_valid (word))
    return review (ctl, word, error);
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", word);
  if (!bty_ctl_request_field (&request, &bty_soul_proposals_schema, "state", state, error))
    return FALSE;
  return bty_ctl_show_list (ctl, "soul.proposals", bty_ctl_request_end (&request), &bty_soul_proposal_schema, columns,
                            0, _ ("There are no proposals."), error);
}

static gboolean
decide (BtyCtl *ctl, const BtyCtlArgs *args, const char *operation, const char *done, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "id", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "answer", bty_ctl_args_get (args, "note"));
  answer = bty_ctl_call (ctl, operation, bty_ctl_request_end (&request), error);
  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note ("%s: %s", bty_ctl_args_word (args, 0), done);
  return TRUE;
}

gboolean
bty_ctl_soul_run_approve (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return decide (ctl, args, "soul.approve", _ ("approved; it counts from now on"), error);
}

gboolean
bty_ctl_soul_run_refuse (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return decide (ctl, args, "soul.refuse", _ ("refused; nothing was changed"), error);
}
