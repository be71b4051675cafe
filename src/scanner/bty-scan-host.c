/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-scanner"

#include "config.h"

#include "bty-scan-host.h"

#include <glib/gi18n-lib.h>

#define BTY_TYPE_SCAN_HOST (bty_scan_host_get_type ())
G_DECLARE_FINAL_TYPE (BtyScanHost, bty_scan_host, BTY, SCAN_HOST, GObject)

struct _BtyScanHost
{
  GObject parent;
  BtyCatalogue *catalogue; /* outlives us */
};

static void bty_scan_host_iface_init (BtyHostInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyScanHost, bty_scan_host, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_HOST, bty_scan_host_iface_init))

static BtyCatalogue *
get_catalogue (BtyHost *host)
{
  return BTY_SCAN_HOST (host)->catalogue;
}

static BtyCall *
start_call (BtyHost *host, const BtyCallSpec *spec)
{
  static const BtyOperation none = { .name = "scanner.none" };
  BtyCall *call = bty_call_new (&none, NULL, spec->principal, NULL);

  bty_call_fail_new (call, BTY_ERROR_UNAVAILABLE, _ ("a plugin that is being looked at cannot call anything"));
  return call;
}

static BtyPrincipal *
identify (BtyHost *host, const BtyCredentials *credentials, GError **error)
{
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAUTHENTICATED, _ ("there is nobody here to know"));
  return NULL;
}

static char *
get_setting (BtyHost *host, const char *group, const char *key)
{
  return NULL;
}

static const char *
get_data_dir (BtyHost *host)
{
  return "/nonexistent";
}

static gboolean
get_ready (BtyHost *host)
{
  return FALSE;
}

static GPtrArray *
make_features (BtyHost *host, BtyFeatureKind kind)
{
  return g_ptr_array_new_with_free_func (g_object_unref);
}

static void
bty_scan_host_iface_init (BtyHostInterface *iface)
{
  iface->get_catalogue = get_catalogue;
  iface->start_call = start_call;
  iface->identify = identify;
  iface->get_setting = get_setting;
  iface->get_data_dir = get_data_dir;
  iface->get_ready = get_ready;
  iface->make_features = make_features;
}

static void
bty_scan_host_class_init (BtyScanHostClass *klass)
{
}

static void
bty_scan_host_init (BtyScanHost *self)
{
}

BtyHost *
bty_scan_host_new (BtyCatalogue *catalogue)
{
  BtyScanHost *self = g_object_new (BTY_TYPE_SCAN_HOST, NULL);

  self->catalogue = catalogue;
  return BTY_HOST (self);
}
