/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-dbus-options.h"

#define MIB             (G_GINT64_CONSTANT (1) << 20)
#define MAX_TIMEOUT_MS  86400000
#define MAX_NAME_LENGTH 64

const BtySetting bty_dbus_settings[] = {
  { "dbus", "enabled", BTY_SETTING_STRING, "auto", NULL, 0, 0,
    N_ ("Whether to serve on the session bus: yes, no, or auto: only the default data folder") },
  { "dbus", "max_request", BTY_SETTING_INT, "16777216", "B", 1024, 64 * MIB, N_ ("Greatest request") },
  { "dbus", "max_answer", BTY_SETTING_INT, "33554432", "B", 1024, 96 * MIB,
    N_ ("Greatest answer that is sent whole; Open has no such limit") },
  { "dbus", "max_pending", BTY_SETTING_INT, "65536", "B", 1024, 1024 * MIB,
    N_ ("Bytes of a stream that wait for a slow reader before no more are made") },
  { "dbus", "max_streams", BTY_SETTING_INT, "256", NULL, 1, 65536,
    N_ ("Streams and subscriptions held at once; more are refused") },
  { "dbus", "max_calls", BTY_SETTING_INT, "1024", NULL, 1, 65536,
    N_ ("Calls of one client that run at once, streams included; more are refused") },
  { "dbus", "window", BTY_SETTING_INT, "100", NULL, 1, 10000,
    N_ ("Items sent as signals before the listener must show that it reads") },
  { "dbus", "sign_timeout", BTY_SETTING_INT, "25000", "ms", 100, 3600000,
    N_ ("How long a listener may take for that before its subscription is given up") },
  { "dbus", "retry", BTY_SETTING_INT, "1000", "ms", 10, 60000,
    N_ ("When a bus that went away is looked for; each next time after twice as long, up to a minute") },
};
const guint bty_dbus_n_settings = G_N_ELEMENTS (bty_dbus_settings);

void
bty_dbus_limits_load (BtyDbusLimits *limits, BtyHost *host)
{
  limits->max_request = (gsize) bty_host_get_int (host, "dbus", "max_request");
  limits->max_answer = (gsize) bty_host_get_int (host, "dbus", "max_answer");
  limits->max_pending = (gsize) bty_host_get_int (host, "dbus", "max_pending");
  limits->max_streams = (guint) bty_host_get_int (host, "dbus", "max_streams");
  limits->window = (guint) bty_host_get_int (host, "dbus", "window");
  limits->sign_ms = (guint) bty_host_get_int (host, "dbus", "sign_timeout");
}

static gboolean
fail (GError **error, const char *name, const char *message)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("option “%.40s”: %s"), name, message);
  return FALSE;
}

static gboolean
read_timeout (BtyDbusOptions *options, GVariant *value, GError **error)
{
  guint64 timeout;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    timeout = g_variant_get_uint32 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT32))
    timeout = (guint64) g_variant_get_int32 (value);
  else
    return fail (error, "timeout", _ ("expected milliseconds (u)"));
  if (timeout < 1 || timeout > MAX_TIMEOUT_MS)
    return fail (error, "timeout", _ ("must be 1 to 86400000 milliseconds"));
  options->timeout_ms = (guint) timeout;
  return TRUE;
}

static gboolean
read_text (const char *name, GVariant *value, const char **text, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return fail (error, name, _ ("expected a string (s)"));
  *text = g_variant_get_string (value, NULL);
  return TRUE;
}

static gboolean
read_call (BtyDbusOptions *options, GVariant *value, GError **error)
{
  gsize length;

  if (!read_text ("call", value, &options->call, error))
    return FALSE;
  length = strlen (options->call);
  if (length < 1 || length > MAX_NAME_LENGTH)
    return fail (error, "call", _ ("must be 1 to 64 characters"));
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (options->call[i]))
      return fail (error, "call", _ ("must be of visible ASCII characters"));
  return TRUE;
}

static gboolean
read_option (BtyDbusOptions *options, const char *name, GVariant *value, GError **error)
{
  if (strcmp (name, "timeout") == 0)
    return read_timeout (options, value, error);
  if (strcmp (name, "idempotency-key") == 0)
    return read_text (name, value, &options->idempotency_key, error);
  if (strcmp (name, "call") == 0)
    return read_call (options, value, error);
  return fail (error, name, _ ("there is no such option; there are timeout, idempotency-key and call"));
}

gboolean
bty_dbus_options_read (BtyDbusOptions *options, GVariant *variant, GError **error)
{
  gsize n = g_variant_n_children (variant);

  *options = (BtyDbusOptions){ 0 };
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) value = NULL;
      const char *name;

      g_variant_get_child (variant, i, "{&sv}", &name, &value);
      /* The strings are bytes of @variant, which the caller keeps. */
      if (!read_option (options, name, value, error))
        return FALSE;
    }
  return TRUE;
}
