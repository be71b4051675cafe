/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "bty-text-file.h"
#include "route/bty-provider-presets.h"

#define MAX_FILE    (256 * 1024)
#define MAX_PRESETS 500
#define OWN_NAME    "providers.json"

/* What is in force, and of which files it was made. */
static struct
{
  GPtrArray *presets;
  char *mark;
} cache;

/* A program of the suite is none that runs where it was built, but what it is about is. */
static gboolean
is_in_build (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  return bty_paths_runs_from_build () || (program != NULL && g_str_has_prefix (program, BTY_BUILD_ROOT "/tests/"));
}

static char *
shipped_path (void)
{
  g_autofree char *folder = is_in_build () ? g_build_filename (BTY_SOURCE_ROOT, "data", "providers", NULL)
                                           : bty_paths_installed (BTY_PROVIDERS_DIR);

  return g_build_filename (folder, "presets.json", NULL);
}

static char *
own_path (void)
{
  g_autofree char *folder = bty_paths_config_dir (NULL);

  return folder != NULL ? g_build_filename (folder, OWN_NAME, NULL) : NULL;
}

static void
put (GPtrArray *presets, BtyProviderPreset *preset)
{
  for (guint i = 0; i < presets->len; i++)
    if (g_str_equal (((BtyProviderPreset *) presets->pdata[i])->name, preset->name))
      {
        bty_record_unref (presets->pdata[i]);
        presets->pdata[i] = preset;
        return;
      }
  g_ptr_array_add (presets, preset);
}

static gboolean
read_items (GPtrArray *presets, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);
  const char *raw;
  gsize length;

  if (token == BTY_JSON_ARRAY_BEGIN)
    while ((token = bty_json_reader_skip (reader, &raw, &length, error)) == BTY_JSON_OBJECT_BEGIN)
      {
        BtyProviderPreset *preset = bty_record_from_json (&bty_provider_preset_schema, BTY_VIEW_CREATE, raw,
                                                          (gssize) length, error);

        if (preset == NULL)
          {
            g_prefix_error (error, "/presets/%u: ", presets->len);
            return FALSE;
          }
        put (presets, preset);
        if (presets->len > MAX_PRESETS)
          break;
      }
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“presets” must be a list of at most %d objects"),
                 MAX_PRESETS);
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_document (GPtrArray *presets, const char *text, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;
  gboolean is_there = FALSE;

  bty_json_reader_init (&reader, text, strlen (text), 0);
  token = bty_json_reader_next (&reader, error);
  while (token == BTY_JSON_OBJECT_BEGIN && (token = bty_json_reader_next (&reader, error)) == BTY_JSON_KEY)
    {
      gboolean is_list = bty_json_reader_key_is (&reader, "presets");

      if (!(is_list ? read_items (presets, &reader, error)
                    : bty_json_reader_skip (&reader, NULL, NULL, error) != BTY_JSON_ERROR))
        return FALSE;
      is_there |= is_list;
      token = BTY_JSON_OBJECT_BEGIN;
    }
  if (token == BTY_JSON_ERROR)
    return FALSE;
  if (!is_there)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("it has no list “presets”"));
  return is_there && bty_json_reader_next (&reader, error) == BTY_JSON_END;
}

/* A file that is not there is none. */
static gboolean
read_file (GPtrArray *presets, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;

  if (path == NULL)
    return TRUE;
  if (!bty_text_file_read (path, MAX_FILE, &text, error))
    return FALSE;
  if (text == NULL || read_document (presets, text, &reason))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the list of services “%s” cannot be used: %s"),
               path, reason->message);
  return FALSE;
}

static void
add_mark (GString *mark, const char *path)
{
  struct stat info;

  if (path != NULL && stat (path, &info) == 0)
    g_string_append_printf (mark, "%s %lld.%09ld %lld\n", path, (long long) info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                            (long long) info.st_size);
}

/* An unusable file of the owner's leaves the shipped ones in force. */
GPtrArray *
bty_provider_presets_list (GError **error)
{
  g_autofree char *shipped = shipped_path (), *own = own_path ();
  g_autoptr (GString) mark = g_string_new (NULL);
  g_autoptr (GPtrArray) presets = NULL;
  GError *reason = NULL;

  add_mark (mark, shipped);
  add_mark (mark, own);
  if (g_strcmp0 (cache.mark, mark->str) == 0)
    return cache.presets;
  presets = bty_record_list_new ();
  if (!read_file (presets, shipped, &reason) || !read_file (presets, own, &reason))
    {
      g_propagate_error (error, reason);
      return NULL;
    }
  g_clear_pointer (&cache.presets, g_ptr_array_unref);
  cache.presets = g_steal_pointer (&presets);
  bty_record_take_string (&cache.mark, g_string_free (g_steal_pointer (&mark), FALSE));
  return cache.presets;
}

static GPtrArray *
in_force (void)
{
  static gboolean has_warned = FALSE;
  g_autoptr (GError) error = NULL;
  GPtrArray *presets = bty_provider_presets_list (&error);

  if (presets == NULL && !has_warned)
    g_warning ("%s", error->message);
  has_warned = presets == NULL;
  if (presets == NULL && cache.presets == NULL)
    {
      g_autofree char *shipped = shipped_path ();

      cache.presets = bty_record_list_new ();
      read_file (cache.presets, shipped, NULL);
    }
  return cache.presets;
}

const BtyProviderPreset *
bty_provider_presets_find (const char *name)
{
  GPtrArray *presets = in_force ();

  for (guint i = 0; name != NULL && i < presets->len; i++)
    if (g_str_equal (((BtyProviderPreset *) presets->pdata[i])->name, name))
      return presets->pdata[i];
  return NULL;
}

const char *
bty_provider_presets_url (const char *kind)
{
  const BtyProviderPreset *preset = bty_provider_presets_find (kind);

  /* A list that is read anew must not take it away from who has it. */
  return preset != NULL && g_str_equal (preset->kind, kind) ? g_intern_string (preset->url) : NULL;
}

static char *
host_of (const char *url, const char **scheme)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_SCHEME_NORMALIZE, NULL);

  *scheme = uri != NULL && g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 ? "https" : "http";
  return uri != NULL ? g_strdup (g_uri_get_host (uri)) : NULL;
}

const char *
bty_provider_presets_key (const char *kind, const char *url)
{
  const char *place = url != NULL && *url != '\0' ? url : bty_provider_presets_url (kind);
  GPtrArray *presets = in_force ();
  const char *scheme = NULL;
  g_autofree char *host = place != NULL ? host_of (place, &scheme) : NULL;

  if (host == NULL || !g_str_equal (scheme, "https"))
    return NULL;
  for (guint i = 0; i < presets->len; i++)
    {
      const BtyProviderPreset *preset = presets->pdata[i];
      const char *its_scheme;
      g_autofree char *its_host = host_of (preset->url, &its_scheme);

      if (preset->key != NULL && its_host != NULL && g_strcmp0 (preset->kind, kind) == 0 &&
          g_ascii_strcasecmp (its_host, host) == 0)
        return g_intern_string (preset->key);
    }
  return NULL;
}

/* Members of an object, each as it stands. */
static gboolean
read_members (const char *json, GHashTable *members, GPtrArray *order, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, strlen (json), 0);
  token = bty_json_reader_next (&reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN && token != BTY_JSON_NULL)
    return token != BTY_JSON_ERROR &&
           (g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("options must be an object")), FALSE);
  while (token != BTY_JSON_NULL && (token = bty_json_reader_next (&reader, error)) == BTY_JSON_KEY)
    {
      char *name = g_strndup (reader.text, reader.length);
      const char *raw;
      gsize length;

      if (!g_hash_table_contains (members, name))
        g_ptr_array_add (order, g_strdup (name));
      if (bty_json_reader_skip (&reader, &raw, &length, error) == BTY_JSON_ERROR)
        {
          g_free (name);
          return FALSE;
        }
      g_hash_table_replace (members, name, g_strndup (raw, length));
    }
  return token != BTY_JSON_ERROR;
}

/* The members of both; those of @over count. */
static char *
merge (const char *under, const char *over, GError **error)
{
  g_autoptr (GHashTable) members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) order = g_ptr_array_new_with_free_func (g_free);
  GString *out;
  BtyJsonWriter w;

  if (!read_members (under, members, order, error) || !read_members (over, members, order, error))
    return NULL;
  out = g_string_new (NULL);
  bty_json_writer_init (&w, out);
  bty_json_writer_begin_object (&w);
  for (guint i = 0; i < order->len; i++)
    {
      const char *value = g_hash_table_lookup (members, order->pdata[i]);

      bty_json_writer_key (&w, order->pdata[i]);
      bty_json_writer_raw (&w, value, strlen (value));
    }
  bty_json_writer_end_object (&w);
  return g_string_free (out, FALSE);
}

/* The kind openai stands for “none was given”: it is the fallback of the field. */
static const BtyProviderPreset *
wanted (const BtyProviderConfig *config)
{
  gboolean has_url = config->url != NULL && *config->url != '\0';
  gboolean is_plain = config->kind == NULL || g_str_equal (config->kind, "openai");

  return is_plain ? (has_url ? NULL : bty_provider_presets_find (config->name))
                  : bty_provider_presets_find (config->kind);
}

gboolean
bty_provider_presets_apply (BtyProviderConfig *config, GError **error)
{
  const BtyProviderPreset *known = wanted (config);
  g_autoptr (BtyProviderPreset) preset = known != NULL ? bty_provider_preset_ref (known) : NULL;
  g_autofree char *options = NULL;

  if (preset == NULL)
    return TRUE;
  if (preset->options != NULL && config->options != NULL)
    {
      options = merge (preset->options, config->options, error);
      if (options == NULL)
        return FALSE;
    }
  else if (preset->options != NULL)
    options = g_strdup (preset->options);
  if (options != NULL)
    bty_record_take_string (&config->options, g_steal_pointer (&options));
  if ((config->url == NULL || *config->url == '\0') &&
      g_strcmp0 (preset->url, bty_provider_presets_url (preset->kind)) != 0)
    bty_record_take_string (&config->url, g_strdup (preset->url));
  bty_record_take_string (&config->kind, g_strdup (preset->kind));
  return TRUE;
}
