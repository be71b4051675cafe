/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-gemini"

#include "config.h"

#include "bty-gemini-usage.h"

typedef struct
{
  gint64 prompt; /* those of the cache included */
  gint64 cached;
  gint64 candidates; /* without the thoughts */
  gint64 thoughts;
  gint64 tool_use;
  gint64 total;
} Counts;

static const struct
{
  const char *name;
  gsize offset;
} members[] = {
  { "promptTokenCount", G_STRUCT_OFFSET (Counts, prompt) },
  { "cachedContentTokenCount", G_STRUCT_OFFSET (Counts, cached) },
  { "candidatesTokenCount", G_STRUCT_OFFSET (Counts, candidates) },
  { "thoughtsTokenCount", G_STRUCT_OFFSET (Counts, thoughts) },
  { "toolUsePromptTokenCount", G_STRUCT_OFFSET (Counts, tool_use) },
  { "totalTokenCount", G_STRUCT_OFFSET (Counts, total) },
};

static gint64 *
place_of (Counts *counts, const BtyJsonReader *reader)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (bty_json_reader_key_is (reader, members[i].name))
      return &G_STRUCT_MEMBER (gint64, counts, members[i].offset);
  return NULL;
}

static BtyUsage *
to_usage (const Counts *counts)
{
  BtyUsage *usage = bty_usage_new ();

  usage->input_tokens = counts->prompt + counts->tool_use;
  usage->cached_tokens = MIN (counts->cached, usage->input_tokens);
  usage->output_tokens = counts->candidates + counts->thoughts;
  if (usage->output_tokens == 0)
    usage->output_tokens = MAX (0, counts->total - usage->input_tokens);
  usage->reasoning_tokens = counts->thoughts;
  return usage;
}

gboolean
bty_gemini_usage_read (BtyJsonReader *reader, BtyUsage **usage, GError **error)
{
  Counts counts = { 0 };
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR;
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gint64 *place = place_of (&counts, reader);

      token = bty_json_reader_skip (reader, NULL, NULL, error);
      if (token == BTY_JSON_ERROR)
        return FALSE;
      if (token == BTY_JSON_INT && place != NULL)
        *place = CLAMP (reader->integer, 0, G_MAXINT32);
    }
  if (token != BTY_JSON_OBJECT_END)
    return FALSE;
  g_clear_pointer (usage, bty_usage_unref);
  *usage = to_usage (&counts);
  return TRUE;
}
