/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths and queries as a hostile client writes them: never a crash, and what is taken is well-formed UTF-8 that was written as it was
 * read. An input is a path, and a query after its first `?`. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-rest-decode.h"
#include "fuzz.h"

typedef struct
{
  BtyRecord record;
  char *slug;
  char *part;
  gint64 limit;
  gboolean all;
  char **tags;
} FuzzAsk;

static const BtyField ask_fields[] = {
  BTY_FIELD_STRING (FuzzAsk, slug, 0, "A label", .max = 60),
  BTY_FIELD_STRING (FuzzAsk, part, 0, "Another", .max = 60),
  BTY_FIELD_INT64 (FuzzAsk, limit, 0, "A number", .min = 1, .max = 100, .fallback = "10"),
  BTY_FIELD_BOOL (FuzzAsk, all, 0, "A switch"),
  BTY_FIELD_STRV (FuzzAsk, tags, 0, "A list", .max = 8),
};
BTY_DECLARE_RECORD (FuzzAsk, fuzz_ask)
BTY_DEFINE_RECORD (FuzzAsk, fuzz_ask, "ask", "What is asked", ask_fields)

static void
answer_nothing (BtyCall *call)
{
  bty_call_return (call, NULL);
}

#define ASK .summary = "Ask", .request = &fuzz_ask_schema, .effect = BTY_EFFECT_READ, .run = answer_nothing

static const BtyOperation operations[] = {
  { .name = "ask.list", ASK, .http = "GET /asks" },
  { .name = "ask.get", ASK, .http = "GET /asks/{slug}" },
  { .name = "ask.fixed", ASK, .http = "GET /asks/fixed" },
  { .name = "ask.part", ASK, .http = "GET /asks/{slug}/parts/{part}" },
  { .name = "ask.end", ASK, .http = "GET /asks/{slug}/{part}/end" },
};

static BtyRestRoutes *
get_routes (void)
{
  static BtyRestRoutes *routes;
  g_autoptr (BtyCatalogue) catalogue = NULL;

  if (routes != NULL)
    return routes;
  catalogue = bty_catalogue_new ();
  g_assert_true (bty_catalogue_add (catalogue, operations, G_N_ELEMENTS (operations), NULL, NULL, NULL));
  routes = bty_rest_routes_new (catalogue);
  return routes;
}

/* Escaping what was decoded and decoding that gives the same; nothing of control over C strings comes through. */
static void
check_slice (const BtyRestSlice *slice, gboolean is_query)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = bty_rest_decode_percent (slice, is_query, &error);
  g_autofree char *escaped = NULL, *again = NULL;
  BtyRestSlice other;

  g_assert_true ((text == NULL) == (error != NULL));
  if (text == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      return;
    }
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (strlen (text), <=, slice->length);
  escaped = g_uri_escape_string (text, NULL, FALSE);
  other = (BtyRestSlice){ escaped, strlen (escaped) };
  again = bty_rest_decode_percent (&other, is_query, NULL);
  g_assert_cmpstr (text, ==, again);
}

static void
check_query (const char *query)
{
  const char *end = query + strlen (query), *at = query;
  BtyRestSlice name, value;

  while (bty_rest_next_parameter (&at, &name, &value))
    {
      g_assert_true (name.text >= query && name.text + name.length <= end && at <= end);
      g_assert_true (memchr (name.text, '=', name.length) == NULL);
      check_slice (&name, TRUE);
      check_slice (&value, TRUE);
    }
}

static void
check_request (const BtyRestMatch *match, const char *query)
{
  BtyRestInput input = { .match = match, .query = query };
  g_autoptr (GError) error = NULL;
  FuzzAsk *ask = bty_rest_decode (&fuzz_ask_schema, BTY_VIEW_CREATE, &input, &error);

  g_assert_true ((ask == NULL) == (error != NULL));
  if (ask == NULL)
    {
      bty_error_convert (&error); /* as it leaves */
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  g_assert_true (ask->limit >= 1 && ask->limit <= 100);
  g_assert_true (ask->slug == NULL || g_utf8_validate (ask->slug, -1, NULL));
  bty_record_unref (ask);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = g_strndup ((const char *) data, size); /* up to the first NUL, as a request line has none */
  char *query = strchr (path, '?');
  gint64 number;
  BtyRestMatch match;

  if (query != NULL)
    *query++ = '\0';
  if (bty_rest_parse_digits (path, &number))
    g_assert_cmpint (number, >=, 0);
  if (bty_rest_parse_etag (path, &number))
    g_assert_true (bty_rest_etags_have (path, number) || path[1] == '0');
  if (query != NULL)
    check_query (query);
  if (path[0] != '/')
    return 0;
  bty_rest_routes_match (get_routes (), BTY_REST_GET, path, &match);
  g_assert_true (match.route != NULL || match.allowed == 0);
  for (guint i = 0; match.route != NULL && i < match.route->n_labels; i++)
    {
      g_assert_cmpuint (match.labels[i].length, >, 0);
      g_assert_null (memchr (match.labels[i].text, '/', match.labels[i].length));
      check_slice (&match.labels[i], FALSE);
    }
  if (match.route != NULL)
    check_request (&match, query);
  return 0;
}
