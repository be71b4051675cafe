/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The D-Bus codec on any bytes as an a{sv}: never a crash; an error says why; and what it takes says the same when it is written
 * and read again. The first byte: bit 0 swaps the byte order, bit 1 leaves the variant as it is, not in normal form. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include "bty-dbus-codec.h"
#include "fuzz.h"

#define MAX_SIZE (64 * 1024)

typedef struct
{
  BtyRecord record;
  char *word;
  char *text;
} Inner;
BTY_DECLARE_RECORD (Inner, inner)

typedef struct
{
  BtyRecord record;
  char *s;
  char *t;
  gboolean b;
  gint64 i;
  double d;
  gint64 when;
  GStrv words;
  GBytes *bytes;
  BtyEffect effect;
  Inner *inner;
  GPtrArray *list;
  char *json;
} Outer;
BTY_DECLARE_RECORD (Outer, outer)

static const BtyField inner_fields[] = {
  BTY_FIELD_STRING (Inner, word, BTY_REQUIRED, "a word"),
  BTY_FIELD_TEXT (Inner, text, BTY_NULLABLE, "a text"),
};
BTY_DEFINE_RECORD (Inner, inner, "inner", "inside", inner_fields)

static const BtyEnumValue effects[] = {
  { BTY_EFFECT_READ, "read", "reads" },
  { BTY_EFFECT_WRITE, "write", "writes" },
  { 0, NULL, NULL },
};

static const BtyField outer_fields[] = {
  BTY_FIELD_STRING (Outer, s, BTY_NULLABLE, "a line", .max = 40),
  BTY_FIELD_TEXT (Outer, t, 0, "a text"),
  BTY_FIELD_BOOL (Outer, b, BTY_NULLABLE, "a flag"),
  BTY_FIELD_INT64 (Outer, i, BTY_NULLABLE, "a number", .min = -5, .max = 1000000),
  BTY_FIELD_DOUBLE (Outer, d, BTY_NULLABLE, "a number"),
  BTY_FIELD_TIME (Outer, when, BTY_NULLABLE, "a time"),
  BTY_FIELD_STRV (Outer, words, 0, "words"),
  BTY_FIELD_BYTES (Outer, bytes, BTY_NULLABLE, "bytes"),
  BTY_FIELD_ENUM (Outer, effect, BTY_NULLABLE, "one of", effects),
  BTY_FIELD_RECORD (Outer, inner, BTY_NULLABLE, "a record", inner_schema),
  BTY_FIELD_RECORDS (Outer, list, 0, "records", inner_schema),
  BTY_FIELD_JSON (Outer, json, BTY_NULLABLE, "JSON"),
};
BTY_DEFINE_RECORD (Outer, outer, "outer", "outside", outer_fields)

static void
check_again (gconstpointer record)
{
  g_autoptr (GVariant) first = g_variant_ref_sink (bty_dbus_encode (record, BTY_VIEW_READ));
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyRecord) again = bty_dbus_decode (&outer_schema, BTY_VIEW_CREATE, first, &error);
  g_autoptr (GVariant) second = NULL;

  g_assert_no_error (error);
  second = g_variant_ref_sink (bty_dbus_encode (again, BTY_VIEW_READ));
  g_assert_true (g_variant_equal (first, second));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) request = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyRecord) record = NULL;

  if (size < 1 || size > MAX_SIZE)
    return 0;
  bytes = g_bytes_new (data + 1, size - 1);
  request = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes, FALSE));
  if ((data[0] & 1) != 0)
    {
      GVariant *swapped = g_variant_byteswap (request);

      g_variant_unref (request);
      request = swapped;
    }
  if ((data[0] & 2) == 0)
    {
      GVariant *normal = g_variant_get_normal_form (request);

      g_variant_unref (request);
      request = normal;
    }
  record = bty_dbus_decode (&outer_schema, BTY_VIEW_CREATE, request, &error);
  g_assert_true ((record != NULL) == (error == NULL));
  if (record != NULL)
    check_again (record);
  else
    g_assert_true (error->domain == BTY_ERROR && g_utf8_validate (error->message, -1, NULL));
  return 0;
}
