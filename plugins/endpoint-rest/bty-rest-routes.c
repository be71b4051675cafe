/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <string.h>

#include "bty-rest-routes.h"

static const char *const verb_names[BTY_REST_N_VERBS] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

typedef struct _Node Node;
struct _Node
{
  char *segment;
  gsize length;
  GPtrArray *children; /* of fixed names */
  Node *any;           /* for a label */
  BtyRestRoute *routes[BTY_REST_N_VERBS];
};

struct _BtyRestRoutes
{
  guint generation;
  Node *root;
  GPtrArray *routes;
  GHashTable *by_name;
};

static void
node_free (gpointer data)
{
  Node *node = data;

  if (node == NULL)
    return;
  g_free (node->segment);
  g_ptr_array_unref (node->children);
  node_free (node->any);
  g_free (node);
}

static Node *
node_new (const char *segment, gsize length)
{
  Node *node = g_new0 (Node, 1);

  node->segment = g_strndup (segment, length);
  node->length = length;
  node->children = g_ptr_array_new_with_free_func (node_free);
  return node;
}

static void
route_free (gpointer data)
{
  BtyRestRoute *route = data;

  for (guint i = 0; i < route->n_labels; i++)
    g_free (route->labels[i]);
  g_free (route);
}

int
bty_rest_verb_parse (const char *method)
{
  for (int i = 0; i < BTY_REST_N_VERBS; i++)
    if (strcmp (method, verb_names[i]) == 0)
      return i;
  return strcmp (method, "HEAD") == 0 ? BTY_REST_GET : -1;
}

const char *
bty_rest_verb_get_name (BtyRestVerb verb)
{
  return verb_names[verb];
}

static Node *
find_child (const Node *node, const char *segment, gsize length)
{
  for (guint i = 0; i < node->children->len; i++)
    {
      Node *child = node->children->pdata[i];

      if (child->length == length && memcmp (child->segment, segment, length) == 0)
        return child;
    }
  return NULL;
}

static Node *
add_child (Node *node, const char *segment, gsize length)
{
  Node *child = find_child (node, segment, length);

  if (child != NULL)
    return child;
  child = node_new (segment, length);
  g_ptr_array_add (node->children, child);
  return child;
}

static Node *
add_label (Node *node, BtyRestRoute *route, const char *segment, gsize length)
{
  if (route->n_labels == BTY_REST_MAX_LABELS)
    return NULL;
  route->labels[route->n_labels++] = g_strndup (segment + 1, length - 2);
  if (node->any == NULL)
    node->any = node_new ("", 0);
  return node->any;
}

static gboolean
insert (BtyRestRoutes *self, BtyRestRoute *route)
{
  Node *node = self->root;
  const char *p = route->path;

  while (node != NULL && *p == '/')
    {
      gsize length = strcspn (++p, "/");

      if (*p == '{' && p[length - 1] == '}')
        node = add_label (node, route, p, length);
      else
        node = add_child (node, p, length);
      p += length;
    }
  if (node == NULL || node->routes[route->verb] != NULL)
    return FALSE;
  node->routes[route->verb] = route;
  return TRUE;
}

static gboolean
takes (const BtyOperation *operation, const char *name)
{
  int index = operation->request != NULL ? bty_schema_find (operation->request, name, -1, 0) : -1;

  return index >= 0 && bty_view_takes (operation->request_view, bty_schema_get_field (operation->request, index));
}

static void
add_operation (BtyRestRoutes *self, const BtyOperation *operation)
{
  BtyRestRoute *route = g_new0 (BtyRestRoute, 1);
  const char *space = strchr (operation->http, ' ');
  g_autofree char *verb = g_strndup (operation->http, space - operation->http);
  int number = bty_rest_verb_parse (verb);

  route->operation = operation;
  route->path = space + 1;
  route->verb = MAX (number, 0);
  route->makes = operation->response != NULL &&
                 (g_str_has_suffix (operation->name, ".create") || g_str_has_suffix (operation->name, ".add"));
  route->takes_revision = takes (operation, "revision");
  route->takes_after = takes (operation, "after");
  if (number == -1 || !insert (self, route))
    {
      g_warning ("operation %s has no path of its own: “%s”", operation->name, operation->http);
      route_free (route);
      return;
    }
  g_ptr_array_add (self->routes, route);
  g_hash_table_insert (self->by_name, (gpointer) operation->name, route);
}

static gsize
get_noun_length (const BtyOperation *operation)
{
  return strcspn (operation->name, ".") + 1;
}

/* The labels must be strings of the answer, so that the path can be filled in from it. */
static gboolean
can_locate (const BtyRestRoute *route, const BtyOperation *maker)
{
  gsize noun = get_noun_length (maker);

  if (route->verb != BTY_REST_GET || route->operation->item != NULL || route->n_labels == 0 ||
      strncmp (route->operation->name, maker->name, noun) != 0)
    return FALSE;
  for (guint i = 0; i < route->n_labels; i++)
    {
      int index = bty_schema_find (maker->response, route->labels[i], -1, 0);

      if (index < 0 || bty_schema_get_field (maker->response, index)->type != BTY_FIELD_TYPE_STRING)
        return FALSE;
    }
  return TRUE;
}

static void
locate (BtyRestRoutes *self, BtyRestRoute *maker)
{
  for (guint i = 0; maker->location == NULL && i < self->routes->len; i++)
    if (can_locate (self->routes->pdata[i], maker->operation))
      maker->location = self->routes->pdata[i];
}

BtyRestRoutes *
bty_rest_routes_new (BtyCatalogue *catalogue)
{
  BtyRestRoutes *self = g_rc_box_new0 (BtyRestRoutes);
  g_autoptr (GPtrArray) operations = bty_catalogue_list_known (catalogue);

  self->generation = bty_catalogue_get_generation (catalogue);
  self->root = node_new ("", 0);
  self->routes = g_ptr_array_new_with_free_func (route_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < operations->len; i++)
    add_operation (self, operations->pdata[i]);
  for (guint i = 0; i < self->routes->len; i++)
    if (((BtyRestRoute *) self->routes->pdata[i])->makes)
      locate (self, self->routes->pdata[i]);
  return self;
}

BtyRestRoutes *
bty_rest_routes_ref (BtyRestRoutes *self)
{
  return g_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  BtyRestRoutes *self = data;

  node_free (self->root);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->routes);
}

void
bty_rest_routes_unref (BtyRestRoutes *self)
{
  g_rc_box_release_full (self, clear);
}

guint
bty_rest_routes_get_generation (const BtyRestRoutes *self)
{
  return self->generation;
}

static gboolean
has_routes (const Node *node)
{
  for (guint i = 0; i < BTY_REST_N_VERBS; i++)
    if (node->routes[i] != NULL)
      return TRUE;
  return FALSE;
}

/* Goes down a fixed name before a label, and comes back up when that leads nowhere; the tree's depth bounds the recursion. */
static const Node *
descend (const Node *node, const char *path, guint depth, BtyRestMatch *match)
{
  const Node *child, *found = NULL;
  gsize length;

  if (*path == '\0')
    return has_routes (node) ? node : NULL;
  path++;
  length = strcspn (path, "/");
  child = find_child (node, path, length);
  if (child != NULL)
    found = descend (child, path + length, depth, match);
  if (found != NULL || node->any == NULL || length == 0)
    return found;
  match->labels[depth] = (BtyRestSlice){ path, length };
  return descend (node->any, path + length, depth + 1, match);
}

void
bty_rest_routes_match (const BtyRestRoutes *self, int verb, const char *path, BtyRestMatch *match)
{
  const Node *node = descend (self->root, path, 0, match);

  match->route = node != NULL && verb >= 0 ? node->routes[verb] : NULL;
  match->allowed = 0;
  for (guint i = 0; node != NULL && i < BTY_REST_N_VERBS; i++)
    match->allowed |= node->routes[i] != NULL ? 1u << i : 0;
}

const BtyRestRoute *
bty_rest_routes_find (const BtyRestRoutes *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  const BtyRestRoute *left = *(const BtyRestRoute *const *) a, *right = *(const BtyRestRoute *const *) b;
  int order = strcmp (left->path, right->path);

  return order != 0 ? order : (int) left->verb - (int) right->verb;
}

GPtrArray *
bty_rest_routes_list (const BtyRestRoutes *self)
{
  GPtrArray *list = g_ptr_array_new ();

  g_ptr_array_extend (list, self->routes, NULL, NULL);
  g_ptr_array_sort (list, compare_paths);
  return list;
}
