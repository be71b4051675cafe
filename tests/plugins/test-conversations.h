/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* What the tests ask of each wire family. The names, %NULL-terminated. */
extern const char *const test_conversations[];

/* @signature: the mark that the family puts on a reasoning block of its own. Returns: (transfer full): the request. */
BtyCompletionRequest *test_conversation_new (const char *name, const char *model, const char *signature);

G_END_DECLS
