/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include <string.h>

#include "example-session.h"

/* The longest line, and how much may wait to be written before the next item is read, in bytes. */
#define MAX_LINE    65536
#define MAX_PENDING 65536

/* Reads a line, carries it out, writes what comes, reads the next. One thing at a time is under way: a read, a call or a write. */
typedef struct
{
  BtyHost *host; /* outlives us */
  GSocketConnection *connection;
  BtyPrincipal *principal;
  GCancellable *closing;
  GString *in;
  GString *out;
  BtyCall *call; /* (nullable) */
  BtyCallReader *reader;
} Session;

static void next_line (Session *self);
static void pump (Session *self);

static void
session_free (Session *self)
{
  if (self->call != NULL)
    bty_call_cancel (self->call);
  g_clear_pointer (&self->reader, bty_call_reader_free);
  g_clear_pointer (&self->call, bty_call_unref);
  g_clear_pointer (&self->principal, bty_principal_unref);
  g_object_unref (self->connection);
  g_object_unref (self->closing);
  g_string_free (self->in, TRUE);
  g_string_free (self->out, TRUE);
  g_free (self);
}

static void
on_written (GObject *stream, GAsyncResult *result, gpointer data)
{
  Session *self = data;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (stream), result, NULL, NULL))
    {
      session_free (self);
      return;
    }
  g_string_truncate (self->out, 0);
  if (self->call != NULL)
    pump (self);
  else
    next_line (self);
}

static void
write_out (Session *self)
{
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (self->connection)), self->out->str,
                                   self->out->len, G_PRIORITY_DEFAULT, self->closing, on_written, self);
}

static void
add_item (Session *self, const BtyItem *item)
{
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, self->out);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_key (&writer, "item");
  bty_item_write_json (item, bty_call_operation (self->call)->item, &writer);
  bty_json_writer_end_object (&writer);
  g_string_append_c (self->out, '\n');
}

static void
add_error (Session *self, const GError *error)
{
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, self->out);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_key (&writer, "error");
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_string (&writer, "code", bty_error_info (bty_error_code_of (error))->name);
  bty_json_writer_member_string (&writer, "message", error->message);
  bty_json_writer_end_object (&writer);
  bty_json_writer_end_object (&writer);
  g_string_append_c (self->out, '\n');
}

static void
add_end (Session *self)
{
  const GError *error = bty_call_error (self->call);
  gconstpointer answer = bty_call_response (self->call);
  BtyJsonWriter writer;

  if (error != NULL)
    {
      add_error (self, error);
      return;
    }
  bty_json_writer_init (&writer, self->out);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_key (&writer, "answer");
  if (answer != NULL)
    bty_record_write_json (answer, BTY_VIEW_READ, &writer);
  else
    bty_json_writer_null (&writer);
  bty_json_writer_end_object (&writer);
  g_string_append_c (self->out, '\n');
}

/* Takes items until none is there or enough wait: a client that does not read only lags. */
static void
pump (Session *self)
{
  BtyReadResult result = BTY_READ_ITEM;
  BtyItem item;

  while (self->out->len < MAX_PENDING && (result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
    add_item (self, &item);
  if (result == BTY_READ_END)
    {
      add_end (self);
      g_clear_pointer (&self->reader, bty_call_reader_free);
      g_clear_pointer (&self->call, bty_call_unref);
    }
  if (self->out->len > 0)
    write_out (self);
}

/* There is more. While a write is under way, on_written() looks for it. */
static void
on_wake (BtyCallReader *reader, gpointer data)
{
  Session *self = data;

  if (self->out->len == 0)
    pump (self);
}

static void
start_call (Session *self, char *line)
{
  char *space = strchr (line, ' ');
  g_autoptr (GBytes) input = space != NULL ? g_bytes_new (space + 1, strlen (space + 1)) : NULL;
  BtyCallSpec spec = {
    .operation = line, .principal = self->principal, .decode = bty_decode_json, .input = input, .door = "example"
  };

  if (space != NULL)
    *space = '\0';
  self->call = bty_host_start_call (self->host, &spec);
  self->reader = bty_call_reader_new (self->call, 0, on_wake, self);
  pump (self);
}

static void
on_read (GObject *stream, GAsyncResult *result, gpointer data)
{
  Session *self = data;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (stream), result, NULL);

  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    {
      session_free (self);
      return;
    }
  g_string_append_len (self->in, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  next_line (self);
}

static void
next_line (Session *self)
{
  const char *end = memchr (self->in->str, '\n', self->in->len);
  g_autofree char *line = NULL;

  if (end == NULL && self->in->len > MAX_LINE)
    {
      session_free (self);
      return;
    }
  if (end == NULL)
    {
      g_input_stream_read_bytes_async (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)), 4096,
                                       G_PRIORITY_DEFAULT, self->closing, on_read, self);
      return;
    }
  line = g_strndup (self->in->str, (gsize) (end - self->in->str));
  g_string_erase (self->in, 0, end - self->in->str + 1);
  start_call (self, line);
}

static gint64
find_peer (GSocketConnection *connection)
{
  g_autoptr (GCredentials) credentials = g_socket_get_credentials (g_socket_connection_get_socket (connection), NULL);

  return credentials != NULL ? (gint64) g_credentials_get_unix_user (credentials, NULL) : -1;
}

void
example_session_start (BtyHost *host, GSocketConnection *connection, GCancellable *closing)
{
  BtyCredentials credentials = { .peer_uid = find_peer (connection) };
  Session *self = g_new0 (Session, 1);
  g_autoptr (GError) error = NULL;

  self->host = host;
  self->connection = g_object_ref (connection);
  self->closing = g_object_ref (closing);
  self->in = g_string_new (NULL);
  self->out = g_string_new (NULL);
  self->principal = bty_host_identify (host, &credentials, &error);
  if (self->principal != NULL)
    next_line (self);
  else
    session_free (self);
}
