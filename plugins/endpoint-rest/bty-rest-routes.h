/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-rest-text.h"

G_BEGIN_DECLS

#define BTY_REST_MOUNT      "/api/v1"
#define BTY_REST_MAX_LABELS 8

typedef enum
{
  BTY_REST_GET,
  BTY_REST_POST,
  BTY_REST_PUT,
  BTY_REST_PATCH,
  BTY_REST_DELETE,
  BTY_REST_N_VERBS,
} BtyRestVerb;

/**
 * BtyRestRoute:
 * @labels: names of the labels of its path, in order
 * @makes: whether it makes a record: then it answers 201
 * @location: (nullable): where what it made is found
 * @takes_revision: whether If-Match fits
 * @takes_after: whether Last-Event-ID fits
 *
 * An operation as this door sees it. Lives as long as the routes.
 */
typedef struct _BtyRestRoute BtyRestRoute;
struct _BtyRestRoute
{
  const BtyOperation *operation;
  BtyRestVerb verb;
  const char *path;
  guint n_labels;
  char *labels[BTY_REST_MAX_LABELS];
  const BtyRestRoute *location;
  gboolean makes;
  gboolean takes_revision;
  gboolean takes_after;
};

/**
 * BtyRestMatch:
 * @route: (nullable): what serves the path and the verb
 * @allowed: verbs that the path is served with, a bit each; 0: nothing is there
 * @labels: values of the labels, still percent-encoded
 */
typedef struct
{
  const BtyRestRoute *route;
  guint allowed;
  BtyRestSlice labels[BTY_REST_MAX_LABELS];
} BtyRestMatch;

/**
 * BtyRestRoutes:
 *
 * The paths of all operations, as a tree of segments, compiled once a generation of the catalogue. Counted, since an answer that
 * is still being made needs the ones it began with.
 */
typedef struct _BtyRestRoutes BtyRestRoutes;

BtyRestRoutes *bty_rest_routes_new (BtyCatalogue *catalogue);
BtyRestRoutes *bty_rest_routes_ref (BtyRestRoutes *routes);
void bty_rest_routes_unref (BtyRestRoutes *routes);
guint bty_rest_routes_get_generation (const BtyRestRoutes *routes);

/* @verb: -1 for one that no operation has. */
void bty_rest_routes_match (const BtyRestRoutes *routes, int verb, const char *path, BtyRestMatch *match);

/* Gives the route of an operation by its name, or NULL. */
const BtyRestRoute *bty_rest_routes_find (const BtyRestRoutes *routes, const char *name);

/* In the order of their paths. */
GPtrArray *bty_rest_routes_list (const BtyRestRoutes *routes);

/* HEAD counts as GET; -1 for what is none of ours. */
int bty_rest_verb_parse (const char *method);
const char *bty_rest_verb_get_name (BtyRestVerb verb);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyRestRoutes, bty_rest_routes_unref)

G_END_DECLS
