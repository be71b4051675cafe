/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-rest-answer.h"
#include "bty-rest-decode.h"
#include "bty-rest-endpoint.h"
#include "bty-rest-openapi.h"
#include "bty-rest-problem.h"
#include "bty-rest-routes.h"
#include "bty-rest-stream.h"

#define CALL_PREFIX   "/call/"
#define OPENAPI_PATH  "/openapi.json"
#define MAX_TIMEOUT_S G_GINT64_CONSTANT (86400)

struct _BtyRestEndpoint
{
  GObject parent;
  BtyHost *host; /* outlives us */
  BtyRestRoutes *routes;
  GBytes *openapi; /* of the routes' generation */
  BtyRestStreams *streams;
};

static void bty_rest_endpoint_iface_init (BtyEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyRestEndpoint, bty_rest_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_ENDPOINT, bty_rest_endpoint_iface_init))

static const char *const *
get_mounts (BtyEndpoint *endpoint)
{
  static const char *const mounts[] = { BTY_REST_MOUNT, NULL };

  return mounts;
}

static void
start (BtyEndpoint *endpoint, BtyHost *host)
{
  BtyRestEndpoint *self = BTY_REST_ENDPOINT (endpoint);

  self->host = host;
  self->streams = bty_rest_streams_new (host);
}

static void
refresh (BtyRestEndpoint *self)
{
  BtyCatalogue *catalogue = bty_host_get_catalogue (self->host);

  if (self->routes != NULL && bty_rest_routes_get_generation (self->routes) == bty_catalogue_get_generation (catalogue))
    return;
  g_clear_pointer (&self->routes, bty_rest_routes_unref);
  g_clear_pointer (&self->openapi, g_bytes_unref);
  self->routes = bty_rest_routes_new (catalogue);
}

static void
set_allow (BtyExchange *exchange, guint verbs)
{
  g_autoptr (GString) text = g_string_new ((verbs & (1u << BTY_REST_GET)) != 0 ? "HEAD, OPTIONS" : "OPTIONS");

  for (guint i = 0; i < BTY_REST_N_VERBS; i++)
    if ((verbs & (1u << i)) != 0)
      g_string_append_printf (text, ", %s", bty_rest_verb_get_name (i));
  bty_exchange_set_header (exchange, "Allow", text->str);
}

/* @verbs: what the path is served with; the asked one is not among them. */
static void
respond_allowed (BtyExchange *exchange, guint verbs)
{
  set_allow (exchange, verbs);
  if (strcmp (bty_exchange_get_method (exchange), "OPTIONS") == 0)
    bty_exchange_respond (exchange, 204, NULL, NULL);
  else
    bty_rest_problem_respond_new (exchange, 405, BTY_ERROR_UNIMPLEMENTED,
                                  _ ("this path is not served with this method; Allow says which"));
}

static void
respond_openapi (BtyRestEndpoint *self, BtyExchange *exchange, int verb)
{
  if (verb != BTY_REST_GET)
    {
      respond_allowed (exchange, 1u << BTY_REST_GET);
      return;
    }
  if (self->openapi == NULL)
    {
      /* The schemas of what is only promised are with its plugin, which listing opens. */
      g_ptr_array_unref (bty_catalogue_list (bty_host_get_catalogue (self->host)));
      refresh (self);
      self->openapi = bty_rest_openapi_new (self->routes);
    }
  bty_exchange_respond (exchange, 200, BTY_REST_JSON_TYPE, self->openapi);
}

/* Whether the body may be read: it says nothing of its type, or says JSON. */
static gboolean
is_json (BtyExchange *exchange)
{
  const char *type = bty_exchange_get_header (exchange, "Content-Type");
  gsize length;

  if (type == NULL)
    return TRUE;
  length = strcspn (type, " ;");
  return length == strlen (BTY_REST_JSON_TYPE) && g_ascii_strncasecmp (type, BTY_REST_JSON_TYPE, length) == 0;
}

static gboolean
check_body (BtyExchange *exchange, BtyRestVerb verb, GBytes *body)
{
  if (body == NULL || g_bytes_get_size (body) == 0)
    return TRUE;
  if (verb == BTY_REST_GET)
    bty_rest_problem_respond_new (exchange, 400, BTY_ERROR_INVALID_ARGUMENT, _ ("a GET request has no body"));
  else if (!is_json (exchange))
    bty_rest_problem_respond_new (exchange, 415, BTY_ERROR_INVALID_ARGUMENT, _ ("the body must be application/json"));
  else
    return TRUE;
  return FALSE;
}

static gboolean
wants_whole (BtyExchange *exchange)
{
  const char *accept = bty_exchange_get_header (exchange, "Accept");

  return accept != NULL && strstr (accept, BTY_REST_JSON_TYPE) != NULL && strstr (accept, "text/event-stream") == NULL;
}

/* The same key gives the items of the first call again, with their numbers: a client that comes back to one whose stream it lost says
 * which item it has last. */
static gboolean
read_place (BtyRestContext *context, const BtyCallSpec *spec)
{
  const char *id = bty_exchange_get_header (context->exchange, "Last-Event-ID");
  gint64 number;

  if (id == NULL || *id == '\0' || context->route->takes_after || spec->idempotency_key == NULL ||
      (context->route->operation->effect & BTY_EFFECT_STREAMING) == 0)
    return TRUE;
  if (!bty_rest_parse_digits (id, &number))
    {
      bty_rest_problem_respond_new (context->exchange, 400, BTY_ERROR_INVALID_ARGUMENT,
                                    _ ("Last-Event-ID must be a number"));
      return FALSE;
    }
  context->after = (guint64) number;
  return TRUE;
}

static gboolean
read_headers (const BtyRestContext *context, BtyRestVerb verb, BtyRestInput *input, BtyCallSpec *spec)
{
  const char *timeout = bty_exchange_get_header (context->exchange, "X-Request-Timeout");
  gint64 seconds;

  if (verb != BTY_REST_GET)
    {
      spec->idempotency_key = bty_exchange_get_header (context->exchange, "Idempotency-Key");
      input->if_match = bty_exchange_get_header (context->exchange, "If-Match");
    }
  if (context->route->takes_after)
    input->last_event_id = bty_exchange_get_header (context->exchange, "Last-Event-ID");
  if (input->if_match != NULL && !context->route->takes_revision)
    {
      bty_rest_problem_respond_new (context->exchange, 400, BTY_ERROR_INVALID_ARGUMENT,
                                    _ ("this operation has no use for If-Match"));
      return FALSE;
    }
  if (timeout == NULL)
    return TRUE;
  if (!bty_rest_parse_digits (timeout, &seconds) || seconds < 1 || seconds > MAX_TIMEOUT_S)
    {
      bty_rest_problem_respond_new (context->exchange, 400, BTY_ERROR_INVALID_ARGUMENT,
                                    _ ("X-Request-Timeout must be 1 to 86400 seconds"));
      return FALSE;
    }
  spec->timeout_ms = seconds * 1000;
  return TRUE;
}

static void
answer_call (BtyRestEndpoint *self, const BtyRestContext *context, const BtyCallSpec *spec)
{
  const BtyOperation *operation = context->route->operation;
  gboolean is_endless = (operation->effect & BTY_EFFECT_ENDLESS) != 0;
  gboolean streams = (operation->effect & BTY_EFFECT_STREAMING) != 0 && operation->item != NULL &&
                     !wants_whole (context->exchange);
  g_autoptr (BtyCall) call = NULL;
  g_autoptr (GError) error = NULL;

  if (is_endless && !streams)
    {
      g_set_error (&error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” goes on until you leave, so it cannot be had whole: accept text/event-stream, or ask for "
                      "what ends, such as event.replay"),
                   operation->name);
      bty_rest_problem_respond (context->exchange, error, 406);
      return;
    }
  if (streams && strcmp (bty_exchange_get_method (context->exchange), "HEAD") == 0)
    {
      bty_exchange_respond (context->exchange, 200, "text/event-stream", NULL);
      return;
    }
  call = bty_host_start_call (self->host, spec);
  if (streams)
    bty_rest_streams_add (self->streams, context, call);
  else
    bty_rest_collect (context, call);
}

static void
carry_out (BtyRestEndpoint *self, BtyExchange *exchange, BtyPrincipal *principal, const BtyRestRoute *route,
           const BtyRestMatch *match, BtyRestVerb verb)
{
  BtyRestContext context = { .exchange = exchange, .routes = self->routes, .route = route, .by_name = match == NULL };
  BtyRestInput input = { .body = bty_exchange_get_body (exchange),
                         .match = match,
                         .query = bty_exchange_get_query (exchange) };
  BtyCallSpec spec = { .operation = route->operation->name,
                       .principal = principal,
                       .decode = bty_rest_decode,
                       .input = &input,
                       .door = "rest" };
  g_autoptr (GError) error = NULL;

  if (!check_body (exchange, verb, input.body) || !read_headers (&context, verb, &input, &spec) ||
      !read_place (&context, &spec))
    return;
  context.if_match = input.if_match != NULL;
  if (route->operation->request == NULL && !bty_rest_check_empty (&input, &error))
    bty_rest_problem_respond (exchange, error, 0);
  else
    answer_call (self, &context, &spec);
}

static void route_request (BtyRestEndpoint *self, BtyExchange *exchange, BtyPrincipal *principal, gboolean is_last);

/* A request for what is not there, or not yet. */
typedef struct
{
  BtyRestEndpoint *endpoint;
  BtyExchange *exchange;
  BtyPrincipal *principal;
} Early;

static void
early_free (gpointer data)
{
  Early *early = data;

  g_object_unref (early->endpoint);
  g_object_unref (early->exchange);
  bty_principal_unref (early->principal);
  g_free (early);
}

static void
on_known (gpointer nothing, gpointer data)
{
  const Early *early = data;

  refresh (early->endpoint);
  route_request (early->endpoint, early->exchange, early->principal, TRUE);
}

/* Its plugin may have come a moment ago. */
static void
route_when_known (BtyRestEndpoint *self, BtyExchange *exchange, BtyPrincipal *principal)
{
  Early *early = g_new0 (Early, 1);

  *early = (Early){ g_object_ref (self), g_object_ref (exchange), bty_principal_ref (principal) };
  bty_catalogue_when_known (bty_host_get_catalogue (self->host), on_known, early, early_free);
}

/* An operation whose plugin is not open yet: it is opened, and the path then leads to the operation itself. */
static void
open_and_route (BtyRestEndpoint *self, BtyExchange *exchange, BtyPrincipal *principal, const BtyOperation *promised,
                gboolean is_last)
{
  g_autoptr (GError) error = NULL;

  if (bty_catalogue_find (bty_host_get_catalogue (self->host), promised->name, NULL, &error) == NULL)
    {
      if (!is_last && g_error_matches (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE)) /* it is being looked at */
        route_when_known (self, exchange, principal);
      else
        bty_rest_problem_respond (exchange, error, 0);
      return;
    }
  refresh (self);
  route_request (self, exchange, principal, is_last);
}

static void
call_by_name (BtyRestEndpoint *self, BtyExchange *exchange, BtyPrincipal *principal, const char *name, int verb,
              gboolean is_last)
{
  const BtyRestRoute *route = bty_rest_routes_find (self->routes, name);
  g_autofree char *detail = NULL;

  if (verb != BTY_REST_POST)
    {
      respond_allowed (exchange, 1u << BTY_REST_POST);
      return;
    }
  if (route != NULL && route->operation->run == NULL)
    {
      open_and_route (self, exchange, principal, route->operation, is_last);
      return;
    }
  if (route != NULL)
    {
      carry_out (self, exchange, principal, route, NULL, BTY_REST_POST);
      return;
    }
  if (!is_last)
    {
      route_when_known (self, exchange, principal);
      return;
    }
  detail = g_strdup_printf (_ ("there is no operation “%.80s”"), name);
  bty_rest_problem_respond_new (exchange, 404, BTY_ERROR_NOT_FOUND, detail);
}

static void
respond_nothing (BtyExchange *exchange)
{
  g_autofree char *detail = g_strdup_printf (_ ("nothing is served at this path; %s describes what is"),
                                             BTY_REST_MOUNT OPENAPI_PATH);

  bty_rest_problem_respond_new (exchange, 404, BTY_ERROR_NOT_FOUND, detail);
}

/* @is_last: nothing more is about to come */
static void
route_request (BtyRestEndpoint *self, BtyExchange *exchange, BtyPrincipal *principal, gboolean is_last)
{
  const char *path = bty_exchange_get_path (exchange);
  int verb = bty_rest_verb_parse (bty_exchange_get_method (exchange));
  BtyRestMatch match;

  if (strcmp (path, OPENAPI_PATH) == 0)
    {
      respond_openapi (self, exchange, verb);
      return;
    }
  if (g_str_has_prefix (path, CALL_PREFIX))
    {
      call_by_name (self, exchange, principal, path + strlen (CALL_PREFIX), verb, is_last);
      return;
    }
  bty_rest_routes_match (self->routes, verb, path, &match);
  if (match.route != NULL && match.route->operation->run == NULL)
    open_and_route (self, exchange, principal, match.route->operation, is_last);
  else if (match.route != NULL)
    carry_out (self, exchange, principal, match.route, &match, verb);
  else if (match.allowed != 0)
    respond_allowed (exchange, match.allowed);
  else if (!is_last)
    route_when_known (self, exchange, principal);
  else
    respond_nothing (exchange);
}

/* Who it is comes first: nobody without a token learns what there is. */
static void
handle (BtyEndpoint *endpoint, BtyExchange *exchange)
{
  BtyRestEndpoint *self = BTY_REST_ENDPOINT (endpoint);
  g_autoptr (BtyPrincipal) principal = NULL;
  g_autoptr (GError) error = NULL;
  BtyCredentials credentials;

  bty_exchange_get_credentials (exchange, &credentials);
  principal = bty_host_identify (self->host, &credentials, &error);
  if (principal == NULL)
    {
      bty_rest_problem_respond (exchange, error, 0);
      return;
    }
  refresh (self);
  route_request (self, exchange, principal, FALSE);
}

static void
bty_rest_endpoint_iface_init (BtyEndpointInterface *iface)
{
  iface->get_mounts = get_mounts;
  iface->start = start;
  iface->handle = handle;
}

static void
bty_rest_endpoint_finalize (GObject *object)
{
  BtyRestEndpoint *self = BTY_REST_ENDPOINT (object);

  g_clear_pointer (&self->streams, bty_rest_streams_free);
  g_clear_pointer (&self->routes, bty_rest_routes_unref);
  g_clear_pointer (&self->openapi, g_bytes_unref);
  G_OBJECT_CLASS (bty_rest_endpoint_parent_class)->finalize (object);
}

static void
bty_rest_endpoint_class_init (BtyRestEndpointClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_rest_endpoint_finalize;
}

static void
bty_rest_endpoint_init (BtyRestEndpoint *self)
{
}
