/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-macros.h"

G_BEGIN_DECLS

#define BTY_JSON_MAX_DEPTH 64

/**
 * BtyJsonToken:
 *
 * What bty_json_reader_next() found.
 */
typedef enum
{
  BTY_JSON_ERROR, /* malformed; the error is set and every later call gives this again */
  BTY_JSON_END,   /* the one document is over and nothing but white space follows */
  BTY_JSON_OBJECT_BEGIN,
  BTY_JSON_OBJECT_END,
  BTY_JSON_ARRAY_BEGIN,
  BTY_JSON_ARRAY_END,
  BTY_JSON_KEY,    /* reader->text, reader->length */
  BTY_JSON_STRING, /* reader->text, reader->length; may hold NUL bytes from \u0000 */
  BTY_JSON_INT,    /* reader->integer: a number without fraction and exponent that fits 64 bits */
  BTY_JSON_DOUBLE, /* reader->number: any other finite number */
  BTY_JSON_TRUE,
  BTY_JSON_FALSE,
  BTY_JSON_NULL,
} BtyJsonToken;

/*< private >*/
typedef struct
{
  guint32 offset; /* of the name's bytes in the document, or in the arena when it was written with escapes */
  guint32 length; /* the top bit says: in the arena */
  guint32 hash;
} BtyJsonName;

/*< private >*/
typedef struct
{
  guint64 seen;       /* a bit for each hash value (modulo 64) that a name of this object has */
  guint32 first_name; /* where this container's names begin among all names */
  guint32 current;    /* the name or the index of the current item, or none yet */
} BtyJsonFrame;

/**
 * BtyJsonReader:
 * @text: text of the last key or string: UTF-8, unescaped, NOT NUL-terminated; valid until the next call
 * @length: its length in bytes
 * @integer: value of the last %BTY_JSON_INT
 * @number: value of the last %BTY_JSON_DOUBLE
 * @offset: byte offset at which the last token began
 *
 * A strict pull reader of RFC 8259 for bytes from outside: no tree, no allocation for flat documents without escapes. It
 * refuses comments, trailing commas, single quotes, leading zeros, several documents, a byte-order mark, invalid UTF-8, lone
 * surrogates, control characters in strings, duplicate member names, integers beyond 64 bits (without fraction), numbers
 * beyond a double, nesting beyond the limit, and documents beyond 2 GiB. Lives on the caller's stack and must not be moved; one
 * thread at a time.
 */
typedef struct
{
  const char *text;
  gsize length;
  gint64 integer;
  double number;
  gsize offset;

  /*< private >*/
  const char *data;
  gsize size;
  gsize position;
  guint state;
  guint depth;
  guint max_depth;
  guint n_names;
  guint64 objects;    /* a bit a depth: that container is an object */
  BtyJsonName *names; /* of all open objects; some_names until they are too many */
  guint names_size;
  guint table_size;
  guint table_used;
  guint32 *table;   /* hash table over the names of large objects: index + 1 */
  GString *scratch; /* the last string, unescaped */
  GString *arena;   /* the names that had escapes */
  GError *error;
  BtyJsonFrame frames[BTY_JSON_MAX_DEPTH];
  BtyJsonName some_names[32];
  gpointer reserved[4];
} BtyJsonReader;

/**
 * bty_json_reader_init:
 * @reader: an uninitialised reader
 * @data: (array length=length): one JSON document, which must stay alive and unchanged while it is read
 * @length: its length in bytes; any NUL in it is malformed input
 * @max_depth: nesting allowed, 1 to %BTY_JSON_MAX_DEPTH; 0 for the maximum
 */
BTY_EXPORT void bty_json_reader_init (BtyJsonReader *reader, const char *data, gsize length, guint max_depth);

/** bty_json_reader_clear: frees what the reader holds; it can be initialised again. */
BTY_EXPORT void bty_json_reader_clear (BtyJsonReader *reader);

/**
 * bty_json_reader_next:
 * @reader: a reader
 * @error: return location for a %BTY_ERROR_INVALID_ARGUMENT whose message says what was wrong and at which byte offset and
 * JSON pointer
 *
 * Returns: the next token
 */
BTY_EXPORT BtyJsonToken bty_json_reader_next (BtyJsonReader *reader, GError **error);

/**
 * bty_json_reader_skip:
 * @reader: a reader
 * @raw: (out) (optional): the first byte of the value in the document
 * @raw_length: (out) (optional): its length
 * @error: as for bty_json_reader_next()
 *
 * Reads the whole next value (to be called where a value is due), checking it as strictly as any other.
 *
 * Returns: the value's first token, or %BTY_JSON_ERROR. Where no value is due it is as bty_json_reader_next(), so that
 * %BTY_JSON_ARRAY_END ends a loop over the items of an array.
 */
BTY_EXPORT BtyJsonToken bty_json_reader_skip (BtyJsonReader *reader, const char **raw, gsize *raw_length,
                                              GError **error);

/**
 * bty_json_reader_skip_rest:
 *
 * After %BTY_JSON_OBJECT_BEGIN or %BTY_JSON_ARRAY_BEGIN was returned: reads up to and including its end.
 */
BTY_EXPORT gboolean bty_json_reader_skip_rest (BtyJsonReader *reader, GError **error);

/**
 * bty_json_reader_get_pointer:
 *
 * Returns: (transfer full): the JSON pointer (RFC 6901) of the last token, "" for the root. A NUL in a name, which
 * no C string can hold, is given as U+FFFD.
 */
BTY_EXPORT char *bty_json_reader_get_pointer (BtyJsonReader *reader);

/**
 * bty_json_reader_key_is:
 *
 * Returns: whether the last key or string is exactly @name
 */
static inline gboolean
bty_json_reader_key_is (const BtyJsonReader *reader, const char *name)
{
  return strlen (name) == reader->length && memcmp (reader->text, name, reader->length) == 0;
}

/**
 * bty_json_validate:
 * @data: (array length=length): bytes
 * @length: their number
 * @max_depth: as for bty_json_reader_init()
 * @error: as for bty_json_reader_next()
 *
 * Returns: whether @data is one strictly valid JSON document
 */
BTY_EXPORT gboolean bty_json_validate (const char *data, gsize length, guint max_depth, GError **error);

/**
 * bty_json_is_empty_object:
 * @data: (array length=length): bytes
 * @length: their number
 * @error: as for bty_json_reader_next(): set when @data is not valid JSON, not when it is something else than `{}`
 *
 * Returns: whether @data is one object without members: the request of an operation that takes none
 */
BTY_EXPORT gboolean bty_json_is_empty_object (const char *data, gsize length, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyJsonReader, bty_json_reader_clear)

G_END_DECLS
