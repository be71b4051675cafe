/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-soul.h"
#include "bty-ctl-terminal.h"

static const char *
style (BtyCtlStyle which)
{
  return bty_ctl_terminal_style (STDOUT_FILENO, which);
}

static void
print_clean (const char *text)
{
  g_autofree char *clean = bty_ctl_terminal_clean (text != NULL ? text : "", -1);

  fputs (clean, stdout);
}

/* The words that changed stand out of a line that is coloured as a whole. */
static void
print_line (const BtySoulDiffLine *line)
{
  gboolean is_added = line->kind == BTY_SOUL_LINE_ADDED;
  const char *colour = style (is_added ? BTY_CTL_GREEN : BTY_CTL_RED);

  if (line->kind == BTY_SOUL_LINE_SAME)
    {
      putchar (' ');
      print_clean (line->text);
      putchar ('\n');
      return;
    }
  printf ("%s%c", colour, is_added ? '+' : '-');
  for (guint i = 0; line->spans != NULL && i < line->spans->len; i++)
    {
      const BtySoulDiffSpan *span = line->spans->pdata[i];

      fputs (span->changed ? style (BTY_CTL_REVERSE) : "", stdout);
      print_clean (span->text);
      printf ("%s%s", span->changed ? style (BTY_CTL_PLAIN) : "", span->changed ? colour : "");
    }
  if (line->spans == NULL || line->spans->len == 0)
    print_clean (line->text);
  printf ("%s\n", style (BTY_CTL_PLAIN));
}

static void
print_hunk (const BtySoulDiffHunk *hunk)
{
  printf ("%s@@ -%lld,%lld +%lld,%lld @@%s\n", style (BTY_CTL_CYAN), (long long) hunk->from_line,
          (long long) hunk->from_count, (long long) hunk->to_line, (long long) hunk->to_count, style (BTY_CTL_PLAIN));
  for (guint i = 0; hunk->lines != NULL && i < hunk->lines->len; i++)
    print_line (hunk->lines->pdata[i]);
}

void
bty_ctl_soul_print_diff (const BtySoulDiff *diff)
{
  const char *file = "";

  if (diff->hunks == NULL || diff->hunks->len == 0)
    {
      bty_ctl_note ("%s", _ ("They are the same."));
      return;
    }
  if (!bty_ctl_terminal_has_colour (STDOUT_FILENO))
    {
      bty_ctl_terminal_write (STDOUT_FILENO, diff->unified, strlen (diff->unified));
      return;
    }
  for (guint i = 0; i < diff->hunks->len; i++)
    {
      const BtySoulDiffHunk *hunk = diff->hunks->pdata[i];

      if (g_strcmp0 (file, hunk->file) != 0)
        {
          file = hunk->file;
          fputs (style (BTY_CTL_BOLD), stdout);
          print_clean (file);
          printf ("%s\n", style (BTY_CTL_PLAIN));
        }
      print_hunk (hunk);
    }
}

static void
print_side (const char *title, const char *text, BtyCtlStyle which)
{
  printf ("%s%s%s\n", style (BTY_CTL_DIM), title, style (BTY_CTL_PLAIN));
  fputs (style (which), stdout);
  print_clean (text);
  fputs (style (BTY_CTL_PLAIN), stdout);
  if (text != NULL && *text != '\0' && !g_str_has_suffix (text, "\n"))
    putchar ('\n');
}

void
bty_ctl_soul_print_conflicts (GPtrArray *conflicts)
{
  for (guint i = 0; conflicts != NULL && i < conflicts->len; i++)
    {
      const BtySoulConflict *conflict = conflicts->pdata[i];

      printf ("%s%s%s\n", style (BTY_CTL_BOLD), conflict->file, style (BTY_CTL_PLAIN));
      print_side (_ ("both began with:"), conflict->base, BTY_CTL_PLAIN);
      print_side (_ ("the soul says now:"), conflict->ours, BTY_CTL_RED);
      print_side (_ ("the other one says:"), conflict->theirs, BTY_CTL_GREEN);
    }
}

gboolean
bty_ctl_soul_run_diff (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *word = bty_ctl_args_get (args, "file");
  const char *file = word != NULL ? bty_ctl_soul_file (word, error) : NULL;
  guint n = bty_ctl_args_count (args);
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autoptr (BtySoulDiff) diff = NULL;

  if (word != NULL && file == NULL)
    return FALSE;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "from", n > 1 ? bty_ctl_args_word (args, 1) : NULL);
  bty_ctl_request_string (&request, "to", n > 2 ? bty_ctl_args_word (args, 2) : NULL);
  bty_ctl_request_string (&request, "file", file);
  if (!bty_ctl_request_field (&request, &bty_soul_compare_schema, "context", bty_ctl_args_get (args, "context"), error))
    return FALSE;
  answer = bty_ctl_call (ctl, "soul.diff", bty_ctl_request_end (&request), error);
  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  diff = bty_ctl_read_record (&bty_soul_diff_schema, answer, error);
  if (diff == NULL)
    return FALSE;
  bty_ctl_soul_print_diff (diff);
  if (diff->notice != NULL)
    bty_ctl_note ("%s", diff->notice);
  return TRUE;
}
