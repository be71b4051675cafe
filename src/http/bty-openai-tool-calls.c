/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-openai-tool-calls-private.h"

#define MAX_CALLS 128

typedef struct
{
  gint64 wire_index;
  char *id;
  GString *held; /* pieces of arguments that came before the name */
  gboolean announced;
  gboolean has_wire_id; /* else the id is of our making */
  guint index;          /* what the consumer calls it: the how-manieth to be announced */
} Call;

/* One element of the wire, as read. */
typedef struct
{
  gint64 index; /* -1: not given */
  char *id;
  char *name;
  GString *arguments;
} Piece;

struct _BtyOpenaiToolCalls
{
  GArray *calls;
  guint n_announced;
};

static void
call_clear (gpointer data)
{
  Call *call = data;

  g_free (call->id);
  g_string_free (call->held, TRUE);
}

static void
piece_clear (Piece *piece)
{
  g_free (piece->id);
  g_free (piece->name);
  g_string_free (piece->arguments, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Piece, piece_clear)

BtyOpenaiToolCalls *
bty_openai_tool_calls_new (void)
{
  BtyOpenaiToolCalls *self = g_new0 (BtyOpenaiToolCalls, 1);

  self->calls = g_array_new (FALSE, TRUE, sizeof (Call));
  g_array_set_clear_func (self->calls, call_clear);
  return self;
}

void
bty_openai_tool_calls_free (BtyOpenaiToolCalls *self)
{
  g_array_unref (self->calls);
  g_free (self);
}

guint
bty_openai_tool_calls_count (BtyOpenaiToolCalls *self)
{
  return self->calls->len;
}

static void
take_text (char **place, BtyJsonToken token, const BtyJsonReader *reader)
{
  if (token != BTY_JSON_STRING || reader->length == 0)
    return;
  g_free (*place);
  *place = g_strndup (reader->text, reader->length);
}

/* A text as it should be; an object from servers that mean it well; null. */
static gboolean
read_arguments (Piece *piece, BtyJsonReader *reader, GError **error)
{
  const char *raw;
  gsize length;
  BtyJsonToken token = bty_json_reader_skip (reader, &raw, &length, error);

  if (token == BTY_JSON_STRING)
    g_string_append_len (piece->arguments, reader->text, reader->length);
  else if (token == BTY_JSON_OBJECT_BEGIN)
    g_string_append_len (piece->arguments, raw, length);
  return token != BTY_JSON_ERROR;
}

static gboolean
read_function (Piece *piece, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token != BTY_JSON_OBJECT_BEGIN)
    return token == BTY_JSON_ARRAY_BEGIN ? bty_json_reader_skip_rest (reader, error) : token != BTY_JSON_ERROR;
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gboolean ok = TRUE;

      if (bty_json_reader_key_is (reader, "name"))
        take_text (&piece->name, token = bty_json_reader_skip (reader, NULL, NULL, error), reader);
      else if (bty_json_reader_key_is (reader, "arguments"))
        ok = read_arguments (piece, reader, error);
      else
        token = bty_json_reader_skip (reader, NULL, NULL, error);
      if (!ok || token == BTY_JSON_ERROR)
        return FALSE;
    }
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
read_member (Piece *piece, BtyJsonReader *reader, GError **error)
{
  gboolean is_index = bty_json_reader_key_is (reader, "index"), is_id = bty_json_reader_key_is (reader, "id");
  BtyJsonToken token;

  if (bty_json_reader_key_is (reader, "function"))
    return read_function (piece, reader, error);
  token = bty_json_reader_skip (reader, NULL, NULL, error);
  if (is_index && token == BTY_JSON_INT && reader->integer >= 0)
    piece->index = reader->integer;
  if (is_id)
    take_text (&piece->id, token, reader);
  return token != BTY_JSON_ERROR;
}

/* Whether a piece with the index of @call is another call all the same: some servers give every call the index 0. */
static gboolean
is_another (const Call *call, const Piece *piece)
{
  return call->announced && call->has_wire_id && piece->name != NULL && piece->id != NULL &&
         !g_str_equal (call->id, piece->id);
}

static gboolean
belongs (const Call *call, gboolean is_last, const Piece *piece)
{
  if (piece->index >= 0)
    return call->wire_index == piece->index;
  return piece->id != NULL ? g_str_equal (call->id, piece->id) : is_last && (piece->name == NULL || !call->announced);
}

/* The newest that it belongs to. Without an index, a new id or a name begins a new call, and anything else belongs to the last one. */
static Call *
find_call (BtyOpenaiToolCalls *self, const Piece *piece)
{
  for (guint i = self->calls->len; i > 0; i--)
    {
      Call *call = &g_array_index (self->calls, Call, i - 1);

      if (belongs (call, i == self->calls->len, piece))
        return is_another (call, piece) ? NULL : call;
    }
  return NULL;
}

static Call *
add_call (BtyOpenaiToolCalls *self, Piece *piece, GError **error)
{
  Call call = { .wire_index = piece->index, .held = g_string_new (NULL), .has_wire_id = piece->id != NULL };

  if (self->calls->len == MAX_CALLS)
    {
      g_string_free (call.held, TRUE);
      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("an answer has more than %d tool calls"), MAX_CALLS);
      return NULL;
    }
  call.id = piece->id != NULL ? g_steal_pointer (&piece->id) : bty_id_new ();
  g_array_append_val (self->calls, call);
  return &g_array_index (self->calls, Call, self->calls->len - 1);
}

static void
push (BtyOpenaiToolCalls *self, Call *call, Piece *piece, BtyCompletion *out)
{
  BtyDelta delta = { .kind = BTY_DELTA_TOOL_CALL, .index = call->index };

  if (!call->announced && piece->name == NULL)
    {
      g_string_append_len (call->held, piece->arguments->str, piece->arguments->len);
      return;
    }
  if (!call->announced)
    {
      delta.call_id = call->id;
      delta.name = piece->name;
      g_string_prepend_len (piece->arguments, call->held->str, call->held->len);
      call->announced = TRUE;
      call->index = delta.index = self->n_announced++;
    }
  else if (piece->arguments->len == 0)
    return;
  delta.text = piece->arguments->str;
  delta.length = piece->arguments->len;
  bty_completion_push (out, &delta);
}

gboolean
bty_openai_tool_calls_read (BtyOpenaiToolCalls *self, BtyJsonReader *reader, BtyCompletion *out, GError **error)
{
  g_auto (Piece) piece = { .index = -1, .arguments = g_string_new (NULL) };
  BtyJsonToken token;
  Call *call;

  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    if (!read_member (&piece, reader, error))
      return FALSE;
  if (token != BTY_JSON_OBJECT_END)
    return FALSE;
  call = find_call (self, &piece);
  if (call == NULL)
    call = add_call (self, &piece, error);
  if (call == NULL)
    return FALSE;
  push (self, call, &piece, out);
  return TRUE;
}

gboolean
bty_openai_tool_calls_check (BtyOpenaiToolCalls *self, GError **error)
{
  for (guint i = 0; i < self->calls->len; i++)
    if (!g_array_index (self->calls, Call, i).announced)
      {
        g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("a tool call of the answer names no tool"));
        return FALSE;
      }
  return TRUE;
}
