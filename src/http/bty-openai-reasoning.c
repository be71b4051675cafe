/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-openai-reasoning-private.h"

/* What the signature of a part begins with, that holds such details. */
#define MARK "openai-details:"

/* More than this is not kept: it could not go back, either. */
#define MAX_DETAILS 1000
#define MAX_BYTES   (4 * 1024 * 1024)

typedef enum
{
  TYPE,
  TEXT,
  SUMMARY,
  DATA,
  SIGNATURE,
  ID,
  FORMAT,
  N_MEMBERS,
} Member;

static const char *const names[] = { "type", "text", "summary", "data", "signature", "id", "format" };

typedef struct
{
  char *members[N_MEMBERS];
  gint64 index; /* -1: not told */
} Detail;

struct _BtyOpenaiReasoning
{
  GPtrArray *details;
  gsize size;
  gboolean is_sealed; /* one of them has what only its maker can read or make */
  gboolean is_lost;   /* there was too much of it */
};

static void
detail_free (gpointer data)
{
  Detail *detail = data;

  for (guint i = 0; i < N_MEMBERS; i++)
    g_free (detail->members[i]);
  g_free (detail);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Detail, detail_free)

BtyOpenaiReasoning *
bty_openai_reasoning_new (void)
{
  BtyOpenaiReasoning *self = g_new0 (BtyOpenaiReasoning, 1);

  self->details = g_ptr_array_new_with_free_func (detail_free);
  return self;
}

void
bty_openai_reasoning_free (BtyOpenaiReasoning *self)
{
  g_ptr_array_unref (self->details);
  g_free (self);
}

static void
forget (BtyOpenaiReasoning *self)
{
  g_ptr_array_set_size (self->details, 0);
  self->size = 0;
  self->is_sealed = self->is_lost = FALSE;
}

/* A later piece of the same text. */
static gboolean
belongs_to (const Detail *piece, const Detail *last)
{
  return last != NULL && piece->index == last->index && g_strcmp0 (piece->members[TYPE], last->members[TYPE]) == 0 &&
         piece->members[DATA] == NULL && last->members[DATA] == NULL && last->members[SIGNATURE] == NULL;
}

static void
join (Detail *last, Detail *piece)
{
  for (guint i = 0; i < N_MEMBERS; i++)
    {
      if (piece->members[i] == NULL)
        continue;
      if (last->members[i] == NULL)
        last->members[i] = g_steal_pointer (&piece->members[i]);
      else if (i == TEXT || i == SUMMARY)
        bty_record_take_string (&last->members[i], g_strconcat (last->members[i], piece->members[i], NULL));
    }
}

static void
add (BtyOpenaiReasoning *self, Detail *piece)
{
  g_autoptr (Detail) detail = piece;
  guint n = self->details->len;
  Detail *last = n > 0 ? self->details->pdata[n - 1] : NULL;

  for (guint i = 0; i < N_MEMBERS; i++)
    self->size += detail->members[i] != NULL ? strlen (detail->members[i]) : 0;
  self->is_lost |= self->size > MAX_BYTES || n >= MAX_DETAILS;
  self->is_sealed |= detail->members[SIGNATURE] != NULL || detail->members[DATA] != NULL;
  if (self->is_lost || detail->members[TYPE] == NULL)
    return;
  if (belongs_to (detail, last))
    join (last, detail);
  else
    g_ptr_array_add (self->details, g_steal_pointer (&detail));
}

static gboolean
read_detail (BtyOpenaiReasoning *self, BtyJsonReader *reader, GError **error)
{
  g_autoptr (Detail) detail = g_new0 (Detail, 1);
  BtyJsonToken token;

  detail->index = -1;
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gboolean is_index = bty_json_reader_key_is (reader, "index");
      int member = -1;

      for (int i = 0; i < N_MEMBERS; i++)
        if (bty_json_reader_key_is (reader, names[i]))
          member = i;
      token = bty_json_reader_skip (reader, NULL, NULL, error);
      if (token == BTY_JSON_ERROR)
        return FALSE;
      if (is_index && token == BTY_JSON_INT)
        detail->index = reader->integer;
      else if (member >= 0 && token == BTY_JSON_STRING && memchr (reader->text, '\0', reader->length) == NULL)
        bty_record_take_string (&detail->members[member], g_strndup (reader->text, reader->length));
    }
  add (self, g_steal_pointer (&detail));
  return token == BTY_JSON_OBJECT_END;
}

gboolean
bty_openai_reasoning_read (BtyOpenaiReasoning *self, BtyJsonReader *reader, gboolean *has_some, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  *has_some = FALSE;
  if (token == BTY_JSON_OBJECT_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return token != BTY_JSON_ERROR;
  while ((token = bty_json_reader_next (reader, error)) != BTY_JSON_ARRAY_END)
    {
      *has_some = TRUE;
      if (token == BTY_JSON_ERROR || (token == BTY_JSON_OBJECT_BEGIN && !read_detail (self, reader, error)) ||
          (token == BTY_JSON_ARRAY_BEGIN && !bty_json_reader_skip_rest (reader, error)))
        return FALSE;
    }
  return TRUE;
}

static void
write_detail (BtyJsonWriter *w, const Detail *detail)
{
  bty_json_writer_begin_object (w);
  for (guint i = 0; i < N_MEMBERS; i++)
    if (detail->members[i] != NULL)
      bty_json_writer_member_string (w, names[i], detail->members[i]);
  if (detail->index >= 0)
    bty_json_writer_member_int (w, "index", detail->index);
  bty_json_writer_end_object (w);
}

void
bty_openai_reasoning_flush (BtyOpenaiReasoning *self, BtyCompletion *out)
{
  g_autoptr (GString) mark = NULL;
  BtyDelta delta = { .kind = BTY_DELTA_SIGNATURE };
  BtyJsonWriter w;

  if (self->size == 0)
    return;
  if (self->is_sealed && !self->is_lost && self->details->len > 0)
    {
      mark = g_string_new (MARK);
      bty_json_writer_init (&w, mark);
      bty_json_writer_begin_array (&w);
      for (guint i = 0; i < self->details->len; i++)
        write_detail (&w, self->details->pdata[i]);
      bty_json_writer_end_array (&w);
      delta.text = mark->str;
      delta.length = mark->len;
    }
  forget (self);
  if (mark != NULL)
    bty_completion_push (out, &delta);
}

/* The mark may have come by a client, and may be anything. */
static void
write_marked (BtyJsonWriter *w, const char *json, guint *n_written)
{
  g_auto (BtyJsonReader) reader;
  const char *raw;
  gsize length;

  if (!bty_json_validate (json, strlen (json), 0, NULL))
    return;
  bty_json_reader_init (&reader, json, strlen (json), 0);
  if (bty_json_reader_next (&reader, NULL) != BTY_JSON_ARRAY_BEGIN)
    return;
  while (bty_json_reader_skip (&reader, &raw, &length, NULL) == BTY_JSON_OBJECT_BEGIN)
    {
      if ((*n_written)++ == 0)
        {
          bty_json_writer_key (w, BTY_OPENAI_REASONING_DETAILS);
          bty_json_writer_begin_array (w);
        }
      bty_json_writer_raw (w, raw, length);
    }
}

void
bty_openai_reasoning_write (BtyJsonWriter *w, const BtyPromptMessage *message)
{
  guint n_written = 0;

  for (guint i = 0; i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind == BTY_PART_REASONING && part->signature != NULL && g_str_has_prefix (part->signature, MARK))
        write_marked (w, part->signature + strlen (MARK), &n_written);
    }
  if (n_written > 0)
    bty_json_writer_end_array (w);
}
