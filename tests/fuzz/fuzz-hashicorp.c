/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An answer of a HashiCorp Vault of any bytes: never a crash; what is written from it is JSON again, and keeps its other fields. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-hashicorp-answer.h"
#include "fuzz.h"

static void
change (const char *json, gsize size, BtySecret *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) body = NULL;
  guint n_others;

  body = bty_hashicorp_answer_change (json, size, "value", value, &n_others, &error);
  if (body == NULL)
    {
      g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
      return;
    }
  g_assert_true (bty_json_validate (body->str, body->len, BTY_HASHICORP_DEPTH + 4, &error));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *json = g_memdup2 (size > 0 ? data : (const guint8 *) "", size > 0 ? size : 1);
  g_autoptr (BtySecret) value = bty_secret_new ("a \"value\"\n", 10);
  g_autoptr (BtySecret) found = NULL;
  g_autoptr (GError) error = NULL, other = NULL;
  g_autofree char *said = bty_hashicorp_answer_errors (json, size);
  g_auto (GStrv) keys = bty_hashicorp_answer_keys (json, size, &other);
  gint64 version;

  found = bty_hashicorp_answer_field (json, size, "value", &version, &error);
  g_assert_true (found == NULL || error == NULL);
  g_assert_true ((keys == NULL) == (other != NULL));
  change (json, size, value);
  change (json, size, NULL);
  return 0;
}
