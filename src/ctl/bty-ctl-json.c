/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <string.h>

#include <boternity.h>

#include "bty-ctl-json.h"

GPtrArray *
bty_ctl_json_get_members (const char *json)
{
  GPtrArray *members = g_ptr_array_new_with_free_func (g_free);
  g_auto (BtyJsonReader) reader;
  const char *raw = NULL;
  gsize length = 0;

  bty_json_reader_init (&reader, json, strlen (json), 0);
  if (bty_json_reader_next (&reader, NULL) != BTY_JSON_OBJECT_BEGIN)
    return members;
  while (bty_json_reader_next (&reader, NULL) == BTY_JSON_KEY)
    {
      g_autofree char *name = g_strndup (reader.text, reader.length);

      if (bty_json_reader_skip (&reader, &raw, &length, NULL) == BTY_JSON_ERROR)
        break;
      g_ptr_array_add (members, g_steal_pointer (&name));
      g_ptr_array_add (members, g_strndup (raw, length));
    }
  return members;
}

char *
bty_ctl_json_get (const char *json, const char *member)
{
  g_autoptr (GPtrArray) members = bty_ctl_json_get_members (json);

  for (guint i = 0; i + 1 < members->len; i += 2)
    {
      if (strcmp (members->pdata[i], member) == 0)
        return g_strdup (members->pdata[i + 1]);
    }
  return NULL;
}

char *
bty_ctl_json_get_string (const char *json, const char *member)
{
  g_autofree char *value = bty_ctl_json_get (json, member);

  return value != NULL && value[0] == '"' ? bty_ctl_json_to_text (value) : NULL;
}

GPtrArray *
bty_ctl_json_get_values (const char *json)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);
  g_auto (BtyJsonReader) reader;
  const char *raw = NULL;
  gsize length = 0;

  bty_json_reader_init (&reader, json, strlen (json), 0);
  if (bty_json_reader_next (&reader, NULL) != BTY_JSON_ARRAY_BEGIN)
    return values;
  for (;;)
    {
      BtyJsonToken token = bty_json_reader_skip (&reader, &raw, &length, NULL);

      if (token == BTY_JSON_ERROR || token == BTY_JSON_ARRAY_END || token == BTY_JSON_END)
        return values;
      g_ptr_array_add (values, g_strndup (raw, length));
    }
}

char *
bty_ctl_json_to_text (const char *value)
{
  g_auto (BtyJsonReader) reader;

  bty_json_reader_init (&reader, value, strlen (value), 0);
  if (bty_json_reader_next (&reader, NULL) == BTY_JSON_STRING)
    return g_strndup (reader.text, reader.length);
  return g_strdup (value);
}

char *
bty_ctl_json_quote (const char *text)
{
  GString *out = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_json_writer_string (&writer, text);
  return g_string_free (out, FALSE);
}

static void
break_line (GString *out, guint depth)
{
  g_string_append_c (out, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

/* Passes over a string, with its quotes. */
static const char *
copy_string (GString *out, const char *p)
{
  const char *end = p + 1;

  while (*end != '"' && *end != '\0')
    end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
  end += *end == '"';
  g_string_append_len (out, p, end - p);
  return end;
}

static gboolean
is_empty_container (const char *p)
{
  const char *next = p + 1 + strspn (p + 1, " \t\r\n");

  return *next == '}' || *next == ']';
}

/* One character outside strings; @quiet is set in an empty container, which stays on its line. */
static void
indent_character (GString *out, const char *p, guint *depth, gboolean *quiet)
{
  gboolean opens = *p == '{' || *p == '[', closes = *p == '}' || *p == ']';

  if (closes)
    {
      (*depth)--;
      if (!*quiet)
        break_line (out, *depth);
      *quiet = FALSE;
    }
  g_string_append_c (out, *p);
  if (opens)
    {
      (*depth)++;
      *quiet = is_empty_container (p);
    }
  if (*p == ':')
    g_string_append_c (out, ' ');
  if (*p == ',' || (opens && !*quiet))
    break_line (out, *depth);
}

char *
bty_ctl_json_indent (const char *json)
{
  GString *out = g_string_sized_new (strlen (json) * 2);
  gboolean quiet = FALSE;
  guint depth = 0;

  for (const char *p = json; *p != '\0';)
    {
      if (*p == '"')
        {
          p = copy_string (out, p);
          continue;
        }
      if (strchr (" \t\r\n", *p) == NULL)
        indent_character (out, p, &depth, &quiet);
      p++;
    }
  return g_string_free (out, FALSE);
}
