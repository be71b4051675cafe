/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "secret/bty-secret-service-private.h"

#define STOP_PATIENCE (2 * G_USEC_PER_SEC)

/* Who may use a secret, and who did. */

typedef struct
{
  GUri *uri; /* (nullable) */
  const char *scheme;
  char *host; /* (nullable): without the dot at its end */
} Target;

static void
target_init (Target *target, const char *url)
{
  const char *host;

  *target = (Target){ .scheme = "" };
  target->uri = url != NULL && url[0] != '\0' ? g_uri_parse (url, G_URI_FLAGS_SCHEME_NORMALIZE, NULL) : NULL;
  if (target->uri == NULL)
    return;
  target->scheme = g_uri_get_scheme (target->uri);
  host = g_uri_get_host (target->uri);
  target->host = host != NULL ? g_ascii_strdown (host, -1) : NULL;
  if (target->host != NULL && g_str_has_suffix (target->host, "."))
    target->host[strlen (target->host) - 1] = '\0';
}

static void
target_clear (Target *target)
{
  g_clear_pointer (&target->uri, g_uri_unref);
  g_clear_pointer (&target->host, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address) : g_str_equal (host, "localhost");
}

/* `*.example.org` is every host below example.org, and not that one itself. */
static gboolean
host_matches (const char *pattern, const char *host)
{
  gsize length = strlen (host);
  gsize tail = strlen (pattern) - 1;

  if (!g_str_has_prefix (pattern, "*."))
    return g_ascii_strcasecmp (pattern, host) == 0;
  return length > tail && g_ascii_strcasecmp (host + length - tail, pattern + 1) == 0;
}

static gboolean
is_among_hosts (const GStrv hosts, const char *host)
{
  for (guint i = 0; hosts != NULL && hosts[i] != NULL; i++)
    if (host != NULL && host_matches (hosts[i], host))
      return TRUE;
  return FALSE;
}

static gboolean
has_any (const GStrv list)
{
  return list != NULL && list[0] != NULL;
}

static gboolean
is_named (const GStrv list, const char *word)
{
  return word != NULL && list != NULL && g_strv_contains ((const char *const *) list, word);
}

static void G_GNUC_PRINTF (2, 3) deny (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED, message);
}

static gboolean
check_way (const char *name, const Target *target, GError **error)
{
  if (target->host == NULL || g_str_equal (target->scheme, "https") || is_loopback (target->host))
    return TRUE;
  deny (error, _ ("the secret “%s” is not sent to %s in clear text: use an https:// url"), name, target->host);
  return FALSE;
}

static gboolean
check_entry (const BtySecretEntry *entry, const BtySecretUse *use, const Target *target, GError **error)
{
  if (has_any (entry->bots) && use->bot != NULL && !is_named (entry->bots, use->bot))
    deny (error,
          _ ("the secret “%s” may not be used for the bot “%s”: boternity-ctl secret update %s --bot %s adds to those "
             "that may"),
          entry->name, use->bot, entry->name, use->bot);
  else if (has_any (entry->plugins) && !is_named (entry->plugins, use->plugin))
    deny (error,
          _ ("the secret “%s” may not be used by “%s”: boternity-ctl secret update %s --plugin names those that may"),
          entry->name, use->plugin != NULL ? use->plugin : "?", entry->name);
  else if (has_any (entry->hosts) && target->host == NULL)
    deny (error,
          _ ("the secret “%s” may be sent to some hosts only, and nobody says which this would be: give the "
             "provider its url"),
          entry->name);
  else if (has_any (entry->hosts) && !is_among_hosts (entry->hosts, target->host))
    deny (
      error,
      _ ("the secret “%s” may not be sent to %s: boternity-ctl secret update %s --host %s adds to those that it may"),
      entry->name, target->host, entry->name, target->host);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check (BtySecretService *self, const char *reference, const BtySecretUse *use, const Target *target, GError **error)
{
  const BtySecretEntry *entry = bty_secret_service_lookup (self, reference);
  const char *name = entry != NULL ? entry->name : reference;
  g_autoptr (GError) reason = NULL;

  if (check_way (name, target, &reason) && (entry == NULL || check_entry (entry, use, target, &reason)))
    return TRUE;
  g_message ("%s", reason->message);
  g_signal_emit_by_name (self, "denied", name, use->bot, target->host, reason->message);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gboolean
bty_secret_service_check (BtySecretService *self, const char *reference, const BtySecretUse *use, GError **error)
{
  g_auto (Target) target = { 0 };

  target_init (&target, use->url);
  return check (self, reference, use, &target, error);
}

/* Writing uses down. */

static gboolean on_write (gpointer data);

static void
expect_writing (BtySecretService *self)
{
  if (self->writer == 0 && self->store != NULL)
    self->writer = g_timeout_add_seconds ((guint) bty_secret_stores_get_int (self->stores, "use_interval"), on_write,
                                          self);
}

typedef struct
{
  BtySecretService *service;
  GPtrArray *entries;
} Writing;

static void
on_written (GObject *store, GAsyncResult *result, gpointer data)
{
  Writing *writing = data;
  BtySecretService *self = writing->service;
  g_autoptr (GError) error = NULL;
  gboolean is_written = bty_store_apply_finish (BTY_STORE (store), result, &error);

  if (!is_written)
    g_warning ("when secrets were last used cannot be written down: %s", error->message);
  for (guint i = 0; i < writing->entries->len; i++)
    {
      BtySecretEntry *entry = writing->entries->pdata[i];

      if (is_written)
        {
          bty_secret_service_refresh (self, entry);
          bty_secret_service_put_entry (self, entry);
        }
      else
        g_hash_table_add (self->used, g_strdup (entry->name));
    }
  self->is_writing_uses = FALSE;
  if (g_hash_table_size (self->used) > 0)
    expect_writing (self);
  bty_secret_change_next (self);
  g_ptr_array_unref (writing->entries);
  g_object_unref (self);
  g_free (writing);
}

/* All at once, without a change at work: both would bear the same revision. */
static gboolean
write_uses (BtySecretService *self)
{
  g_autoptr (BtyBatch) batch = NULL;
  Writing *writing;
  GHashTableIter iter;
  gpointer name;

  if (g_hash_table_size (self->used) == 0 || self->is_writing_uses || !g_queue_is_empty (&self->changes))
    return FALSE;
  batch = bty_batch_new ();
  writing = g_new0 (Writing, 1);
  writing->service = g_object_ref (self);
  writing->entries = bty_record_list_new ();
  g_hash_table_iter_init (&iter, self->used);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      const BtySecretEntry *entry = g_hash_table_lookup (self->entries, name);
      BtySecretEntry *copy = entry != NULL ? bty_secret_entry_edit (entry) : NULL;

      if (copy == NULL)
        continue;
      bty_batch_put (batch, copy);
      g_ptr_array_add (writing->entries, copy);
    }
  g_hash_table_remove_all (self->used);
  self->is_writing_uses = TRUE;
  bty_store_apply_async (self->store, batch, NULL, on_written, writing);
  return TRUE;
}

static gboolean
on_write (gpointer data)
{
  BtySecretService *self = data;

  self->writer = 0;
  if (!write_uses (self) && g_hash_table_size (self->used) > 0)
    expect_writing (self);
  return G_SOURCE_REMOVE;
}

static gboolean
wake_up (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
bty_secret_service_stop (BtySecretService *self)
{
  gint64 patience = g_get_monotonic_time () + STOP_PATIENCE;
  guint ticker = g_timeout_add (20, wake_up, NULL);

  write_uses (self);
  while ((self->is_writing_uses || !g_queue_is_empty (&self->changes)) && g_get_monotonic_time () < patience)
    {
      g_main_context_iteration (NULL, TRUE);
      write_uses (self);
    }
  g_source_remove (ticker);
  g_clear_handle_id (&self->writer, g_source_remove);
  g_clear_handle_id (&self->expirer, g_source_remove);
}

void
bty_secret_service_refresh (BtySecretService *self, BtySecretEntry *entry)
{
  const BtySecretEntry *now = g_hash_table_lookup (self->entries, entry->name);

  if (now == NULL || now == entry)
    return;
  entry->uses = now->uses;
  entry->last_used_at = now->last_used_at;
  bty_record_take_string (&entry->last_used_bot, g_strdup (now->last_used_bot));
  bty_record_take_string (&entry->last_used_host, g_strdup (now->last_used_host));
}

static void
note (BtySecretEntry *entry, const BtySecretUse *use, const char *host)
{
  entry->uses += 1;
  entry->last_used_at = g_get_real_time ();
  if (g_strcmp0 (entry->last_used_bot, use->bot) != 0)
    bty_record_take_string (&entry->last_used_bot, g_strdup (use->bot));
  if (g_strcmp0 (entry->last_used_host, host) != 0)
    bty_record_take_string (&entry->last_used_host, g_strdup (host));
  if (!has_any (entry->hosts) && host != NULL)
    {
      g_strfreev (entry->hosts);
      entry->hosts = g_strdupv ((char *[]){ (char *) host, NULL });
      g_message ("the secret “%s” is for the host %s from now on", entry->name, host);
    }
}

gboolean
bty_secret_service_use (BtySecretService *self, const char *reference, const BtySecretUse *use, GError **error)
{
  const BtySecretEntry *entry = bty_secret_service_lookup (self, reference);
  g_auto (Target) target = { 0 };
  const char *name = entry != NULL ? entry->name : reference;

  target_init (&target, use->url);
  if (!check (self, reference, use, &target, error))
    return FALSE;
  if (entry != NULL)
    {
      g_autoptr (BtySecretEntry) copy = bty_secret_entry_edit (entry);
      gboolean is_kept = g_hash_table_lookup (self->entries, entry->name) == entry;

      note (copy, use, target.host);
      if (is_kept)
        {
          g_hash_table_add (self->used, g_strdup (copy->name));
          bty_secret_service_put_entry (self, copy);
          expect_writing (self);
        }
      else
        g_hash_table_replace (self->found, g_strdup (reference), bty_secret_entry_ref (copy));
      g_signal_emit_by_name (self, "used", copy->name, use->bot, target.host, copy->last_used_at);
    }
  else
    g_signal_emit_by_name (self, "used", name, use->bot, target.host, g_get_real_time ());
  return TRUE;
}

gboolean
bty_secret_service_has_previous (BtySecretService *self, const char *reference)
{
  const BtySecretEntry *entry = reference != NULL ? bty_secret_service_lookup (self, reference) : NULL;

  return entry != NULL && entry->previous_until > g_get_real_time ();
}
