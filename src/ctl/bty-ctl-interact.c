/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-chat.h"
#include "bty-ctl-first.h"
#include "bty-ctl-keys.h"
#include "bty-ctl-prompt.h"
#include "bty-ctl-request.h"
#include "bty-ctl-terminal.h"

#define HISTORY_NAME  "chat_history"
#define DOUBLE_TAP_US 500000

/* Who is there, and what a newcomer needs to know. Returns: FALSE when there is no such bot */
static gboolean
welcome (BtyCtlChat *chat, GError **error)
{
  g_autoptr (BtyBot) bot = bty_ctl_call_record (chat->ctl, "bot.get", bty_ctl_request_of ("slug", chat->slug),
                                                &bty_bot_schema, error);

  if (bot == NULL)
    return FALSE;
  bty_ctl_note (_ ("%s listens. /help says what can be typed, Ctrl-D leaves."), bot->name);
  if (chat->session != NULL)
    bty_ctl_note ("%s", _ ("This goes on from last time; /new begins anew."));
  if (bot->state == BTY_BOT_STOPPED)
    bty_ctl_note (_ ("It is stopped and will not answer: boternity-ctl bot start %s"), chat->slug);
  if (!bty_ctl_keys_hand_over (chat->ctl) && !bty_ctl_first_offer (chat->ctl))
    bty_ctl_note (
      "%s",
      _ ("No model is connected yet: boternity-ctl provider add NAME; boternity-ctl provider presets lists services"));
  return TRUE;
}

/* Returns: FALSE to leave */
static gboolean
take_line (BtyCtlChat *chat, char *line)
{
  g_autoptr (GError) failure = NULL;
  const char *text = g_strstrip (line);

  g_cancellable_reset (chat->ctl->cancellable); /* a Ctrl-C that nobody was there to take is over */
  if (*text == '\0')
    return TRUE;
  if (*text == '/')
    return bty_ctl_chat_command (chat, text);
  if (bty_ctl_chat_say (chat, text, &failure))
    return TRUE;
  if (chat->stopped_at != 0 && g_error_matches (failure, BTY_ERROR, BTY_ERROR_CANCELLED))
    bty_ctl_note ("%s", _ ("stopped"));
  else
    bty_ctl_print_error (chat->ctl->json, failure);
  return TRUE;
}

/*
 * The second Ctrl-C in a row leaves when it comes at the prompt. One that comes right after an answer was stopped was most likely
 * meant for that answer.
 */
static gboolean
is_leaving (BtyCtlChat *chat, gboolean *was_told)
{
  gboolean was_stopped = chat->stopped_at != 0 && g_get_monotonic_time () - chat->stopped_at > DOUBLE_TAP_US;

  if (*was_told || was_stopped)
    return TRUE;
  bty_ctl_note ("%s", _ ("Ctrl-C once more leaves"));
  *was_told = TRUE;
  return FALSE;
}

gboolean
bty_ctl_chat_interact (BtyCtlChat *chat, GError **error)
{
  g_autofree char *history_path = g_build_filename (chat->ctl->data_dir, HISTORY_NAME, NULL);
  g_autoptr (BtyCtlPrompt) prompt = NULL;
  gboolean goes_on = TRUE, was_told = FALSE;

  if (!welcome (chat, error))
    return FALSE;
  prompt = bty_ctl_prompt_new (chat->ctl, history_path);
  while (goes_on)
    {
      g_autofree char *line = NULL;
      BtyCtlPromptResult result = bty_ctl_prompt_read (prompt, &line);

      if (result == BTY_CTL_PROMPT_END)
        break;
      if (result == BTY_CTL_PROMPT_INTERRUPTED)
        {
          goes_on = !is_leaving (chat, &was_told);
          continue;
        }
      was_told = FALSE;
      chat->stopped_at = 0;
      goes_on = take_line (chat, line);
    }
  return TRUE;
}
