/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-macros.h"

G_BEGIN_DECLS

/**
 * BtyJsonWriter:
 *
 * Writes compact JSON straight to the end of a #GString: no tree, commas by itself. Lives on the caller's stack. Wrong nesting
 * is a programmer's error and asserted. Strings are UTF-8; bytes that are not are written as U+FFFD.
 */
typedef struct
{
  GString *out;

  /*< private >*/
  guint64 comma;  /* a bit a depth: a value stands there already */
  guint64 object; /* a bit a depth: that container is an object */
  guint depth;
  gboolean after_key;
  gboolean done; /* the root value stands there */
  gpointer reserved[1];
} BtyJsonWriter;

BTY_EXPORT void bty_json_writer_init (BtyJsonWriter *writer, GString *out);
BTY_EXPORT void bty_json_writer_begin_object (BtyJsonWriter *writer);
BTY_EXPORT void bty_json_writer_end_object (BtyJsonWriter *writer);
BTY_EXPORT void bty_json_writer_begin_array (BtyJsonWriter *writer);
BTY_EXPORT void bty_json_writer_end_array (BtyJsonWriter *writer);
BTY_EXPORT void bty_json_writer_key_len (BtyJsonWriter *writer, const char *name, gsize length);

/* Inline, so that the length of a literal is known when it is compiled. */
static inline void
bty_json_writer_key (BtyJsonWriter *writer, const char *name)
{
  bty_json_writer_key_len (writer, name, strlen (name));
}

/** bty_json_writer_string: @text: (nullable): %NULL is written as null */
BTY_EXPORT void bty_json_writer_string (BtyJsonWriter *writer, const char *text);
BTY_EXPORT void bty_json_writer_string_len (BtyJsonWriter *writer, const char *text, gsize length);
BTY_EXPORT void bty_json_writer_int (BtyJsonWriter *writer, gint64 value);
/** bty_json_writer_double: shortest text that reads back as the same double, in any locale; not finite: null */
BTY_EXPORT void bty_json_writer_double (BtyJsonWriter *writer, double value);
BTY_EXPORT void bty_json_writer_bool (BtyJsonWriter *writer, gboolean value);
BTY_EXPORT void bty_json_writer_null (BtyJsonWriter *writer);
/** bty_json_writer_time: @microseconds: since 1970, UTC; written as RFC 3339 with as many fraction digits (0, 3 or 6)
 * as it needs; outside the years 1 to 9999: null */
BTY_EXPORT void bty_json_writer_time (BtyJsonWriter *writer, gint64 microseconds);
/** bty_json_writer_bytes: @bytes: (nullable): written as base64 (RFC 4648, section 4) */
BTY_EXPORT void bty_json_writer_bytes (BtyJsonWriter *writer, GBytes *bytes);
/** bty_json_writer_raw: @json: one JSON value that the caller vouches for, such as the slice of bty_json_reader_skip() */
BTY_EXPORT void bty_json_writer_raw (BtyJsonWriter *writer, const char *json, gsize length);

/* Shorthands for a member of an object. */
static inline void
bty_json_writer_member_string (BtyJsonWriter *writer, const char *name, const char *text)
{
  bty_json_writer_key (writer, name);
  bty_json_writer_string (writer, text);
}

static inline void
bty_json_writer_member_int (BtyJsonWriter *writer, const char *name, gint64 value)
{
  bty_json_writer_key (writer, name);
  bty_json_writer_int (writer, value);
}

static inline void
bty_json_writer_member_bool (BtyJsonWriter *writer, const char *name, gboolean value)
{
  bty_json_writer_key (writer, name);
  bty_json_writer_bool (writer, value);
}

/**
 * bty_json_time_parse:
 * @text: (array length=length): an RFC 3339 time with zone
 * @length: its length
 * @microseconds: (out): since 1970, UTC
 *
 * Returns: whether @text is one, in the years 1 to 9999
 */
BTY_EXPORT gboolean bty_json_time_parse (const char *text, gsize length, gint64 *microseconds);

G_END_DECLS
