/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of capsules on any bytes. As they come they are the bytes of a capsule; and as lines, with a checksum that fits, so that what is
 * behind it is reached. Never a crash; what is taken can be written again, and is taken again with the same hashes. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bot/bty-bot-files.h"
#include "bot/bty-slug.h"
#include "capsule/bty-capsule.h"

#include "fuzz.h"

static const BtyCapsuleLimits limits = { 256 * 1024, 512 * 1024 };

static void
check_error (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == BTY_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
check_capsule (BtyCapsule *capsule)
{
  g_autoptr (GString) text = NULL;
  g_autoptr (BtyCapsule) again = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (BtySoulTexts) texts = { 0 };

  g_assert_true (bty_slug_is_valid (capsule->bot->slug));
  for (guint i = 0; i < capsule->files->len; i++)
    g_assert_true (bty_bot_files_may (((BtyImportFile *) g_ptr_array_index (capsule->files, i))->name));
  if (!bty_soul_records_check (capsule->history, &error))
    {
      check_error (error);
      return;
    }
  bty_soul_records_load (capsule->history, &texts);
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    g_assert_nonnull (texts.text[i]);
  text = bty_capsule_write_text (capsule);
  again = bty_capsule_read_text (text->str, text->len, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->history->soul->chain, ==, capsule->history->soul->chain);
  bty_capsule_rename (again, "01890000-0000-7000-8000-000000000001");
  g_assert_true (bty_soul_records_check (again->history, &error));
}

static void
read_lines (const char *data, gsize size)
{
  g_autoptr (GString) text = g_string_new_len (data, (gssize) size);
  g_autofree char *hash = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCapsule) capsule = NULL;

  if (size > 0 && data[size - 1] != '\n')
    g_string_append_c (text, '\n');
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text->str, text->len);
  g_string_append_printf (text, "{\"sha256\":\"%s\"}\n", hash);
  capsule = bty_capsule_read_text (text->str, text->len, &error);
  if (capsule != NULL)
    check_capsule (capsule);
  else
    check_error (error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCapsule) capsule = bty_capsule_read (bytes, NULL, &limits, &error);

  if (capsule == NULL)
    check_error (error);
  read_lines ((const char *) data, size);
  return 0;
}
