/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <string.h>

#include "bty-ctl-json.h"
#include "bty-ctl-schema-catalogue.h"

static void
type_free (gpointer data)
{
  BtyCtlType *type = data;

  g_free (type->name);
  g_free (type->schema);
  g_free (type);
}

void
bty_ctl_catalogue_free (BtyCtlCatalogue *self)
{
  g_clear_pointer (&self->types, g_ptr_array_unref);
  g_clear_pointer (&self->operations, g_ptr_array_unref);
  g_free (self);
}

/* What @operation says of a name. */
static char *
find_schema (const BtyOperationInfo *operation, const char *name)
{
  const char *const sides[][2] = {
    { operation->request_type, operation->request },
    { operation->item_type, operation->item },
    { operation->response_type, operation->response },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (g_strcmp0 (sides[i][0], name) == 0 && sides[i][1] != NULL)
      return g_strdup (sides[i][1]);
  return operation->schemas != NULL ? bty_ctl_json_get (operation->schemas, name) : NULL;
}

const BtyCtlType *
bty_ctl_catalogue_find (const BtyCtlCatalogue *self, const BtyOperationInfo *operation, const char *name)
{
  g_autofree char *schema = find_schema (operation, name);

  for (guint i = 0; schema != NULL && i < self->types->len; i++)
    {
      const BtyCtlType *type = self->types->pdata[i];

      if (strcmp (type->name, name) == 0 && strcmp (type->schema, schema) == 0)
        return type;
    }
  return NULL;
}

static void
add_type (BtyCtlCatalogue *self, const BtyOperationInfo *operation, const char *name)
{
  BtyCtlType *type;
  char *schema;

  if (name == NULL || bty_ctl_catalogue_find (self, operation, name) != NULL)
    return;
  schema = find_schema (operation, name);
  if (schema == NULL)
    return;
  type = g_new0 (BtyCtlType, 1);
  type->name = g_strdup (name);
  type->schema = schema;
  type->operation = operation;
  for (guint i = 0; i < self->types->len; i++)
    if (strcmp (((BtyCtlType *) self->types->pdata[i])->name, name) == 0)
      type->number++;
  g_ptr_array_add (self->types, type);
}

static void
add_types (BtyCtlCatalogue *self, const BtyOperationInfo *operation)
{
  g_autoptr (GPtrArray) members = NULL;

  add_type (self, operation, operation->request_type);
  add_type (self, operation, operation->item_type);
  add_type (self, operation, operation->response_type);
  if (operation->schemas == NULL)
    return;
  members = bty_ctl_json_get_members (operation->schemas);
  for (guint i = 0; i + 1 < members->len; i += 2)
    add_type (self, operation, members->pdata[i]);
}

static int
compare_types (gconstpointer a, gconstpointer b)
{
  const BtyCtlType *left = *(const BtyCtlType *const *) a, *right = *(const BtyCtlType *const *) b;
  int order = strcmp (left->name, right->name);

  return order != 0 ? order : (int) left->number - (int) right->number;
}

static int
compare_operations (gconstpointer a, gconstpointer b)
{
  const BtyOperationInfo *left = *(const BtyOperationInfo *const *) a, *right = *(const BtyOperationInfo *const *) b;

  return strcmp (left->name, right->name);
}

BtyCtlCatalogue *
bty_ctl_catalogue_load (BtyCtl *ctl, GError **error)
{
  GPtrArray *operations = bty_ctl_call_records (ctl, "operation.list", NULL, &bty_operation_info_schema, 0, error);
  BtyCtlCatalogue *self;

  if (operations == NULL)
    return NULL;
  self = g_new0 (BtyCtlCatalogue, 1);
  self->operations = operations;
  self->types = g_ptr_array_new_with_free_func (type_free);
  g_ptr_array_sort (operations, compare_operations);
  for (guint i = 0; i < operations->len; i++)
    add_types (self, operations->pdata[i]);
  g_ptr_array_sort (self->types, compare_types);
  return self;
}
