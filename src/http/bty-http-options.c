/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-http-options.h"

/* The options that are numbers: one line each. */
static const struct
{
  const char *name;
  gsize offset;
  gint64 fallback;
  gint64 min;
  gint64 max;
} numbers[] = {
  { "connect_timeout_ms", G_STRUCT_OFFSET (BtyHttpOptions, connect_timeout_ms), BTY_HTTP_CONNECT_TIMEOUT_MS, 1,
    3600000 },
  { "first_byte_timeout_ms", G_STRUCT_OFFSET (BtyHttpOptions, first_byte_timeout_ms), BTY_HTTP_FIRST_BYTE_TIMEOUT_MS, 1,
    3600000 },
  { "idle_timeout_ms", G_STRUCT_OFFSET (BtyHttpOptions, idle_timeout_ms), BTY_HTTP_IDLE_TIMEOUT_MS, 1, 3600000 },
  { "max_event_bytes", G_STRUCT_OFFSET (BtyHttpOptions, max_event_bytes), 4 * 1024 * 1024, 1024, 1024 * 1024 * 1024 },
  { "max_body_bytes", G_STRUCT_OFFSET (BtyHttpOptions, max_body_bytes), BTY_HTTP_MAX_BODY, 1024, 1024 * 1024 * 1024 },
  { "max_connections", G_STRUCT_OFFSET (BtyHttpOptions, max_connections), 256, 1, 65535 },
};

/* Headers that are HTTP's own business, or that would change where a message ends. */
static const char *const reserved_headers[] = { "Host",
                                                "Connection",
                                                "Content-Length",
                                                "Content-Type",
                                                "Transfer-Encoding",
                                                "Keep-Alive",
                                                "Proxy-Connection",
                                                "Upgrade",
                                                "Accept-Encoding",
                                                "TE",
                                                "Trailer",
                                                "Expect",
                                                NULL };

/* Headers whose values let somebody in. */
static const char *const secret_headers[] = { "Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key",
                                              "Api-Key",       "X-Goog-Api-Key",      NULL };

static gboolean
is_one_of (const char *const *names, const char *name)
{
  for (; *names != NULL; names++)
    if (g_ascii_strcasecmp (*names, name) == 0)
      return TRUE;
  return FALSE;
}

BtyHttpOptions *
bty_http_options_ref (BtyHttpOptions *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
bty_http_options_unref (BtyHttpOptions *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->url, g_uri_unref);
  g_free (self->host);
  g_free (self->name);
  for (char **header = self->headers; header != NULL && *header != NULL; header++)
    bty_secret_clear_memory (*header, strlen (*header));
  g_strfreev (self->headers);
  g_free (self->ca_file);
  g_hash_table_unref (self->more);
  g_free (self);
}

static gboolean
host_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0;
}

static gboolean
read_url (BtyHttpOptions *self, const char *text, GError **error)
{
  g_autoptr (GError) reason = NULL;
  const char *problem = NULL;

  self->url = g_uri_parse (text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED, &reason);
  if (self->url == NULL)
    problem = reason->message;
  else if (!g_str_equal (g_uri_get_scheme (self->url), "http") && !g_str_equal (g_uri_get_scheme (self->url), "https"))
    problem = _ ("it must begin with https:// or http://");
  else if (g_uri_get_host (self->url) == NULL || *g_uri_get_host (self->url) == '\0')
    problem = _ ("it names no host");
  else if (g_uri_get_userinfo (self->url) != NULL)
    problem = _ ("it holds a user or a password; give the key apart from it");
  else if (g_uri_get_fragment (self->url) != NULL)
    problem = _ ("it has a fragment");
  if (problem != NULL)
    {
      const char *at = strrchr (text, '@'); /* what stands before it may be a password */

      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("the url “%s” of the provider “%s” cannot be used: %s"), at != NULL ? at : text, self->name,
                   problem);
      return FALSE;
    }
  self->host = g_strdup (g_uri_get_host (self->url));
  self->is_loopback = host_is_loopback (self->host);
  return TRUE;
}

static gboolean
refuse (const char *option, GError **error, const char *problem)
{
  return g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the option “%s” cannot be used: %s"), option,
                      problem),
         FALSE;
}

static gboolean
header_is_sound (const char *name, const char *value)
{
  if (*name == '\0' || is_one_of (reserved_headers, name))
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("!#$%&'*+-.^_`|~", *p) == NULL)
      return FALSE;
  for (const char *p = value; *p != '\0'; p++)
    if ((guchar) *p < 0x20 || *p == 0x7f)
      return FALSE;
  return TRUE;
}

static gboolean
read_headers (BtyHttpOptions *self, BtyJsonReader *reader, GError **error)
{
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR && refuse ("headers", error, _ ("it must be an object of texts"));
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      g_autofree char *name = g_strndup (reader->text, reader->length);
      g_autofree char *value = NULL;

      token = bty_json_reader_next (reader, error);
      if (token != BTY_JSON_STRING)
        return token != BTY_JSON_ERROR && refuse ("headers", error, _ ("it must be an object of texts"));
      value = g_strndup (reader->text, reader->length);
      if (strlen (value) != reader->length || !header_is_sound (name, value))
        return refuse ("headers", error, _ ("a header's name or value is not allowed"));
      g_strv_builder_add (headers, name);
      g_strv_builder_add (headers, value);
    }
  self->headers = g_strv_builder_end (headers);
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
read_number (BtyHttpOptions *self, guint row, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_ERROR)
    return FALSE;
  if (token != BTY_JSON_INT || reader->integer < numbers[row].min || reader->integer > numbers[row].max)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("the option “%s” must be a whole number from %lld to %lld"), numbers[row].name,
                   (long long) numbers[row].min, (long long) numbers[row].max);
      return FALSE;
    }
  G_STRUCT_MEMBER (gint64, self, numbers[row].offset) = reader->integer;
  return TRUE;
}

static gboolean
read_text (const char *name, BtyJsonReader *reader, char **value, GError **error)
{
  switch (bty_json_reader_next (reader, error))
    {
    case BTY_JSON_STRING:
      *value = g_strndup (reader->text, reader->length);
      return TRUE;
    case BTY_JSON_INT:
      *value = g_strdup_printf ("%" G_GINT64_FORMAT, reader->integer);
      return TRUE;
    case BTY_JSON_TRUE:
      *value = g_strdup ("true");
      return TRUE;
    case BTY_JSON_FALSE:
      *value = g_strdup ("false");
      return TRUE;
    case BTY_JSON_NULL:
      return TRUE;
    case BTY_JSON_ERROR:
      return FALSE;
    default:
      return refuse (name, error, _ ("it must be a text, a number or a boolean"));
    }
}

static gboolean
read_bool (const char *name, BtyJsonReader *reader, gboolean *value, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token != BTY_JSON_TRUE && token != BTY_JSON_FALSE)
    return token != BTY_JSON_ERROR && refuse (name, error, _ ("it must be true or false"));
  *value = token == BTY_JSON_TRUE;
  return TRUE;
}

static gboolean
read_option (BtyHttpOptions *self, const char *name, const char *const *known, BtyJsonReader *reader, GError **error)
{
  g_autofree char *value = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_equal (numbers[i].name, name))
      return read_number (self, i, reader, error);
  if (g_str_equal (name, "headers"))
    return read_headers (self, reader, error);
  if (g_str_equal (name, "ca_file"))
    return read_text (name, reader, &self->ca_file, error);
  if (g_str_equal (name, "http2"))
    return read_bool (name, reader, &self->http2, error);
  if (known == NULL || !g_strv_contains (known, name))
    {
      g_autofree char *names = known != NULL ? g_strjoinv (", ", (char **) known) : NULL;

      g_set_error (
        error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
        _ (
          "the provider “%s” knows no option “%s”; it knows ca_file, headers, http2, connect_timeout_ms, first_byte_timeout_ms, "
          "idle_timeout_ms, max_event_bytes, max_body_bytes, max_connections%s%s"),
        self->name, name, names != NULL ? ", " : "", names != NULL ? names : "");
      return FALSE;
    }
  if (!read_text (name, reader, &value, error))
    return FALSE;
  if (value != NULL)
    g_hash_table_replace (self->more, g_strdup (name), g_steal_pointer (&value));
  return TRUE;
}

static gboolean
read_options (BtyHttpOptions *self, const char *json, const char *const *known, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, strlen (json), 8);
  token = bty_json_reader_next (&reader, error);
  if (token == BTY_JSON_NULL)
    return bty_json_reader_next (&reader, error) == BTY_JSON_END;
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR && refuse ("options", error, _ ("it must be an object"));
  while ((token = bty_json_reader_next (&reader, error)) == BTY_JSON_KEY)
    {
      g_autofree char *name = g_strndup (reader.text, reader.length);

      if (!read_option (self, name, known, &reader, error))
        return FALSE;
    }
  return token == BTY_JSON_OBJECT_END && bty_json_reader_next (&reader, error) == BTY_JSON_END;
}

BtyHttpOptions *
bty_http_options_new (const BtyProviderConfig *config, const char *default_url, const char *const *known,
                      GError **error)
{
  g_autoptr (BtyHttpOptions) self = g_new0 (BtyHttpOptions, 1);
  const char *url = config->url != NULL && *config->url != '\0' ? config->url : default_url;

  g_atomic_ref_count_init (&self->references);
  self->more = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->name = g_strdup (config->name != NULL ? config->name : config->kind);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    G_STRUCT_MEMBER (gint64, self, numbers[i].offset) = numbers[i].fallback;
  if (url == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the provider “%s” needs a url"), self->name);
      return NULL;
    }
  if (!read_url (self, url, error))
    return NULL;
  if (config->options != NULL && !read_options (self, config->options, known, error))
    return NULL;
  if (self->ca_file == NULL)
    self->ca_file = g_strdup (g_getenv ("SSL_CERT_FILE"));
  return g_steal_pointer (&self);
}

const char *
bty_http_options_get (const BtyHttpOptions *self, const char *name)
{
  return g_hash_table_lookup (self->more, name);
}

gboolean
bty_http_options_get_bool (const BtyHttpOptions *self, const char *name, gboolean fallback)
{
  const char *value = bty_http_options_get (self, name);

  return value != NULL ? g_str_equal (value, "true") || g_str_equal (value, "1") : fallback;
}

gboolean
bty_http_options_check_key (const BtyHttpOptions *self, gboolean has_key, GError **error)
{
  for (char **header = self->headers; header != NULL && *header != NULL; header += 2)
    has_key |= is_one_of (secret_headers, *header);
  if (!has_key || self->is_loopback || g_str_equal (g_uri_get_scheme (self->url), "https"))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("the provider “%s” would send its key in clear text to %s: use an https:// url, or no key"),
               self->name, self->host);
  return FALSE;
}
