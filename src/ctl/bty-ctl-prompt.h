/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/*
 * BtyCtlPrompt:
 *
 * Reads lines from the terminal with editing and a history that is kept in a file only the user can read. The main loop runs
 * while it waits for a key.
 */
typedef struct _BtyCtlPrompt BtyCtlPrompt;

typedef enum
{
  BTY_CTL_PROMPT_LINE,
  BTY_CTL_PROMPT_INTERRUPTED, /* Ctrl-C: what was typed is dropped */
  BTY_CTL_PROMPT_END,         /* Ctrl-D, or the terminal is gone */
} BtyCtlPromptResult;

BtyCtlPrompt *bty_ctl_prompt_new (BtyCtl *ctl, const char *history_path);
void bty_ctl_prompt_free (BtyCtlPrompt *prompt);
/* @line: (out) (transfer full): what was typed; a line that ends with a backslash goes on in the next */
BtyCtlPromptResult bty_ctl_prompt_read (BtyCtlPrompt *prompt, char **line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyCtlPrompt, bty_ctl_prompt_free)
