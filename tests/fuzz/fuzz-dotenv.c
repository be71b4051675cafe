/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of .env files on any bytes: never a crash, and no fault tells of what stands in the line. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "secret/bty-secret-dotenv.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_memdup2 (data, size); /* exactly its size, so that reading past the end is seen */
  g_autoptr (GPtrArray) variables = bty_secret_dotenv_read (text, size);
  guint line = 0;

  for (guint i = 0; i < variables->len; i++)
    {
      const BtySecretVariable *variable = variables->pdata[i];

      g_assert_true ((variable->value != NULL) != (variable->fault != NULL));
      g_assert_cmpuint (variable->line, >, line);
      line = variable->line;
      if (variable->value == NULL)
        continue;
      g_assert_nonnull (variable->name);
      g_assert_cmpuint (bty_secret_get_length (variable->value), >, 0);
      g_assert_true (
        g_utf8_validate (bty_secret_peek (variable->value), (gssize) bty_secret_get_length (variable->value), NULL));
    }
  return 0;
}
