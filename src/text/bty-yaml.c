/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-text"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <yaml.h>

#include "bty-yaml-scalar-private.h"
#include "bty-yaml.h"

const BtyYamlLimits bty_yaml_limits = { .bytes = 64 * 1024, .depth = 16, .nodes = 4096, .first_line = 1 };

/* A list or mapping that is open. */
typedef struct
{
  GHashTable *keys; /* of a mapping: those it has already */
  char *key;        /* of a mapping: whose value is due */
  guint n_items;    /* of a list */
} Frame;

typedef struct
{
  yaml_parser_t parser;
  const BtyYamlLimits *limits;
  BtyJsonWriter writer;
  GString *out;
  GArray *frames; /* of Frame */
  GHashTable *lines;
  guint n_nodes;
  guint n_documents;
} Reading;

static void
frame_clear (gpointer data)
{
  Frame *frame = data;

  g_clear_pointer (&frame->keys, g_hash_table_unref);
  g_clear_pointer (&frame->key, g_free);
}

static gboolean
refuse_at (const Reading *reading, const yaml_mark_t *mark, GError **error, const char *problem)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("line %u, column %u: %s"),
               (guint) mark->line + reading->limits->first_line, (guint) mark->column + 1, problem);
  return FALSE;
}

static Frame *
top (const Reading *reading)
{
  return reading->frames->len > 0 ? &g_array_index (reading->frames, Frame, reading->frames->len - 1) : NULL;
}

static void
append_pointer (GString *pointer, const char *name)
{
  g_string_append_c (pointer, '/');
  for (; *name != '\0'; name++)
    if (*name == '~' || *name == '/')
      g_string_append (pointer, *name == '~' ? "~0" : "~1");
    else
      g_string_append_c (pointer, *name);
}

/* Notes on which line the value that begins now stands. */
static void
note_line (Reading *reading, const yaml_mark_t *mark)
{
  GString *pointer;

  if (reading->lines == NULL)
    return;
  pointer = g_string_new (NULL);
  for (guint i = 0; i < reading->frames->len; i++)
    {
      const Frame *frame = &g_array_index (reading->frames, Frame, i);

      if (frame->keys != NULL)
        append_pointer (pointer, frame->key);
      else
        g_string_append_printf (pointer, "/%u", frame->n_items);
    }
  g_hash_table_insert (reading->lines, g_string_free (pointer, FALSE),
                       GUINT_TO_POINTER ((guint) mark->line + reading->limits->first_line));
}

/* A value is over: of a mapping the next key is due, of a list the next item. */
static void
end_value (Reading *reading)
{
  Frame *frame = top (reading);

  if (frame == NULL)
    return;
  g_clear_pointer (&frame->key, g_free);
  frame->n_items++;
}

static gboolean
is_key_due (const Reading *reading)
{
  const Frame *frame = top (reading);

  return frame != NULL && frame->keys != NULL && frame->key == NULL;
}

static gboolean
read_key (Reading *reading, const yaml_event_t *event, GError **error)
{
  const char *name = (const char *) event->data.scalar.value;
  gsize length = event->data.scalar.length;
  Frame *frame = top (reading);

  if (strlen (name) != length)
    return refuse_at (reading, &event->start_mark, error, _ ("a name must not hold a NUL character"));
  if (!g_hash_table_add (frame->keys, g_strdup (name)))
    {
      g_autofree char *problem = g_strdup_printf (_ ("“%.100s” stands here a second time: keep one of them"), name);

      return refuse_at (reading, &event->start_mark, error, problem);
    }
  frame->key = g_strdup (name);
  bty_json_writer_key_len (&reading->writer, name, length);
  return TRUE;
}

static gboolean
read_scalar (Reading *reading, const yaml_event_t *event, GError **error)
{
  const char *text = (const char *) event->data.scalar.value;
  gsize length = event->data.scalar.length;
  const char *problem = NULL;

  if (is_key_due (reading))
    return read_key (reading, event, error);
  note_line (reading, &event->start_mark);
  if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
    problem = bty_yaml_write_plain (&reading->writer, text, length);
  else
    bty_json_writer_string_len (&reading->writer, text, length);
  if (problem != NULL)
    return refuse_at (reading, &event->start_mark, error, _ (problem));
  end_value (reading);
  return TRUE;
}

static gboolean
begin_container (Reading *reading, const yaml_event_t *event, gboolean is_mapping, GError **error)
{
  Frame frame = { 0 };

  if (is_key_due (reading))
    return refuse_at (reading, &event->start_mark, error, _ ("a name must be a text, not a list or a mapping"));
  if (reading->frames->len >= MIN (reading->limits->depth, BTY_JSON_MAX_DEPTH))
    return refuse_at (reading, &event->start_mark, error, _ ("this is nested too deeply"));
  note_line (reading, &event->start_mark);
  if (is_mapping)
    {
      frame.keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      bty_json_writer_begin_object (&reading->writer);
    }
  else
    bty_json_writer_begin_array (&reading->writer);
  g_array_append_val (reading->frames, frame);
  return TRUE;
}

static gboolean
end_container (Reading *reading, gboolean is_mapping)
{
  if (is_mapping)
    bty_json_writer_end_object (&reading->writer);
  else
    bty_json_writer_end_array (&reading->writer);
  g_array_set_size (reading->frames, reading->frames->len - 1);
  end_value (reading);
  return TRUE;
}

/* What makes YAML more than JSON is refused: it lets a short text grow without end, or mean what its reader does not see. */
static gboolean
check_node (Reading *reading, const yaml_event_t *event, const yaml_char_t *anchor, const yaml_char_t *tag,
            GError **error)
{
  if (anchor != NULL)
    return refuse_at (reading, &event->start_mark, error, _ ("anchors (“&”) are not taken: write the value out"));
  if (tag != NULL)
    return refuse_at (reading, &event->start_mark, error, _ ("tags (“!”) are not taken: leave it out"));
  if (++reading->n_nodes > reading->limits->nodes)
    return refuse_at (reading, &event->start_mark, error, _ ("there are too many values"));
  return TRUE;
}

static gboolean
begin_document (Reading *reading, const yaml_event_t *event, GError **error)
{
  if (reading->n_documents++ > 0)
    return refuse_at (reading, &event->start_mark, error, _ ("a second document begins here: only one is taken"));
  if (event->data.document_start.version_directive != NULL ||
      event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end)
    return refuse_at (reading, &event->start_mark, error, _ ("directives (“%”) are not taken: leave them out"));
  return TRUE;
}

static gboolean
read_event (Reading *reading, const yaml_event_t *event, GError **error)
{
  switch (event->type)
    {
    case YAML_DOCUMENT_START_EVENT:
      return begin_document (reading, event, error);
    case YAML_ALIAS_EVENT:
      return refuse_at (reading, &event->start_mark, error, _ ("aliases (“*”) are not taken: write the value out"));
    case YAML_SCALAR_EVENT:
      return check_node (reading, event, event->data.scalar.anchor, event->data.scalar.tag, error) &&
             read_scalar (reading, event, error);
    case YAML_SEQUENCE_START_EVENT:
      return check_node (reading, event, event->data.sequence_start.anchor, event->data.sequence_start.tag, error) &&
             begin_container (reading, event, FALSE, error);
    case YAML_MAPPING_START_EVENT:
      return check_node (reading, event, event->data.mapping_start.anchor, event->data.mapping_start.tag, error) &&
             begin_container (reading, event, TRUE, error);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return end_container (reading, event->type == YAML_MAPPING_END_EVENT);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    default:
      return TRUE;
    }
}

static gboolean
read_stream (Reading *reading, GError **error)
{
  gboolean ok = TRUE, ended = FALSE;

  while (ok && !ended)
    {
      yaml_event_t event;

      if (!yaml_parser_parse (&reading->parser, &event))
        {
          const char *problem = reading->parser.problem != NULL ? reading->parser.problem : _ ("this is not YAML");
          yaml_mark_t none = { 0 };
          gboolean has_mark = reading->parser.error == YAML_SCANNER_ERROR || reading->parser.error == YAML_PARSER_ERROR;

          return refuse_at (reading, has_mark ? &reading->parser.problem_mark : &none, error, problem);
        }
      ok = read_event (reading, &event, error);
      ended = event.type == YAML_STREAM_END_EVENT;
      yaml_event_delete (&event);
    }
  return ok;
}

static gboolean
check_bytes (const Reading *reading, const char *text, gsize length, GError **error)
{
  yaml_mark_t mark = { 0 };
  const char *end = NULL;
  g_autofree char *problem = NULL;

  if (length > reading->limits->bytes)
    {
      problem = g_strdup_printf (_ ("there are more than %zu bytes"), reading->limits->bytes);
      return refuse_at (reading, &mark, error, problem);
    }
  if (g_utf8_validate_len (text, length, &end))
    return TRUE;
  for (const char *at = text; at < end; at++)
    {
      mark.column = *at == '\n' ? 0 : mark.column + 1;
      mark.line += *at == '\n';
    }
  return refuse_at (reading, &mark, error, _ ("this is not UTF-8 text"));
}

char *
bty_yaml_to_json (const char *text, gsize length, const BtyYamlLimits *limits, GHashTable **lines, GError **error)
{
  Reading reading = { .limits = limits != NULL ? limits : &bty_yaml_limits };
  gboolean ok;

  if (!check_bytes (&reading, text, length, error))
    return NULL;
  ok = yaml_parser_initialize (&reading.parser) != 0;
  g_assert (ok); /* it fails for want of memory alone, which ends the program elsewhere too */
  yaml_parser_set_encoding (&reading.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&reading.parser, (const unsigned char *) text, length);
  reading.out = g_string_new (NULL);
  bty_json_writer_init (&reading.writer, reading.out);
  reading.frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  g_array_set_clear_func (reading.frames, frame_clear);
  if (lines != NULL)
    reading.lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  ok = read_stream (&reading, error);
  yaml_parser_delete (&reading.parser);
  g_array_unref (reading.frames);
  if (ok && reading.out->len == 0)
    g_string_append (reading.out, "null");
  if (ok && lines != NULL)
    *lines = g_steal_pointer (&reading.lines);
  g_clear_pointer (&reading.lines, g_hash_table_unref);
  return g_string_free (reading.out, !ok);
}
