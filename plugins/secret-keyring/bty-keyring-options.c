/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>

#include "bty-keyring-options.h"

#define INSTALLATION_LENGTH 32 /* hexadecimal digits: enough never to meet by chance */

const BtySetting bty_keyring_settings[] = {
  { "keyring", "timeout", BTY_SETTING_INT, "5000", "ms", 50, 600000,
    N_ ("How long the keyring may take to answer before it counts as absent") },
  { "keyring", "unlock_timeout", BTY_SETTING_INT, "120000", "ms", 50, 3600000,
    N_ ("How long a person may take to answer the keyring's prompt after asking to unlock it") },
  { "keyring", "refresh", BTY_SETTING_INT, "30000", "ms", 10, 86400000,
    N_ ("After how long the keyring's state is looked at again by itself; changes it tells of count at once") },
  { "keyring", "installation", BTY_SETTING_STRING, "", NULL, 0, 0,
    N_ (
      "What tells this installation's secrets in the keyring from others'; empty: made from the data folder's path") },
};
const guint bty_keyring_n_settings = G_N_ELEMENTS (bty_keyring_settings);

static BtyHost *the_host;

void
bty_keyring_options_set_host (BtyHost *host)
{
  the_host = host;
}

static guint
get_ms (const char *key)
{
  return (guint) bty_host_get_int (the_host, "keyring", key);
}

guint
bty_keyring_options_timeout_ms (void)
{
  return get_ms ("timeout");
}

guint
bty_keyring_options_unlock_timeout_ms (void)
{
  return get_ms ("unlock_timeout");
}

guint
bty_keyring_options_refresh_ms (void)
{
  return get_ms ("refresh");
}

/* The path may say whose folder it is and where; an attribute of an item is readable while the keyring is locked. So its hash. */
char *
bty_keyring_options_installation (void)
{
  g_autofree char *set = bty_host_get_setting (the_host, "keyring", "installation");
  const char *folder = bty_host_get_data_dir (the_host);
  char *real;
  char *hash;

  if (set != NULL && *set != '\0')
    return g_steal_pointer (&set);
  real = realpath (folder, NULL);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, real != NULL ? real : folder, -1);
  free (real);
  hash[INSTALLATION_LENGTH] = '\0';
  return hash;
}
