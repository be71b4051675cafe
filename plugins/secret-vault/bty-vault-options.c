/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-vault"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-vault-options.h"

#define MIB (1024 * 1024)

enum
{
  KEY,
  MEMORY,
  PASSES,
  FREE_TRIES,
  MAX_WAIT,
  MAX_SIZE,
  N_SETTINGS,
};

const BtySetting bty_vault_settings[] = {
  [KEY] = { .group = "vault",
            .key = "key",
            .type = BTY_SETTING_STRING,
            .fallback = "auto",
            .summary = N_ (
              "Where the key of a vault without a password is kept: keyring, file, or auto (the keyring, else a file)") },
  /* The least is what OWASP asks for with one pass. */
  [MEMORY] = { .group = "vault",
               .key = "memory",
               .type = BTY_SETTING_INT,
               .fallback = "65536",
               .unit = "KiB",
               .min = 47104,
               .max = BTY_SEAL_MAX_MEMORY,
               .summary = N_ ("How much memory it takes to try a password; for passwords that are set from now on") },
  [PASSES] = { .group = "vault",
               .key = "passes",
               .type = BTY_SETTING_INT,
               .fallback = "3",
               .unit = "passes",
               .min = 1,
               .max = BTY_SEAL_MAX_PASSES,
               .summary = N_ ("How often it goes over that memory; for passwords that are set from now on") },
  [FREE_TRIES] = { .group = "vault",
                   .key = "free_tries",
                   .type = BTY_SETTING_INT,
                   .fallback = "3",
                   .unit = "tries",
                   .min = 1,
                   .max = 100,
                   .summary = N_ ("How many wrong passwords in a row cost no wait") },
  [MAX_WAIT] = { .group = "vault",
                 .key = "max_wait",
                 .type = BTY_SETTING_INT,
                 .fallback = "300",
                 .unit = "s",
                 .min = 1,
                 .max = 86400,
                 .summary = N_ ("How long the wait after a wrong password grows, which doubles each time") },
  [MAX_SIZE] = { .group = "vault",
                 .key = "max_size",
                 .type = BTY_SETTING_INT,
                 .fallback = "16",
                 .unit = "MiB",
                 .min = 1,
                 .max = 256,
                 .summary = N_ ("How large the vault may grow") },
};
const guint bty_vault_n_settings = N_SETTINGS;

static gint64
value_of (BtyHost *host, guint index)
{
  const BtySetting *setting = &bty_vault_settings[index];

  if (host != NULL)
    return bty_host_get_int (host, setting->group, setting->key);
  return g_ascii_strtoll (setting->fallback, NULL, 10);
}

BtyVaultKeep
bty_vault_options_load (BtyVault *vault, BtyHost *host)
{
  g_autofree char *keep = host != NULL ? bty_host_get_setting (host, "vault", "key") : NULL;

  vault->cost = (BtySealCost){ .passes = (guint32) value_of (host, PASSES),
                               .memory = (guint32) value_of (host, MEMORY) };
  vault->patience = (BtyVaultPatience){ .free_tries = (guint) value_of (host, FREE_TRIES),
                                        .max_wait = (guint) value_of (host, MAX_WAIT) };
  vault->max_size = (gsize) value_of (host, MAX_SIZE) * MIB;
  if (g_strcmp0 (keep, "keyring") == 0)
    return BTY_VAULT_KEEP_KEYRING;
  if (g_strcmp0 (keep, "file") == 0)
    return BTY_VAULT_KEEP_FILE;
  if (keep != NULL && g_strcmp0 (keep, "auto") != 0)
    g_warning_once ("vault.key is “%s”, which is neither auto, keyring nor file: auto counts", keep);
  return BTY_VAULT_KEEP_AUTO;
}
