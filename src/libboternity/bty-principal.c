/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-principal"

#include "config.h"

#include <string.h>

#include "bty-principal.h"

struct _BtyPrincipal
{
  BtyPrincipalKind kind;
  char *name;
  GStrv scopes;
  int is_revoked; /* atomic */
  gatomicrefcount references;
};

G_DEFINE_BOXED_TYPE (BtyPrincipal, bty_principal, bty_principal_ref, bty_principal_unref)

BtyPrincipal *
bty_principal_new (BtyPrincipalKind kind, const char *name, const char *const *scopes)
{
  BtyPrincipal *principal = g_new0 (BtyPrincipal, 1);

  g_atomic_ref_count_init (&principal->references);
  principal->kind = kind;
  principal->name = g_strdup (name != NULL ? name : "");
  principal->scopes = g_strdupv ((char **) scopes);
  return principal;
}

BtyPrincipal *
bty_principal_ref (BtyPrincipal *principal)
{
  g_return_val_if_fail (principal != NULL, NULL);

  g_atomic_ref_count_inc (&principal->references);
  return principal;
}

void
bty_principal_unref (BtyPrincipal *principal)
{
  g_return_if_fail (principal != NULL);

  if (!g_atomic_ref_count_dec (&principal->references))
    return;
  g_free (principal->name);
  g_strfreev (principal->scopes);
  g_free (principal);
}

BtyPrincipalKind
bty_principal_get_kind (const BtyPrincipal *principal)
{
  g_return_val_if_fail (principal != NULL, BTY_PRINCIPAL_ANONYMOUS);

  return principal->kind;
}

const char *
bty_principal_get_name (const BtyPrincipal *principal)
{
  g_return_val_if_fail (principal != NULL, NULL);

  return principal->name;
}

static gboolean
scope_covers (const char *held, const char *asked)
{
  gsize length = strlen (held);

  if (strcmp (held, "*") == 0 || strcmp (held, asked) == 0)
    return TRUE;
  return length > 2 && g_str_has_suffix (held, ":*") && strncmp (held, asked, length - 1) == 0;
}

gboolean
bty_principal_may (const BtyPrincipal *principal, const char *scope)
{
  g_return_val_if_fail (principal != NULL, FALSE);

  if (scope == NULL)
    return TRUE;
  if (bty_principal_is_revoked (principal))
    return FALSE;
  for (guint i = 0; principal->scopes != NULL && principal->scopes[i] != NULL; i++)
    if (principal->scopes[i][0] == '!' && scope_covers (principal->scopes[i] + 1, scope))
      return FALSE;
  for (guint i = 0; principal->scopes != NULL && principal->scopes[i] != NULL; i++)
    {
      if (scope_covers (principal->scopes[i], scope))
        return TRUE;
    }
  return FALSE;
}

void
bty_principal_revoke (BtyPrincipal *principal)
{
  g_return_if_fail (principal != NULL);

  g_atomic_int_set (&principal->is_revoked, TRUE);
}

gboolean
bty_principal_is_revoked (const BtyPrincipal *principal)
{
  g_return_val_if_fail (principal != NULL, TRUE);

  return g_atomic_int_get (&principal->is_revoked);
}
