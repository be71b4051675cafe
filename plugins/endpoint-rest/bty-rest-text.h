/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* Some bytes of a longer text, such as a segment of a path. */
typedef struct
{
  const char *text;
  gsize length;
} BtyRestSlice;

/* Decodes percent escapes (and, in a query, the plus): strictly, so no NUL, no broken escape, no bytes that are not UTF-8. */
char *bty_rest_decode_percent (const BtyRestSlice *slice, gboolean is_query, GError **error);

/* Takes the next `name=value` off *@query; FALSE at its end. A name alone has an empty value. */
gboolean bty_rest_next_parameter (const char **query, BtyRestSlice *name, BtyRestSlice *value);

/* Reads `"12"`, as in an If-Match header. */
gboolean bty_rest_parse_etag (const char *text, gint64 *revision);

/* Whether a list of tags, as in an If-None-Match header, has that of @revision, weak or strong, or is a star. */
gboolean bty_rest_etags_have (const char *list, gint64 revision);

/* Reads 1 to 18 decimal digits and nothing else. */
gboolean bty_rest_parse_digits (const char *text, gint64 *number);

G_END_DECLS
