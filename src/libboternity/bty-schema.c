/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-schema"

#include "config.h"

#include <string.h>

#include "bty-record.h"

static inline gboolean
name_is (const char *name, const char *text, gsize length)
{
  return name[0] == text[0] && strlen (name) == length && memcmp (name, text, length) == 0;
}

int
bty_schema_find (const BtySchema *schema, const char *name, gssize length, guint hint)
{
  gsize size;

  g_return_val_if_fail (schema != NULL && name != NULL, -1);

  size = length < 0 ? strlen (name) : (gsize) length;
  if (size == 0)
    return -1;
  if (hint < schema->n_fields && name_is (bty_schema_get_field (schema, hint)->name, name, size))
    return (int) hint;
  for (guint i = 0; i < schema->n_fields; i++)
    {
      if (name_is (bty_schema_get_field (schema, i)->name, name, size))
        return (int) i;
    }
  return -1;
}

gboolean
bty_schema_is_stored (const BtySchema *schema)
{
  static const struct
  {
    const char *name;
    guint32 offset;
  } head[] = {
    { "id", G_STRUCT_OFFSET (BtyRecord, id) },
    { "revision", G_STRUCT_OFFSET (BtyRecord, revision) },
    { "created_at", G_STRUCT_OFFSET (BtyRecord, created_at) },
    { "updated_at", G_STRUCT_OFFSET (BtyRecord, updated_at) },
  };

  if (schema->n_fields < G_N_ELEMENTS (head))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (head); i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);

      if (field->offset != head[i].offset || strcmp (field->name, head[i].name) != 0)
        return FALSE;
    }
  return TRUE;
}

gboolean
bty_view_takes (BtyView view, const BtyField *field)
{
  switch (view)
    {
    case BTY_VIEW_CREATE:
      return (field->flags & BTY_READ_ONLY) == 0;
    case BTY_VIEW_PATCH:
      return (field->flags & BTY_KEY) != 0 || (field->flags & (BTY_READ_ONLY | BTY_CREATE_ONLY)) == 0;
    case BTY_VIEW_KEY:
      return (field->flags & BTY_KEY) != 0;
    case BTY_VIEW_READ:
      return (field->flags & BTY_WRITE_ONLY) == 0 && field->type != BTY_FIELD_TYPE_SECRET;
    case BTY_VIEW_STORE:
      return field->type != BTY_FIELD_TYPE_SECRET;
    default:
      g_return_val_if_reached (FALSE);
    }
}

gboolean
bty_view_requires (BtyView view, const BtyField *field)
{
  if ((field->flags & BTY_REQUIRED) == 0 || !bty_view_takes (view, field))
    return FALSE;
  if (view == BTY_VIEW_PATCH || view == BTY_VIEW_KEY)
    return (field->flags & BTY_KEY) != 0;
  /* Clients read answers as they read what is stored, and there it is not. */
  return view != BTY_VIEW_STORE || (field->flags & BTY_WRITE_ONLY) == 0;
}

const BtyEnumValue *
bty_enum_find (const BtyEnumValue *values, const char *nick, gssize length)
{
  gsize size = length < 0 ? strlen (nick) : (gsize) length;

  for (; size > 0 && values->nick != NULL; values++)
    {
      if (name_is (values->nick, nick, size))
        return values;
    }
  return NULL;
}

const char *
bty_enum_nick (const BtyEnumValue *values, int value)
{
  for (; values->nick != NULL; values++)
    {
      if (values->value == value)
        return values->nick;
    }
  return "unknown";
}
