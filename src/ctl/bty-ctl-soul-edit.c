/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-json.h"
#include "bty-ctl-soul.h"
#include "bty-ctl-terminal.h"

#define MAX_TEXT (1024 * 1024)

static const char *
find_editor (void)
{
  const char *editor = g_getenv ("VISUAL");

  if (editor == NULL || *editor == '\0')
    editor = g_getenv ("EDITOR");
  if ((editor == NULL || *editor == '\0') && bty_ctl_terminal_is (STDIN_FILENO))
    editor = "vi";
  return editor != NULL && *editor != '\0' ? editor : NULL;
}

/* By the shell, since what people set may hold options. */
static gboolean
run_editor (const char *path, GError **error)
{
  const char *editor = find_editor ();
  g_autofree char *script = editor != NULL ? g_strconcat (editor, " \"$@\"", NULL) : NULL;
  const char *command[] = { "/bin/sh", "-c", script, "editor", path, NULL };
  g_autoptr (GError) cause = NULL;
  int status;

  if (editor == NULL)
    {
      g_set_error_literal (
        error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
        _ ("there is no terminal, and no editor is named: set EDITOR, or give the text with --from"));
      return FALSE;
    }
  if (!g_spawn_sync (NULL, (char **) command, NULL, G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL, &status,
                     &cause) ||
      !g_spawn_check_wait_status (status, &cause))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("the editor “%s” did not end well (%s): nothing was changed; the text is in %s"), editor,
                   cause->message, path);
      return FALSE;
    }
  return TRUE;
}

static char *
read_file (const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &cause))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("cannot read “%s”: %s"), path, cause->message);
      return NULL;
    }
  if (length > MAX_TEXT || !g_utf8_validate_len (text, length, NULL))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is no text for a soul: it must be UTF-8 and at most %d bytes"), path, MAX_TEXT);
      return NULL;
    }
  return g_steal_pointer (&text);
}

char *
bty_ctl_soul_edit_text (const char *name, const char *text, char **path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *folder = g_dir_make_tmp ("boternity-soul-XXXXXX", &cause);

  *path = folder != NULL ? g_build_filename (folder, name, NULL) : NULL;
  if (folder == NULL || !g_file_set_contents (*path, text, -1, &cause))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("cannot make a copy to edit: %s"), cause->message);
      return NULL;
    }
  return run_editor (*path, error) ? read_file (*path, error) : NULL;
}

void
bty_ctl_soul_discard (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_unlink (path);
  g_rmdir (folder);
}

/* The text from a file or from standard input. */
static char *
read_given (const char *from, GError **error)
{
  return read_file (strcmp (from, "-") == 0 ? "/dev/stdin" : from, error);
}

static BtySoulSnapshot *
get_head (BtyCtl *ctl, const char *slug, const char *file, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", slug);
  bty_ctl_request_string (&request, "version", "head");
  bty_ctl_request_string (&request, "file", file);
  return bty_ctl_call_record (ctl, "soul.show", bty_ctl_request_end (&request), &bty_soul_snapshot_schema, error);
}

static const char *
text_of (const BtySoulSnapshot *snapshot, const char *file)
{
  const char *texts[BTY_SOUL_N_FILES] = { snapshot->soul, snapshot->identity, snapshot->user };

  for (int i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      if (strcmp (file, bty_enum_nick (bty_soul_files, i)) == 0 && texts[i] != NULL)
        return texts[i];
    }
  return "";
}

static GBytes *
make_request (const BtyCtlArgs *args, const char *file, const char *text, const char *expected)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, bty_ctl_soul_member (file), text);
  bty_ctl_request_string (&request, "note", bty_ctl_args_get (args, "note"));
  bty_ctl_request_string (&request, "expected", expected);
  return bty_ctl_request_end (&request);
}

static gboolean
propose (BtyCtl *ctl, GBytes *request, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, "soul.propose", request, error);
  g_autofree char *id = answer != NULL ? bty_ctl_json_get_string (answer, "id") : NULL;

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note (_ ("proposed: %s; boternity-ctl soul approve or refuse decides"), id);
  return TRUE;
}

/* What was written is not lost when the daemon does not take it. */
static gboolean
tell_kept (gboolean done, const char *path, GError **error)
{
  if (!done && error != NULL && *error != NULL && path != NULL)
    g_prefix_error (error, _ ("nothing was changed; your text is in %s: "), path);
  else if (path != NULL)
    bty_ctl_soul_discard (path);
  return done;
}

static gboolean
edit (BtyCtl *ctl, const BtyCtlArgs *args, gboolean is_proposal, GError **error)
{
  const char *file = bty_ctl_soul_file (bty_ctl_args_count (args) > 1 ? bty_ctl_args_word (args, 1) : "SOUL.md", error);
  const char *from = bty_ctl_args_get (args, "from");
  g_autoptr (BtySoulSnapshot) head = file != NULL ? get_head (ctl, bty_ctl_args_word (args, 0), file, error) : NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  if (head == NULL)
    return FALSE;
  text = from != NULL ? read_given (from, error) : bty_ctl_soul_edit_text (file, text_of (head, file), &path, error);
  if (text == NULL)
    return FALSE;
  if (strcmp (text, text_of (head, file)) == 0)
    {
      bty_ctl_note ("%s", _ ("nothing was changed"));
      return tell_kept (TRUE, path, error);
    }
  if (is_proposal)
    return tell_kept (propose (ctl, make_request (args, file, text, NULL), error), path, error);
  return tell_kept (bty_ctl_soul_change (ctl, "soul.write", bty_ctl_args_word (args, 0),
                                         make_request (args, file, text, head->version->hash), error),
                    path, error);
}

gboolean
bty_ctl_soul_run_edit (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return edit (ctl, args, FALSE, error);
}

gboolean
bty_ctl_soul_run_propose (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return edit (ctl, args, TRUE, error);
}
