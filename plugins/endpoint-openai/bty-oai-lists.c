/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-oai-chat.h"

/* Vectors. */

static void
write_vector (const guchar *bytes, gint64 dimensions, gboolean base64, BtyJsonWriter *w)
{
  g_autoptr (GByteArray) little = NULL;
  g_autoptr (GBytes) whole = NULL;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (base64)
    {
      little = g_byte_array_new ();
      for (gint64 i = 0; i < dimensions; i++)
        {
          guint32 word;

          memcpy (&word, bytes + 4 * i, 4);
          word = GUINT32_TO_LE (word);
          g_byte_array_append (little, (const guint8 *) &word, 4);
        }
      whole = g_byte_array_free_to_bytes (g_steal_pointer (&little));
      bty_json_writer_bytes (w, whole);
      return;
    }
  bty_json_writer_begin_array (w);
  for (gint64 i = 0; i < dimensions; i++)
    {
      float value;

      memcpy (&value, bytes + 4 * i, 4);
      if (value != value || value - value != 0) /* not finite: no number of JSON */
        value = 0;
      g_ascii_formatd (number, sizeof number, "%.9g", (double) value);
      bty_json_writer_raw (w, number, strlen (number));
    }
  bty_json_writer_end_array (w);
}

static void
write_embeddings (const BtyOaiReply *reply, const BtyEmbedding *made, BtyJsonWriter *w)
{
  gsize size = 0;
  const guchar *bytes = made->vectors != NULL ? g_bytes_get_data (made->vectors, &size) : NULL;

  bty_json_writer_key (w, "data");
  bty_json_writer_begin_array (w);
  for (gint64 i = 0; i < made->n_inputs && (gsize) ((i + 1) * made->dimensions * 4) <= size; i++)
    {
      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "object", "embedding");
      bty_json_writer_member_int (w, "index", i);
      bty_json_writer_key (w, "embedding");
      write_vector (bytes + i * made->dimensions * 4, made->dimensions, reply->ask->base64, w);
      bty_json_writer_end_object (w);
    }
  bty_json_writer_end_array (w);
}

void
bty_oai_embedding_done (BtyOaiReply *reply, BtyCall *call)
{
  const BtyEmbedding *made = bty_call_response (call);
  gint64 tokens;
  BtyJsonWriter writer, *w = &writer;
  GString *text;

  if (bty_call_state (call) == BTY_CALL_FAILED)
    {
      bty_oai_reply_fail (reply, bty_call_error (call));
      return;
    }
  tokens = made->usage != NULL ? made->usage->input_tokens : 0;
  text = g_string_sized_new (4096);
  bty_json_writer_init (w, text);
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "object", "list");
  write_embeddings (reply, made, w);
  bty_json_writer_member_string (w, "model", made->model);
  bty_json_writer_key (w, "usage");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_int (w, "prompt_tokens", tokens);
  bty_json_writer_member_int (w, "total_tokens", tokens);
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
  bty_oai_respond (reply->exchange, text);
}

/* Models. */

typedef struct
{
  BtyOaiReply reply;
  BtyCallReader *reader;
  char *name; /* (nullable): the one that is asked for */
  GString *text;
  BtyJsonWriter writer;
  guint n;
} Listing;

static void
listing_free (Listing *self)
{
  bty_call_reader_free (self->reader);
  bty_oai_reply_clear (&self->reply);
  g_free (self->name);
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_free (self);
}

static void
write_model (const BtyCompletionTarget *target, BtyJsonWriter *w)
{
  gboolean is_dated = !BTY_IS_NULL (target, BtyCompletionTarget, since);

  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "id", target->name);
  bty_json_writer_member_string (w, "object", "model");
  bty_json_writer_member_int (w, "created", is_dated ? target->since / G_USEC_PER_SEC : 0);
  bty_json_writer_member_string (w, "owned_by", target->owner != NULL ? target->owner : "boternity");
  bty_json_writer_member_string (w, "name", target->title != NULL ? target->title : target->name);
  bty_json_writer_end_object (w);
}

static void
take (Listing *self, const BtyItem *item)
{
  const BtyCompletionTarget *target = item->record;

  if (target == NULL || (self->name != NULL && (strcmp (self->name, target->name) != 0 || self->n > 0)))
    return;
  self->n += 1;
  write_model (target, &self->writer);
}

static void
finish (Listing *self, BtyCall *call)
{
  g_autofree char *message = NULL;

  if (bty_call_state (call) == BTY_CALL_FAILED)
    {
      bty_oai_reply_fail (&self->reply, bty_call_error (call));
      return;
    }
  if (self->name != NULL && self->n == 0)
    {
      message = g_strdup_printf (_ ("there is no model “%.200s”: GET /v1/models lists those there are"), self->name);
      bty_oai_respond_error (self->reply.exchange, 404, "invalid_request_error", "model_not_found", "model", message);
      return;
    }
  if (self->name == NULL)
    {
      bty_json_writer_end_array (&self->writer);
      bty_json_writer_end_object (&self->writer);
    }
  bty_oai_respond (self->reply.exchange, g_steal_pointer (&self->text));
}

static void
advance (Listing *self)
{
  BtyReadResult result;
  BtyItem item;

  while ((result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
    take (self, &item);
  if (result == BTY_READ_WAIT)
    return;
  bty_exchange_watch (self->reply.exchange, NULL, NULL, NULL);
  finish (self, bty_call_reader_call (self->reader));
  listing_free (self);
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  advance (data);
}

static void
on_client_gone (BtyExchange *exchange, gpointer data)
{
  Listing *self = data;
  g_autoptr (BtyCall) call = bty_call_ref (bty_call_reader_call (self->reader));

  bty_exchange_watch (exchange, NULL, NULL, NULL);
  listing_free (self);
  bty_call_cancel (call);
}

void
bty_oai_models_answer (BtyExchange *exchange, BtyCall *call, gboolean may, const char *name)
{
  Listing *self = g_new0 (Listing, 1);
  g_autoptr (BtyOaiAsk) ask = bty_oai_ask_new ();

  bty_oai_reply_init (&self->reply, exchange, ask, may, "");
  self->name = g_strdup (name);
  self->text = g_string_sized_new (4096);
  bty_json_writer_init (&self->writer, self->text);
  if (name == NULL)
    {
      bty_json_writer_begin_object (&self->writer);
      bty_json_writer_member_string (&self->writer, "object", "list");
      bty_json_writer_key (&self->writer, "data");
      bty_json_writer_begin_array (&self->writer);
    }
  self->reader = bty_call_reader_new (call, 0, on_wake, self);
  bty_exchange_watch (exchange, NULL, on_client_gone, self);
  advance (self);
}
