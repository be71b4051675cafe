/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-soul.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

#define DEFAULT_LIMIT 50
#define PAGE_LIMIT    1000

const char *
bty_ctl_soul_file (const char *word, GError **error)
{
  for (const BtyEnumValue *file = bty_soul_files; file->nick != NULL; file++)
    {
      gsize stem = strcspn (file->nick, ".");

      if (g_ascii_strcasecmp (word, file->nick) == 0 ||
          (strlen (word) == stem && g_ascii_strncasecmp (word, file->nick, stem) == 0))
        return file->nick;
    }
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("“%s” is no file of a soul: it has SOUL.md, IDENTITY.md and USER.md"), word);
  return NULL;
}

const char *
bty_ctl_soul_member (const char *file)
{
  if (g_str_has_prefix (file, "SOUL"))
    return "soul";
  return g_str_has_prefix (file, "IDENTITY") ? "identity" : "user";
}

gboolean
bty_ctl_soul_run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "slug",   N_ ("BOT"),     "state",  N_ ("STATE"),  "branch", N_ ("BRANCH"),
                                         "number", N_ ("VERSION"), "policy", N_ ("POLICY"), "locks",  N_ ("LOCKS"),
                                         NULL };

  return bty_ctl_show_list (ctl, "soul.list", NULL, &bty_soul_schema, columns, 0,
                            _ ("There are no bots yet: boternity-ctl bot create NAME"), error);
}

gboolean
bty_ctl_soul_run_get (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return bty_ctl_show (ctl, "soul.get", bty_ctl_request_of ("slug", bty_ctl_args_word (args, 0)), &bty_soul_schema,
                       error);
}

gboolean
bty_ctl_soul_run_history (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "number",    N_ ("VERSION"), "branch",      N_ ("BRANCH"), "created_at",
                                         N_ ("WHEN"), "author",       N_ ("AUTHOR"), "cause",       N_ ("CAUSE"),
                                         "note",      N_ ("NOTE"),    NULL };
  g_auto (BtyCtlRequest) request = { 0 };
  gint64 limit = DEFAULT_LIMIT;

  if (!bty_ctl_args_get_int (args, "limit", 0, G_MAXINT32, &limit, error))
    return FALSE;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "branch", bty_ctl_args_get (args, "branch"));
  bty_json_writer_member_int (&request.writer, "limit", limit == 0 ? PAGE_LIMIT : MIN (limit, PAGE_LIMIT));
  return bty_ctl_show_list (ctl, "soul.history", bty_ctl_request_end (&request), &bty_soul_version_schema, columns,
                            (guint) limit, _ ("There are no versions."), error);
}

static void
print_text (const char *file, const char *text)
{
  if (text == NULL)
    return;
  printf ("%s── %s ──%s\n", bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_BOLD), file,
          bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN));
  bty_ctl_terminal_write (STDOUT_FILENO, text, strlen (text));
  puts (g_str_has_suffix (text, "\n") ? "" : "\n");
}

static void
print_snapshot (const BtySoulSnapshot *snapshot, const char *file)
{
  const char *texts[BTY_SOUL_N_FILES] = { snapshot->soul, snapshot->identity, snapshot->user };

  if (file == NULL && snapshot->version != NULL)
    {
      bty_ctl_record_print (snapshot->version);
      putchar ('\n');
    }
  for (int i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      if (file == NULL)
        print_text (bty_enum_nick (bty_soul_files, i), texts[i]);
      else if (texts[i] != NULL) /* exactly as it is, so that it can go into a file */
        bty_ctl_terminal_write (STDOUT_FILENO, texts[i], strlen (texts[i]));
    }
}

gboolean
bty_ctl_soul_run_show (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *word = bty_ctl_args_get (args, "file");
  const char *file = word != NULL ? bty_ctl_soul_file (word, error) : NULL;
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autoptr (BtySoulSnapshot) snapshot = NULL;

  if (word != NULL && file == NULL)
    return FALSE;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "version", bty_ctl_args_count (args) > 1 ? bty_ctl_args_word (args, 1) : "head");
  bty_ctl_request_string (&request, "file", file);
  answer = bty_ctl_call (ctl, "soul.show", bty_ctl_request_end (&request), error);
  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  snapshot = bty_ctl_read_record (&bty_soul_snapshot_schema, answer, error);
  if (snapshot == NULL)
    return FALSE;
  if (bty_ctl_args_has (args, "prompt"))
    {
      const char *prompt = snapshot->prompt != NULL ? snapshot->prompt : "";

      bty_ctl_terminal_write (STDOUT_FILENO, prompt, strlen (prompt));
    }
  else
    print_snapshot (snapshot, file);
  return TRUE;
}

static char *
when_of (const BtySoulBlameLine *line)
{
  const BtySchema *schema = &bty_soul_blame_line_schema;

  return bty_ctl_field_to_text (line, bty_schema_get_field (schema, (guint) bty_schema_find (schema, "time", -1, 0)));
}

static void
print_blame (GPtrArray *lines)
{
  guint width = 0;

  for (guint i = 0; i < lines->len; i++)
    {
      const BtySoulBlameLine *line = lines->pdata[i];

      width = MAX (width, bty_ctl_terminal_measure (line->author != NULL ? line->author : ""));
    }
  for (guint i = 0; i < lines->len; i++)
    {
      const BtySoulBlameLine *line = lines->pdata[i];
      g_autofree char *author = bty_ctl_terminal_clean (line->author != NULL ? line->author : "", -1);
      g_autofree char *text = bty_ctl_terminal_clean (line->text != NULL ? line->text : "", -1);
      g_autofree char *when = when_of (line);

      printf ("%s%4lld  %s%*s  %s%s  %s\n", bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_DIM),
              (long long) line->number, author, (int) (width - MIN (width, bty_ctl_terminal_measure (author))), "",
              when, bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN), text);
    }
}

gboolean
bty_ctl_soul_run_blame (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "number", N_ ("VERSION"), "text", N_ ("TEXT"), NULL };
  const char *file = bty_ctl_soul_file (bty_ctl_args_count (args) > 1 ? bty_ctl_args_word (args, 1) : "SOUL.md", error);
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GPtrArray) lines = NULL;

  if (file == NULL)
    return FALSE;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "file", file);
  bty_ctl_request_string (&request, "version", bty_ctl_args_get (args, "version"));
  if (ctl->json)
    return bty_ctl_show_list (ctl, "soul.blame", bty_ctl_request_end (&request), &bty_soul_blame_line_schema, columns,
                              0, "", error);
  lines = bty_ctl_call_records (ctl, "soul.blame", bty_ctl_request_end (&request), &bty_soul_blame_line_schema, 0,
                                error);
  if (lines != NULL)
    print_blame (lines);
  return lines != NULL;
}

/* A history that is not to be trusted is a failure of the command too, so that scripts see it. */
gboolean
bty_ctl_soul_run_verify (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *slug = bty_ctl_args_word (args, 0);
  g_autofree char *answer = bty_ctl_call (ctl, "soul.verify", bty_ctl_request_of ("slug", slug), error);
  g_autoptr (BtySoulReport) report = answer != NULL ? bty_ctl_read_record (&bty_soul_report_schema, answer, error)
                                                    : NULL;

  if (report == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_record_print (report);
  if (report->ok)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the history of the soul of “%s” is not what was stored: %s"),
               slug, report->problems != NULL && report->problems[0] != NULL ? report->problems[0] : "");
  return FALSE;
}

void
bty_ctl_soul_tell_held (BtyCtl *ctl)
{
  g_autoptr (GPtrArray) held = NULL;

  if (ctl->json)
    return;
  held = bty_ctl_call_records (ctl, "soul.list", bty_ctl_request_of ("state", "held"), &bty_soul_schema, 0, NULL);
  for (guint i = 0; held != NULL && i < held->len; i++)
    {
      const BtySoul *soul = held->pdata[i];

      bty_ctl_note (_ ("%s is held and answers nothing: %s\n"
                       "  boternity-ctl soul diff %s shows what differs; soul accept %s or soul restore %s ends it"),
                    soul->slug, soul->reason != NULL ? soul->reason : _ ("its files are not those of its version"),
                    soul->slug, soul->slug, soul->slug);
    }
}
