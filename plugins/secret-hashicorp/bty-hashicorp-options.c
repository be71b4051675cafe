/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-hashicorp"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "bty-hashicorp-options.h"

#define MAX_TOKEN 4096
#define NAME      "HashiCorp Vault"

const BtySetting bty_hashicorp_settings[] = {
  { "hashicorp", "url", BTY_SETTING_STRING, "", NULL, 0, 0,
    N_ ("Where the vault is, such as https://vault.example.org:8200; empty: it is not used") },
  { "hashicorp", "mount", BTY_SETTING_STRING, "secret", NULL, 0, 0, N_ ("Where its KV engine (version 2) is mounted") },
  { "hashicorp", "folder", BTY_SETTING_STRING, "", NULL, 0, 0, N_ ("Folder in that engine which names begin at") },
  { "hashicorp", "namespace", BTY_SETTING_STRING, "", NULL, 0, 0, N_ ("Namespace, for a vault that has them") },
  { "hashicorp", "token", BTY_SETTING_STRING, "env:VAULT_TOKEN", NULL, 0, 0,
    N_ ("Reference to the token, env:NAME or memory:NAME; never the token itself") },
  { "hashicorp", "token_file", BTY_SETTING_STRING, "", NULL, 0, 0,
    N_ ("File with the token, in place of a reference; nobody else may be able to read it") },
  { "hashicorp", "ca_file", BTY_SETTING_STRING, "", NULL, 0, 0,
    N_ ("Certificates of the authorities to trust, in place of the system's (PEM)") },
  { "hashicorp", "timeout", BTY_SETTING_INT, "10000", "ms", 10, 600000,
    N_ ("How long the vault may take to answer, and between two pieces of an answer") },
  { "hashicorp", "max_size", BTY_SETTING_INT, "1048576", "B", 1024, 67108864, N_ ("Greatest answer that is read") },
};
const guint bty_hashicorp_n_settings = G_N_ELEMENTS (bty_hashicorp_settings);

static BtyHost *the_host;

void
bty_hashicorp_options_set_host (BtyHost *host)
{
  the_host = host;
}

char *
bty_hashicorp_options_get (const char *key)
{
  char *value = bty_host_get_setting (the_host, "hashicorp", key);

  return value != NULL ? g_strstrip (value) : g_strdup ("");
}

gsize
bty_hashicorp_options_max_size (void)
{
  return (gsize) bty_host_get_int (the_host, "hashicorp", "max_size");
}

gboolean
bty_hashicorp_options_is_on (void)
{
  g_autofree char *url = bty_hashicorp_options_get ("url");

  return *url != '\0';
}

char *
bty_hashicorp_options_describe (void)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < bty_hashicorp_n_settings; i++)
    {
      g_autofree char *value = bty_hashicorp_options_get (bty_hashicorp_settings[i].key);

      g_string_append_printf (text, "%s\n", value);
    }
  return g_string_free (text, FALSE);
}

static gboolean
refuse_file (const char *path, const char *problem, GError **error)
{
  return g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                      _ ("the token file “%s” (hashicorp.token_file) cannot be used: %s"), path, problem),
         FALSE;
}

static gboolean
check_file (int fd, const char *path, GError **error)
{
  struct stat info;

  if (fd < 0 || fstat (fd, &info) != 0)
    return refuse_file (path, g_strerror (errno), error);
  if (!S_ISREG (info.st_mode))
    return refuse_file (path, _ ("it is not a regular file"), error);
  if (info.st_uid != geteuid ())
    return refuse_file (path, _ ("it belongs to somebody else"), error);
  if ((info.st_mode & 077) != 0)
    return refuse_file (path, _ ("others can read it: chmod 600 it"), error);
  return TRUE;
}

static BtySecret *
read_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  BtySecret *token = NULL;
  char bytes[MAX_TOKEN + 1];
  gssize length = -1;

  if (check_file (fd, path, error))
    {
      length = read (fd, bytes, sizeof bytes);
      while (length > 0 && g_ascii_isspace (bytes[length - 1]))
        length -= 1;
      if (length > 0 && length <= MAX_TOKEN && memchr (bytes, '\n', (gsize) length) == NULL)
        token = bty_secret_new (bytes, (gsize) length);
      else
        refuse_file (path, _ ("it must hold the token and nothing else, on one line"), error);
    }
  bty_secret_clear_memory (bytes, sizeof bytes);
  if (fd >= 0)
    close (fd);
  return token;
}

BtySecret *
bty_hashicorp_options_token (GError **error)
{
  g_autofree char *path = bty_hashicorp_options_get ("token_file");
  g_autofree char *reference = bty_hashicorp_options_get ("token");

  if (*path != '\0')
    return read_file (path, error);
  return bty_host_find_secret (the_host, reference, error);
}

static char *
make_options (void)
{
  static const char *const times[] = { "connect_timeout_ms", "first_byte_timeout_ms", "idle_timeout_ms" };
  g_autofree char *ca_file = bty_hashicorp_options_get ("ca_file");
  GString *json = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, json);
  bty_json_writer_begin_object (&writer);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    bty_json_writer_member_int (&writer, times[i], bty_host_get_int (the_host, "hashicorp", "timeout"));
  if (*ca_file != '\0')
    bty_json_writer_member_string (&writer, "ca_file", ca_file);
  bty_json_writer_end_object (&writer);
  return g_string_free (json, FALSE);
}

BtyHttpClient *
bty_hashicorp_options_client (BtySecret *token, GError **error)
{
  g_autofree char *url = bty_hashicorp_options_get ("url");
  g_autofree char *json = make_options ();
  g_autoptr (BtyHttpOptions) options = NULL;
  BtyProviderConfig config = { .kind = (char *) "hashicorp", .name = (char *) NAME, .url = url, .options = json };

  options = bty_http_options_new (&config, NULL, NULL, error);
  return options != NULL ? bty_http_client_new (options, "X-Vault-Token", NULL, token, error) : NULL;
}
