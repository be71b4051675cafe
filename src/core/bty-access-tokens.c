/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-access"

#include "config.h"

#include "bty-access-tokens.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-text-file.h"

#define DIGEST_LENGTH 64
#define MAX_FILE      (4 * 1024 * 1024)
#define MAX_TOKENS    256

typedef struct
{
  BtyAccessToken *record;
  char *digest;
  BtyPrincipal *principal;
} Entry;

struct _BtyAccessTokens
{
  char *path;
  GHashTable *by_digest; /* Entry * */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  bty_record_unref (entry->record);
  g_free (entry->digest);
  bty_principal_unref (entry->principal);
  g_free (entry);
}

/* Secrets are shown to whoever sits at the machine, to no program from afar. */
static BtyPrincipal *
make_principal (const BtyAccessToken *record)
{
  g_autofree char *name = g_strconcat ("token:", record->name, NULL);
  g_autoptr (GPtrArray) scopes = g_ptr_array_new ();

  for (guint i = 0; record->scopes != NULL && record->scopes[i] != NULL; i++)
    g_ptr_array_add (scopes, record->scopes[i]);
  g_ptr_array_add (scopes, (gpointer) "!secrets:reveal");
  g_ptr_array_add (scopes, NULL);
  return bty_principal_new (BTY_PRINCIPAL_PROGRAM, name, (const char *const *) scopes->pdata);
}

/* @record, @digest: (transfer full): */
static Entry *
entry_new (BtyAccessToken *record, char *digest)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->record = record;
  entry->digest = digest;
  entry->principal = make_principal (record);
  return entry;
}

static Entry *
find_name (BtyAccessTokens *self, const char *name)
{
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->by_digest);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    if (strcmp (((Entry *) entry)->record->name, name) == 0)
      return entry;
  return NULL;
}

/* The file. */

static gboolean
is_digest (const char *line)
{
  for (guint i = 0; i < DIGEST_LENGTH; i++)
    if (!g_ascii_isxdigit (line[i]) || g_ascii_isupper (line[i]))
      return FALSE;
  return line[DIGEST_LENGTH] == ' ';
}

static gboolean
read_line (BtyAccessTokens *self, const char *line, guint number, GError **error)
{
  g_autoptr (GError) reason = NULL;
  BtyAccessToken *record = NULL;
  Entry *entry;

  if (is_digest (line))
    record = bty_record_from_store (&bty_access_token_schema, line + DIGEST_LENGTH + 1, -1, &reason);
  if (record == NULL || record->name == NULL || *record->name == '\0' || find_name (self, record->name) != NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("the access tokens for programs cannot be read: line %u of “%s” is damaged: take the line out, "
                      "or the file away, and start again"),
                   number, self->path);
      g_clear_pointer ((gpointer *) &record, bty_record_unref);
      return FALSE;
    }
  entry = entry_new (record, g_strndup (line, DIGEST_LENGTH));
  g_hash_table_replace (self->by_digest, entry->digest, entry);
  return TRUE;
}

static gboolean
read_all (BtyAccessTokens *self, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!bty_text_file_read (self->path, MAX_FILE, &text, error))
    return FALSE;
  lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0' && !read_line (self, lines[i], i + 1, error))
      return FALSE;
  return TRUE;
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const Entry *const *) a)->record->name, (*(const Entry *const *) b)->record->name);
}

static GPtrArray *
sort (BtyAccessTokens *self)
{
  GPtrArray *entries = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->by_digest);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_ptr_array_add (entries, entry);
  g_ptr_array_sort (entries, compare_entries);
  return entries;
}

static gboolean
write_all (BtyAccessTokens *self, GError **error)
{
  g_autoptr (GPtrArray) entries = sort (self);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) reason = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      g_autofree char *json = bty_record_to_json (entry->record, BTY_VIEW_STORE);

      g_string_append_printf (text, "%s %s\n", entry->digest, json);
    }
  if (g_file_set_contents_full (self->path, text->str, (gssize) text->len,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &reason))
    return TRUE;
  g_set_error (error, BTY_ERROR,
               g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? BTY_ERROR_RESOURCE_EXHAUSTED
                                                                          : BTY_ERROR_UNAVAILABLE,
               _ ("the access tokens for programs cannot be written: %s"), reason->message);
  return FALSE;
}

BtyAccessTokens *
bty_access_tokens_new (const char *data_dir, GError **error)
{
  g_autoptr (BtyAccessTokens) self = g_new0 (BtyAccessTokens, 1);

  self->path = g_build_filename (data_dir, "tokens", NULL);
  self->by_digest = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  return read_all (self, error) ? g_steal_pointer (&self) : NULL;
}

void
bty_access_tokens_free (BtyAccessTokens *self)
{
  g_hash_table_unref (self->by_digest);
  g_free (self->path);
  g_free (self);
}

/* The digest of 256 random bits tells nothing of them, nor does how long it takes to look for one. */
BtyPrincipal *
bty_access_tokens_find (BtyAccessTokens *self, const char *token, gsize length)
{
  g_autofree char *digest = NULL;
  const Entry *entry;

  if (g_hash_table_size (self->by_digest) == 0 || length < strlen (BTY_ACCESS_TOKEN_PREFIX) ||
      memcmp (token, BTY_ACCESS_TOKEN_PREFIX, strlen (BTY_ACCESS_TOKEN_PREFIX)) != 0)
    return NULL;
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) token, length);
  entry = g_hash_table_lookup (self->by_digest, digest);
  return entry != NULL ? entry->principal : NULL;
}

BtyAccessToken *
bty_access_tokens_add (BtyAccessTokens *self, const BtyAccessToken *wanted, const char *value, GError **error)
{
  BtyAccessToken *record;
  Entry *entry;

  if (find_name (self, wanted->name) != NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                 _ ("there is an access token “%s” already: revoke it, or give another name"), wanted->name);
  else if (g_hash_table_size (self->by_digest) >= MAX_TOKENS)
    g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                 _ ("there are %d access tokens: revoke one that is not needed"), MAX_TOKENS);
  else
    {
      record = bty_access_token_new ();
      record->name = g_strdup (wanted->name);
      record->description = g_strdup (wanted->description);
      record->scopes = g_strdupv (wanted->scopes);
      record->created_at = g_get_real_time ();
      entry = entry_new (record, g_compute_checksum_for_string (G_CHECKSUM_SHA256, value, -1));
      g_hash_table_replace (self->by_digest, entry->digest, entry);
      if (write_all (self, error))
        return bty_record_ref (record);
      g_hash_table_remove (self->by_digest, entry->digest);
    }
  return NULL;
}

BtyPrincipal *
bty_access_tokens_remove (BtyAccessTokens *self, const char *name, GError **error)
{
  Entry *entry = find_name (self, name);
  BtyPrincipal *principal;

  if (entry == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                   _ ("there is no access token “%s”: “boternity-ctl token list” shows those that there are"), name);
      return NULL;
    }
  g_hash_table_steal (self->by_digest, entry->digest);
  if (!write_all (self, error))
    {
      g_hash_table_replace (self->by_digest, entry->digest, entry);
      return NULL;
    }
  principal = bty_principal_ref (entry->principal);
  bty_principal_revoke (principal);
  entry_free (entry);
  return principal;
}

GPtrArray *
bty_access_tokens_list (BtyAccessTokens *self)
{
  GPtrArray *entries = sort (self);

  for (guint i = 0; i < entries->len; i++)
    entries->pdata[i] = ((Entry *) entries->pdata[i])->record;
  return entries;
}
