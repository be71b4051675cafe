/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"

/*
 * Where log lines go and which: to the journal with their fields when standard error is the journal, else to standard error as
 * `time level domain: message`, one line each whatever is in the message, in colours only on a terminal.
 *
 * Levels are written `info,bty-sqlite=debug`: one word for all, then exceptions by domain (`bty-sqlite` or, for all that begin
 * so, `bty-http*`). Words: error, critical, warning, message, info, debug.
 */

/**
 * bty_log_start:
 * @levels: (nullable): from the command line; beats BOTERNITY_LOG, which beats the setting `log.level`
 * @error: %BTY_ERROR_INVALID_ARGUMENT, naming the word
 *
 * Takes over the log of this process; once.
 */
gboolean bty_log_start (const char *levels, GError **error);

/** bty_log_set_levels: any thread */
gboolean bty_log_set_levels (const char *levels, GError **error);

/** bty_log_follow: declares `log.level` and follows it, unless the levels were given to bty_log_start() or by BOTERNITY_LOG */
void bty_log_follow (BtySettings *settings);
