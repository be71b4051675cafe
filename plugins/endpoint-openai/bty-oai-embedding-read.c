/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-oai-options.h"

#define MAX_INPUTS     2048
#define MAX_DIMENSIONS 65536

typedef struct
{
  BtyOaiAsk *ask;
  BtyEmbeddingRequest *request;
} Embedding;

static gboolean
take_input (BtyOaiReader *reader, Embedding *self)
{
  BtyPart *part = bty_part_new ();

  part->kind = BTY_PART_TEXT;
  g_ptr_array_add (self->request->inputs, part);
  if (self->request->inputs->len > MAX_INPUTS)
    return bty_oai_fail (reader, _ ("there are more than %u"), MAX_INPUTS);
  return bty_oai_take_string (reader, &part->text) &&
         (*part->text != '\0' || bty_oai_fail (reader, _ ("a text must not be empty")));
}

/* Tokens are those of one model's own alphabet, and this door speaks to many. */
static gboolean
fail_input (BtyOaiReader *reader, BtyJsonToken token)
{
  if (token == BTY_JSON_INT || token == BTY_JSON_ARRAY_BEGIN)
    return bty_oai_fail (
      reader, _ ("arrays of tokens are not taken: send the text (with LangChain: check_embedding_ctx_length=False)"));
  return token != BTY_JSON_ERROR && bty_oai_fail (reader, _ ("expected a string or an array of strings"));
}

static gboolean
read_input (BtyOaiReader *reader, gpointer target)
{
  BtyJsonToken token = bty_oai_next (reader);

  if (token == BTY_JSON_STRING)
    return take_input (reader, target);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return fail_input (reader, token);
  while ((token = bty_oai_next (reader)) == BTY_JSON_STRING)
    if (!take_input (reader, target))
      return FALSE;
  return token == BTY_JSON_ARRAY_END || fail_input (reader, token);
}

static gboolean
read_model (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_model (reader, &((Embedding *) target)->ask->model);
}

static gboolean
read_dimensions (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_int (reader, 1, MAX_DIMENSIONS, &((Embedding *) target)->request->dimensions);
}

static gboolean
read_format (BtyOaiReader *reader, gpointer target)
{
  g_autofree char *format = NULL;

  if (!bty_oai_read_string (reader, &format))
    return FALSE;
  ((Embedding *) target)->ask->base64 = g_strcmp0 (format, "base64") == 0;
  return format == NULL || ((Embedding *) target)->ask->base64 || g_str_equal (format, "float") ||
         bty_oai_fail (reader, _ ("must be one of %s"), "float, base64");
}

static const BtyOaiMember embedding_members[] = {
  { "model", read_model },
  { "input", read_input },
  { "dimensions", read_dimensions },
  { "encoding_format", read_format },
  { NULL },
};

BtyEmbeddingRequest *
bty_oai_read_embedding (BtyOaiAsk *ask, const char *data, gsize length, GError **error)
{
  g_autoptr (BtyEmbeddingRequest) request = bty_embedding_request_new ();
  Embedding self = { ask, request };
  BtyOaiReader reader;

  request->inputs = bty_record_list_new ();
  bty_oai_reader_init (&reader, ask, data, length);
  if (bty_oai_next (&reader) != BTY_JSON_OBJECT_BEGIN)
    bty_oai_fail (&reader, _ ("the body must be one JSON object"));
  else if (bty_oai_read_members (&reader, embedding_members, &self) && bty_oai_next (&reader) == BTY_JSON_END &&
           bty_oai_check_model (&reader, ask->model) && request->inputs->len == 0)
    bty_oai_fail_at (&reader, "input", _ ("there is no text to make a vector of"));
  if (!bty_oai_reader_end (&reader, error))
    return NULL;
  request->model = g_strdup (ask->model);
  return g_steal_pointer (&request);
}
