/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include "bty-ctl-json.h"
#include "bty-ctl-request.h"

#define DEFAULT_LIMIT 100
#define PAGE_LIMIT    1000

void
bty_ctl_request_init (BtyCtlRequest *request)
{
  request->text = g_string_sized_new (256);
  bty_json_writer_init (&request->writer, request->text);
  bty_json_writer_begin_object (&request->writer);
}

void
bty_ctl_request_clear (BtyCtlRequest *request)
{
  if (request->text == NULL)
    return;
  bty_secret_clear_memory (request->text->str, request->text->allocated_len);
  g_string_free (g_steal_pointer (&request->text), TRUE);
}

gboolean
bty_ctl_request_init_list (BtyCtlRequest *request, const BtyCtlArgs *args, gint64 *limit, GError **error)
{
  *limit = DEFAULT_LIMIT;
  bty_ctl_request_init (request);
  if (!bty_ctl_args_get_int (args, "limit", 0, G_MAXINT32, limit, error))
    return FALSE;
  bty_json_writer_member_int (&request->writer, "limit", *limit == 0 ? PAGE_LIMIT : MIN (*limit, PAGE_LIMIT));
  return TRUE;
}

void
bty_ctl_request_string (BtyCtlRequest *request, const char *name, const char *value)
{
  if (value != NULL)
    bty_json_writer_member_string (&request->writer, name, value);
}

void
bty_ctl_request_strings (BtyCtlRequest *request, const char *name, GPtrArray *values)
{
  if (values == NULL)
    return;
  bty_json_writer_key (&request->writer, name);
  bty_json_writer_begin_array (&request->writer);
  for (guint i = 0; i < values->len; i++)
    bty_json_writer_string (&request->writer, values->pdata[i]);
  bty_json_writer_end_array (&request->writer);
}

gboolean
bty_ctl_request_field (BtyCtlRequest *request, const BtySchema *schema, const char *name, const char *text,
                       GError **error)
{
  g_autoptr (BtyRecord) record = NULL;
  g_autofree char *json = NULL;
  g_autofree char *value = NULL;

  if (text == NULL)
    return TRUE;
  record = bty_record_new (schema);
  if (!bty_record_read_text (record, BTY_VIEW_CREATE, name, text, error))
    return FALSE;
  json = bty_record_to_json (record, BTY_VIEW_CREATE);
  value = bty_ctl_json_get (json, name);
  bty_json_writer_key (&request->writer, name);
  bty_json_writer_raw (&request->writer, value, strlen (value));
  return TRUE;
}

/* The text is made long enough beforehand, so that no copy of the secret is left where it grew from. */
void
bty_ctl_request_secret (BtyCtlRequest *request, const char *name, const BtySecret *secret)
{
  gsize needed = request->text->len + strlen (name) + 6 * bty_secret_get_length (secret) + 64;
  GString *larger = g_string_sized_new (needed);

  g_string_append_len (larger, request->text->str, (gssize) request->text->len);
  g_string_free (request->text, TRUE);
  request->text = larger;
  request->writer.out = larger;
  bty_json_writer_key (&request->writer, name);
  bty_json_writer_string_len (&request->writer, bty_secret_peek (secret), bty_secret_get_length (secret));
}

static void
free_text (gpointer data)
{
  GString *text = data;

  bty_secret_clear_memory (text->str, text->allocated_len);
  g_string_free (text, TRUE);
}

GBytes *
bty_ctl_request_end (BtyCtlRequest *request)
{
  GString *text = g_steal_pointer (&request->text);

  bty_json_writer_end_object (&request->writer);
  return g_bytes_new_with_free_func (text->str, text->len, free_text, text);
}

GBytes *
bty_ctl_request_of (const char *name, const char *value)
{
  g_auto (BtyCtlRequest) request = { 0 };

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, name, value);
  return bty_ctl_request_end (&request);
}
