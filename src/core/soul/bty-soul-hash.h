/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* What the chain of versions is made of; docs/souls.md describes the encoding. Any thread. */

/** bty_soul_hash: Returns: (transfer full): the hash that @version must have: over all that it says, and @version->previous */
char *bty_soul_hash (const BtySoulVersion *version);
/** bty_soul_text_hash: @length: -1 when it ends with a NUL; Returns: (transfer full): SHA-256 in hexadecimal */
char *bty_soul_text_hash (const char *text, gssize length);

/** bty_soul_version_text: Returns: (transfer none): hash of one of its texts */
const char *bty_soul_version_text (const BtySoulVersion *version, BtySoulFile file);
/** bty_soul_text_key: Returns: (transfer full): the key under which a bot's text is kept */
char *bty_soul_text_key (const char *bot, const char *hash);
/** bty_soul_version_key: Returns: (transfer full): the key of a bot's version */
char *bty_soul_version_key (const char *bot, gint64 number);
/** bty_soul_ref_key: Returns: (transfer full): the key of a bot's branch or tag */
char *bty_soul_ref_key (const char *bot, BtySoulRefKind kind, const char *name);
