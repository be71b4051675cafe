/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists of models as anybody may write them: never a crash, and what is taken has names that can be looked up and prices that are none
 * below zero. Ranks of a tokenizer are read from the same bytes, and what is counted with them is never more than there are bytes.
 */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "model/bty-bpe.h"
#include "model/bty-model-entry.h"
#include "model/bty-model-own.h"
#include "model/bty-token-bytes.h"
#include "route/bty-local-servers.h"

static void
try_entry (const BtyModelEntry *entry)
{
  g_autoptr (BtyModel) model = bty_model_new ();

  for (guint i = 0; entry->keys[i] != NULL; i++)
    if (strchr (entry->keys[i], '*') == NULL)
      g_assert_cmpuint (bty_model_entry_match (entry, entry->keys[i]), >, 0);
  bty_model_entry_apply (entry, model);
  g_assert_cmpint (model->input_price, >=, 0);
  g_assert_cmpint (model->long_output_price, >=, 0);
  g_assert_cmpint (model->input_price, <=, 1000000000);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  g_autofree char *copy = g_strndup (text, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) bad = NULL;
  g_autoptr (BtyModelFile) file = bty_model_file_parse (text, size, &error);
  g_autoptr (BtyBpe) bpe = bty_bpe_parse (text, size, "o200k", &bad);

  g_assert_true ((file == NULL) == (error != NULL));
  g_assert_true ((bpe == NULL) == (bad != NULL));
  for (guint i = 0; file != NULL && i < file->models->len; i++)
    try_entry (file->models->pdata[i]);
  if (file != NULL)
    {
      g_autoptr (GPtrArray) same = bty_model_own_compare (file, file);

      g_assert_true (same->len == 0 || file->models->len > 1); /* a name may stand there twice */
    }
  if (bpe != NULL)
    g_assert_cmpint (bty_bpe_count (bpe, text, size), <=, (gint64) size);
  g_assert_cmpfloat (bty_token_bytes_count ("o200k", text, size), >=, 0);
  bty_local_servers_is_answer ("ollama", copy, strlen (copy));
  return 0;
}
