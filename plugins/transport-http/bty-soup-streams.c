/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soup-streams.h"

#define BTY_TYPE_SOUP_INPUT (bty_soup_input_get_type ())
G_DECLARE_FINAL_TYPE (BtySoupInput, bty_soup_input, BTY, SOUP_INPUT, GInputStream)
#define BTY_TYPE_SOUP_OUTPUT (bty_soup_output_get_type ())
G_DECLARE_FINAL_TYPE (BtySoupOutput, bty_soup_output, BTY, SOUP_OUTPUT, GOutputStream)

struct _BtySoupInput
{
  GInputStream parent;
  BtySoupConnection *connection;
};

struct _BtySoupOutput
{
  GOutputStream parent;
  BtySoupConnection *connection;
};

static void bty_soup_input_pollable_init (GPollableInputStreamInterface *iface);
static void bty_soup_output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtySoupInput, bty_soup_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, bty_soup_input_pollable_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (BtySoupOutput, bty_soup_output, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, bty_soup_output_pollable_init))

/* A source without a descriptor: the pump sets the flags it looks at, before the context asks again. */
typedef struct
{
  GSource source;
  BtySoupConnection *connection;
  gboolean output;
} BtySoupSource;

static gboolean
source_is_ready (BtySoupSource *source)
{
  BtySoupConnection *connection = source->connection;

  if (connection->state >= BTY_SOUP_STREAMING)
    return TRUE;
  return source->output ? bty_soup_connection_can_write (connection) : connection->readable;
}

static gboolean
source_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return source_is_ready ((BtySoupSource *) source);
}

static gboolean
source_check (GSource *source)
{
  return source_is_ready ((BtySoupSource *) source);
}

/* It is only ever the child of a source of libsoup's, which is what has the callback. */
static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
source_finalize (GSource *source)
{
  g_object_unref (((BtySoupSource *) source)->connection);
}

static gboolean
source_closure_callback (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
  .prepare = source_prepare,
  .check = source_check,
  .dispatch = source_dispatch,
  .finalize = source_finalize,
  .closure_callback = source_closure_callback,
};

static GSource *
create_source (BtySoupConnection *connection, gboolean output, GCancellable *cancellable)
{
  GSource *source;

  if (connection == NULL)
    return g_timeout_source_new (0);
  source = g_source_new (&source_funcs, sizeof (BtySoupSource));
  ((BtySoupSource *) source)->connection = g_object_ref (connection);
  ((BtySoupSource *) source)->output = output;
  if (cancellable != NULL)
    {
      g_autoptr (GSource) child = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (child);
      g_source_add_child_source (source, child);
    }
  return source;
}

static gssize
fail_closed (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("the connection is closed"));
  return -1;
}

static gssize
fail_blocking (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "this stream is only read and written without blocking");
  return -1;
}

static gboolean
input_is_readable (GPollableInputStream *stream)
{
  BtySoupConnection *connection = BTY_SOUP_INPUT (stream)->connection;

  return connection == NULL || connection->readable;
}

static GSource *
input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  return create_source (BTY_SOUP_INPUT (stream)->connection, FALSE, cancellable);
}

static gssize
input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  BtySoupConnection *connection = BTY_SOUP_INPUT (stream)->connection;

  return connection == NULL ? fail_closed (error) : bty_soup_connection_receive (connection, buffer, count, error);
}

static gssize
input_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return fail_blocking (error);
}

static gboolean
input_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  return TRUE; /* the connection closes */
}

static void
bty_soup_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
  iface->read_nonblocking = input_read_nonblocking;
}

static void
bty_soup_input_class_init (BtySoupInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = input_read;
  G_INPUT_STREAM_CLASS (klass)->close_fn = input_close;
}

static void
bty_soup_input_init (BtySoupInput *self)
{
}

GInputStream *
bty_soup_input_new (BtySoupConnection *connection)
{
  BtySoupInput *self = g_object_new (BTY_TYPE_SOUP_INPUT, NULL);

  self->connection = connection;
  return G_INPUT_STREAM (self);
}

void
bty_soup_input_detach (GInputStream *input)
{
  BTY_SOUP_INPUT (input)->connection = NULL;
}

static gboolean
output_is_writable (GPollableOutputStream *stream)
{
  BtySoupConnection *connection = BTY_SOUP_OUTPUT (stream)->connection;

  return connection == NULL || bty_soup_connection_can_write (connection);
}

static GSource *
output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  return create_source (BTY_SOUP_OUTPUT (stream)->connection, TRUE, cancellable);
}

static gssize
output_write_nonblocking (GPollableOutputStream *stream, const void *buffer, gsize count, GError **error)
{
  BtySoupConnection *connection = BTY_SOUP_OUTPUT (stream)->connection;

  return connection == NULL ? fail_closed (error) : bty_soup_connection_write (connection, buffer, count, error);
}

static gssize
output_write (GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return fail_blocking (error);
}

static gboolean
output_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
bty_soup_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = output_is_writable;
  iface->create_source = output_create_source;
  iface->write_nonblocking = output_write_nonblocking;
}

static void
bty_soup_output_class_init (BtySoupOutputClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = output_write;
  G_OUTPUT_STREAM_CLASS (klass)->close_fn = output_close;
}

static void
bty_soup_output_init (BtySoupOutput *self)
{
}

GOutputStream *
bty_soup_output_new (BtySoupConnection *connection)
{
  BtySoupOutput *self = g_object_new (BTY_TYPE_SOUP_OUTPUT, NULL);

  self->connection = connection;
  return G_OUTPUT_STREAM (self);
}

void
bty_soup_output_detach (GOutputStream *output)
{
  BTY_SOUP_OUTPUT (output)->connection = NULL;
}
