/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-seal"

#include "config.h"

#include <sodium.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-seal-head.h"
#include "bty-seal-stream-private.h"
#include "bty-seal-writer.h"

struct _BtySealWriter
{
  GFilterOutputStream parent_instance;
  crypto_secretstream_xchacha20poly1305_state state;
  GByteArray *head; /* until it is written */
  guint8 hash[BTY_SEAL_HASH_SIZE];
  guint8 *plain; /* of a chunk */
  gsize filled;
  guint8 *sealed; /* of a chunk */
  gboolean failed, finished;
};

G_DEFINE_FINAL_TYPE (BtySealWriter, bty_seal_writer, G_TYPE_FILTER_OUTPUT_STREAM)

static gboolean
write_base (BtySealWriter *self, gconstpointer bytes, gsize length, GCancellable *cancellable, GError **error)
{
  GOutputStream *base = g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (self));

  /* What was written in part cannot be gone on with. */
  self->failed = !g_output_stream_write_all (base, bytes, length, NULL, cancellable, error);
  return !self->failed;
}

static gboolean
write_head (BtySealWriter *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) head = g_steal_pointer (&self->head);

  return head == NULL || write_base (self, head->data, head->len, cancellable, error);
}

static gboolean
push_chunk (BtySealWriter *self, guint8 tag, GCancellable *cancellable, GError **error)
{
  crypto_secretstream_xchacha20poly1305_push (&self->state, self->sealed, NULL, self->plain, self->filled, self->hash,
                                              sizeof self->hash, tag);
  sodium_memzero (self->plain, self->filled);
  if (!write_base (self, self->sealed, self->filled + SEALED_EXTRA, cancellable, error))
    return FALSE;
  self->filled = 0;
  return TRUE;
}

static gboolean
can_go_on (BtySealWriter *self, GError **error)
{
  if (!self->failed && !self->finished)
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                       self->finished ? _ ("what is sealed was finished already") : _ ("an earlier write failed"));
  return FALSE;
}

/* A full chunk waits until it is known not to be the last one. */
static gssize
bty_seal_writer_write (GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable,
                       GError **error)
{
  BtySealWriter *self = BTY_SEAL_WRITER (stream);
  gsize n;

  if (!can_go_on (self, error) || !write_head (self, cancellable, error))
    return -1;
  if (count > 0 && self->filled == BTY_SEAL_CHUNK_SIZE &&
      !push_chunk (self, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE, cancellable, error))
    return -1;
  n = MIN (count, BTY_SEAL_CHUNK_SIZE - self->filled);
  if (n > 0)
    memcpy (self->plain + self->filled, buffer, n);
  self->filled += n;
  return (gssize) n;
}

static void
bty_seal_writer_finalize (GObject *object)
{
  BtySealWriter *self = BTY_SEAL_WRITER (object);

  sodium_memzero (&self->state, sizeof self->state);
  sodium_memzero (self->plain, BTY_SEAL_CHUNK_SIZE);
  g_free (self->plain);
  g_free (self->sealed);
  g_clear_pointer (&self->head, g_byte_array_unref);
  G_OBJECT_CLASS (bty_seal_writer_parent_class)->finalize (object);
}

static void
bty_seal_writer_class_init (BtySealWriterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_seal_writer_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = bty_seal_writer_write;
}

static void
bty_seal_writer_init (BtySealWriter *self)
{
  bty_seal_init ();
  self->plain = g_malloc (BTY_SEAL_CHUNK_SIZE);
  self->sealed = g_malloc (SEALED_SIZE);
}

BtySealWriter *
bty_seal_writer_new (GOutputStream *base, const char *purpose, const BtySealSlots *slots, const BtySecret *key)
{
  BtySealWriter *self;
  g_autoptr (BtySecret) stream_key = bty_seal_subkey (key, BTY_SEAL_STREAM_KEY);
  guint8 start[crypto_secretstream_xchacha20poly1305_HEADERBYTES];

  g_return_val_if_fail (purpose[0] != '\0' && strlen (purpose) <= BTY_SEAL_MAX_PURPOSE, NULL);

  self = g_object_new (BTY_TYPE_SEAL_WRITER, "base-stream", base, NULL);
  crypto_secretstream_xchacha20poly1305_init_push (&self->state, start, (const guint8 *) bty_secret_peek (stream_key));
  self->head = bty_seal_head_begin (BTY_SEAL_STREAM_MAGIC, BTY_SEAL_STREAM_VERSION);
  bty_seal_bytes_add (self->head, strlen (purpose), 1);
  g_byte_array_append (self->head, (const guint8 *) purpose, (guint) strlen (purpose));
  bty_seal_slots_write (slots, self->head);
  g_byte_array_append (self->head, start, sizeof start);
  bty_seal_head_end (self->head, self->hash);
  return self;
}

gboolean
bty_seal_writer_finish (BtySealWriter *writer, GCancellable *cancellable, GError **error)
{
  GOutputStream *stream = G_OUTPUT_STREAM (writer);
  GOutputStream *base = g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (writer));

  if (!can_go_on (writer, error) || !write_head (writer, cancellable, error) ||
      !push_chunk (writer, crypto_secretstream_xchacha20poly1305_TAG_FINAL, cancellable, error))
    return FALSE;
  writer->finished = TRUE;
  return g_output_stream_flush (base, cancellable, error) && g_output_stream_close (stream, cancellable, error);
}
