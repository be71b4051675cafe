/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-ctl-soul.h"
#include "bty-ctl-terminal.h"

static void
begin (BtyCtlRequest *request, const BtyCtlArgs *args)
{
  bty_ctl_request_init (request);
  bty_ctl_request_string (request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (request, "version", bty_ctl_args_word (args, 1));
  bty_ctl_request_string (request, "note", bty_ctl_args_get (args, "note"));
}

static gboolean
has_conflict (const BtySoulMerged *merged, const char *file)
{
  for (guint i = 0; i < merged->conflicts->len; i++)
    {
      const BtySoulConflict *conflict = merged->conflicts->pdata[i];

      if (g_strcmp0 (conflict->file, file) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_marks (const char *text)
{
  return g_str_has_prefix (text, "<<<<<<< ") || strstr (text, "\n<<<<<<< ") != NULL ||
         strstr (text, "\n>>>>>>> ") != NULL;
}

/* Lets a person settle one file. */
static gboolean
settle_file (BtyCtlRequest *request, const char *file, const char *text, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *settled = bty_ctl_soul_edit_text (file, text != NULL ? text : "", &path, error);

  if (settled == NULL)
    return FALSE;
  if (has_marks (settled))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("%s still has marks of a conflict (<<<<<<<, >>>>>>>): nothing was merged; your text is in %s"),
                   file, path);
      return FALSE;
    }
  bty_ctl_request_string (request, bty_ctl_soul_member (file), settled);
  bty_ctl_soul_discard (path);
  return TRUE;
}

static gboolean
tell (BtyCtl *ctl, const char *answer, const BtySoulMerged *merged)
{
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note (_ ("merged: version %lld on %s"), (long long) merged->version->number, merged->version->branch);
  return TRUE;
}

static gboolean
fail_with_conflicts (BtyCtl *ctl, const BtyCtlArgs *args, const char *answer, const BtySoulMerged *merged,
                     GError **error)
{
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_soul_print_conflicts (merged->conflicts);
  g_set_error (
    error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
    _ ("both sides changed the same lines; nothing was merged: boternity-ctl soul merge %s %s --edit lets you "
       "settle it"),
    bty_ctl_args_word (args, 0), bty_ctl_args_word (args, 1));
  return FALSE;
}

static gboolean
merge_settled (BtyCtl *ctl, const BtyCtlArgs *args, const BtySoulMerged *merged, GError **error)
{
  const char *texts[BTY_SOUL_N_FILES] = { merged->soul, merged->identity, merged->user };
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autoptr (BtySoulMerged) settled = NULL;

  begin (&request, args);
  bty_ctl_request_string (&request, "expected", merged->expected);
  for (int i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      const char *file = bty_enum_nick (bty_soul_files, i);

      if (has_conflict (merged, file) && !settle_file (&request, file, texts[i], error))
        return FALSE;
    }
  answer = bty_ctl_call (ctl, "soul.merge", bty_ctl_request_end (&request), error);
  settled = answer != NULL ? bty_ctl_read_record (&bty_soul_merged_schema, answer, error) : NULL;
  if (settled == NULL)
    return FALSE;
  return settled->version != NULL ? tell (ctl, answer, settled)
                                  : fail_with_conflicts (ctl, args, answer, settled, error);
}

gboolean
bty_ctl_soul_run_merge (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autoptr (BtySoulMerged) merged = NULL;

  begin (&request, args);
  answer = bty_ctl_call (ctl, "soul.merge", bty_ctl_request_end (&request), error);
  merged = answer != NULL ? bty_ctl_read_record (&bty_soul_merged_schema, answer, error) : NULL;
  if (merged == NULL)
    return FALSE;
  if (merged->version != NULL)
    return tell (ctl, answer, merged);
  if (bty_ctl_args_has (args, "edit") && merged->conflicts != NULL)
    return merge_settled (ctl, args, merged, error);
  return fail_with_conflicts (ctl, args, answer, merged, error);
}
