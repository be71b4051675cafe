/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include <string.h>

#include "example-compare.h"

static gboolean
is_null (gconstpointer record, const BtyField *field)
{
  return bty_record_is_null_at (record, field->offset);
}

int
example_compare_field (gconstpointer a, gconstpointer b, const BtyField *field)
{
  gconstpointer left = G_STRUCT_MEMBER_P (a, field->offset);
  gconstpointer right = G_STRUCT_MEMBER_P (b, field->offset);

  if (is_null (a, field) || is_null (b, field))
    return is_null (b, field) - is_null (a, field);
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
      return strcmp (*(char *const *) left, *(char *const *) right);
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_TIME:
      return (*(const gint64 *) left > *(const gint64 *) right) - (*(const gint64 *) left < *(const gint64 *) right);
    case BTY_FIELD_TYPE_DOUBLE:
      return (*(const double *) left > *(const double *) right) - (*(const double *) left < *(const double *) right);
    case BTY_FIELD_TYPE_BOOL:
    case BTY_FIELD_TYPE_ENUM:
      return (*(const int *) left > *(const int *) right) - (*(const int *) left < *(const int *) right);
    default:
      return 0; /* other types are not indexed */
    }
}

int
example_compare_rows (gconstpointer a, gconstpointer b, gpointer query)
{
  const BtyRecord *left = *(BtyRecord *const *) a;
  const BtyRecord *right = *(BtyRecord *const *) b;
  gboolean descending = FALSE;
  int order = example_compare_field (left, right, bty_query_get_order (query, &descending));

  if (order == 0)
    order = strcmp (left->id, right->id);
  return descending ? -order : order;
}

static gboolean
passes (gconstpointer record, gconstpointer probe, const BtyFilter *filter)
{
  int order = example_compare_field (record, probe, filter->field);

  if (is_null (record, filter->field))
    return filter->match == BTY_MATCH_NOT_EQUAL;
  switch (filter->match)
    {
    case BTY_MATCH_EQUAL:
      return order == 0;
    case BTY_MATCH_NOT_EQUAL:
      return order != 0;
    case BTY_MATCH_LESS:
      return order < 0;
    case BTY_MATCH_LESS_OR_EQUAL:
      return order <= 0;
    case BTY_MATCH_GREATER:
      return order > 0;
    default:
      return order >= 0;
    }
}

gboolean
example_filter (GPtrArray *records, const BtyQuery *query, GError **error)
{
  GPtrArray *filters = bty_query_get_filters (query);

  for (guint f = 0; f < filters->len; f++)
    {
      const BtyFilter *filter = g_ptr_array_index (filters, f);
      g_autoptr (BtyRecord) probe = bty_record_new (bty_query_get_schema (query));

      if (!bty_record_read_text (probe, BTY_VIEW_STORE, filter->field->name, filter->value, error))
        return FALSE;
      for (guint i = records->len; i > 0; i--)
        if (!passes (g_ptr_array_index (records, i - 1), probe, filter))
          g_ptr_array_remove_index (records, i - 1);
    }
  return TRUE;
}
