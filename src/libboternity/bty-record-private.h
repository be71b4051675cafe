/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-json-reader.h"
#include "bty-record.h"

G_BEGIN_DECLS

#define BTY_STRING_MAX 1024
#define BTY_TEXT_MAX   (4 * 1024 * 1024)
#define BTY_LIST_MAX   1000
#define BTY_BYTES_MAX  (16 * 1024 * 1024)
#define BTY_JSON_MAX   (4 * 1024 * 1024)
#define BTY_SECRET_MAX (64 * 1024)

/* Where a member of a record stands. */
#define BTY_PLACE(ctype, record, field) ((ctype *) (gpointer) ((char *) (record) + (field)->offset))
#define BTY_PEEK(ctype, record, field)  (*(ctype const *) (gconstpointer) ((const char *) (record) + (field)->offset))

typedef struct
{
  gint64 min;
  gint64 max;
} BtyFieldLimits;

/* What @field allows, with the limits of its type filled in. */
BtyFieldLimits bty_field_limits (const BtyField *field);

void bty_record_clear_field (BtyRecord *record, const BtyField *field);

/*
 * BtyRecordInput:
 * @reader: (nullable): where values come from; NULL for plain text
 * @prefix: JSON pointer of what @reader reads
 * @lenient: what this program wrote: unknown members are passed over, limits are not checked again
 */
typedef struct
{
  BtyJsonReader *reader;
  const char *prefix;
  gboolean lenient;
} BtyRecordInput;

/* Always FALSE; the message begins with the JSON pointer of the reader's last token. */
gboolean bty_record_input_fail (const BtyRecordInput *input, GError **error, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* One value into one field, checked; these neither set presence nor look at the view. */
gboolean bty_record_put_null (const BtyRecordInput *input, BtyRecord *record, guint index, GError **error);
gboolean bty_record_put_text (const BtyRecordInput *input, BtyRecord *record, guint index, const char *text,
                              gsize length, GError **error);
gboolean bty_record_put_bool (const BtyRecordInput *input, BtyRecord *record, guint index, gboolean value,
                              GError **error);
gboolean bty_record_put_int (const BtyRecordInput *input, BtyRecord *record, guint index, gint64 value, GError **error);
gboolean bty_record_put_double (const BtyRecordInput *input, BtyRecord *record, guint index, double value,
                                GError **error);
gboolean bty_record_put_json (const BtyRecordInput *input, BtyRecord *record, guint index, const char *json,
                              gsize length, GError **error);
gboolean bty_record_check_line (const BtyRecordInput *input, const char *text, gsize length, BtyFieldLimits limits,
                                GError **error);
gboolean bty_record_check_count (const BtyRecordInput *input, const BtyField *field, gsize count, const char *unit,
                                 GError **error);

gboolean bty_record_fail_view (const BtyRecordInput *input, const BtyField *field, BtyView view, GError **error);

/* The next value of the reader into one field. */
gboolean bty_record_read_value (const BtyRecordInput *input, BtyRecord *record, guint index, BtyView view,
                                GError **error);
/* The document of the reader, one object and nothing after it. */
gboolean bty_record_read_document (const BtyRecordInput *input, BtyRecord *record, BtyView view, GError **error);
gboolean bty_record_check_input (const BtyRecordInput *input, BtyRecord *record, BtyView view, GError **error);

/* The members of an empty record of @schema in the read view, but with @text as its field "text". */
void bty_record_write_text_item (const BtySchema *schema, const char *text, gsize length, BtyJsonWriter *writer);

G_END_DECLS
