/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-hashicorp"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-hashicorp-answer.h"

#define MAX_LENGTH (64 * 1024) /* of a BtySecret */

static gboolean
not_protocol (GError **error)
{
  if (error != NULL && *error != NULL) /* a value may stand beside what the reader complains of: not its words, then */
    g_clear_error (error);
  g_set_error_literal (
    error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
    _ ("HashiCorp Vault's answer is not what its KV engine, version 2, says: is hashicorp.mount one of "
       "version 1?"));
  return FALSE;
}

/* Goes into the member @name of the object that the reader stands before; FALSE: there is none, or it is no object. */
static gboolean
enter (BtyJsonReader *reader, const char *name)
{
  BtyJsonToken token = bty_json_reader_next (reader, NULL);

  if (token != BTY_JSON_OBJECT_BEGIN)
    return FALSE;
  while ((token = bty_json_reader_next (reader, NULL)) == BTY_JSON_KEY)
    {
      if (bty_json_reader_key_is (reader, name))
        return TRUE;
      if (bty_json_reader_skip (reader, NULL, NULL, NULL) == BTY_JSON_ERROR)
        return FALSE;
    }
  return FALSE;
}

/* The reader's copy of a text with escapes is zeroed here, since the reader only frees it. */
static void
clear_text (BtyJsonReader *reader, const char *json, gsize length)
{
  if (reader->text < json || reader->text >= json + length)
    bty_secret_clear_memory ((gpointer) reader->text, reader->length);
}

/* The member `data` of `data`, and the version that `metadata` beside it tells. @data: (nullable): null, for an entry that was
 * deleted. */
static gboolean
find_data (const char *json, gsize length, const char **data, gsize *data_length, gint64 *version)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;
  const char *raw;
  gsize raw_length;

  bty_json_reader_init (&reader, json, length, BTY_HASHICORP_DEPTH);
  *data = NULL;
  *data_length = 0;
  *version = 0;
  if (!enter (&reader, "data") || bty_json_reader_next (&reader, NULL) != BTY_JSON_OBJECT_BEGIN)
    return FALSE;
  while ((token = bty_json_reader_next (&reader, NULL)) == BTY_JSON_KEY)
    {
      gboolean is_data = bty_json_reader_key_is (&reader, "data");
      gboolean is_metadata = bty_json_reader_key_is (&reader, "metadata");

      token = bty_json_reader_skip (&reader, &raw, &raw_length, NULL);
      if (token == BTY_JSON_ERROR)
        return FALSE;
      if (is_data && token != BTY_JSON_OBJECT_BEGIN && token != BTY_JSON_NULL)
        return FALSE;
      if (is_data && token == BTY_JSON_OBJECT_BEGIN)
        {
          *data = raw;
          *data_length = raw_length;
        }
      if (is_metadata)
        {
          g_auto (BtyJsonReader) inner;

          bty_json_reader_init (&inner, raw, raw_length, BTY_HASHICORP_DEPTH);
          if (enter (&inner, "version") && bty_json_reader_next (&inner, NULL) == BTY_JSON_INT)
            *version = inner.integer;
        }
    }
  return token == BTY_JSON_OBJECT_END;
}

static BtySecret *
take_value (BtyJsonReader *reader, const char *json, gsize length, GError **error)
{
  BtySecret *secret = NULL;

  if (bty_json_reader_next (reader, NULL) != BTY_JSON_STRING)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                         _ ("the field in HashiCorp Vault is not a text, and so no secret"));
  else if (reader->length > MAX_LENGTH)
    g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                 _ ("the field in HashiCorp Vault is longer than %d bytes, and so no secret"), MAX_LENGTH);
  else
    {
      secret = bty_secret_new (reader->text, reader->length);
      clear_text (reader, json, length);
    }
  return secret;
}

BtySecret *
bty_hashicorp_answer_field (const char *json, gsize length, const char *field, gint64 *version, GError **error)
{
  g_auto (BtyJsonReader) reader;
  const char *data;
  gsize data_length;

  bty_json_reader_init (&reader, "null", 4, 1); /* for whoever leaves early */
  if (!find_data (json, length, &data, &data_length, version))
    return not_protocol (error), NULL;
  if (data == NULL)
    return NULL;
  bty_json_reader_clear (&reader);
  bty_json_reader_init (&reader, data, data_length, BTY_HASHICORP_DEPTH);
  if (!enter (&reader, field))
    return NULL;
  return take_value (&reader, data, data_length, error);
}

/* Copies all fields but one, as they stand. */
static gboolean
copy_others (BtyJsonWriter *writer, const char *data, gsize length, const char *field, guint *n_others)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;
  const char *raw;
  gsize raw_length;

  bty_json_reader_init (&reader, data, length, BTY_HASHICORP_DEPTH);
  if (bty_json_reader_next (&reader, NULL) != BTY_JSON_OBJECT_BEGIN)
    return FALSE;
  while ((token = bty_json_reader_next (&reader, NULL)) == BTY_JSON_KEY)
    {
      gboolean is_it = bty_json_reader_key_is (&reader, field);

      if (!is_it)
        {
          bty_json_writer_key_len (writer, reader.text, reader.length);
          *n_others += 1;
        }
      if (bty_json_reader_skip (&reader, &raw, &raw_length, NULL) == BTY_JSON_ERROR)
        return FALSE;
      if (!is_it)
        bty_json_writer_raw (writer, raw, raw_length);
    }
  return token == BTY_JSON_OBJECT_END;
}

GString *
bty_hashicorp_answer_change (const char *json, gsize length, const char *field, BtySecret *value, guint *n_others,
                             GError **error)
{
  const char *data = NULL;
  gsize data_length = 0;
  gint64 version = 0;
  gsize most = 6 * (value != NULL ? bty_secret_get_length (value) : 0); /* every byte escaped */
  GString *body;
  BtyJsonWriter writer;

  *n_others = 0;
  if (json != NULL && !find_data (json, length, &data, &data_length, &version))
    return not_protocol (error), NULL;
  body = g_string_sized_new (most + 6 * data_length + 6 * strlen (field) +
                             256); /* it never grows: no copies stay behind */
  bty_json_writer_init (&writer, body);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_key (&writer, "options");
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_int (&writer, "cas", version);
  bty_json_writer_end_object (&writer);
  bty_json_writer_key (&writer, "data");
  bty_json_writer_begin_object (&writer);
  if (data != NULL && !copy_others (&writer, data, data_length, field, n_others))
    {
      bty_secret_clear_memory (body->str, body->len);
      g_string_free (body, TRUE);
      return not_protocol (error), NULL;
    }
  if (value != NULL)
    {
      bty_json_writer_key (&writer, field);
      bty_json_writer_string_len (&writer, bty_secret_peek (value), bty_secret_get_length (value));
    }
  bty_json_writer_end_object (&writer);
  bty_json_writer_end_object (&writer);
  return body;
}

GStrv
bty_hashicorp_answer_keys (const char *json, gsize length, GError **error)
{
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  g_auto (BtyJsonReader) outer, inner;
  BtyJsonToken token;
  const char *raw = NULL;
  gsize raw_length = 0;

  bty_json_reader_init (&outer, json, length, BTY_HASHICORP_DEPTH);
  bty_json_reader_init (&inner, "null", 4, 1); /* for whoever leaves early */
  if (!enter (&outer, "data") || bty_json_reader_skip (&outer, &raw, &raw_length, NULL) != BTY_JSON_OBJECT_BEGIN)
    return not_protocol (error), NULL;
  bty_json_reader_clear (&inner);
  bty_json_reader_init (&inner, raw, raw_length, BTY_HASHICORP_DEPTH);
  if (!enter (&inner, "keys") || bty_json_reader_next (&inner, NULL) != BTY_JSON_ARRAY_BEGIN)
    return not_protocol (error), NULL;
  while ((token = bty_json_reader_next (&inner, NULL)) == BTY_JSON_STRING)
    if (inner.length > 0 && inner.text[inner.length - 1] != '/' && memchr (inner.text, '\0', inner.length) == NULL)
      {
        g_autofree char *key = g_strndup (inner.text, inner.length);

        g_strv_builder_add (keys, key);
      }
  if (token != BTY_JSON_ARRAY_END)
    return not_protocol (error), NULL;
  return g_strv_builder_end (keys);
}

char *
bty_hashicorp_answer_errors (const char *json, gsize length)
{
  g_auto (BtyJsonReader) reader;
  g_autoptr (GString) said = g_string_new (NULL);
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, length, BTY_HASHICORP_DEPTH);
  if (!enter (&reader, "errors") || bty_json_reader_next (&reader, NULL) != BTY_JSON_ARRAY_BEGIN)
    return NULL;
  while ((token = bty_json_reader_next (&reader, NULL)) == BTY_JSON_STRING)
    {
      g_string_append (said, said->len > 0 ? "; " : "");
      g_string_append_len (said, reader.text, (gssize) MIN (reader.length, 1000));
    }
  return said->len > 0 ? g_string_free (g_steal_pointer (&said), FALSE) : NULL;
}
