/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-seal"

#include "config.h"

#include <sodium.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-seal-head.h"
#include "bty-seal-reader.h"
#include "bty-seal-stream-private.h"
#include "bty-seal-writer.h"

typedef enum
{
  SEALED,
  UNLOCKED,
  ENDED,
  FAILED,
} State;

struct _BtySealReader
{
  GFilterInputStream parent_instance;
  State state;
  crypto_secretstream_xchacha20poly1305_state cipher;
  char *purpose;
  BtySealSlots *slots;
  guint8 start[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
  guint8 hash[BTY_SEAL_HASH_SIZE];
  guint8 *sealed; /* of a chunk */
  guint8 *plain;  /* of a chunk */
  gsize at, filled;
};

G_DEFINE_FINAL_TYPE (BtySealReader, bty_seal_reader, G_TYPE_FILTER_INPUT_STREAM)

static gboolean
fail (BtySealReader *self, const char *message, GError **error)
{
  self->state = FAILED;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, message);
  return FALSE;
}

static gboolean
read_base (BtySealReader *self, gpointer buffer, gsize length, gsize *n, GCancellable *cancellable, GError **error)
{
  GInputStream *base = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self));

  if (g_input_stream_read_all (base, buffer, length, n, cancellable, error))
    return TRUE;
  self->state = FAILED;
  return FALSE;
}

static gboolean
pull_chunk (BtySealReader *self, gsize n, guint8 *tag, GError **error)
{
  unsigned long long filled = 0;

  if (n < SEALED_EXTRA)
    return fail (self, _ ("what is sealed was cut short: its end is missing"), error);
  if (crypto_secretstream_xchacha20poly1305_pull (&self->cipher, self->plain, &filled, tag, self->sealed, n, self->hash,
                                                  sizeof self->hash) != 0)
    return fail (self, _ ("what is sealed was changed, damaged or cut short"), error);
  self->at = 0;
  self->filled = (gsize) filled;
  return TRUE;
}

/* The next chunk, into self->plain. */
static gboolean
load_chunk (BtySealReader *self, GCancellable *cancellable, GError **error)
{
  gsize n = 0, n_after = 0;
  guint8 tag = 0;
  guint8 after;

  if (!read_base (self, self->sealed, SEALED_SIZE, &n, cancellable, error) || !pull_chunk (self, n, &tag, error))
    return FALSE;
  if (tag == crypto_secretstream_xchacha20poly1305_TAG_MESSAGE && n == SEALED_SIZE)
    return TRUE;
  self->filled = 0;
  if (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL)
    return fail (self, _ ("what is sealed has a chunk that is not as it should be"), error);
  if (!read_base (self, &after, 1, &n_after, cancellable, error))
    return FALSE;
  if (n_after > 0)
    return fail (self, _ ("something stands after the end of what is sealed"), error);
  self->filled = n - SEALED_EXTRA;
  self->state = ENDED;
  return TRUE;
}

static gboolean
can_read (BtySealReader *self, GError **error)
{
  if (self->state == FAILED)
    return fail (self, _ ("what is sealed cannot be read on after an error"), error);
  if (self->state != SEALED)
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("what is sealed was not unlocked"));
  return FALSE;
}

/* @buffer: (nullable): to pass over the bytes only. */
static gssize
take_bytes (BtySealReader *self, guint8 *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  gsize n;

  if (!can_read (self, error))
    return -1;
  if (count > 0 && self->at == self->filled && self->state == UNLOCKED && !load_chunk (self, cancellable, error))
    return -1;
  n = MIN (count, self->filled - self->at);
  if (buffer != NULL && n > 0)
    memcpy (buffer, self->plain + self->at, n);
  if (n > 0)
    sodium_memzero (self->plain + self->at, n);
  self->at += n;
  return (gssize) n;
}

static gssize
bty_seal_reader_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return take_bytes (BTY_SEAL_READER (stream), buffer, count, cancellable, error);
}

static gssize
bty_seal_reader_skip (GInputStream *stream, gsize count, GCancellable *cancellable, GError **error)
{
  return take_bytes (BTY_SEAL_READER (stream), NULL, count, cancellable, error);
}

static void
bty_seal_reader_finalize (GObject *object)
{
  BtySealReader *self = BTY_SEAL_READER (object);

  sodium_memzero (&self->cipher, sizeof self->cipher);
  sodium_memzero (self->plain, BTY_SEAL_CHUNK_SIZE);
  g_free (self->plain);
  g_free (self->sealed);
  g_free (self->purpose);
  g_clear_pointer (&self->slots, bty_seal_slots_free);
  G_OBJECT_CLASS (bty_seal_reader_parent_class)->finalize (object);
}

static void
bty_seal_reader_class_init (BtySealReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_seal_reader_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = bty_seal_reader_read;
  G_INPUT_STREAM_CLASS (klass)->skip = bty_seal_reader_skip;
}

static void
bty_seal_reader_init (BtySealReader *self)
{
  bty_seal_init ();
  self->plain = g_malloc0 (BTY_SEAL_CHUNK_SIZE);
  self->sealed = g_malloc (SEALED_SIZE);
}

BtySealReader *
bty_seal_reader_new (GInputStream *base)
{
  return g_object_new (BTY_TYPE_SEAL_READER, "base-stream", base, NULL);
}

static gboolean
read_purpose (BtySealReader *self, BtySealBytes *body)
{
  gsize length = bty_seal_bytes_u8 (body);
  const guint8 *purpose = bty_seal_bytes_take (body, length);

  if (purpose == NULL || length == 0 || length > BTY_SEAL_MAX_PURPOSE ||
      !g_utf8_validate_len ((const char *) purpose, length, NULL))
    return FALSE;
  self->purpose = g_strndup ((const char *) purpose, length);
  return TRUE;
}

static gboolean
take_head (BtySealReader *self, const guint8 *head, gsize size, GError **error)
{
  BtySealBytes body;
  const guint8 *start;

  if (!bty_seal_head_open (head, size, BTY_SEAL_STREAM_MAGIC, BTY_SEAL_STREAM_VERSION, &body, self->hash, error))
    return FALSE;
  if (!read_purpose (self, &body))
    return fail (self, _ ("what is sealed does not say for what"), error);
  self->slots = bty_seal_slots_read (&body, error);
  if (self->slots == NULL)
    return FALSE;
  start = bty_seal_bytes_take (&body, sizeof self->start);
  if (start == NULL || body.left > 0)
    return fail (self, _ ("the beginning of what is sealed is not as it should be"), error);
  memcpy (self->start, start, sizeof self->start);
  return TRUE;
}

gboolean
bty_seal_reader_read_head (BtySealReader *reader, const char *purpose, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *head = g_malloc (BTY_SEAL_MAX_HEAD);
  gsize n = 0, n_more = 0, size;

  g_return_val_if_fail (reader->slots == NULL && reader->state == SEALED, FALSE);

  if (!read_base (reader, head, BTY_SEAL_PRELUDE_SIZE, &n, cancellable, error))
    return FALSE;
  if (n < BTY_SEAL_PRELUDE_SIZE)
    return fail (reader, _ ("what is sealed was cut short: its beginning is missing"), error);
  size = bty_seal_head_get_size (head, BTY_SEAL_STREAM_MAGIC, error);
  if (size == 0 || !read_base (reader, head + n, size - n, &n_more, cancellable, error) ||
      !take_head (reader, head, n + n_more, error))
    {
      reader->state = FAILED;
      return FALSE;
    }
  if (purpose == NULL || strcmp (purpose, reader->purpose) == 0)
    return TRUE;
  reader->state = FAILED;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("this is sealed as “%s”, not as “%s”"), reader->purpose,
               purpose);
  return FALSE;
}

const char *
bty_seal_reader_get_purpose (BtySealReader *reader)
{
  return reader->purpose;
}

const BtySealSlots *
bty_seal_reader_get_slots (BtySealReader *reader)
{
  return reader->slots;
}

void
bty_seal_reader_unlock (BtySealReader *reader, const BtySecret *key)
{
  g_autoptr (BtySecret) stream_key = NULL;

  g_return_if_fail (reader->slots != NULL && reader->state == SEALED);

  stream_key = bty_seal_subkey (key, BTY_SEAL_STREAM_KEY);
  crypto_secretstream_xchacha20poly1305_init_pull (&reader->cipher, reader->start,
                                                   (const guint8 *) bty_secret_peek (stream_key));
  reader->state = UNLOCKED;
}

gboolean
bty_seal_is_stream (gconstpointer bytes, gsize length)
{
  return length >= BTY_SEAL_MAGIC_SIZE && memcmp (bytes, BTY_SEAL_STREAM_MAGIC, BTY_SEAL_MAGIC_SIZE) == 0;
}
