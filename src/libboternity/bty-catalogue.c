/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-catalogue"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-catalogue.h"
#include "bty-record-types-private.h"

/* What withdraws a promise and adds the operations themselves. */
typedef struct
{
  char *prefix;
  BtyCatalogueOpener open;
  gpointer data;
  guint n;
  BtyOperation *stubs;
} Promise;

typedef struct
{
  const BtyOperation *operation;
  gpointer service;
  Promise *promise; /* NULL: it is there */
} Entry;

struct _BtyCatalogue
{
  GObject parent_instance;
  GHashTable *entries; /* name, as in the operation; Entry */
  GHashTable *routes;  /* verb and path with every label written {} ; the operation */
  GHashTable *own;     /* first words of the names of the program's own operations */
  BtyRecordTypes *types;
  GPtrArray *promises; /* withdrawn ones too: whoever listed them may still look at them */
  guint generation;
  BtyCatalogueWait wait; /* NULL: nothing ever comes late */
  gpointer wait_data;
};

G_DEFINE_FINAL_TYPE (BtyCatalogue, bty_catalogue, G_TYPE_OBJECT)

static void
promise_free (Promise *promise)
{
  for (guint i = 0; i < promise->n; i++)
    {
      g_free ((char *) promise->stubs[i].name);
      g_free ((char *) promise->stubs[i].summary);
      g_free ((char *) promise->stubs[i].http);
      g_free ((char *) promise->stubs[i].scope);
    }
  g_free (promise->stubs);
  g_free (promise->prefix);
  g_free (promise);
}

static void
bty_catalogue_finalize (GObject *object)
{
  BtyCatalogue *self = BTY_CATALOGUE (object);

  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->routes);
  g_hash_table_unref (self->own);
  bty_record_types_free (self->types);
  g_ptr_array_unref (self->promises);
  G_OBJECT_CLASS (bty_catalogue_parent_class)->finalize (object);
}

static void
bty_catalogue_class_init (BtyCatalogueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_catalogue_finalize;
}

static void
bty_catalogue_init (BtyCatalogue *self)
{
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->routes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->types = bty_record_types_new ();
  self->promises = g_ptr_array_new_with_free_func ((GDestroyNotify) promise_free);
}

BtyCatalogue *
bty_catalogue_new (void)
{
  return g_object_new (BTY_TYPE_CATALOGUE, NULL);
}

static gboolean
refuse (GError **error, const BtyOperation *operation, const char *why)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("operation “%s”: %s"),
               operation->name != NULL ? operation->name : "", why);
  return FALSE;
}

/* Words of small letters, digits, _ and -, with dots between them: at least two. */
static gboolean
is_name (const char *name)
{
  guint dots = 0;

  for (const char *p = name; *p != '\0'; p++)
    {
      gboolean begins = p == name || p[-1] == '.';

      if (*p == '.' ? (begins || p[1] == '\0')
                    : !g_ascii_islower (*p) && (begins || !(g_ascii_isdigit (*p) || *p == '_' || *p == '-')))
        return FALSE;
      dots += *p == '.';
    }
  return dots > 0;
}

static gboolean
check_label (const BtyOperation *operation, const char *label, gsize length, GError **error)
{
  int index = operation->request != NULL ? bty_schema_find (operation->request, label, (gssize) length, 0) : -1;
  g_autofree char *why = NULL;

  if (index >= 0 && bty_view_takes (operation->request_view, bty_schema_get_field (operation->request, (guint) index)))
    return TRUE;
  why = g_strdup_printf (_ ("its path has {%.*s}, which is no field of its request"), (int) length, label);
  return refuse (error, operation, why);
}

/* The route with the labels' names left out, by which two operations would collide. */
static char *
make_route (const BtyOperation *operation, gboolean is_promise, GError **error)
{
  static const char *const verbs[] = { "GET", "POST", "PUT", "PATCH", "DELETE", NULL };
  const char *space = operation->http != NULL ? strchr (operation->http, ' ') : NULL;
  g_autofree char *verb = space != NULL ? g_strndup (operation->http, (gsize) (space - operation->http)) : NULL;
  g_autoptr (GString) route = NULL;

  if (verb == NULL || !g_strv_contains (verbs, verb) || space[1] != '/')
    {
      refuse (error, operation, _ ("its http must be a verb and a path, such as “GET /bots/{slug}”"));
      return NULL;
    }
  route = g_string_new (NULL);
  for (const char *p = operation->http; *p != '\0'; p++)
    {
      const char *close = *p == '{' ? strchr (p, '}') : NULL;

      g_string_append_c (route, *p);
      if (*p != '{')
        continue;
      if (close == NULL)
        {
          refuse (error, operation, _ ("a label in its path has no end"));
          return NULL;
        }
      if (!is_promise && !check_label (operation, p + 1, (gsize) (close - p - 1), error))
        return NULL;
      p = close - 1;
    }
  return g_string_free (g_steal_pointer (&route), FALSE);
}

static gboolean
check_operation (const BtyOperation *operation, const char *prefix, gboolean is_promise, GError **error)
{
  if (operation->name == NULL || !is_name (operation->name))
    return refuse (error, operation, _ ("its name must be small words with a dot between them, such as “bot.create”"));
  if (prefix != NULL && (!g_str_has_prefix (operation->name, prefix) || operation->name[strlen (prefix)] != '.'))
    {
      g_autofree char *why = g_strdup_printf (_ ("its name must begin with “%s.”"), prefix);

      return refuse (error, operation, why);
    }
  if (operation->summary == NULL || *operation->summary == '\0')
    return refuse (error, operation, _ ("it has no summary"));
  if (operation->run == NULL && !is_promise)
    return refuse (error, operation, _ ("it has no function to run"));
  return TRUE;
}

static gboolean
check_free (BtyCatalogue *self, const BtyOperation *operation, const char *route, GHashTable *names, GHashTable *routes,
            GError **error)
{
  const BtyOperation *other;

  if (g_hash_table_contains (self->entries, operation->name) || g_hash_table_contains (names, operation->name))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS, _ ("there is an operation “%s” already"),
                   operation->name);
      return FALSE;
    }
  other = g_hash_table_lookup (self->routes, route);
  if (other == NULL)
    other = g_hash_table_lookup (routes, route);
  if (other == NULL)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS, _ ("operation “%s”: “%s” is taken by “%s”"), operation->name,
               operation->http, other->name);
  return FALSE;
}

/* All are checked before the first one is added. */
static gboolean
check_all (BtyCatalogue *self, const BtyOperation *operations, guint n_operations, const char *prefix,
           gboolean is_promise, GHashTable *routes, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n_operations; i++)
    {
      const BtyOperation *operation = &operations[i];
      g_autofree char *route = NULL;

      if (!check_operation (operation, prefix, is_promise, error) ||
          (prefix != NULL && !is_promise && !bty_record_types_check (self->types, operation, error)))
        return FALSE;
      route = make_route (operation, is_promise, error);
      if (route == NULL || !check_free (self, operation, route, names, routes, error))
        return FALSE;
      g_hash_table_add (names, (gpointer) operation->name);
      g_hash_table_insert (routes, g_steal_pointer (&route), (gpointer) operation);
    }
  return TRUE;
}

/* A plugin does not mix its operations among those of the program. */
static gboolean
check_word (BtyCatalogue *self, const char *prefix, GError **error)
{
  if (prefix == NULL || !g_hash_table_contains (self->own, prefix))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
               _ ("operations that begin with “%s.” are the program's own: the plugin needs another id"), prefix);
  return FALSE;
}

static void
take_operation (BtyCatalogue *self, const BtyOperation *operation, gpointer service, Promise *promise, gboolean is_own)
{
  Entry *entry = g_new (Entry, 1);

  *entry = (Entry){ operation, service, promise };
  g_hash_table_insert (self->entries, (gpointer) operation->name, entry);
  if (promise == NULL)
    bty_record_types_learn (self->types, operation);
  if (is_own)
    g_hash_table_add (self->own, g_strndup (operation->name, strcspn (operation->name, ".")));
}

static gboolean
add_all (BtyCatalogue *self, const BtyOperation *operations, guint n_operations, gpointer service, const char *prefix,
         Promise *promise, GError **error)
{
  g_autoptr (GHashTable) routes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer route;
  gpointer operation;

  if (!check_word (self, prefix, error) ||
      !check_all (self, operations, n_operations, prefix, promise != NULL, routes, error))
    return FALSE;
  g_hash_table_iter_init (&iter, routes);
  while (g_hash_table_iter_next (&iter, &route, &operation))
    {
      g_hash_table_iter_steal (&iter);
      g_hash_table_insert (self->routes, route, operation);
    }
  for (guint i = 0; i < n_operations; i++)
    take_operation (self, &operations[i], service, promise, prefix == NULL);
  self->generation += n_operations;
  return TRUE;
}

gboolean
bty_catalogue_add (BtyCatalogue *catalogue, const BtyOperation *operations, guint n_operations, gpointer service,
                   const char *prefix, GError **error)
{
  g_return_val_if_fail (BTY_IS_CATALOGUE (catalogue), FALSE);
  g_return_val_if_fail (operations != NULL || n_operations == 0, FALSE);

  return add_all (catalogue, operations, n_operations, service, prefix, NULL, error);
}

gboolean
bty_catalogue_promise (BtyCatalogue *catalogue, const BtyOperation *operations, guint n_operations, const char *prefix,
                       BtyCatalogueOpener open, gpointer data, GError **error)
{
  Promise *promise;

  g_return_val_if_fail (BTY_IS_CATALOGUE (catalogue) && prefix != NULL && open != NULL, FALSE);

  promise = g_new0 (Promise, 1);
  *promise = (Promise){ g_strdup (prefix), open, data, n_operations, g_new0 (BtyOperation, n_operations) };
  for (guint i = 0; i < n_operations; i++)
    promise->stubs[i] = (BtyOperation){ .name = g_strdup (operations[i].name),
                                        .summary = g_strdup (operations[i].summary),
                                        .http = g_strdup (operations[i].http),
                                        .scope = g_strdup (operations[i].scope),
                                        .effect = operations[i].effect };
  if (!add_all (catalogue, promise->stubs, n_operations, NULL, prefix, promise, error))
    {
      promise_free (promise);
      return FALSE;
    }
  g_ptr_array_add (catalogue->promises, promise);
  return TRUE;
}

static gboolean
is_promised_by (const BtyCatalogue *self, const BtyOperation *operation, const char *prefix)
{
  const Entry *entry = g_hash_table_lookup (self->entries, operation->name);

  return entry != NULL && entry->operation == operation && entry->promise != NULL &&
         g_str_equal (entry->promise->prefix, prefix);
}

void
bty_catalogue_withdraw (BtyCatalogue *catalogue, const char *prefix)
{
  GHashTableIter iter;
  gpointer value;

  g_return_if_fail (BTY_IS_CATALOGUE (catalogue) && prefix != NULL);

  g_hash_table_iter_init (&iter, catalogue->routes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (is_promised_by (catalogue, value, prefix))
      g_hash_table_iter_remove (&iter);
  g_hash_table_iter_init (&iter, catalogue->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (is_promised_by (catalogue, ((const Entry *) value)->operation, prefix))
      {
        g_hash_table_iter_remove (&iter);
        catalogue->generation += 1;
      }
}

/* Returns: (nullable): the entry itself, its plugin opened; %NULL without an error when there is none */
static const Entry *
fulfil (BtyCatalogue *self, const char *name, GError **error)
{
  const Entry *entry = g_hash_table_lookup (self->entries, name);

  if (entry == NULL || entry->promise == NULL)
    return entry;
  if (!entry->promise->open (entry->promise->data, entry->promise->prefix, error))
    return NULL;
  entry = g_hash_table_lookup (self->entries, name);
  return entry != NULL && entry->promise == NULL ? entry : NULL;
}

const BtyOperation *
bty_catalogue_find (BtyCatalogue *catalogue, const char *name, gpointer *service, GError **error)
{
  g_autoptr (GError) why = NULL;
  const Entry *entry;

  g_return_val_if_fail (BTY_IS_CATALOGUE (catalogue) && name != NULL, NULL);

  entry = fulfil (catalogue, name, &why);
  if (service != NULL)
    *service = entry != NULL ? entry->service : NULL;
  if (entry != NULL)
    return entry->operation;
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                 _ ("there is no operation “%.100s”: “boternity-ctl call operation.list” names them all"), name);
  return NULL;
}

const BtyOperation *
bty_catalogue_lookup (BtyCatalogue *catalogue, const char *name, gpointer *service)
{
  const Entry *entry;

  g_return_val_if_fail (BTY_IS_CATALOGUE (catalogue) && name != NULL, NULL);

  entry = fulfil (catalogue, name, NULL);
  if (service != NULL)
    *service = entry != NULL ? entry->service : NULL;
  return entry != NULL ? entry->operation : NULL;
}

void
bty_catalogue_set_wait (BtyCatalogue *catalogue, BtyCatalogueWait wait, gpointer data)
{
  g_return_if_fail (BTY_IS_CATALOGUE (catalogue));

  catalogue->wait = wait;
  catalogue->wait_data = data;
}

void
bty_catalogue_when_known (BtyCatalogue *catalogue, GFunc func, gpointer data, GDestroyNotify destroy)
{
  g_return_if_fail (BTY_IS_CATALOGUE (catalogue) && func != NULL && destroy != NULL);

  if (catalogue->wait != NULL)
    {
      catalogue->wait (catalogue->wait_data, func, data, destroy);
      return;
    }
  func (NULL, data);
  destroy (data);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  const BtyOperation *const *one = a;
  const BtyOperation *const *other = b;

  return strcmp ((*one)->name, (*other)->name);
}

GPtrArray *
bty_catalogue_list_known (BtyCatalogue *catalogue)
{
  GPtrArray *list;
  GHashTableIter iter;
  gpointer value;

  g_return_val_if_fail (BTY_IS_CATALOGUE (catalogue), NULL);

  list = g_ptr_array_sized_new (g_hash_table_size (catalogue->entries));
  g_hash_table_iter_init (&iter, catalogue->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (list, (gpointer) ((const Entry *) value)->operation);
  g_ptr_array_sort (list, by_name);
  return list;
}

/* A promise that cannot be kept is left out: its plugin's record says why. */
GPtrArray *
bty_catalogue_list (BtyCatalogue *catalogue)
{
  g_autoptr (GPtrArray) known = NULL;
  GPtrArray *list;

  g_return_val_if_fail (BTY_IS_CATALOGUE (catalogue), NULL);

  known = bty_catalogue_list_known (catalogue);
  list = g_ptr_array_sized_new (known->len);
  for (guint i = 0; i < known->len; i++)
    {
      const BtyOperation *stub = g_ptr_array_index (known, i);
      const BtyOperation *operation = stub->run != NULL ? stub : bty_catalogue_lookup (catalogue, stub->name, NULL);

      if (operation != NULL)
        g_ptr_array_add (list, (gpointer) operation);
    }
  return list;
}

guint
bty_catalogue_get_generation (BtyCatalogue *catalogue)
{
  g_return_val_if_fail (BTY_IS_CATALOGUE (catalogue), 0);

  return catalogue->generation;
}

gboolean
bty_catalogue_add_records (BtyCatalogue *catalogue, const BtySchema *const *schemas, guint n_schemas,
                           const char *prefix, GError **error)
{
  g_return_val_if_fail (BTY_IS_CATALOGUE (catalogue), FALSE);
  g_return_val_if_fail (schemas != NULL || n_schemas == 0, FALSE);

  if (!bty_record_types_add (catalogue->types, schemas, n_schemas, prefix, error))
    return FALSE;
  catalogue->generation += n_schemas;
  return TRUE;
}

GPtrArray *
bty_catalogue_list_records (BtyCatalogue *catalogue)
{
  g_return_val_if_fail (BTY_IS_CATALOGUE (catalogue), NULL);

  return bty_record_types_list (catalogue->types);
}

const BtySchema *
bty_catalogue_find_record (BtyCatalogue *catalogue, const char *name)
{
  g_return_val_if_fail (BTY_IS_CATALOGUE (catalogue) && name != NULL, NULL);

  return bty_record_types_find (catalogue->types, name);
}
