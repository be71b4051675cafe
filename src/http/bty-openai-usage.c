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

/* What is being read. */
typedef struct
{
  BtyUsage *usage;
  double cost;     /* dollars; -1: not told */
  double upstream; /* dollars that a gateway did not take itself; -1: not told */
  gboolean is_byok;
} Read;

static gsize
offset_of (const BtyJsonReader *reader)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (bty_json_reader_key_is (reader, members[i].name))
      return members[i].offset;
  return 0;
}

static void
take_number (Read *read, gsize offset, BtyJsonToken token, const BtyJsonReader *reader)
{
  const gint64 most = G_MAXINT32; /* a count beyond is no count */
  gint64 *place, value = 0;

  if (offset == 0)
    return;
  if (token == BTY_JSON_INT)
    value = CLAMP (reader->integer, 0, most);
  else if (token == BTY_JSON_DOUBLE)
    value = (gint64) CLAMP (reader->number, 0, (double) most);
  place = &G_STRUCT_MEMBER (gint64, read->usage, offset);
  *place = MAX (*place, value); /* the same count under two names: a server may leave one of them at nothing */
}

static void
take_dollars (double *place, BtyJsonToken token, const BtyJsonReader *reader)
{
  double dollars = token == BTY_JSON_INT ? (double) reader->integer : token == BTY_JSON_DOUBLE ? reader->number : -1;

  if (dollars >= 0 && dollars < 1e6)
    *place = dollars;
}

/* What a gateway took. With a key of one's own, that is its fee alone: what the key pays stands beside it. */
static void
sum_up_cost (const Read *read)
{
  double upstream = read->is_byok ? MAX (read->upstream, 0) : 0;

  if (read->cost < 0 && upstream <= 0)
    return;
  read->usage->cost = (gint64) ((MAX (read->cost, 0) + upstream) * 1e6 + 0.999999); /* rounded up */
  BTY_SET_NULL (read->usage, BtyUsage, cost, FALSE);
}

static gboolean
is_details (const BtyJsonReader *reader)
{
  return bty_json_reader_key_is (reader, "prompt_tokens_details") ||
         bty_json_reader_key_is (reader, "completion_tokens_details") ||
         bty_json_reader_key_is (reader, "cost_details");
}

/* The details are objects one level down, with names of their own. */
static gboolean
read_object (Read *read, BtyJsonReader *reader, guint depth, GError **error)
{
  BtyJsonToken token;

  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gboolean goes_down = depth == 0 && is_details (reader);
      gboolean is_byok = depth == 0 && bty_json_reader_key_is (reader, "is_byok");
      double *dollars = depth == 0 && bty_json_reader_key_is (reader, "cost")                      ? &read->cost
                        : depth == 1 && bty_json_reader_key_is (reader, "upstream_inference_cost") ? &read->upstream
                                                                                                   : NULL;
      gsize offset = offset_of (reader);
      gboolean ok = TRUE;

      token = bty_json_reader_next (reader, error);
      if (token == BTY_JSON_OBJECT_BEGIN && goes_down)
        ok = read_object (read, reader, depth + 1, error);
      else if (token == BTY_JSON_OBJECT_BEGIN || token == BTY_JSON_ARRAY_BEGIN)
        ok = bty_json_reader_skip_rest (reader, error);
      else if (dollars != NULL)
        take_dollars (dollars, token, reader);
      else if (is_byok)
        read->is_byok = token == BTY_JSON_TRUE;
      else
        take_number (read, offset, token, reader);
      if (!ok || token == BTY_JSON_ERROR)
        return FALSE;
    }
  return token == BTY_JSON_OBJECT_END;
}

gboolean
bty_openai_usage_read (BtyJsonReader *reader, BtyUsage **usage, GError **error)
{
  g_autoptr (BtyUsage) counted = NULL;
  Read read = { .cost = -1, .upstream = -1 };
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR;
  counted = bty_usage_new ();
  read.usage = counted;
  if (!read_object (&read, reader, 0, error))
    return FALSE;
  sum_up_cost (&read);
  *usage = g_steal_pointer (&counted);
  return TRUE;
}
