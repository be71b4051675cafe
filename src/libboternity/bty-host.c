/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-host.h"

G_DEFINE_INTERFACE (BtyHost, bty_host, G_TYPE_OBJECT)

const BtyEnumValue bty_feature_kinds[] = {
  { BTY_FEATURE_STORE, "store", N_ ("Keeps records") },
  { BTY_FEATURE_PROVIDER, "provider", N_ ("Speaks to models") },
  { BTY_FEATURE_TRANSPORT, "transport", N_ ("A door") },
  { BTY_FEATURE_ENDPOINT, "endpoint", N_ ("A path of the HTTP server") },
  { BTY_FEATURE_SECRETS, "secrets", N_ ("Keeps secrets") },
  { BTY_FEATURE_RUNTIME, "runtime", N_ ("Runs skills") },
  { 0 },
};

static void
bty_host_default_init (BtyHostInterface *iface)
{
  /**
   * BtyHost::ready:
   * @host: the daemon
   *
   * Emitted once, when bty_host_get_ready() has become %TRUE: the store is open, and what every door shows is there. Main context.
   */
  g_signal_new ("ready", BTY_TYPE_HOST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

BtyCatalogue *
bty_host_get_catalogue (BtyHost *host)
{
  return BTY_HOST_GET_IFACE (host)->get_catalogue (host);
}

BtyCall *
bty_host_start_call (BtyHost *host, const BtyCallSpec *spec)
{
  return BTY_HOST_GET_IFACE (host)->start_call (host, spec);
}

BtyPrincipal *
bty_host_identify (BtyHost *host, const BtyCredentials *credentials, GError **error)
{
  return BTY_HOST_GET_IFACE (host)->identify (host, credentials, error);
}

char *
bty_host_get_setting (BtyHost *host, const char *group, const char *key)
{
  return BTY_HOST_GET_IFACE (host)->get_setting (host, group, key);
}

gint64
bty_host_get_int (BtyHost *host, const char *group, const char *key)
{
  g_autofree char *text = bty_host_get_setting (host, group, key);

  if (text == NULL)
    return 0;
  if (g_str_equal (text, "true"))
    return 1;
  return g_ascii_strtoll (text, NULL, 10);
}

const char *
bty_host_get_data_dir (BtyHost *host)
{
  return BTY_HOST_GET_IFACE (host)->get_data_dir (host);
}

gboolean
bty_host_get_ready (BtyHost *host)
{
  return BTY_HOST_GET_IFACE (host)->get_ready (host);
}

GPtrArray *
bty_host_make_features (BtyHost *host, BtyFeatureKind kind)
{
  return BTY_HOST_GET_IFACE (host)->make_features (host, kind);
}

BtyStore *
bty_host_get_store (BtyHost *host)
{
  BtyHostInterface *iface = BTY_HOST_GET_IFACE (host);

  return iface->get_store != NULL ? iface->get_store (host) : NULL;
}

BtySecret *
bty_host_find_secret (BtyHost *host, const char *reference, GError **error)
{
  BtyHostInterface *iface = BTY_HOST_GET_IFACE (host);

  if (iface->find_secret != NULL)
    return iface->find_secret (host, reference, error);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED, "this host finds no secrets");
  return NULL;
}

gpointer
bty_decode_json (const BtySchema *schema, BtyView view, gpointer input, GError **error)
{
  GBytes *bytes = input;
  gsize length = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  if (length == 0)
    return bty_record_from_json (schema, view, "{}", 2, error);
  return bty_record_from_json (schema, view, data, (gssize) length, error);
}
