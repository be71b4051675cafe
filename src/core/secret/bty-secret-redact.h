/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * Takes known secrets out of text: the last net under logs, errors, answers and stored messages, whatever brought a secret there.
 *
 * A value is found as it is, and as JSON, a URL or Base64 (inside a longer text, too) writes it. One that is shorter than
 * BTY_SECRET_REDACT_LEAST bytes is not looked for: it would blot out words that are none. Any thread; as long as no secret is known
 * nothing is looked at. What is learnt stays until the process ends, since a value that was replaced may come back in a late
 * answer; above BTY_SECRET_REDACT_MOST values the one that was learnt first goes.
 */
#define BTY_SECRET_REDACT_LEAST 8
#define BTY_SECRET_REDACT_MOST  1024
#define BTY_SECRET_REDACT_MARK  "[secret]" /* no longer than the shortest value, so that text never grows */

/** bty_secret_redact_learn: from now on @secret is taken out; twice is as good as once */
void bty_secret_redact_learn (BtySecret *secret);
/** bty_secret_redact_forget: nothing is known any more: for tests */
void bty_secret_redact_forget (void);

/** bty_secret_redact_bytes: in place; @text needs no NUL; Returns: the length now, what is left over is zeroed */
gsize bty_secret_redact_bytes (char *text, gsize length);
/** bty_secret_redact_text: the same for a string; @text: (nullable) */
void bty_secret_redact_text (char *text);
/** bty_secret_redact_error: the same for an error's message; @error: (nullable): nobody else may be reading it */
void bty_secret_redact_error (GError *error);
/** bty_secret_redact: Returns: (transfer full) (nullable): a copy of @text without secrets; %NULL for %NULL */
char *bty_secret_redact (const char *text);

/**
 * bty_secret_redact_stream:
 * @held: what came and did not go out yet
 *
 * For text that comes in pieces, where a secret may come in two: redacts @held in place.
 *
 * Returns: how many bytes from its beginning can go out; the others may be the beginning of a secret
 */
gsize bty_secret_redact_stream (GString *held);

/** bty_secret_redact_rest: nothing more comes after @held: as much of a secret's beginning as is looked for goes, too */
void bty_secret_redact_rest (GString *held);
