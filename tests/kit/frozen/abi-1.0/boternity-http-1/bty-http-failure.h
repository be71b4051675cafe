/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-client.h"

G_BEGIN_DECLS

/** BTY_HTTP_MAX_FAILURE: how much of the body of a failure is read: 64 KiB */
#define BTY_HTTP_MAX_FAILURE (64 * 1024)

/**
 * BtyHttpFailure:
 * @status: HTTP status; 200 for an error that came inside an answer
 * @content_type: (nullable): media type of @body
 * @body: (array length=length): what came, at most %BTY_HTTP_MAX_FAILURE bytes of it; not NUL-terminated
 * @is_json: whether @body is JSON
 * @message: (nullable): what the service says to people: `error.message`, `error`, `message` or `detail`
 * @type: (nullable): `error.type` or `error.status`
 * @reason: (nullable): `error.code`, when it is a word
 * @code: what it comes to: taken from @reason and @status, or from @type when there is no status to go by
 * @retry_after_ms: what the headers say; -1 when they do not
 * @is_quota: with RESOURCE_EXHAUSTED: what was paid for is used up, so that waiting a moment does not help; @retry_after_ms does not
 *   count then
 * @request_id: (nullable): by which the service finds the request again: of its headers, else of @body
 * @should_retry: (nullable): what the header `x-should-retry` says: `true` or `false`
 *
 * What a service said when it refused. It is filled in for all families at once; the `failure` function of a provider's class may
 * change @code, @retry_after_ms and @is_quota.
 */
typedef struct
{
  guint status;
  const char *content_type;
  const char *body;
  gsize length;
  gboolean is_json;
  char *message;
  char *type;
  char *reason;
  BtyErrorCode code;
  gint64 retry_after_ms;
  gboolean is_quota;
  char *request_id;
  const char *should_retry;
} BtyHttpFailure;

/**
 * bty_http_failure_read: fills in what @body and @status come to, from @message on; what the headers say was put in before. To be
 *   cleared with bty_http_failure_clear()
 */
BTY_EXPORT void bty_http_failure_read (BtyHttpFailure *failure);
BTY_EXPORT void bty_http_failure_clear (BtyHttpFailure *failure);

/** bty_http_failure_to_error: Returns: (transfer full): the failure in words: who, which status, what it said (redacted), what to do */
BTY_EXPORT GError *bty_http_failure_to_error (const BtyHttpFailure *failure, BtyHttpClient *client);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyHttpFailure, bty_http_failure_clear)

G_END_DECLS
