/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "secret/bty-secret-redact.h"
#include "secret/bty-secret-service.h"

#define MAX_LENGTH (64 * 1024)

struct _BtySecretService
{
  GObject parent_instance;
  GHashTable *environment; /* name -> BtySecret */
  GHashTable *memory;      /* name -> BtySecret */
};

G_DEFINE_FINAL_TYPE (BtySecretService, bty_secret_service, G_TYPE_OBJECT)

static void
bty_secret_service_finalize (GObject *object)
{
  BtySecretService *self = BTY_SECRET_SERVICE (object);

  g_hash_table_unref (self->environment);
  g_hash_table_unref (self->memory);
  G_OBJECT_CLASS (bty_secret_service_parent_class)->finalize (object);
}

static void
bty_secret_service_class_init (BtySecretServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_secret_service_finalize;
}

static gboolean
names_a_secret (const char *name)
{
  if (g_str_has_prefix (name, "BOTERNITY_")) /* our own settings, which are read later */
    return FALSE;
  return g_str_has_suffix (name, "_API_KEY") || g_str_has_suffix (name, "_TOKEN") || g_str_has_suffix (name, "_SECRET");
}

/* The bytes are zeroed where they stand, since unsetenv leaves them there for everyone who reads /proc/<pid>/environ. */
static void
take_variable (BtySecretService *self, const char *name)
{
  char *value = (char *) g_getenv (name);
  gsize length = value != NULL ? strlen (value) : 0;

  if (length == 0)
    return;
  if (length > MAX_LENGTH)
    {
      g_warning ("the environment variable %s is longer than %d bytes: it is left alone", name, MAX_LENGTH);
      return;
    }
  g_hash_table_insert (self->environment, g_strdup (name), bty_secret_new (value, length));
  bty_secret_clear_memory (value, length);
  g_unsetenv (name);
}

static void
bty_secret_service_init (BtySecretService *self)
{
  g_auto (GStrv) names = g_listenv ();

  self->environment = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_secret_unref);
  self->memory = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_secret_unref);
  for (guint i = 0; names[i] != NULL; i++)
    if (names_a_secret (names[i]))
      take_variable (self, names[i]);
}

BtySecretService *
bty_secret_service_new (void)
{
  return g_object_new (BTY_TYPE_SECRET_SERVICE, NULL);
}

void
bty_secret_service_put (BtySecretService *self, const char *name, BtySecret *secret)
{
  g_return_if_fail (name != NULL && name[0] != '\0');

  if (secret != NULL)
    bty_secret_redact_learn (secret);
  if (secret == NULL)
    g_hash_table_remove (self->memory, name);
  else
    g_hash_table_insert (self->memory, g_strdup (name), bty_secret_ref (secret));
}

static BtySecret *
find_variable (BtySecretService *self, const char *name, GError **error)
{
  BtySecret *secret = g_hash_table_lookup (self->environment, name);
  const char *value;

  if (secret != NULL)
    {
      bty_secret_redact_learn (secret);
      return bty_secret_ref (secret);
    }
  value = g_getenv (name);
  if (value != NULL && value[0] != '\0' && strlen (value) <= MAX_LENGTH)
    return bty_secret_new (value, strlen (value));
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
               _ ("the daemon has no environment variable “%s”: set it and restart the daemon"), name);
  return NULL;
}

static BtySecret *
find_in_memory (BtySecretService *self, const char *name, GError **error)
{
  BtySecret *secret = g_hash_table_lookup (self->memory, name);

  if (secret != NULL)
    return bty_secret_ref (secret);
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
               _ ("no secret is kept as “memory:%s”: those are forgotten when the daemon stops; give it again"), name);
  return NULL;
}

static gboolean
is_variable_name (const char *name)
{
  if (!g_ascii_isalpha (name[0]) && name[0] != '_')
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_')
      return FALSE;
  return TRUE;
}

BtySecret *
bty_secret_service_find (BtySecretService *self, const char *reference, GError **error)
{
  const char *name = reference != NULL ? strchr (reference, ':') : NULL;

  if (name != NULL && g_str_has_prefix (reference, "env:") && is_variable_name (name + 1))
    return find_variable (self, name + 1, error);
  if (name != NULL && g_str_has_prefix (reference, "memory:") && name[1] != '\0')
    return find_in_memory (self, name + 1, error);
  /* The reference is not repeated: it may be a key that was given in the wrong place. */
  g_set_error_literal (
    error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
    _ ("a reference to a secret is neither env:NAME nor memory:NAME: name where the secret is found, not the secret"));
  return NULL;
}
