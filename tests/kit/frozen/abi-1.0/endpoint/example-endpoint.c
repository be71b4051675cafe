/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include <string.h>

#include "example-endpoint.h"

/*
 * Answers GET /example/bots with a line for each bot. Whatever it does goes through an operation, so that who may do it is decided where
 * it is for every door.
 */
struct _ExampleEndpoint
{
  GObject parent_instance;
  BtyHost *host; /* outlives us */
};

static void init_endpoint (BtyEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleEndpoint, example_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_ENDPOINT, init_endpoint))

static void
example_endpoint_class_init (ExampleEndpointClass *klass)
{
}

static void
example_endpoint_init (ExampleEndpoint *self)
{
}

static void
respond (BtyExchange *exchange, guint status, const char *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  bty_exchange_respond (exchange, status, "text/plain; charset=utf-8", body);
}

static void
respond_error (BtyExchange *exchange, const GError *error)
{
  g_autofree char *line = g_strconcat (error->message, "\n", NULL);

  respond (exchange, bty_error_info (bty_error_code_of (error))->http_status, line);
}

/* One answer on its way. */
typedef struct
{
  BtyExchange *exchange;
  BtyCallReader *reader;
  GString *text;
} Answer;

/* Called first by us, then whenever there is more to read. */
static void
read_items (BtyCallReader *reader, gpointer data)
{
  Answer *answer = data;
  BtyReadResult result;
  BtyItem item;
  const GError *error;

  while ((result = bty_call_reader_next (reader, &item)) == BTY_READ_ITEM)
    {
      const BtyBot *bot = item.record;

      g_string_append_printf (answer->text, "%s\t%s\n", bot->slug, bot->name);
    }
  if (result == BTY_READ_WAIT)
    return;
  error = bty_call_error (bty_call_reader_call (reader));
  if (error != NULL)
    respond_error (answer->exchange, error);
  else
    respond (answer->exchange, 200, answer->text->str);
  g_object_unref (answer->exchange);
  bty_call_reader_free (answer->reader);
  g_string_free (answer->text, TRUE);
  g_free (answer);
}

static void
list_bots (ExampleEndpoint *self, BtyExchange *exchange, BtyPrincipal *principal)
{
  BtyCallSpec spec = {
    .operation = "bot.list", .principal = principal, .decode = bty_decode_json, .input = NULL, .door = "example"
  };
  g_autoptr (BtyCall) call = bty_host_start_call (self->host, &spec);
  Answer *answer = g_new0 (Answer, 1);

  answer->exchange = g_object_ref (exchange);
  answer->text = g_string_new (NULL);
  answer->reader = bty_call_reader_new (call, 0, read_items, answer);
  read_items (answer->reader, answer);
}

static void
handle (BtyEndpoint *endpoint, BtyExchange *exchange)
{
  ExampleEndpoint *self = EXAMPLE_ENDPOINT (endpoint);
  g_autoptr (BtyPrincipal) principal = NULL;
  g_autoptr (GError) error = NULL;
  BtyCredentials credentials = { 0 };

  if (strcmp (bty_exchange_get_path (exchange), "/bots") != 0)
    respond (exchange, 404, "There is nothing here.\n");
  else if (strcmp (bty_exchange_get_method (exchange), "GET") != 0)
    respond (exchange, 405, "Only GET is served here.\n");
  else
    {
      bty_exchange_get_credentials (exchange, &credentials);
      principal = bty_host_identify (self->host, &credentials, &error);
      if (principal != NULL)
        list_bots (self, exchange, principal);
      else
        respond_error (exchange, error);
    }
}

static const char *const *
get_mounts (BtyEndpoint *endpoint)
{
  static const char *const mounts[] = { "/example", NULL };

  return mounts;
}

static void
start (BtyEndpoint *endpoint, BtyHost *host)
{
  EXAMPLE_ENDPOINT (endpoint)->host = host;
}

static void
init_endpoint (BtyEndpointInterface *iface)
{
  iface->get_mounts = get_mounts;
  iface->start = start;
  iface->handle = handle;
}
