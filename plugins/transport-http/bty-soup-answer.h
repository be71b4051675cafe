/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BTY_SOUP_PROBLEM_TYPE "application/problem+json"
#define BTY_SOUP_METHODS      "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

/* The problem document (RFC 9457) of a refusal that is HTTP's own. */
GString *bty_soup_problem_new (guint status, const char *detail);

/* A whole refusal, head and body, after which the connection closes. @own: (nullable): an endpoint's body, as JSON */
GString *bty_soup_refusal_new (guint status, const char *detail, GBytes *own);

G_END_DECLS
