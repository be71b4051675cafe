/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of a cassette as somebody hostile writes it: refused with a reason, or read, written, and read again as the same. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <boternity.h>
#include <string.h>

#include "fuzz.h"

static void
take_out (GString *text, gpointer data)
{
  g_string_replace (text, "ab", "x", 0);
}

/* What was read can be written, and is read as the same. */
static void
go_round (BtyCassette *cassette)
{
  g_autoptr (GError) error = NULL;
  GString *first = bty_cassette_write (cassette);
  g_autoptr (BtyCassette) again = bty_cassette_load (first->str, first->len, &error);
  GString *second;

  g_assert_no_error (error);
  second = bty_cassette_write (again);
  g_assert_true (g_string_equal (first, second));
  g_string_free (first, TRUE);
  g_string_free (second, TRUE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCassette) cassette = bty_cassette_load ((const char *) data, size, &error);

  if (cassette == NULL)
    {
      g_assert_nonnull (error);
      g_assert_true (error->domain == BTY_ERROR && error->code == BTY_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  go_round (cassette);
  for (guint take = 1; take <= cassette->takes->len; take++)
    while (bty_cassette_play (cassette, take) != NULL)
      ;
  bty_cassette_redact (cassette, NULL, take_out, NULL);
  g_string_free (bty_cassette_write (cassette), TRUE);
  return 0;
}
