/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include "bty-openai-usage-private.h"

/* The members that count, wherever they stand: one line each. */
static const struct
{
  const char *name;
  gsize offset;
} members[] = {
  { "prompt_tokens", G_STRUCT_OFFSET (BtyUsage, input_tokens) },
  { "completion_tokens", G_STRUCT_OFFSET (BtyUsage, output_tokens) },
  { "cached_tokens", G_STRUCT_OFFSET (BtyUsage, cached_tokens) },
  { "prompt_cache_hit_tokens", G_STRUCT_OFFSET (BtyUsage, cached_tokens) }, /* DeepSeek */
  { "cache_read_input_tokens", G_STRUCT_OFFSET (BtyUsage, cached_tokens) }, /* gateways in front of Anthropic */
  { "cache_write_tokens", G_STRUCT_OFFSET (BtyUsage, cache_write_tokens) }, /* OpenRouter */
  { "cache_creation_input_tokens", G_STRUCT_OFFSET (BtyUsage, cache_write_tokens) },
  { "reasoning_tokens", G_STRUCT_OFFSET (BtyUsage, reasoning_tokens) },
};

static gsize
offset_of (const BtyJsonReader *reader)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (bty_json_reader_key_is (reader, members[i].name))
      return members[i].offset;
  return 0;
}

static void
take_number (BtyUsage *usage, gsize offset, BtyJsonToken token, const BtyJsonReader *reader)
{
  gint64 value = 0;

  if (token == BTY_JSON_INT)
    value = reader->integer;
  else if (token == BTY_JSON_DOUBLE && reader->number > 0 && reader->number < 1e15)
    value = (gint64) reader->number;
  if (offset != 0) /* the same count under two names: a server may leave one of them at nothing */
    G_STRUCT_MEMBER (gint64, usage, offset) = MAX (G_STRUCT_MEMBER (gint64, usage, offset), value);
}

/* What a gateway took, in dollars. */
static void
take_cost (BtyUsage *usage, BtyJsonToken token, const BtyJsonReader *reader)
{
  double dollars = token == BTY_JSON_INT ? (double) reader->integer : token == BTY_JSON_DOUBLE ? reader->number : -1;

  if (!(dollars >= 0 && dollars < 1e6))
    return;
  usage->cost = (gint64) (dollars * 1e6 + 0.999999); /* rounded up */
  BTY_SET_NULL (usage, BtyUsage, cost, FALSE);
}

/* The details are objects one level down, with names of their own. */
static gboolean
read_object (BtyUsage *usage, BtyJsonReader *reader, guint depth, GError **error)
{
  BtyJsonToken token;

  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gboolean is_details = depth == 0 && (bty_json_reader_key_is (reader, "prompt_tokens_details") ||
                                           bty_json_reader_key_is (reader, "completion_tokens_details"));
      gboolean is_cost = depth == 0 && bty_json_reader_key_is (reader, "cost");
      gsize offset = offset_of (reader);
      gboolean ok = TRUE;

      token = bty_json_reader_next (reader, error);
      if (token == BTY_JSON_OBJECT_BEGIN && is_details)
        ok = read_object (usage, reader, depth + 1, error);
      else if (token == BTY_JSON_OBJECT_BEGIN || token == BTY_JSON_ARRAY_BEGIN)
        ok = bty_json_reader_skip_rest (reader, error);
      else if (is_cost)
        take_cost (usage, token, reader);
      else
        take_number (usage, offset, token, reader);
      if (!ok || token == BTY_JSON_ERROR)
        return FALSE;
    }
  return token == BTY_JSON_OBJECT_END;
}

gboolean
bty_openai_usage_read (BtyJsonReader *reader, BtyUsage **usage, GError **error)
{
  g_autoptr (BtyUsage) counted = NULL;
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR;
  counted = bty_usage_new ();
  if (!read_object (counted, reader, 0, error))
    return FALSE;
  *usage = g_steal_pointer (&counted);
  return TRUE;
}
