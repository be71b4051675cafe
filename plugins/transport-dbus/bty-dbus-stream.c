/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bty-dbus-stream.h"

typedef struct
{
  BtyDbusEntry entry;    /* first: the client knows us by it */
  BtyCallReader *reader; /* NULL once it was given up */
  int fd;
  guint watch;
  GIOCondition condition;
  GString *lines;
  gsize sent; /* of lines */
  gsize max_pending;
  gboolean is_over; /* the last line is among lines */
} Stream;

static void
stream_free (Stream *self)
{
  bty_dbus_entry_remove (&self->entry);
  g_clear_pointer (&self->reader, bty_call_reader_free);
  g_clear_handle_id (&self->watch, g_source_remove);
  close (self->fd);
  g_string_free (self->lines, TRUE);
  g_free (self);
}

static void
append_item (Stream *self, const BtyItem *item)
{
  BtyJsonWriter writer;

  g_string_append_printf (self->lines, "{\"number\":%" G_GUINT64_FORMAT ",\"item\":", item->number);
  bty_json_writer_init (&writer, self->lines);
  bty_call_reader_write_json (self->reader, item, &writer);
  g_string_append (self->lines, "}\n");
}

static void
append_error (GString *lines, const GError *error)
{
  BtyJsonWriter writer;

  g_string_append (lines, "{\"error\":");
  bty_json_writer_init (&writer, lines);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_string (&writer, "code", bty_error_info (bty_error_code_of (error))->name);
  bty_json_writer_member_string (&writer, "message", error->message);
  bty_json_writer_end_object (&writer);
  g_string_append (lines, "}\n");
}

static void
append_end (Stream *self)
{
  BtyCall *call = bty_call_reader_call (self->reader);
  gconstpointer response = bty_call_response (call);
  BtyJsonWriter writer;

  self->is_over = TRUE;
  if (bty_call_state (call) == BTY_CALL_FAILED)
    {
      append_error (self->lines, bty_call_error (call));
      return;
    }
  g_string_append (self->lines, "{\"end\":");
  bty_json_writer_init (&writer, self->lines);
  if (response != NULL)
    bty_record_write_json (response, BTY_VIEW_READ, &writer);
  else
    g_string_append (self->lines, "{}");
  g_string_append (self->lines, "}\n");
}

static void
give_up (Stream *self)
{
  g_autoptr (BtyCall) call = self->reader != NULL ? bty_call_ref (bty_call_reader_call (self->reader)) : NULL;

  /* First: a handler may end the call within the cancelling, which would wake the reader. */
  stream_free (self);
  if (call != NULL)
    bty_call_cancel (call);
}

/* Returns: whether the socket still takes bytes; FALSE as well when the other side is gone. */
static gboolean
send_lines (Stream *self, gboolean *is_broken)
{
  while (self->sent < self->lines->len)
    {
      gssize n = send (self->fd, self->lines->str + self->sent, self->lines->len - self->sent, MSG_NOSIGNAL);

      if (n > 0)
        self->sent += (gsize) n;
      else if (n < 0 && errno != EINTR)
        {
          *is_broken = errno != EAGAIN && errno != EWOULDBLOCK;
          return FALSE;
        }
    }
  g_string_truncate (self->lines, 0);
  self->sent = 0;
  return TRUE;
}

static void fill (Stream *self);

static gboolean
on_socket (int fd, GIOCondition condition, gpointer data)
{
  Stream *self = data;
  char byte;

  /* What the client writes has no meaning; its end of file has: it reads no more either. */
  if ((condition & G_IO_OUT) == 0 &&
      ((condition & (G_IO_HUP | G_IO_ERR)) != 0 || recv (fd, &byte, 1, MSG_DONTWAIT) == 0))
    {
      self->watch = 0;
      give_up (self);
      return G_SOURCE_REMOVE;
    }
  if ((condition & G_IO_OUT) == 0)
    return G_SOURCE_CONTINUE;
  self->watch = 0;
  fill (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for (Stream *self, GIOCondition condition)
{
  if (self->watch != 0 && self->condition == condition)
    return;
  g_clear_handle_id (&self->watch, g_source_remove);
  self->condition = condition;
  self->watch = g_unix_fd_add (self->fd, condition, on_socket, self);
}

/* Makes lines while the socket takes them. */
static void
fill (Stream *self)
{
  BtyReadResult result = BTY_READ_ITEM;
  gboolean is_broken = FALSE;
  BtyItem item;

  for (;;)
    {
      while (!self->is_over && self->lines->len - self->sent < self->max_pending &&
             (result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
        append_item (self, &item);
      if (result == BTY_READ_END && !self->is_over)
        append_end (self);
      if (!send_lines (self, &is_broken) || result != BTY_READ_ITEM || self->is_over)
        break;
    }
  if (is_broken)
    give_up (self);
  else if (self->sent < self->lines->len)
    wait_for (self, G_IO_OUT | G_IO_HUP | G_IO_ERR);
  else if (self->is_over)
    stream_free (self);
  else
    wait_for (self, G_IO_IN | G_IO_HUP | G_IO_ERR);
}

/* While the socket is full the cursor stands still: on_socket() goes on. */
static void
on_wake (BtyCallReader *reader, gpointer data)
{
  Stream *self = data;

  if (self->lines->len == self->sent)
    fill (self);
}

static gboolean
on_begin (gpointer data)
{
  Stream *self = data;

  self->watch = 0;
  fill (self);
  return G_SOURCE_REMOVE;
}

/* Given up by name, or the client has left. One who asked by name still reads, as slowly as before: it gets the lines that were made,
 * and then is told how it ended. */
static void
on_cancel (BtyDbusEntry *entry, gboolean has_left)
{
  Stream *self = (Stream *) entry;
  g_autoptr (BtyCall) call = NULL;
  g_autoptr (GError) error = g_error_new_literal (BTY_ERROR, BTY_ERROR_CANCELLED, _ ("the caller has given it up"));

  if (has_left)
    {
      give_up (self);
      return;
    }
  if (!self->is_over)
    append_error (self->lines, error);
  self->is_over = TRUE;
  call = bty_call_ref (bty_call_reader_call (self->reader));
  g_clear_pointer (&self->reader, bty_call_reader_free);
  bty_dbus_entry_retire (entry);
  fill (self);
  bty_call_cancel (call);
}

int
bty_dbus_stream_open (BtyDbusClient *client, const char *name, BtyCall *call, const BtyDbusLimits *limits,
                      char **call_name, GError **error)
{
  int fds[2];
  Stream *self;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, _ ("cannot make a stream: %s"), g_strerror (errno));
      return -1;
    }
  g_unix_set_fd_nonblocking (fds[0], TRUE, NULL);
  self = g_new0 (Stream, 1);
  self->fd = fds[0];
  self->max_pending = limits->max_pending;
  self->lines = g_string_new (NULL);
  self->reader = bty_call_reader_new (call, 0, on_wake, self);
  self->entry.cancel = on_cancel;
  self->entry.is_stream = TRUE;
  bty_dbus_client_add (client, &self->entry, name);
  *call_name = g_strdup (self->entry.name);
  self->watch = g_idle_add (on_begin, self); /* after the answer that names it */
  return fds[1];
}

G_STATIC_ASSERT (G_STRUCT_OFFSET (Stream, entry) == 0);
