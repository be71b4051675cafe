/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "bty-ctl-keys.h"
#include "bty-ctl-request.h"
#include "bty-ctl-terminal.h"

#define MAX_KEY    65536
#define KEY_CTRL_C 0x03
#define KEY_CTRL_D 0x04
#define KEY_DELETE 0x7f

BtySecret *
bty_ctl_keys_from_environment (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && *value != '\0' ? bty_secret_new (value, strlen (value)) : NULL;
}

/* No echo, and Ctrl-C as a character: a signal would leave the terminal mute. */
static void
set_quiet (const struct termios *saved, gboolean is_quiet)
{
  struct termios quiet = *saved;

  quiet.c_lflag &= ~(tcflag_t) (ECHO | ICANON | ISIG);
  quiet.c_cc[VMIN] = 1;
  quiet.c_cc[VTIME] = 0;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, is_quiet ? &quiet : saved);
}

/* Returns: the length of the line; -1 when it was given up */
static gssize
read_key_line (char *buffer, gsize size, gboolean is_terminal)
{
  gsize length = 0;

  while (length < size)
    {
      gssize n = read (STDIN_FILENO, buffer + length, 1);
      char c = buffer[length];

      if (n < 0 && errno == EINTR)
        continue;
      if (is_terminal && n == 1 && (c == KEY_CTRL_C || c == KEY_CTRL_D))
        return -1;
      if (n <= 0 || c == '\n' || (is_terminal && c == '\r'))
        break;
      if (is_terminal && (c == KEY_DELETE || c == '\b'))
        length -= length > 0;
      else
        length++;
    }
  while (length > 0 && g_ascii_isspace (buffer[length - 1]))
    length--;
  return (gssize) length;
}

BtySecret *
bty_ctl_keys_ask (const char *prompt, GError **error)
{
  g_autofree char *buffer = g_malloc0 (MAX_KEY);
  BtySecret *secret = NULL;
  struct termios saved;
  gboolean is_terminal = tcgetattr (STDIN_FILENO, &saved) == 0;
  gssize length;

  if (is_terminal)
    {
      set_quiet (&saved, TRUE); /* before anyone is invited to type */
      fprintf (stderr, "%s ", prompt);
    }
  length = read_key_line (buffer, MAX_KEY, is_terminal);
  if (is_terminal)
    {
      set_quiet (&saved, FALSE);
      fputc ('\n', stderr);
    }
  if (length >= 0 && length < MAX_KEY)
    secret = bty_secret_new (buffer, (gsize) length);
  else
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_CANCELLED, _ ("nothing was given"));
  bty_secret_clear_memory (buffer, MAX_KEY);
  return secret;
}

char
bty_ctl_keys_press (const char *prompt)
{
  struct termios saved;
  char key = 0;

  if (!bty_ctl_terminal_is (STDIN_FILENO) || !bty_ctl_terminal_is (STDERR_FILENO) ||
      tcgetattr (STDIN_FILENO, &saved) != 0)
    return 0;
  set_quiet (&saved, TRUE);
  fprintf (stderr, "%s ", prompt);
  while (read (STDIN_FILENO, &key, 1) < 0 && errno == EINTR)
    continue;
  set_quiet (&saved, FALSE);
  fputc ('\n', stderr);
  return key == KEY_CTRL_C || key == KEY_CTRL_D ? 0 : key;
}

gboolean
bty_ctl_keys_confirm (const char *question)
{
  return g_ascii_tolower (bty_ctl_keys_press (question)) == 'y';
}

BtySecret *
bty_ctl_keys_from_stdin (GError **error)
{
  g_autoptr (BtySecret) secret = bty_ctl_keys_ask (_ ("Key (not shown):"), NULL);

  if (secret != NULL && bty_secret_get_length (secret) > 0)
    return g_steal_pointer (&secret);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("standard input gave no key: its first line is the key"));
  return NULL;
}

BtySecret *
bty_ctl_keys_ask_passphrase (const char *prompt, gboolean is_new, GError **error)
{
  g_autoptr (BtySecret) first = bty_ctl_keys_ask (prompt, error);
  g_autoptr (BtySecret) second = NULL;

  if (first == NULL)
    return NULL;
  if (bty_secret_get_length (first) == 0)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                           _ ("no passphrase was given: type one, or write it to standard input in one line"));
      return NULL;
    }
  if (!is_new || !bty_ctl_terminal_is (STDIN_FILENO))
    return g_steal_pointer (&first);
  second = bty_ctl_keys_ask (_ ("The same again:"), error);
  if (second == NULL)
    return NULL;
  if (bty_secret_equal (first, bty_secret_peek (second), bty_secret_get_length (second)))
    return g_steal_pointer (&first);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("these are two different passphrases"));
  return NULL;
}

static void
hand_over (BtyCtl *ctl, const BtyProviderConfig *provider)
{
  g_autoptr (BtySecret) key = bty_ctl_keys_from_environment (provider->key_ref + strlen ("env:"));
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  if (key == NULL)
    return;
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", provider->name);
  bty_ctl_request_secret (&request, "key", key);
  answer = bty_ctl_call (ctl, "provider.update", bty_ctl_request_end (&request), &error);
  if (answer == NULL)
    bty_ctl_note (_ ("the key of %s could not be handed to the daemon: %s"), provider->name, error->message);
}

gboolean
bty_ctl_keys_hand_over (BtyCtl *ctl)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) providers = bty_ctl_call_records (ctl, "provider.list", NULL, &bty_provider_config_schema, 0,
                                                          &error);
  gboolean is_connected = providers == NULL;

  for (guint i = 0; providers != NULL && i < providers->len; i++)
    {
      const BtyProviderConfig *provider = providers->pdata[i];

      is_connected = is_connected || g_strcmp0 (provider->kind, "builtin") != 0;
      if (provider->enabled && provider->key_state == BTY_KEY_MISSING && provider->key_ref != NULL &&
          g_str_has_prefix (provider->key_ref, "env:"))
        hand_over (ctl, provider);
    }
  return is_connected;
}
