/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the lines of a capsule to its bytes: gzip, then perhaps a seal. */
#define G_LOG_DOMAIN "bty-capsule"

#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "bty-seal-reader.h"
#include "bty-seal-writer.h"
#include "capsule/bty-capsule.h"

#define PURPOSE "capsule"
#define PIECE   (64 * 1024)

/* What becomes more than this many times longer is no text that people wrote; short ones may. */
#define MAX_RATIO  200
#define RATIO_FROM (4 * 1024 * 1024)

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

/* Packing */

static GBytes *
squeeze (const GString *text, GError **error)
{
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) out = g_converter_output_stream_new (memory, G_CONVERTER (gzip));

  if (!g_output_stream_write_all (out, text->str, text->len, NULL, NULL, error) ||
      !g_output_stream_close (out, NULL, error))
    {
      bty_error_convert (error);
      return NULL;
    }
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static GBytes *
seal (GBytes *plain, const BtySecret *passphrase, GError **error)
{
  g_autoptr (BtySecret) key = bty_seal_key_new ();
  g_autoptr (BtySealSlots) slots = bty_seal_slots_new ();
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (BtySealWriter) writer = NULL;
  gsize length;
  gconstpointer bytes = g_bytes_get_data (plain, &length);

  if (!bty_seal_slots_add_passphrase (slots, key, passphrase, &bty_seal_cost_default, error))
    return NULL;
  writer = bty_seal_writer_new (memory, PURPOSE, slots, key);
  if (!g_output_stream_write_all (G_OUTPUT_STREAM (writer), bytes, length, NULL, NULL, error) ||
      !bty_seal_writer_finish (writer, NULL, error))
    {
      bty_error_convert (error);
      return NULL;
    }
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

GBytes *
bty_capsule_pack (const GString *text, const BtySecret *passphrase, const BtyCapsuleLimits *limits, GError **error)
{
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if ((gint64) text->len > limits->unpacked)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                   _ ("the capsule would hold %zu bytes: leave out its conversations, or raise the setting "
                      "capsules.max_unpacked"),
                   text->len);
      return NULL;
    }
  plain = squeeze (text, error);
  if (plain == NULL)
    return NULL;
  bytes = passphrase != NULL ? seal (plain, passphrase, error) : g_bytes_ref (plain);
  if (bytes == NULL)
    return NULL;
  if ((gint64) g_bytes_get_size (bytes) <= limits->size)
    return g_steal_pointer (&bytes);
  g_set_error (
    error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
    _ ("the capsule would have %zu bytes: leave out its conversations, or raise the setting capsules.max_size"),
    g_bytes_get_size (bytes));
  return NULL;
}

/* Unpacking */

/* What is wrong inside a sealed capsule is wrong with what the caller gave. */
static void
blame_input (GError **error)
{
  bty_error_convert (error);
  if (error != NULL && g_error_matches (*error, BTY_ERROR, BTY_ERROR_DATA_LOSS))
    (*error)->code = BTY_ERROR_INVALID_ARGUMENT;
}

static GBytes *
read_sealed (BtySealReader *reader, const BtySecret *passphrase, const BtyCapsuleLimits *limits, GError **error)
{
  g_autoptr (BtySecret) key = bty_seal_slots_open_passphrase (bty_seal_reader_get_slots (reader), passphrase, error);
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  guint8 piece[4096];
  gssize got;

  if (key == NULL)
    return NULL;
  bty_seal_reader_unlock (reader, key);
  while ((got = g_input_stream_read (G_INPUT_STREAM (reader), piece, sizeof piece, NULL, error)) > 0)
    {
      g_byte_array_append (plain, piece, (guint) got);
      if (plain->len > limits->size)
        {
          refuse (error, _ ("the capsule is longer than the setting capsules.max_size allows"));
          return NULL;
        }
    }
  return got == 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&plain)) : NULL;
}

static GBytes *
unseal (GBytes *bytes, const BtySecret *passphrase, const BtyCapsuleLimits *limits, GError **error)
{
  g_autoptr (GInputStream) memory = g_memory_input_stream_new_from_bytes (bytes);
  g_autoptr (BtySealReader) reader = bty_seal_reader_new (memory);
  GBytes *plain;

  if (passphrase == NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                           _ ("the capsule is sealed: give its passphrase"));
      return NULL;
    }
  plain = bty_seal_reader_read_head (reader, PURPOSE, NULL, error) ? read_sealed (reader, passphrase, limits, error)
                                                                   : NULL;
  if (plain == NULL)
    blame_input (error);
  return plain;
}

static gboolean
check_growth (gsize out, gsize in, const BtyCapsuleLimits *limits, GError **error)
{
  if ((gint64) out > limits->unpacked)
    return refuse (error, _ ("what is in the capsule is longer than the setting capsules.max_unpacked allows"));
  if (out > RATIO_FROM && out / MAX_RATIO > in)
    return refuse (error, _ ("the capsule becomes more than 200 times as long when it is unpacked: it is no capsule of "
                             "ours"));
  return TRUE;
}

static GString *
expand (GBytes *bytes, const BtyCapsuleLimits *limits, GError **error)
{
  g_autoptr (GConverter) gzip = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *piece = g_malloc (PIECE);
  gsize length, at = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  GConverterResult result = G_CONVERTER_CONVERTED;

  while (result != G_CONVERTER_FINISHED)
    {
      g_autoptr (GError) reason = NULL;
      gsize n_read = 0, n_written = 0;

      result = g_converter_convert (gzip, data + at, length - at, piece, PIECE, G_CONVERTER_INPUT_AT_END, &n_read,
                                    &n_written, &reason);
      if (result == G_CONVERTER_ERROR)
        {
          g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("the capsule is damaged, cut short, or none at all: %s"), reason->message);
          return NULL;
        }
      at += n_read;
      g_string_append_len (text, piece, (gssize) n_written);
      if (!check_growth (text->len, at, limits, error))
        return NULL;
    }
  if (at == length)
    return g_steal_pointer (&text);
  refuse (error, _ ("something follows after the capsule's end"));
  return NULL;
}

GString *
bty_capsule_unpack (GBytes *bytes, const BtySecret *passphrase, const BtyCapsuleLimits *limits, gboolean *is_sealed,
                    GError **error)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (bytes, &length);
  g_autoptr (GBytes) plain = NULL;

  if ((gint64) length > limits->size)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("the capsule has %zu bytes, at most %lld are allowed (setting capsules.max_size)"), length,
                   (long long) limits->size);
      return NULL;
    }
  *is_sealed = bty_seal_is_stream (data, length);
  plain = *is_sealed ? unseal (bytes, passphrase, limits, error) : g_bytes_ref (bytes);
  return plain != NULL ? expand (plain, limits, error) : NULL;
}
