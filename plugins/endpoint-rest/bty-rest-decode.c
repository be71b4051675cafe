/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-rest-decode.h"

/* The field of a name, if the request takes it; else an error. */
static const BtyField *
find_field (const BtySchema *schema, BtyView view, const char *name, GError **error)
{
  int index = bty_schema_find (schema, name, -1, 0);
  const BtyField *field = index >= 0 ? bty_schema_get_field (schema, index) : NULL;

  if (field != NULL && bty_view_takes (view, field))
    return field;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("there is no parameter “%.80s” here"), name);
  return NULL;
}

/* The same member may come twice, in a label and in the body, as long as both say the same. */
static gboolean
set_field (gpointer record, BtyView view, const BtyField *field, const char *text, GError **error)
{
  g_autoptr (GError) local = NULL;
  gpointer other;
  gboolean agrees;

  if (!bty_record_has_at (record, field->offset))
    return bty_record_read_text (record, view, field->name, text, error);
  other = bty_record_edit (record);
  agrees = bty_record_read_text (other, view, field->name, text, &local) && bty_record_equal (record, other);
  bty_record_unref (other);
  if (agrees)
    return TRUE;
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” is given twice, with different values"),
                 field->name);
  return FALSE;
}

static gboolean
set_by_name (gpointer record, BtyView view, const char *name, const BtyRestSlice *value, gboolean is_query,
             GError **error)
{
  const BtyField *field = find_field (((BtyRecord *) record)->schema, view, name, error);
  g_autofree char *text = field != NULL ? bty_rest_decode_percent (value, is_query, error) : NULL;

  return text != NULL && set_field (record, view, field, text, error);
}

static gboolean
read_body (gpointer record, BtyView view, GBytes *body, GError **error)
{
  gsize length;
  const char *data;

  if (body == NULL || g_bytes_get_size (body) == 0)
    return TRUE;
  data = g_bytes_get_data (body, &length);
  return bty_record_read_json (record, view, data, length, error);
}

static gboolean
read_labels (gpointer record, BtyView view, const BtyRestMatch *match, GError **error)
{
  for (guint i = 0; match != NULL && i < match->route->n_labels; i++)
    if (!set_by_name (record, view, match->route->labels[i], &match->labels[i], FALSE, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_query (gpointer record, BtyView view, const char *query, GError **error)
{
  BtyRestSlice name, value;

  while (query != NULL && bty_rest_next_parameter (&query, &name, &value))
    {
      g_autofree char *text = bty_rest_decode_percent (&name, TRUE, error);

      if (text == NULL || !set_by_name (record, view, text, &value, TRUE, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_number (gpointer record, BtyView view, const char *name, gint64 number, GError **error)
{
  const BtyField *field = find_field (((BtyRecord *) record)->schema, view, name, error);
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, number);
  return field != NULL && set_field (record, view, field, text, error);
}

static gboolean
read_if_match (gpointer record, BtyView view, const char *if_match, GError **error)
{
  gint64 revision;

  if (if_match == NULL || strcmp (if_match, "*") == 0)
    return TRUE;
  if (bty_rest_parse_etag (if_match, &revision))
    return set_number (record, view, "revision", revision, error);
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("If-Match is “%.80s”; it must be one revision in quotes, such as \"3\""), if_match);
  return FALSE;
}

/* A client that comes back says what it has last; the address it comes back to may still name where it first began. */
static gboolean
read_last_event_id (gpointer record, BtyView view, const char *id, GError **error)
{
  gint64 number;

  if (id == NULL || *id == '\0')
    return TRUE;
  if (!bty_rest_parse_digits (id, &number))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("Last-Event-ID is “%.80s”; it must be a number"),
                   id);
      return FALSE;
    }
  return bty_record_read_text (record, view, "after", id, error);
}

gpointer
bty_rest_decode (const BtySchema *schema, BtyView view, gpointer data, GError **error)
{
  const BtyRestInput *input = data;
  gpointer record = bty_record_new (schema);

  if (read_body (record, view, input->body, error) && read_labels (record, view, input->match, error) &&
      read_query (record, view, input->query, error) && read_if_match (record, view, input->if_match, error) &&
      read_last_event_id (record, view, input->last_event_id, error) && bty_record_check (record, view, error))
    return record;
  bty_record_unref (record);
  return NULL;
}

gboolean
bty_rest_check_empty (const BtyRestInput *input, GError **error)
{
  g_autoptr (GError) local = NULL;
  gsize length = 0;
  const char *body = input->body != NULL ? g_bytes_get_data (input->body, &length) : NULL;

  if (input->query != NULL && *input->query != '\0')
    g_set_error_literal (&local, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("this operation takes no parameters"));
  else if (length > 0 && !bty_json_is_empty_object (body, length, &local) && local == NULL)
    g_set_error_literal (&local, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("this operation takes no members"));
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
