/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-access"

#include "config.h"

#include "bty-access.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
check_name (const char *name, GError **error)
{
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && *p != '-' && *p != '_')
      {
        g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                     _ ("/name: “%s” is no name of a token: it is made of small letters, digits, - and _"), name);
        return FALSE;
      }
  return TRUE;
}

/* Whether there is an operation for which @scope counts: `bots:write`, all of a group as `bots:*`, or `*`. */
static gboolean
is_known (GPtrArray *operations, const char *scope)
{
  gboolean is_group = g_str_has_suffix (scope, ":*");

  for (guint i = 0; i < operations->len; i++)
    {
      const char *used = ((const BtyOperation *) operations->pdata[i])->scope;

      if (used != NULL && (is_group ? strncmp (used, scope, strlen (scope) - 1) == 0 : strcmp (used, scope) == 0))
        return TRUE;
    }
  return strcmp (scope, "*") == 0;
}

static char *
join_known (GPtrArray *operations)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GList) scopes = NULL;
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < operations->len; i++)
    {
      const char *used = ((const BtyOperation *) operations->pdata[i])->scope;

      if (used != NULL)
        g_hash_table_add (seen, (gpointer) used);
    }
  scopes = g_list_sort (g_hash_table_get_keys (seen), (GCompareFunc) strcmp);
  for (GList *link = scopes; link != NULL; link = link->next)
    g_string_append_printf (text, "%s%s", link == scopes ? "" : ", ", (const char *) link->data);
  return g_string_free (text, FALSE);
}

/* Nobody gives away more than they have. */
static gboolean
check_scope (BtyCall *call, GPtrArray *operations, const char *scope, GError **error)
{
  if (!is_known (operations, scope))
    {
      g_autofree char *known = join_known (operations);

      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("/scopes: there is no scope “%s”; there are: %s"),
                   scope, known);
      return FALSE;
    }
  if (strcmp (scope, "secrets:reveal") != 0 && bty_principal_may (bty_call_principal (call), scope))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED, _ ("/scopes: “%s” cannot be given to a token"), scope);
  return FALSE;
}

static gboolean
check_wanted (BtyCall *call, const BtyAccessToken *wanted, GError **error)
{
  BtyAccess *access = bty_call_service (call);
  g_autoptr (GPtrArray) operations = bty_catalogue_list_known (bty_access_get_catalogue (access));

  if (!check_name (wanted->name, error))
    return FALSE;
  for (guint i = 0; wanted->scopes[i] != NULL; i++)
    if (!check_scope (call, operations, wanted->scopes[i], error))
      return FALSE;
  return TRUE;
}

static void
token_create (BtyCall *call)
{
  const BtyAccessToken *wanted = bty_call_request (call);
  g_autoptr (BtyAccessToken) answer = NULL;
  g_autoptr (BtyAccessToken) made = NULL;
  g_autoptr (GError) error = NULL;
  char *value = NULL;

  if (check_wanted (call, wanted, &error))
    made = bty_access_make_token (bty_call_service (call), wanted, &value, &error);
  if (made == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  answer = bty_record_edit (made);
  bty_record_take_string (&answer->token, value);
  bty_call_return (call, answer);
}

static void
token_list (BtyCall *call)
{
  g_autoptr (GPtrArray) records = bty_access_tokens_list (bty_access_get_tokens (bty_call_service (call)));
  g_autoptr (BtyPage) page = bty_page_new ();

  for (guint i = 0; i < records->len; i++)
    bty_call_emit (call, records->pdata[i]);
  bty_call_return (call, page);
}

static void
token_revoke (BtyCall *call)
{
  const BtyAccessToken *wanted = bty_call_request (call);
  BtyAccess *access = bty_call_service (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPrincipal) whose = bty_access_tokens_remove (bty_access_get_tokens (access), wanted->name, &error);

  if (whose == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  bty_call_return (call, NULL); /* first: the token may have taken itself back */
  bty_access_give_up (access, whose);
}

const BtyOperation bty_access_operations[] = {
  { .name = "token.create",
    .summary = N_ ("Make an access token for a program, which may do no more than its scopes say"),
    .request = &bty_access_token_schema,
    .request_view = BTY_VIEW_CREATE,
    .response = &bty_access_token_schema,
    .http = "POST /tokens",
    .scope = "tokens:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_SECRET,
    .errors = BTY_ERRORS (ALREADY_EXISTS, RESOURCE_EXHAUSTED),
    .run = token_create },
  { .name = "token.list",
    .summary = N_ ("List the access tokens for programs"),
    .item = &bty_access_token_schema,
    .response = &bty_page_schema,
    .http = "GET /tokens",
    .scope = "tokens:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = token_list },
  { .name = "token.revoke",
    .summary = N_ ("Take an access token back: it is good for nothing from then on"),
    .request = &bty_access_token_schema,
    .request_view = BTY_VIEW_KEY,
    .http = "DELETE /tokens/{name}",
    .scope = "tokens:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND, RESOURCE_EXHAUSTED),
    .run = token_revoke },
};

const guint bty_n_access_operations = G_N_ELEMENTS (bty_access_operations);
