/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "bty-ctl-prompt.h"
#include "bty-ctl-terminal.h"

#define HISTORY_LINES 1000

struct _BtyCtlPrompt
{
  BtyCtl *ctl;
  EditLine *editor;
  History *history;
  char *path;
  char *text;         /* the prompt with its colours */
  gboolean continues; /* the line before ended with a backslash */
  gboolean was_interrupted;
  guint winch;
};

static char *
get_text (EditLine *editor)
{
  BtyCtlPrompt *self = NULL;
  static char more[] = ". ";

  el_get (editor, EL_CLIENTDATA, &self);
  return self->continues ? more : self->text;
}

static gboolean
on_key (int fd, GIOCondition condition, gpointer has_key)
{
  *(gboolean *) has_key = TRUE;
  return G_SOURCE_REMOVE;
}

static void
on_interrupt (gpointer data)
{
  ((BtyCtlPrompt *) data)->was_interrupted = TRUE;
}

/* Waits for a byte on the terminal. Returns: 1, 0 at the end, -1 when Ctrl-C came first */
static int
read_byte (BtyCtlPrompt *self, char *byte)
{
  gboolean has_key = FALSE;
  guint source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_key, &has_key);
  gssize n;

  while (!has_key && !self->was_interrupted)
    g_main_context_iteration (NULL, TRUE);
  if (!has_key)
    g_source_remove (source);
  if (self->was_interrupted)
    return -1;
  do
    n = read (STDIN_FILENO, byte, 1);
  while (n < 0 && errno == EINTR);
  return n == 1 ? 1 : 0;
}

/* The editor's source of characters. Bytes that are no character become U+FFFD. */
static int
read_character (EditLine *editor, wchar_t *character)
{
  BtyCtlPrompt *self = NULL;
  mbstate_t state = { 0 };
  char byte = 0;

  el_get (editor, EL_CLIENTDATA, &self);
  for (;;)
    {
      int result = read_byte (self, &byte);
      gsize used;

      if (result <= 0)
        return result;
      used = mbrtowc (character, &byte, 1, &state);
      if (used == (gsize) -1)
        *character = 0xfffd;
      if (used != (gsize) -2)
        return 1;
    }
}

static gboolean
on_resized (gpointer data)
{
  el_resize (((BtyCtlPrompt *) data)->editor);
  return G_SOURCE_CONTINUE;
}

/* Takes in the last lines of the history, and shortens a file that has grown long. */
static void
load_history (BtyCtlPrompt *self)
{
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  HistEvent event;
  guint n, first;

  if (!g_file_get_contents (self->path, &contents, NULL, NULL))
    return;
  lines = g_strsplit (contents, "\n", -1);
  n = g_strv_length (lines);
  first = n > HISTORY_LINES ? n - HISTORY_LINES : 0;
  for (guint i = first; i < n; i++)
    {
      if (*lines[i] != '\0' && g_utf8_validate (lines[i], -1, NULL))
        history (self->history, &event, H_ENTER, lines[i]);
    }
  if (first > HISTORY_LINES)
    {
      g_autofree char *rest = g_strjoinv ("\n", lines + first);

      g_file_set_contents_full (self->path, rest, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
    }
}

static void
add_history (BtyCtlPrompt *self, const char *line)
{
  HistEvent event;
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  int fd;

  history (self->history, &event, H_ENTER, line);
  fd = g_open (self->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return;
  if (fchmod (fd, 0600) == 0 && write (fd, text, strlen (text)) < 0)
    g_debug ("cannot write the history: %s", g_strerror (errno));
  close (fd);
}

static char *
make_text (void)
{
  const char *style = bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_CYAN);

  if (*style == '\0')
    return g_strdup ("> ");
  return g_strdup_printf ("\001%s\001>\001%s\001 ", style, bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN));
}

BtyCtlPrompt *
bty_ctl_prompt_new (BtyCtl *ctl, const char *history_path)
{
  BtyCtlPrompt *self = g_new0 (BtyCtlPrompt, 1);
  HistEvent event;

  self->ctl = ctl;
  self->path = g_strdup (history_path);
  self->text = make_text ();
  self->history = history_init ();
  history (self->history, &event, H_SETSIZE, HISTORY_LINES);
  history (self->history, &event, H_SETUNIQUE, 1);
  load_history (self);
  self->editor = el_init ("boternity-ctl", stdin, stdout, stderr);
  el_set (self->editor, EL_CLIENTDATA, self);
  el_set (self->editor, EL_PROMPT_ESC, get_text, '\001');
  el_set (self->editor, EL_EDITOR, "emacs");
  el_set (self->editor, EL_HIST, history, self->history);
  el_set (self->editor, EL_GETCFN, read_character);
  el_source (self->editor, NULL);
  self->winch = g_unix_signal_add (SIGWINCH, on_resized, self);
  return self;
}

void
bty_ctl_prompt_free (BtyCtlPrompt *self)
{
  g_source_remove (self->winch);
  el_end (self->editor);
  history_end (self->history);
  g_free (self->path);
  g_free (self->text);
  g_free (self);
}

/* Reads one line without its end. Returns: (nullable): NULL at the end or after Ctrl-C */
static char *
read_line (BtyCtlPrompt *self)
{
  int length = 0;
  const char *line;

  el_set (self->editor, EL_PREP_TERM, 1); /* before the prompt invites keys, or the first of them meet the old mode */
  line = el_gets (self->editor, &length);
  return line != NULL && length > 0 ? g_strchomp (g_strndup (line, (gsize) length)) : NULL;
}

BtyCtlPromptResult
bty_ctl_prompt_read (BtyCtlPrompt *self, char **line)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autofree char *piece = NULL;

  self->was_interrupted = FALSE;
  self->continues = FALSE;
  bty_ctl_set_interrupt (self->ctl, on_interrupt, self);
  while ((piece = read_line (self)) != NULL)
    {
      self->continues = g_str_has_suffix (piece, "\\");
      if (self->continues)
        piece[strlen (piece) - 1] = '\n';
      g_string_append (whole, piece);
      if (!self->continues)
        break;
      g_clear_pointer (&piece, g_free);
    }
  bty_ctl_set_interrupt (self->ctl, NULL, NULL);
  if (piece == NULL)
    {
      putchar ('\n');
      return self->was_interrupted ? BTY_CTL_PROMPT_INTERRUPTED : BTY_CTL_PROMPT_END;
    }
  if (whole->len > 0 && strchr (whole->str, '\n') == NULL)
    add_history (self, whole->str);
  *line = g_strdup (whole->str);
  return BTY_CTL_PROMPT_LINE;
}
