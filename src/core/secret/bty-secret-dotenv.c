/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "secret/bty-secret-dotenv.h"

typedef struct
{
  const char *at;
  const char *end;
  guint line;
  char *value; /* as long as the text: it is never grown, and cleared at the end */
  gsize length;
} Reader;

static void
variable_free (gpointer data)
{
  BtySecretVariable *variable = data;

  g_free (variable->name);
  g_free (variable->fault);
  g_clear_pointer (&variable->value, bty_secret_unref);
  g_free (variable);
}

static void
skip_blanks (Reader *reader)
{
  while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\r'))
    reader->at += 1;
}

static void
skip_line (Reader *reader)
{
  while (reader->at < reader->end && *reader->at != '\n')
    reader->at += 1;
  if (reader->at < reader->end)
    reader->at += 1;
  reader->line += 1;
}

static gboolean
is_at_end (const Reader *reader)
{
  return reader->at == reader->end || *reader->at == '\n';
}

static char *
read_name (Reader *reader)
{
  const char *start = reader->at;

  while (reader->at < reader->end && (g_ascii_isalnum (*reader->at) || strchr ("_.-", *reader->at) != NULL) &&
         *reader->at != '\0')
    reader->at += 1;
  if (reader->at == start || (!g_ascii_isalpha (*start) && *start != '_'))
    return NULL;
  return g_strndup (start, (gsize) (reader->at - start));
}

static char
unescape (char c)
{
  return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

static const char *
read_quoted (Reader *reader)
{
  char quote = *reader->at++;

  while (reader->at < reader->end && *reader->at != quote)
    {
      char c = *reader->at++;

      if (c == '\\' && quote == '"' && reader->at < reader->end)
        {
          if (strchr ("nrt\\\"$", *reader->at) == NULL || *reader->at == '\0')
            return _ ("after a backslash comes none of n, r, t, \\, \" and $");
          c = unescape (*reader->at++);
        }
      reader->line += c == '\n' && reader->at[-1] == '\n';
      reader->value[reader->length++] = c;
    }
  if (reader->at == reader->end)
    return _ ("a quotation mark is not closed");
  reader->at += 1;
  skip_blanks (reader);
  return is_at_end (reader) || *reader->at == '#' ? NULL : _ ("something follows the closing quotation mark");
}

static const char *
read_plain (Reader *reader)
{
  while (!is_at_end (reader))
    {
      if (*reader->at == '#' && reader->length > 0 && g_ascii_isspace (reader->at[-1]))
        break;
      if (*reader->at == '"' || *reader->at == '\'')
        return _ ("a quotation mark stands in the middle of a value: quote all of it");
      reader->value[reader->length++] = *reader->at++;
    }
  while (reader->length > 0 && g_ascii_isspace (reader->value[reader->length - 1]))
    reader->length -= 1;
  return NULL;
}

static const char *
read_value (Reader *reader)
{
  const char *fault;

  reader->length = 0;
  if (!is_at_end (reader) && (*reader->at == '"' || *reader->at == '\''))
    fault = read_quoted (reader);
  else if (!is_at_end (reader) && *reader->at == '#')
    fault = NULL;
  else
    fault = read_plain (reader);
  if (fault != NULL)
    return fault;
  if (reader->length == 0)
    return _ ("its value is empty");
  if (memchr (reader->value, '\0', reader->length) != NULL ||
      !g_utf8_validate (reader->value, (gssize) reader->length, NULL))
    return _ ("its value is not text");
  return NULL;
}

static void
skip_export (Reader *reader)
{
  if (reader->end - reader->at > 7 && strncmp (reader->at, "export", 6) == 0 &&
      (reader->at[6] == ' ' || reader->at[6] == '\t'))
    {
      reader->at += 6;
      skip_blanks (reader);
    }
}

static BtySecretVariable *
read_variable (Reader *reader)
{
  BtySecretVariable *variable = g_new0 (BtySecretVariable, 1);
  const char *fault = NULL;

  variable->line = reader->line;
  skip_export (reader);
  variable->name = read_name (reader);
  skip_blanks (reader);
  if (variable->name == NULL)
    fault = _ ("no name begins this line: NAME=value is expected");
  else if (is_at_end (reader) || *reader->at != '=')
    fault = _ ("no “=” follows the name");
  else
    {
      reader->at += 1;
      skip_blanks (reader);
      fault = read_value (reader);
    }
  if (fault == NULL)
    variable->value = bty_secret_new (reader->value, reader->length);
  variable->fault = g_strdup (fault);
  skip_line (reader);
  return variable;
}

GPtrArray *
bty_secret_dotenv_read (const char *text, gsize length)
{
  GPtrArray *variables = g_ptr_array_new_with_free_func (variable_free);
  Reader reader = { .at = text, .end = length > 0 ? text + length : text, .line = 1, .value = g_malloc (length + 1) };

  if (length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    reader.at += 3;
  while (reader.at < reader.end)
    {
      skip_blanks (&reader);
      if (is_at_end (&reader) || *reader.at == '#')
        skip_line (&reader);
      else
        g_ptr_array_add (variables, read_variable (&reader));
    }
  bty_secret_clear_memory (reader.value, length + 1);
  g_free (reader.value);
  return variables;
}
