/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-schema.h"

G_BEGIN_DECLS

/**
 * BtyRecord:
 * @schema: the table that describes it
 * @id: UUID v7 (stored records)
 * @revision: 1 when first stored, one more with each change (stored records)
 * @created_at: microseconds since 1970 (stored records)
 * @updated_at: microseconds since 1970 (stored records)
 *
 * What the platform knows: a reference-counted struct that begins with this head and is described by one field table. Made by
 * bty_record_new() alone. It is immutable once anyone else has seen it: to change one, change a bty_record_edit() copy.
 * References are counted atomically; reading is safe from any thread.
 */
typedef struct
{
  const BtySchema *schema;
  char *id;
  gint64 revision;
  gint64 created_at;
  gint64 updated_at;

  /*< private >*/
  guint64 present;
  guint64 nulls;
  gatomicrefcount references;
} BtyRecord;

/** bty_record_new: Returns: (transfer full): an empty record; nullable numbers, booleans, times and enums begin as null */
BTY_EXPORT gpointer bty_record_new (const BtySchema *schema);
BTY_EXPORT gpointer bty_record_ref (gconstpointer record);
BTY_EXPORT void bty_record_unref (gpointer record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyRecord, bty_record_unref)

/** bty_record_edit: Returns: (transfer full): a copy of @record that may be changed; records inside it are shared */
BTY_EXPORT gpointer bty_record_edit (gconstpointer record);

/** bty_record_equal: Returns: whether both are of one type with equal fields (secrets by their bytes) */
BTY_EXPORT gboolean bty_record_equal (gconstpointer a, gconstpointer b);

/** bty_record_list_new: (skip) Returns: (transfer full) (element-type BtyRecord): an empty list that owns its records */
BTY_EXPORT GPtrArray *bty_record_list_new (void);

/*
 * Presence: whether a decoded request had the member; null: whether a nullable field is null. For numbers, booleans, times and
 * enums null is a bit of its own, to be cleared with BTY_SET_NULL() when a value is set; for all else it is a NULL pointer.
 */
BTY_EXPORT gboolean bty_record_has_at (gconstpointer record, guint32 offset);
BTY_EXPORT gboolean bty_record_is_null_at (gconstpointer record, guint32 offset);
BTY_EXPORT void bty_record_set_null_at (gpointer record, guint32 offset, gboolean is_null);
#define BTY_HAS(record, T, m)               bty_record_has_at (record, G_STRUCT_OFFSET (T, m))
#define BTY_IS_NULL(record, T, m)           bty_record_is_null_at (record, G_STRUCT_OFFSET (T, m))
#define BTY_SET_NULL(record, T, m, is_null) bty_record_set_null_at (record, G_STRUCT_OFFSET (T, m), is_null)

/**
 * bty_record_take_string:
 *
 * Shorthand for the common edit: frees what *@place held and takes @value.
 */
static inline void
bty_record_take_string (char **place, char *value)
{
  g_free (*place);
  *place = value;
}

/**
 * bty_record_merge:
 * @record: a record that may be changed
 * @changes: a record of the same type, decoded from a request
 * @view: the view @changes was decoded with
 *
 * Copies the fields that are present in @changes and that @view lets a caller write (so not the key).
 */
BTY_EXPORT void bty_record_merge (gpointer record, gconstpointer changes, BtyView view);

/**
 * bty_record_read_json:
 * @record: a record that may be changed
 * @view: which members are taken; any other is an error
 * @data: (array length=length): one JSON object, from anywhere
 * @length: its length in bytes
 * @error: %BTY_ERROR_INVALID_ARGUMENT, with the JSON pointer of the place
 *
 * Reads members into @record; after an error its contents are unspecified. What is required is left to bty_record_check().
 */
BTY_EXPORT gboolean bty_record_read_json (gpointer record, BtyView view, const char *data, gsize length,
                                          GError **error);

/**
 * bty_record_read_text:
 *
 * Sets one field from text as it stands in a path, a query or on a command line: numbers, booleans, enum nicks and times in
 * their wire form without quotes, a list as comma-separated words, records and json as JSON. After an error the field's value is
 * unspecified.
 */
BTY_EXPORT gboolean bty_record_read_text (gpointer record, BtyView view, const char *name, const char *text,
                                          GError **error);

/** bty_record_check: gives absent fields their fallback (create view) and fails when a required field is missing */
BTY_EXPORT gboolean bty_record_check (gpointer record, BtyView view, GError **error);

/** bty_record_from_json: Returns: (transfer full) (nullable): a new record, read and checked */
BTY_EXPORT gpointer bty_record_from_json (const BtySchema *schema, BtyView view, const char *data, gssize length,
                                          GError **error);

/**
 * bty_record_from_store:
 *
 * As bty_record_from_json() with %BTY_VIEW_STORE, for JSON that this program wrote: unknown members are passed over, so that an
 * older program reads what a newer one of the same major version stored; limits of length and range, which may have changed
 * since, are not applied; and a required field that is missing gets its fallback.
 */
BTY_EXPORT gpointer bty_record_from_store (const BtySchema *schema, const char *data, gssize length, GError **error);

BTY_EXPORT void bty_record_write_json (gconstpointer record, BtyView view, BtyJsonWriter *writer);
/** bty_record_to_json: Returns: (transfer full): compact JSON */
BTY_EXPORT char *bty_record_to_json (gconstpointer record, BtyView view);

/* clang-format off */
/* The head of every stored record: the first line of its table. @more: further flags of the id, such as BTY_KEY. */
#define BTY_STORED_FIELDS(more) \
  { .name = "id", .summary = BTY_N_("Identifier (UUID version 7)"), .type = BTY_FIELD_TYPE_STRING, \
    .flags = BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED | BTY_UNIQUE | (more), .offset = G_STRUCT_OFFSET (BtyRecord, id), .max = 36 }, \
  { .name = "revision", .summary = BTY_N_("Counts its changes; in a request, the one that is expected"), .type = BTY_FIELD_TYPE_INT64, \
    .flags = BTY_READ_ONLY | BTY_KEY, .offset = G_STRUCT_OFFSET (BtyRecord, revision), .min = 0, .max = G_MAXINT64 }, \
  { .name = "created_at", .summary = BTY_N_("When it was made"), .type = BTY_FIELD_TYPE_TIME, \
    .flags = BTY_READ_ONLY | BTY_INDEXED, .offset = G_STRUCT_OFFSET (BtyRecord, created_at) }, \
  { .name = "updated_at", .summary = BTY_N_("When it was last changed"), .type = BTY_FIELD_TYPE_TIME, \
    .flags = BTY_READ_ONLY | BTY_INDEXED, .offset = G_STRUCT_OFFSET (BtyRecord, updated_at) }

/* In a header, after the struct. */
#define BTY_DECLARE_RECORD(T, prefix) \
  BTY_EXPORT const BtySchema prefix##_schema; \
  BTY_EXPORT GType prefix##_get_type (void); \
  static inline G_GNUC_UNUSED T *prefix##_new (void) { return (T *) bty_record_new (&prefix##_schema); } \
  static inline G_GNUC_UNUSED T *prefix##_ref (const T *record) { return (T *) bty_record_ref (record); } \
  static inline G_GNUC_UNUSED T *prefix##_edit (const T *record) { return (T *) bty_record_edit (record); } \
  static inline G_GNUC_UNUSED void prefix##_unref (T *record) { bty_record_unref (record); } \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (T, prefix##_unref)

/* In its file, after the table. */
#define BTY_DEFINE_RECORD(T, prefix, name_, summary_, table) \
  G_STATIC_ASSERT (G_N_ELEMENTS (table) <= 64); \
  G_STATIC_ASSERT (G_STRUCT_OFFSET (T, record) == 0); \
  const BtySchema prefix##_schema = { .name = name_, .summary = summary_, .size = sizeof (T), .fields = table, \
                                      .n_fields = G_N_ELEMENTS (table), .field_size = sizeof (BtyField) }; \
  static T *prefix##_copy_ (T *record) { return prefix##_ref (record); } \
  G_DEFINE_BOXED_TYPE (T, prefix, prefix##_copy_, prefix##_unref)
/* clang-format on */

G_END_DECLS
