/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ws"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-ws-request.h"

#define MAX_ID        128                                  /* bytes */
#define MAX_NUMBER    G_GINT64_CONSTANT (9007199254740991) /* what every client can tell apart */
#define MAX_TIMEOUT   G_GINT64_CONSTANT (86400000)         /* ms */
#define CONTROL_DEPTH 4

static gboolean
fail (GError **error, const char *text)
{
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, text);
  return FALSE;
}

static gboolean
fail_unknown (BtyJsonReader *reader, GError **error)
{
  g_autofree char *name = g_strndup (reader->text, MIN (reader->length, 80));
  g_autofree char *valid = g_utf8_make_valid (name, -1);

  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("there is no member “%s” here"), valid);
  return FALSE;
}

static gboolean
read_number (BtyJsonReader *reader, const char *name, gint64 min, gint64 max, gint64 *value, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ERROR)
    return FALSE;
  *value = reader->integer;
  if (token == BTY_JSON_INT && *value >= min && *value <= max)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” must be a whole number from %lld to %lld"), name,
               (long long) min, (long long) max);
  return FALSE;
}

static gboolean
read_string (BtyJsonReader *reader, const char *name, char **value, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ERROR)
    return FALSE;
  if (token == BTY_JSON_STRING && memchr (reader->text, '\0', reader->length) == NULL)
    {
      *value = g_strndup (reader->text, reader->length);
      return TRUE;
    }
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” must be a string"), name);
  return FALSE;
}

/* An id is echoed, and is the key of its call: so it is written anew, in the one way that we write. */
static gboolean
read_id (BtyJsonReader *reader, char **id, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);
  g_autoptr (GString) text = NULL;
  BtyJsonWriter writer;

  if (token == BTY_JSON_ERROR)
    return FALSE;
  if ((token != BTY_JSON_STRING || reader->length > MAX_ID) &&
      (token != BTY_JSON_INT || ABS (reader->integer) > MAX_NUMBER))
    return fail (error, _ ("“id” must be a string of at most 128 bytes or a whole number below 2^53"));
  text = g_string_new (NULL);
  bty_json_writer_init (&writer, text);
  if (token == BTY_JSON_STRING)
    bty_json_writer_string_len (&writer, reader->text, reader->length);
  else
    bty_json_writer_int (&writer, reader->integer);
  *id = g_string_free (g_steal_pointer (&text), FALSE);
  return TRUE;
}

static gboolean
read_params (BtyJsonReader *reader, BtyWsRequest *request, GError **error)
{
  BtyJsonToken token = bty_json_reader_skip (reader, &request->params, &request->params_length, error);

  if (token == BTY_JSON_ERROR)
    return FALSE;
  return token == BTY_JSON_OBJECT_BEGIN || fail (error, _ ("“params” must be an object: parameters have names here"));
}

static gboolean
read_version (BtyJsonReader *reader, gboolean *has_version, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ERROR)
    return FALSE;
  *has_version = token == BTY_JSON_STRING && bty_json_reader_key_is (reader, "2.0");
  return *has_version || fail (error, _ ("“jsonrpc” must be \"2.0\""));
}

static gboolean
read_member (BtyJsonReader *reader, BtyWsRequest *request, gboolean *has_version, GError **error)
{
  if (bty_json_reader_key_is (reader, "jsonrpc"))
    return read_version (reader, has_version, error);
  if (bty_json_reader_key_is (reader, "id"))
    return read_id (reader, &request->id, error);
  if (bty_json_reader_key_is (reader, "method"))
    return read_string (reader, "method", &request->method, error);
  if (bty_json_reader_key_is (reader, "params"))
    return read_params (reader, request, error);
  if (bty_json_reader_key_is (reader, "after"))
    return read_number (reader, "after", 0, G_MAXINT64, &request->after, error);
  if (bty_json_reader_key_is (reader, "credit"))
    return read_number (reader, "credit", 1, MAX_NUMBER, &request->credit, error);
  if (bty_json_reader_key_is (reader, "timeout_ms"))
    return read_number (reader, "timeout_ms", 1, MAX_TIMEOUT, &request->timeout_ms, error);
  if (bty_json_reader_key_is (reader, "idempotency_key"))
    return read_string (reader, "idempotency_key", &request->idempotency_key, error);
  return fail_unknown (reader, error);
}

static gboolean
read_members (BtyJsonReader *reader, BtyWsRequest *request, GError **error)
{
  gboolean has_version = FALSE;
  BtyJsonToken token;

  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    if (!read_member (reader, request, &has_version, error))
      return FALSE;
  if (token != BTY_JSON_OBJECT_END)
    return FALSE;
  if (!has_version)
    return fail (error, _ ("“jsonrpc” is missing; it must be \"2.0\""));
  return request->method != NULL || fail (error, _ ("“method” is missing: the name of an operation"));
}

/* Whether a message is JSON at all is asked only when something is wrong with it. */
gboolean
bty_ws_request_read (BtyWsRequest *request, const char *text, gsize length, BtyWsFault *fault, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;
  gboolean is_good;

  memset (request, 0, sizeof *request);
  request->after = -1;
  *fault = BTY_WS_FAULT_REQUEST;
  bty_json_reader_init (&reader, text, length, 0);
  token = bty_json_reader_next (&reader, error);
  if (token == BTY_JSON_OBJECT_BEGIN)
    is_good = read_members (&reader, request, error) && bty_json_reader_next (&reader, error) == BTY_JSON_END;
  else if (token == BTY_JSON_ARRAY_BEGIN)
    is_good = fail (error, _ ("batches are not taken: a socket carries any number of calls at once anyway"));
  else
    is_good = token != BTY_JSON_ERROR && fail (error, _ ("a message must be one object"));
  if (!is_good && !bty_json_validate (text, length, 0, NULL))
    *fault = BTY_WS_FAULT_PARSE;
  return is_good;
}

void
bty_ws_request_clear (BtyWsRequest *request)
{
  g_clear_pointer (&request->id, g_free);
  g_clear_pointer (&request->method, g_free);
  g_clear_pointer (&request->idempotency_key, g_free);
}

static gboolean
read_control_member (BtyJsonReader *reader, BtyWsControl *control, GError **error)
{
  if (bty_json_reader_key_is (reader, "id"))
    return read_id (reader, &control->id, error);
  if (bty_json_reader_key_is (reader, "add"))
    return read_number (reader, "add", 1, MAX_NUMBER, &control->add, error);
  return fail_unknown (reader, error);
}

gboolean
bty_ws_control_read (BtyWsControl *control, const BtyWsRequest *request, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  memset (control, 0, sizeof *control);
  bty_json_reader_init (&reader, request->params != NULL ? request->params : "{}",
                        request->params != NULL ? request->params_length : 2, CONTROL_DEPTH);
  token = bty_json_reader_next (&reader, error);
  while (token != BTY_JSON_ERROR && (token = bty_json_reader_next (&reader, error)) == BTY_JSON_KEY)
    if (!read_control_member (&reader, control, error))
      return FALSE;
  if (token != BTY_JSON_OBJECT_END)
    return FALSE;
  return control->id != NULL || fail (error, _ ("“id” is missing: that of the call it is about"));
}

void
bty_ws_control_clear (BtyWsControl *control)
{
  g_clear_pointer (&control->id, g_free);
}
