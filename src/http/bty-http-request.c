/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include "bty-http-request.h"

BtyHttpRequest *
bty_http_request_new (const char *method, const char *path, GString *body)
{
  BtyHttpRequest *self = g_new0 (BtyHttpRequest, 1);

  self->method = method;
  self->path = g_strdup (path);
  self->body = body != NULL ? g_string_free_to_bytes (body) : NULL;
  return self;
}

void
bty_http_request_free (BtyHttpRequest *self)
{
  g_free (self->path);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

void
bty_http_request_add_header (BtyHttpRequest *self, const char *name, const char *value)
{
  if (self->headers == NULL)
    self->headers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
}
