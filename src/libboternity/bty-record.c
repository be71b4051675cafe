/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-record"

#include "config.h"

#include <string.h>

#include "bty-record-private.h"

static inline guint64
bit (guint index)
{
  return G_GUINT64_CONSTANT (1) << index;
}

gpointer
bty_record_new (const BtySchema *schema)
{
  BtyRecord *record;

  g_return_val_if_fail (schema != NULL && schema->size >= sizeof (BtyRecord), NULL);

  record = g_malloc0 (schema->size);
  record->schema = schema;
  g_atomic_ref_count_init (&record->references);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);

      if ((field->flags & BTY_NULLABLE) != 0 && bty_field_is_scalar (field))
        record->nulls |= bit (i);
    }
  return record;
}

gpointer
bty_record_ref (gconstpointer record)
{
  BtyRecord *self = (BtyRecord *) record;

  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
bty_record_clear_field (BtyRecord *record, const BtyField *field)
{
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
    case BTY_FIELD_TYPE_JSON:
      g_clear_pointer (BTY_PLACE (char *, record, field), g_free);
      break;
    case BTY_FIELD_TYPE_STRV:
      g_clear_pointer (BTY_PLACE (GStrv, record, field), g_strfreev);
      break;
    case BTY_FIELD_TYPE_BYTES:
      g_clear_pointer (BTY_PLACE (GBytes *, record, field), g_bytes_unref);
      break;
    case BTY_FIELD_TYPE_RECORD:
      g_clear_pointer (BTY_PLACE (BtyRecord *, record, field), bty_record_unref);
      break;
    case BTY_FIELD_TYPE_RECORDS:
      g_clear_pointer (BTY_PLACE (GPtrArray *, record, field), g_ptr_array_unref);
      break;
    case BTY_FIELD_TYPE_SECRET:
      g_clear_pointer (BTY_PLACE (BtySecret *, record, field), bty_secret_unref);
      break;
    default:
      break;
    }
}

void
bty_record_unref (gpointer record)
{
  BtyRecord *self = record;

  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  for (guint i = 0; i < self->schema->n_fields; i++)
    bty_record_clear_field (self, bty_schema_get_field (self->schema, i));
  if (self->schema->clear != NULL)
    self->schema->clear (self);
  /* Set by someone though the table does not name it; the table's own clearing has left NULL. */
  g_free (self->id);
  g_free (self);
}

static GPtrArray *
copy_list (GPtrArray *list)
{
  GPtrArray *copy;

  if (list == NULL)
    return NULL;
  copy = g_ptr_array_new_full (list->len, bty_record_unref);
  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (copy, bty_record_ref (list->pdata[i]));
  return copy;
}

static void
copy_pointer (BtyRecord *to, const BtyRecord *from, const BtyField *field)
{
  if (BTY_PEEK (gpointer, from, field) == NULL)
    return;

  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
    case BTY_FIELD_TYPE_JSON:
      *BTY_PLACE (char *, to, field) = g_strdup (BTY_PEEK (char *, from, field));
      break;
    case BTY_FIELD_TYPE_STRV:
      *BTY_PLACE (GStrv, to, field) = g_strdupv (BTY_PEEK (GStrv, from, field));
      break;
    case BTY_FIELD_TYPE_BYTES:
      *BTY_PLACE (GBytes *, to, field) = g_bytes_ref (BTY_PEEK (GBytes *, from, field));
      break;
    case BTY_FIELD_TYPE_RECORD:
      *BTY_PLACE (BtyRecord *, to, field) = bty_record_ref (BTY_PEEK (BtyRecord *, from, field));
      break;
    case BTY_FIELD_TYPE_RECORDS:
      *BTY_PLACE (GPtrArray *, to, field) = copy_list (BTY_PEEK (GPtrArray *, from, field));
      break;
    case BTY_FIELD_TYPE_SECRET:
      *BTY_PLACE (BtySecret *, to, field) = bty_secret_ref (BTY_PEEK (BtySecret *, from, field));
      break;
    default:
      break;
    }
}

/* What @to held is freed; the null bit comes along, presence does not. */
static void
copy_field (BtyRecord *to, const BtyRecord *from, guint index)
{
  const BtyField *field = bty_schema_get_field (to->schema, index);

  to->nulls = (to->nulls & ~bit (index)) | (from->nulls & bit (index));
  switch (field->type)
    {
    case BTY_FIELD_TYPE_BOOL:
    case BTY_FIELD_TYPE_ENUM:
      *BTY_PLACE (int, to, field) = BTY_PEEK (int, from, field);
      break;
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_TIME:
      *BTY_PLACE (gint64, to, field) = BTY_PEEK (gint64, from, field);
      break;
    case BTY_FIELD_TYPE_DOUBLE:
      *BTY_PLACE (double, to, field) = BTY_PEEK (double, from, field);
      break;
    default:
      bty_record_clear_field (to, field);
      copy_pointer (to, from, field);
      break;
    }
}

gpointer
bty_record_edit (gconstpointer record)
{
  const BtyRecord *from = record;
  BtyRecord *copy;

  g_return_val_if_fail (from != NULL, NULL);

  copy = bty_record_new (from->schema);
  copy->revision = from->revision;
  copy->created_at = from->created_at;
  copy->updated_at = from->updated_at;
  for (guint i = 0; i < from->schema->n_fields; i++)
    copy_field (copy, from, i);
  if (copy->id == NULL)
    copy->id = g_strdup (from->id);
  return copy;
}

static gboolean
strv_equal (const char *const *a, const char *const *b)
{
  static const char *const empty[] = { NULL };

  return g_strv_equal (a != NULL ? a : empty, b != NULL ? b : empty);
}

static gboolean
list_equal (GPtrArray *a, GPtrArray *b)
{
  guint length = a != NULL ? a->len : 0;

  if (length != (b != NULL ? b->len : 0))
    return FALSE;
  for (guint i = 0; i < length; i++)
    {
      if (!bty_record_equal (a->pdata[i], b->pdata[i]))
        return FALSE;
    }
  return TRUE;
}

static gboolean
secret_equal (BtySecret *a, BtySecret *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return bty_secret_equal (a, bty_secret_peek (b), bty_secret_get_length (b));
}

static gboolean
bytes_equal (GBytes *a, GBytes *b)
{
  return a == NULL || b == NULL ? a == b : g_bytes_equal (a, b);
}

static gboolean
record_equal_or_null (gconstpointer a, gconstpointer b)
{
  return a == NULL || b == NULL ? a == b : bty_record_equal (a, b);
}

static gboolean
double_equal (double a, double b)
{
  return !(a < b) && !(a > b);
}

static gboolean
field_equal (const BtyRecord *a, const BtyRecord *b, const BtyField *field)
{
#define BOTH(ctype) BTY_PEEK (ctype, a, field), BTY_PEEK (ctype, b, field)
#define SAME(ctype) (BTY_PEEK (ctype, a, field) == BTY_PEEK (ctype, b, field))
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
    case BTY_FIELD_TYPE_JSON:
      return g_strcmp0 (BOTH (char *)) == 0;
    case BTY_FIELD_TYPE_BOOL:
      return !BTY_PEEK (gboolean, a, field) == !BTY_PEEK (gboolean, b, field);
    case BTY_FIELD_TYPE_ENUM:
      return SAME (int);
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_TIME:
      return SAME (gint64);
    case BTY_FIELD_TYPE_DOUBLE:
      return double_equal (BOTH (double));
    case BTY_FIELD_TYPE_STRV:
      return strv_equal ((const char *const *) BTY_PEEK (GStrv, a, field),
                         (const char *const *) BTY_PEEK (GStrv, b, field));
    case BTY_FIELD_TYPE_BYTES:
      return bytes_equal (BOTH (GBytes *));
    case BTY_FIELD_TYPE_RECORD:
      return record_equal_or_null (BOTH (BtyRecord *));
    case BTY_FIELD_TYPE_RECORDS:
      return list_equal (BOTH (GPtrArray *));
    case BTY_FIELD_TYPE_SECRET:
      return secret_equal (BOTH (BtySecret *));
    default:
      return FALSE;
    }
#undef BOTH
#undef SAME
}

gboolean
bty_record_equal (gconstpointer a, gconstpointer b)
{
  const BtyRecord *one = a;
  const BtyRecord *other = b;

  g_return_val_if_fail (one != NULL && other != NULL, FALSE);

  if (one == other)
    return TRUE;
  if (one->schema != other->schema)
    return FALSE;
  for (guint i = 0; i < one->schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (one->schema, i);

      if (bty_field_is_scalar (field) && ((one->nulls | other->nulls) & bit (i)) != 0)
        {
          if (((one->nulls ^ other->nulls) & bit (i)) != 0)
            return FALSE;
        }
      else if (!field_equal (one, other, field))
        return FALSE;
    }
  return TRUE;
}

GPtrArray *
bty_record_list_new (void)
{
  return g_ptr_array_new_with_free_func (bty_record_unref);
}

static int
find_offset (const BtyRecord *record, guint32 offset)
{
  for (guint i = 0; i < record->schema->n_fields; i++)
    {
      if (bty_schema_get_field (record->schema, i)->offset == offset)
        return (int) i;
    }
  return -1;
}

gboolean
bty_record_has_at (gconstpointer record, guint32 offset)
{
  const BtyRecord *self = record;
  int index;

  g_return_val_if_fail (self != NULL, FALSE);

  index = find_offset (self, offset);
  g_return_val_if_fail (index >= 0, FALSE);
  return (self->present & bit ((guint) index)) != 0;
}

gboolean
bty_record_is_null_at (gconstpointer record, guint32 offset)
{
  const BtyRecord *self = record;
  const BtyField *field;
  int index;

  g_return_val_if_fail (self != NULL, FALSE);

  index = find_offset (self, offset);
  g_return_val_if_fail (index >= 0, FALSE);
  field = bty_schema_get_field (self->schema, (guint) index);
  if (bty_field_is_scalar (field))
    return (self->nulls & bit ((guint) index)) != 0;
  return BTY_PEEK (gpointer, self, field) == NULL;
}

void
bty_record_set_null_at (gpointer record, guint32 offset, gboolean is_null)
{
  BtyRecord *self = record;
  const BtyField *field;
  int index;

  g_return_if_fail (self != NULL);

  index = find_offset (self, offset);
  g_return_if_fail (index >= 0);
  field = bty_schema_get_field (self->schema, (guint) index);
  g_return_if_fail ((field->flags & BTY_NULLABLE) != 0);
  if (!is_null)
    self->nulls &= ~bit ((guint) index);
  else if (bty_field_is_scalar (field))
    self->nulls |= bit ((guint) index);
  else
    bty_record_clear_field (self, field);
}

void
bty_record_merge (gpointer record, gconstpointer changes, BtyView view)
{
  BtyRecord *self = record;
  const BtyRecord *from = changes;

  g_return_if_fail (self != NULL && from != NULL && self->schema == from->schema);

  for (guint i = 0; i < self->schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (self->schema, i);
      /* Outside of the create view a key only says which record is meant. */
      gboolean is_key = (field->flags & BTY_KEY) != 0 && view != BTY_VIEW_CREATE;

      if ((from->present & bit (i)) != 0 && !is_key && bty_view_takes (view, field))
        copy_field (self, from, i);
    }
}
