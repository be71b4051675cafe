/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* Valid UTF-8 on one line, at most 500 bytes, without @key, pieces of it, the values in @headers, or what looks like a key. */
char *bty_http_redact (const char *text, gsize length, const BtySecret *key, const char *const *headers);

/*
 * Takes the key, whatever shares eight bytes with it, and the values of headers out of what is recorded: any bytes, of any length. Line
 * ends stay.
 */
void bty_http_redact_body (GString *text, const BtySecret *key, const char *const *headers);

G_END_DECLS
