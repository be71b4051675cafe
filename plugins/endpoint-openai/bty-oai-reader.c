/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-oai-reader.h"

void
bty_oai_reader_init (BtyOaiReader *self, BtyOaiAsk *ask, const char *data, gsize length)
{
  bty_json_reader_init (&self->json, data, length, 0);
  self->ask = ask;
  self->error = NULL;
}

gboolean
bty_oai_reader_end (BtyOaiReader *self, GError **error)
{
  bty_json_reader_clear (&self->json);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

/* From /messages/0/content to messages[0].content */
static char *
param_of (const char *pointer, const char *member)
{
  g_auto (GStrv) steps = g_strsplit (*pointer == '/' ? pointer + 1 : pointer, "/", -1);
  g_autoptr (GString) text = g_string_new (NULL);

  for (char **step = steps; *step != NULL && **step != '\0'; step++)
    {
      if (strspn (*step, "0123456789") == strlen (*step))
        g_string_append_printf (text, "[%s]", *step);
      else
        g_string_append_printf (text, "%s%.80s", text->len > 0 ? "." : "", *step);
    }
  if (member != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 && *member != '[' ? "." : "", member);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
fail_with (BtyOaiReader *self, gboolean has_place, const char *member, const char *format, va_list arguments)
{
  g_autofree char *pointer = has_place ? bty_json_reader_get_pointer (&self->json) : g_strdup ("");
  g_autofree char *param = param_of (pointer, member);
  g_autofree char *valid = g_utf8_make_valid (param, -1);
  g_autofree char *message = g_strdup_vprintf (format, arguments);

  if (self->error != NULL)
    return FALSE;
  if (*valid == '\0')
    g_set_error_literal (&self->error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, message);
  else
    g_set_error (&self->error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "%s: %s", valid, message);
  bty_record_take_string (&self->ask->param, *valid != '\0' ? g_steal_pointer (&valid) : NULL);
  return FALSE;
}

gboolean
bty_oai_fail (BtyOaiReader *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  fail_with (self, TRUE, NULL, format, arguments);
  va_end (arguments);
  return FALSE;
}

gboolean
bty_oai_fail_at (BtyOaiReader *self, const char *member, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  fail_with (self, FALSE, member, format, arguments);
  va_end (arguments);
  return FALSE;
}

BtyJsonToken
bty_oai_next (BtyOaiReader *self)
{
  return self->error != NULL ? BTY_JSON_ERROR : bty_json_reader_next (&self->json, &self->error);
}

gboolean
bty_oai_skip (BtyOaiReader *self)
{
  return self->error == NULL && bty_json_reader_skip (&self->json, NULL, NULL, &self->error) != BTY_JSON_ERROR;
}

static const BtyOaiMember *
find_member (const BtyOaiReader *self, const BtyOaiMember *members)
{
  for (const BtyOaiMember *member = members; member->name != NULL; member++)
    if (bty_json_reader_key_is (&self->json, member->name))
      return member;
  return NULL;
}

gboolean
bty_oai_read_members (BtyOaiReader *self, const BtyOaiMember *members, gpointer target)
{
  BtyJsonToken token;

  while ((token = bty_oai_next (self)) == BTY_JSON_KEY)
    {
      const BtyOaiMember *member = find_member (self, members);

      if (member != NULL ? !member->read (self, target) : !bty_oai_skip (self))
        return FALSE;
    }
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
fail_type (BtyOaiReader *self, BtyJsonToken token, const char *expected)
{
  return token != BTY_JSON_ERROR && bty_oai_fail (self, _ ("expected %s"), expected);
}

gboolean
bty_oai_read_object (BtyOaiReader *self, const BtyOaiMember *members, gpointer target)
{
  BtyJsonToken token = bty_oai_next (self);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token != BTY_JSON_OBJECT_BEGIN)
    return fail_type (self, token, _ ("an object"));
  return bty_oai_read_members (self, members, target);
}

gboolean
bty_oai_take_string (BtyOaiReader *self, char **place)
{
  if (memchr (self->json.text, '\0', self->json.length) != NULL)
    return bty_oai_fail (self, _ ("a text must not contain a NUL character"));
  g_free (*place);
  *place = g_strndup (self->json.text, self->json.length);
  return TRUE;
}

gboolean
bty_oai_read_string (BtyOaiReader *self, char **place)
{
  BtyJsonToken token = bty_oai_next (self);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token != BTY_JSON_STRING)
    return fail_type (self, token, _ ("a string"));
  return bty_oai_take_string (self, place);
}

gboolean
bty_oai_read_bool (BtyOaiReader *self, gboolean *place)
{
  BtyJsonToken token = bty_oai_next (self);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token != BTY_JSON_TRUE && token != BTY_JSON_FALSE)
    return fail_type (self, token, _ ("true or false"));
  *place = token == BTY_JSON_TRUE;
  return TRUE;
}

gboolean
bty_oai_read_int (BtyOaiReader *self, gint64 min, gint64 max, gint64 *place)
{
  BtyJsonToken token = bty_oai_next (self);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token != BTY_JSON_INT)
    return fail_type (self, token, _ ("an integer"));
  if (self->json.integer < min || self->json.integer > max)
    return bty_oai_fail (self, _ ("must be %lld to %lld"), (long long) min, (long long) max);
  *place = self->json.integer;
  return TRUE;
}

gboolean
bty_oai_read_double (BtyOaiReader *self, double min, double max, double *place, gboolean *is_given)
{
  BtyJsonToken token = bty_oai_next (self);
  double value;

  *is_given = FALSE;
  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token != BTY_JSON_INT && token != BTY_JSON_DOUBLE)
    return fail_type (self, token, _ ("a number"));
  value = token == BTY_JSON_INT ? (double) self->json.integer : self->json.number;
  if (value < min || value > max)
    return bty_oai_fail (self, _ ("must be %g to %g"), min, max);
  *place = value;
  *is_given = TRUE;
  return TRUE;
}

gboolean
bty_oai_read_raw (BtyOaiReader *self, gboolean is_object, char **place)
{
  const char *raw;
  gsize length;
  BtyJsonToken token;

  if (self->error != NULL)
    return FALSE;
  token = bty_json_reader_skip (&self->json, &raw, &length, &self->error);
  if (token == BTY_JSON_ERROR || token == BTY_JSON_NULL)
    return token == BTY_JSON_NULL;
  if (is_object && token != BTY_JSON_OBJECT_BEGIN)
    return fail_type (self, token, _ ("an object"));
  g_free (*place);
  *place = g_strndup (raw, length);
  return TRUE;
}

gboolean
bty_oai_read_items (BtyOaiReader *self, guint max, gboolean (*item) (BtyOaiReader *reader, gpointer target),
                    gpointer target)
{
  BtyJsonToken token;
  guint n = 0;

  while ((token = bty_oai_next (self)) == BTY_JSON_OBJECT_BEGIN)
    {
      if (++n > max)
        return bty_oai_fail (self, _ ("there are more than %u"), max);
      if (!item (self, target))
        return FALSE;
    }
  return token == BTY_JSON_ARRAY_END || fail_type (self, token, _ ("an object"));
}

gboolean
bty_oai_read_array (BtyOaiReader *self, guint max, gboolean (*item) (BtyOaiReader *reader, gpointer target),
                    gpointer target)
{
  BtyJsonToken token = bty_oai_next (self);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token != BTY_JSON_ARRAY_BEGIN)
    return fail_type (self, token, _ ("an array"));
  return bty_oai_read_items (self, max, item, target);
}
