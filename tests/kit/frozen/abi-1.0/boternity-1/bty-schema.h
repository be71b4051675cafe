/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-json-writer.h"
#include "bty-secret.h"

G_BEGIN_DECLS

typedef struct _BtyField BtyField;
typedef struct _BtySchema BtySchema;

/**
 * BtyFieldType:
 *
 * The types a field can have, each with the C type of its struct member. Appended to, never reordered.
 */
typedef enum
{
  BTY_FIELD_TYPE_STRING,  /* char *: one line, no control characters */
  BTY_FIELD_TYPE_TEXT,    /* char *: any text, line breaks included, no NUL */
  BTY_FIELD_TYPE_BOOL,    /* gboolean */
  BTY_FIELD_TYPE_INT64,   /* gint64 */
  BTY_FIELD_TYPE_DOUBLE,  /* double */
  BTY_FIELD_TYPE_TIME,    /* gint64: microseconds since 1970, UTC; RFC 3339 on the wire */
  BTY_FIELD_TYPE_STRV,    /* GStrv */
  BTY_FIELD_TYPE_BYTES,   /* GBytes *: base64 on the wire */
  BTY_FIELD_TYPE_ENUM,    /* an enum type (int): its nick on the wire */
  BTY_FIELD_TYPE_RECORD,  /* pointer to a record */
  BTY_FIELD_TYPE_RECORDS, /* GPtrArray * of records, with bty_record_unref as its free function */
  BTY_FIELD_TYPE_JSON,    /* char *: one valid JSON value as compact text */
  BTY_FIELD_TYPE_SECRET,  /* BtySecret *: exists in requests only */
} BtyFieldType;

/**
 * BtyFieldFlags:
 * @BTY_REQUIRED: must be there when its view takes it in, and never null in an answer
 * @BTY_NULLABLE: may be null
 * @BTY_READ_ONLY: set by the program: refused in create and patch
 * @BTY_CREATE_ONLY: refused in patch
 * @BTY_WRITE_ONLY: never in an answer
 * @BTY_KEY: names the record (or the revision expected) in a request: taken in patch and key views though read-only
 * @BTY_INDEXED: can be filtered and ordered by
 * @BTY_UNIQUE: no two records have the same
 * @BTY_DEPRECATED: kept for older clients
 * @BTY_UNSTABLE: may change without notice
 * @BTY_UNSTORED: in an answer only: no store keeps it, not even with the answer to an idempotency key
 */
typedef enum
{
  BTY_REQUIRED = 1 << 0,
  BTY_NULLABLE = 1 << 1,
  BTY_READ_ONLY = 1 << 2,
  BTY_CREATE_ONLY = 1 << 3,
  BTY_WRITE_ONLY = 1 << 4,
  BTY_KEY = 1 << 5,
  BTY_INDEXED = 1 << 6,
  BTY_UNIQUE = 1 << 7,
  BTY_DEPRECATED = 1 << 8,
  BTY_UNSTABLE = 1 << 9,
  BTY_UNSTORED = 1 << 10,
} BtyFieldFlags;

/**
 * BtyView:
 * @BTY_VIEW_CREATE: what a caller gives to make the record (also the view of plain request records)
 * @BTY_VIEW_PATCH: its key, and what a caller may change; all but the key is optional
 * @BTY_VIEW_KEY: its key alone
 * @BTY_VIEW_READ: what an answer shows
 * @BTY_VIEW_STORE: what a store keeps: all but secrets
 *
 * One table, seen from several sides, instead of near-copies.
 */
typedef enum
{
  BTY_VIEW_CREATE,
  BTY_VIEW_PATCH,
  BTY_VIEW_KEY,
  BTY_VIEW_READ,
  BTY_VIEW_STORE,
} BtyView;

/** BtyEnumValue: one value of an enum field; a list of them ends with a %NULL nick */
typedef struct
{
  int value;
  const char *nick;
  const char *summary;
} BtyEnumValue;

/**
 * BtyField:
 * @name: wire name, snake_case; also the column's name
 * @summary: one line for people, marked with N_()
 * @type: a #BtyFieldType
 * @flags: #BtyFieldFlags
 * @offset: place in the struct
 * @since: the program's minor version that brought it
 * @min: least value, or least length in characters or items
 * @max: greatest value, or greatest length; @min and @max both 0: the type's own limit
 * @values: for enums
 * @schema: for records and lists of records
 * @fallback: (nullable): JSON text of the value that an absent field gets in the create view
 *
 * One line a field, static and const: the only list. Read through bty_schema_get_field(), since a plugin's table has the
 * plugin's own stride.
 */
struct _BtyField
{
  const char *name;
  const char *summary;
  BtyFieldType type;
  guint32 flags;
  guint32 offset;
  guint16 since;
  gint64 min;
  gint64 max;
  const BtyEnumValue *values;
  const BtySchema *schema;
  const char *fallback;
  gpointer reserved[2];
};

/**
 * BtySchema:
 * @name: name of the record type, snake_case, such as `bot`
 * @summary: one line for people
 * @size: size of the struct
 * @fields: the table
 * @n_fields: at most 64
 * @field_size: sizeof (BtyField) where the table was compiled
 * @clear: (nullable): frees what no field describes
 */
struct _BtySchema
{
  const char *name;
  const char *summary;
  gsize size;
  const BtyField *fields;
  guint n_fields;
  guint field_size;
  void (*clear) (gpointer record);
  gpointer reserved[3];
};

static inline const BtyField *
bty_schema_get_field (const BtySchema *schema, guint index)
{
  return (const BtyField *) (gconstpointer) ((const char *) schema->fields + (gsize) index * schema->field_size);
}

/**
 * bty_schema_find:
 * @schema: a schema
 * @name: (array length=length): a wire name
 * @length: its length, or -1
 * @hint: index at which to look first, which makes members in table order cheap
 *
 * Returns: its index, or -1
 */
BTY_EXPORT int bty_schema_find (const BtySchema *schema, const char *name, gssize length, guint hint);

/** bty_schema_is_stored: Returns: whether it begins with the fields of %BTY_STORED_FIELDS */
BTY_EXPORT gboolean bty_schema_is_stored (const BtySchema *schema);

/** bty_view_takes: Returns: whether @field exists in @view */
BTY_EXPORT gboolean bty_view_takes (BtyView view, const BtyField *field);

/** bty_view_requires: Returns: whether @field must be there in @view */
BTY_EXPORT gboolean bty_view_requires (BtyView view, const BtyField *field);

/**
 * bty_view_inside:
 *
 * Returns: the view of records inside a record seen in @view: a patch replaces them whole
 */
static inline BtyView
bty_view_inside (BtyView view)
{
  return view == BTY_VIEW_PATCH || view == BTY_VIEW_KEY ? BTY_VIEW_CREATE : view;
}

/**
 * bty_field_is_scalar:
 *
 * Returns: whether the value stands in the struct itself, and null in the null mask; else both are a pointer
 */
static inline gboolean
bty_field_is_scalar (const BtyField *field)
{
  switch (field->type)
    {
    case BTY_FIELD_TYPE_BOOL:
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_DOUBLE:
    case BTY_FIELD_TYPE_TIME:
    case BTY_FIELD_TYPE_ENUM:
      return TRUE;
    default:
      return FALSE;
    }
}

/** bty_enum_find: Returns: (nullable): the row of a nick of @length bytes (or -1) */
BTY_EXPORT const BtyEnumValue *bty_enum_find (const BtyEnumValue *values, const char *nick, gssize length);

/** bty_enum_nick: Returns: the nick of @value, or "unknown" */
BTY_EXPORT const char *bty_enum_nick (const BtyEnumValue *values, int value);

/**
 * bty_schema_write_json_schema:
 * @schema: a schema
 * @view: the side to describe
 * @ref_prefix: where other records are found, such as `#/components/schemas/`; they are named by bty_schema_view_name()
 * @writer: where to write one JSON Schema (2020-12) object
 */
BTY_EXPORT void bty_schema_write_json_schema (const BtySchema *schema, BtyView view, const char *ref_prefix,
                                              BtyJsonWriter *writer);

/**
 * bty_schema_write_json_definitions:
 * @schema: a schema
 * @view: the side that bty_schema_write_json_schema() described
 * @ref_prefix: as there
 * @seen: (element-type utf8 utf8): names that stand there already, each owned by the table; grows
 * @writer: inside an object: gets a member for each record inside @schema, and inside those, that @seen does not have
 *
 * What the references of a JSON Schema lead to.
 */
BTY_EXPORT void bty_schema_write_json_definitions (const BtySchema *schema, BtyView view, const char *ref_prefix,
                                                   GHashTable *seen, BtyJsonWriter *writer);

/** bty_schema_view_name: Returns: (transfer full): the CamelCase name of a view, such as `Bot`, `BotCreate` or `BotPatch` */
BTY_EXPORT char *bty_schema_view_name (const BtySchema *schema, BtyView view);

/* clang-format off */
/* How a table is written. Each macro checks the C type of the member. */
#define BTY_FIELD_AT_(T, m, ctype) (guint32) (G_STRUCT_OFFSET (T, m) + 0 * sizeof (&((T *) 0)->m == (ctype *) 0))
#define BTY_FIELD_(T, m, TYPE, ctype, f, s, ...) \
  { .name = #m, .summary = s, .type = BTY_FIELD_TYPE_##TYPE, .flags = f, .offset = BTY_FIELD_AT_ (T, m, ctype), __VA_ARGS__ }
#define BTY_FIELD_STRING(T, m, f, s, ...) BTY_FIELD_ (T, m, STRING, char *, f, s, __VA_ARGS__)
#define BTY_FIELD_TEXT(T, m, f, s, ...)   BTY_FIELD_ (T, m, TEXT, char *, f, s, __VA_ARGS__)
#define BTY_FIELD_BOOL(T, m, f, s, ...)   BTY_FIELD_ (T, m, BOOL, gboolean, f, s, __VA_ARGS__)
#define BTY_FIELD_INT64(T, m, f, s, ...)  BTY_FIELD_ (T, m, INT64, gint64, f, s, __VA_ARGS__)
#define BTY_FIELD_DOUBLE(T, m, f, s, ...) BTY_FIELD_ (T, m, DOUBLE, double, f, s, __VA_ARGS__)
#define BTY_FIELD_TIME(T, m, f, s, ...)   BTY_FIELD_ (T, m, TIME, gint64, f, s, __VA_ARGS__)
#define BTY_FIELD_STRV(T, m, f, s, ...)   BTY_FIELD_ (T, m, STRV, GStrv, f, s, __VA_ARGS__)
#define BTY_FIELD_BYTES(T, m, f, s, ...)  BTY_FIELD_ (T, m, BYTES, GBytes *, f, s, __VA_ARGS__)
#define BTY_FIELD_JSON(T, m, f, s, ...)   BTY_FIELD_ (T, m, JSON, char *, f, s, __VA_ARGS__)
#define BTY_FIELD_SECRET(T, m, f, s, ...) BTY_FIELD_ (T, m, SECRET, BtySecret *, (f) | BTY_WRITE_ONLY, s, __VA_ARGS__)
#define BTY_FIELD_RECORDS(T, m, f, s, sch, ...) \
  BTY_FIELD_ (T, m, RECORDS, GPtrArray *, f, s, .schema = &sch, __VA_ARGS__)
#define BTY_FIELD_RECORD(T, m, f, s, sch, ...) \
  { .name = #m, .summary = s, .type = BTY_FIELD_TYPE_RECORD, .flags = f, .schema = &sch, \
    .offset = (guint32) (G_STRUCT_OFFSET (T, m) + 0 * sizeof (*((T *) 0)->m)), __VA_ARGS__ }
#define BTY_FIELD_ENUM(T, m, f, s, v, ...) \
  { .name = #m, .summary = s, .type = BTY_FIELD_TYPE_ENUM, .flags = f, .values = v, \
    .offset = (guint32) (G_STRUCT_OFFSET (T, m) + 0 * sizeof (char[sizeof (((T *) 0)->m) == sizeof (int) ? 1 : -1])), __VA_ARGS__ }
/* clang-format on */

G_END_DECLS
