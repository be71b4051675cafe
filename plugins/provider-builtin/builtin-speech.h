/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * builtin_speech_start:
 * @text: (transfer full): the whole answer
 *
 * Says @text word by word through @completion, some words in each turn of the main loop, and ends it; stops when it is cancelled.
 */
void builtin_speech_start (BtyCompletion *completion, char *text);
