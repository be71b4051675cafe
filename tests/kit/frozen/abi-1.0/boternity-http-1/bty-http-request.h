/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#if !defined(BTY_HTTP_INSIDE) && !defined(BTY_HTTP_COMPILATION)
#error "Only <boternity-http.h> can be included directly."
#endif

/**
 * BtyHttpRequest:
 * @method: static: `GET` or `POST`
 * @path: joined to the base URL with one slash between them; it may have a query
 * @accept: (nullable): static: media type that is asked for
 * @headers: (nullable): names and values by turns, besides those of the configuration
 * @body: (nullable): JSON
 *
 * What to ask. Never holds a key: #BtyHttpClient adds that.
 */
typedef struct
{
  const char *method;
  char *path;
  const char *accept;
  GPtrArray *headers;
  GBytes *body;
} BtyHttpRequest;

/**
 * bty_http_request_new: (skip)
 * @method: static
 * @path: copied
 * @body: (transfer full) (nullable): JSON
 *
 * Returns: (transfer full): a new request
 */
BTY_EXPORT BtyHttpRequest *bty_http_request_new (const char *method, const char *path, GString *body);
BTY_EXPORT void bty_http_request_free (BtyHttpRequest *request);
BTY_EXPORT void bty_http_request_add_header (BtyHttpRequest *request, const char *name, const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyHttpRequest, bty_http_request_free)

G_END_DECLS
