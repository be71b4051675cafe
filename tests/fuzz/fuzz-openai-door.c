/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The requests of the OpenAI API: the first byte says of which kind, the rest is the body. What is taken can be written again. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-oai-ask.h"
#include "fuzz.h"

typedef gpointer (*Read) (BtyOaiAsk *ask, const char *data, gsize length, GError **error);

static gpointer
read_chat (BtyOaiAsk *ask, const char *data, gsize length, GError **error)
{
  return bty_oai_read_chat (ask, data, length, error);
}

static gpointer
read_response (BtyOaiAsk *ask, const char *data, gsize length, GError **error)
{
  return bty_oai_read_response (ask, data, length, error);
}

static gpointer
read_embedding (BtyOaiAsk *ask, const char *data, gsize length, GError **error)
{
  return bty_oai_read_embedding (ask, data, length, error);
}

/* A record that was taken is one that the store and every door can write, and an error names a place in whole characters. */
static void
check (gpointer record, const BtyOaiAsk *ask, const GError *error)
{
  g_autofree char *json = NULL;

  g_assert_true ((record == NULL) == (error != NULL));
  g_assert_true (ask->param == NULL || g_utf8_validate (ask->param, -1, NULL));
  if (record == NULL)
    {
      g_assert_cmpint (error->domain, ==, BTY_ERROR);
      g_assert_cmpint (error->code, ==, BTY_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  json = bty_record_to_json (record, BTY_VIEW_READ);
  g_assert_true (bty_json_validate (json, strlen (json), 0, NULL));
  g_assert_true (ask->model != NULL && *ask->model != '\0');
  g_assert_true (ask->echo == NULL || ask->echo->len == 0 ||
                 bty_json_validate (ask->echo->str, ask->echo->len, 0, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const Read kinds[] = { read_chat, read_response, read_embedding };
  g_autoptr (BtyOaiAsk) ask = bty_oai_ask_new ();
  g_autoptr (GError) error = NULL;
  gpointer record;

  if (size == 0)
    return 0;
  record = kinds[data[0] % G_N_ELEMENTS (kinds)](ask, (const char *) data + 1, size - 1, &error);
  check (record, ask, error);
  g_clear_pointer (&record, bty_record_unref);
  return 0;
}
