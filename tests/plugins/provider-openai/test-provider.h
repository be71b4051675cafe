/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#define TEST_KEY "sk-test-0123456789-secret"

/* What a completion gave, put together from its deltas. */
typedef struct
{
  BtyCompletion *completion;
  GString *text;
  GString *reasoning;
  GString *signatures; /* a line each */
  GPtrArray *call_ids;
  GPtrArray *call_names;
  GPtrArray *call_arguments; /* of GString */
  gboolean done;
  guint cancel_after; /* deltas; 0: never */
  gint64 took_ms;
  gint64 first_ms;
} TestAnswer;

/* Begins main(): starts the program anew with a model server beside it (tests/http/run-upstream.py), unless there is one. */
void test_begin (char **argv);

/* The provider as the plugin in the build tree makes it, configured for the upstream; @options: (nullable): JSON members. */
BtyProvider *test_provider_new (const char *options);

/* As above, before it was configured. */
BtyProvider *test_provider_bare (void);

/* As above, for any URL and key; %NULL with @error when it is refused. */
BtyProvider *test_provider_configure (const char *url, const char *key, const char *options, GError **error);

BtyCompletionRequest *test_request_new (const char *model, const char *text);

TestAnswer *test_answer_start (BtyProvider *provider, BtyCompletionRequest *request);
void test_answer_wait (TestAnswer *answer);
void test_answer_free (TestAnswer *answer);
TestAnswer *test_ask (BtyProvider *provider, const char *model);

/* Fails the test unless the answer failed with @code and all @words (NULL-terminated) in its message, and the key not. */
void test_answer_failed (TestAnswer *answer, BtyErrorCode code, const char *const *words);

/* The requests that the upstream has had since they were last forgotten, as JSON. */
char *test_upstream_requests (void);
void test_upstream_forget (void);
guint test_count (const char *text, const char *word);

const char *test_upstream_url (void);
/* The kind of provider that the plugin makes. */
const char *test_kind (void);
gboolean test_is_tls (void);
gboolean test_is_h2 (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestAnswer, test_answer_free)

G_END_DECLS
