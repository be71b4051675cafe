/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "test-provider.h"

G_BEGIN_DECLS

#define GREETING "Grüße aus der Ferne: \"quoted\" and\nnew line 🎈."

/* A shape of the upstream's that fails. @is_quota: it is told as a quota that is used up. */
typedef struct
{
  const char *model;
  BtyErrorCode code;
  const char *text; /* what came before it */
  gint64 retry_after_ms;
  const char *words[4];
  gboolean is_quota;
} TestBad;

/* Adds /FAMILY/bad/MODEL for each of @bads, and what holds of all families: /FAMILY/any/… and so on. */
void test_family_add (const char *family, const TestBad *bads, guint n_bads);

/* Of a family with the shape `many`. */
void test_family_many (void);

BtyPart *test_add_part (BtyPromptMessage *message, BtyPartKind kind, const char *call_id, const char *text);

void test_on_result (GObject *source, GAsyncResult *result, gpointer place);
GPtrArray *test_list_models (BtyProvider *provider, GError **error);
BtyEmbedding *test_embed (BtyProvider *provider, const char *model, const char *const *inputs, gint64 dimensions,
                          GError **error);

G_END_DECLS
