/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/**
 * BtyHashicorpReply:
 * @bytes: what came: JSON, as it says itself; wiped when it is freed
 *
 * The answer to one request, with a status of 200 to 299, or 404 for a question.
 */
typedef struct
{
  guint status;
  char *bytes;
  gsize length;
} BtyHashicorpReply;

void bty_hashicorp_reply_free (BtyHashicorpReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyHashicorpReply, bty_hashicorp_reply_free)

/**
 * bty_hashicorp_ask_async:
 * @method: static
 * @path: below the URL of the settings
 * @body: (transfer full) (nullable): JSON; wiped once it was sent
 *
 * Errors: PERMISSION_DENIED (403), FAILED_PRECONDITION (sealed), RESOURCE_EXHAUSTED (429), ABORTED (somebody else changed it),
 * UNAVAILABLE, DATA_LOSS (no JSON, or more than hashicorp.max_size), DEADLINE_EXCEEDED, and those of #BtyHttpTransfer.
 */
void bty_hashicorp_ask_async (BtyHttpClient *client, const char *method, const char *path, GString *body,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
BtyHashicorpReply *bty_hashicorp_ask_finish (GAsyncResult *result, GError **error);

G_END_DECLS
