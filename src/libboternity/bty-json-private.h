/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#include "bty-json-reader.h"

/* What the files of the JSON reader and writer share. Not installed. */

#define BTY_JSON_NO_ITEM    G_MAXUINT32
#define BTY_JSON_IN_ARENA   0x80000000u
#define BTY_JSON_MAX_LENGTH ((gsize) G_MAXINT32)

typedef enum
{
  BTY_JSON_STATE_VALUE,        /* a value is due */
  BTY_JSON_STATE_FIRST_ITEM,   /* after [ */
  BTY_JSON_STATE_FIRST_MEMBER, /* after { */
  BTY_JSON_STATE_AFTER_VALUE,
  BTY_JSON_STATE_FAILED,
} BtyJsonState;

/* bty-json-scan.c: the first byte from @p on that ends a run of plain text: a quotation mark, a backslash, a control
 * character, the start of an invalid UTF-8 sequence, or @end. */
const char *bty_json_scan (const char *p, const char *end);

/* bty-json-pointer.c: records the error, which every later call gives again. @reason is untranslated. */
__attribute__ ((cold)) BtyJsonToken bty_json_reader_fail (BtyJsonReader *reader, gsize offset, const char *reason);

/* bty-json-string.c: reads the string whose opening quotation mark is at the position. */
gboolean bty_json_reader_read_string (BtyJsonReader *reader);

/* bty-json-number.c: reads the number at the position. */
BtyJsonToken bty_json_reader_read_number (BtyJsonReader *reader);

/* bty-json-names.c: enters the name just read into the innermost object; FALSE when it is there already. */
gboolean bty_json_names_add (BtyJsonReader *reader, gboolean escaped);

/* bty-json-names.c: forgets the names of the innermost container. */
void bty_json_names_drop (BtyJsonReader *reader);

static inline const char *
bty_json_name_text (const BtyJsonReader *reader, const BtyJsonName *name)
{
  return ((name->length & BTY_JSON_IN_ARENA) != 0 ? reader->arena->str : reader->data) + name->offset;
}

static inline gsize
bty_json_name_length (const BtyJsonName *name)
{
  return name->length & ~BTY_JSON_IN_ARENA;
}

/* Makes room for @extra more bytes and a NUL, so that they can be written without a call each. */
static inline char *
bty_json_reserve (GString *string, gsize extra)
{
  gsize length = string->len;

  if (G_UNLIKELY (string->allocated_len - length <= extra))
    {
      g_string_set_size (string, length + extra);
      string->len = length;
    }
  return string->str + length;
}

#define BTY_EACH_BYTE(value) (G_GUINT64_CONSTANT (0x0101010101010101) * (value))

/* Whether one of eight bytes is not plain ASCII text. May say so wrongly of the byte after such a byte only, which makes no
 * difference to whether there is one. */
static inline gboolean
bty_json_word_has_special (guint64 word)
{
  guint64 quote = word ^ BTY_EACH_BYTE ('"');
  guint64 slash = word ^ BTY_EACH_BYTE ('\\');
  guint64 found = word | (word - BTY_EACH_BYTE (0x20)) | (quote - BTY_EACH_BYTE (1)) | (slash - BTY_EACH_BYTE (1));

  return (found & BTY_EACH_BYTE (0x80)) != 0;
}
